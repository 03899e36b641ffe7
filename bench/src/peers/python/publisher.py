import asyncio
import os

import redis
import websockets


async def main():
    subscription = redis.Redis.from_url(os.environ["REDIS_URL"]).pubsub()
    # write_limit=0: nothing stays in the buffer while the next message of Redis is waited for.
    async with websockets.connect(
        os.environ["CONSUMER_URL"], compression=None, ping_interval=None, write_limit=0
    ) as socket:
        subscription.subscribe("test_websocket")
        for message in subscription.listen():
            if message["type"] == "message":
                await socket.send(message["data"])


asyncio.run(main())
