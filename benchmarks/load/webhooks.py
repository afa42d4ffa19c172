"""Keeps a number of connections to a server busy with signed webhooks; prints the measured times as JSON.

A program of its own that imports nothing heavy: what it measures must not be its own pauses.

    python webhooks.py <port> <path> <seconds> <channel secret> <people> <connections>
"""

import asyncio
import base64
import gc
import hashlib
import hmac
import itertools
import json
import sys
import time


def main(port: str, path: str, seconds: str, secret: str, people: str, connections: str) -> None:
    milliseconds: list[float] = []
    numbers = itertools.count()
    moment = int(time.time() * 1000)
    started = time.perf_counter()
    end = started + float(seconds)

    async def connection() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(port))
        while time.perf_counter() < end:
            request = _request(path, secret, next(numbers), int(people), moment)
            sent_at = time.perf_counter()
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            milliseconds.append((time.perf_counter() - sent_at) * 1000)
            if not head.startswith(b"HTTP/1.1 200"):
                raise SystemExit(f"{path}: {head.decode()}")
        writer.close()

    async def all_connections() -> None:
        await asyncio.gather(*(connection() for _ in range(int(connections))))

    gc.disable()
    asyncio.run(all_connections())
    took = time.perf_counter() - started
    print(json.dumps({"requests": len(milliseconds), "seconds": took, "milliseconds": sorted(milliseconds)}))


def _request(path: str, secret: str, number: int, people: int, moment: int) -> bytes:
    body = json.dumps({"destination": "U0", "events": [_event(number, people, moment)]}).encode()
    signature = base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()
    head = f"POST {path} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return f"{head}X-Line-Signature: {signature}\r\n\r\n".encode() + body


def _event(number: int, people: int, moment: int) -> dict[str, object]:
    return {
        "type": "message",
        "mode": "active",
        "timestamp": moment,
        "webhookEventId": f"message{number}-{moment}",
        "deliveryContext": {"isRedelivery": False},
        "source": {"type": "user", "userId": f"U{number % people:032x}"},
        "replyToken": f"{number:032x}",
        "message": {
            "id": f"{moment}{number:06d}",
            "type": "text",
            "text": "明日の午後は空いていますか",
            "quoteToken": "q",
        },
    }


if __name__ == "__main__":
    main(*sys.argv[1:])
