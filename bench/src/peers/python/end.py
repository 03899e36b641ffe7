"""ends/end.ts in Python: counts, checks, and reports to the harness."""

import asyncio
import json
import os
import socket
import time

NO_TIME = 0
LAST = 0xFFFFFFFF
NUMBERS = bytes.maketrans(b"abcdefghijklmnop", b"0123456789abcdef")


def now_us():
    return time.monotonic_ns() / 1000


class End:
    def __init__(self):
        self.every_messages = int(os.environ["BENCH_REPORT_MESSAGES"])
        self.every_bytes = int(os.environ["BENCH_REPORT_BYTES"])
        self.socket = socket.create_connection(("127.0.0.1", int(os.environ["BENCH_REPORT_PORT"])))
        self.handled = self.highest = self.lost = self.doubled = self.probes = 0
        self.unreported = self.unreported_bytes = 0
        self.latencies = []
        self.is_reported = True

    def take(self, payload):
        self.is_reported = False
        if payload.startswith(b"z"):
            self.probes += 1
            return self.report()
        self.handled += 1
        sequence = int(payload[:8].translate(NUMBERS), 16)
        if sequence > self.highest:
            self.lost += sequence - self.highest - 1
            self.highest = sequence
        else:
            self.doubled += 1
        if payload[8:16] != b"aaaaaaaa":
            self.timed(int(payload[8:16].translate(NUMBERS), 16))
        self.unreported += 1
        self.unreported_bytes += len(payload)
        if self.unreported >= self.every_messages or self.unreported_bytes >= self.every_bytes:
            self.report()

    def timed(self, sent_at):
        if sent_at == LAST:
            return self.report()
        self.latencies.append((round(now_us()) - sent_at) % 2**32)

    def report(self):
        if self.is_reported:
            return
        self.is_reported = True
        self.unreported = self.unreported_bytes = 0
        account = {
            "handled": self.handled,
            "highest": self.highest,
            "lostAnnounced": 0,
            "lostSilently": self.lost,
            "doubled": self.doubled,
            "disordered": 0,
            "gaps": 0,
            "isGapOpen": False,
        }
        report = {
            "account": account,
            "atUs": now_us(),
            "probes": self.probes,
            "latenciesUs": self.latencies,
        }
        self.latencies = []
        self.socket.sendall(json.dumps(report).encode() + b"\n")

    async def report_for_ever(self):
        while True:
            await asyncio.sleep(0.2)
            self.report()
