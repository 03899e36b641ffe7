import asyncio
import os

import websockets
from end import End


async def main():
    end = End()

    async def receive(socket):
        async for payload in socket:
            end.take(payload)

    async with websockets.serve(
        receive, "127.0.0.1", int(os.environ["CONSUMER_PORT"]), compression=None, ping_interval=None
    ):
        await end.report_for_ever()


asyncio.run(main())
