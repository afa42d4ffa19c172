"""The listener of LINE's hosts: HTTP/1.1 on loopback, a thread for each connection.

The application calls it while serving requests of its own, so it never shares a thread pool with the application. It
reads requests itself instead of through `http.server`: reading headers as e-mail would cost as much as the whole send.
"""

import socket
import threading
import time
from contextlib import suppress
from http.client import responses
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import TYPE_CHECKING, Any

from . import faults, journal, line_api
from .calls import Answer, Call
from .refusals import Refused, refusal

if TYPE_CHECKING:
    from .platform import Emulator

MOST_BYTES = 2 * 1024 * 1024
LONGEST_LINE = 65536
LINGER_AT_STOP_SECONDS = 2.0


class LineHost(ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, emulator: "Emulator", port: int) -> None:
        self.emulator = emulator
        self._open: set[socket.socket] = set()
        self._open_lock = threading.Lock()
        super().__init__(("127.0.0.1", port), LineHandler)

    def start(self) -> None:
        threading.Thread(target=self.serve_forever, args=(0.1,), name="line-host", daemon=True).start()

    def stop(self) -> None:
        """Take no more calls, end the kept-alive connections and wait for their threads."""
        self.shutdown()
        self.server_close()
        with self._open_lock:
            for connection in self._open:
                _shut(connection)
        deadline = time.monotonic() + LINGER_AT_STOP_SECONDS
        while self._open and time.monotonic() < deadline:
            time.sleep(0.005)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._open_lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        super().shutdown_request(request)
        with self._open_lock:
            self._open.discard(request)


class LineHandler(StreamRequestHandler):
    """One kept-alive connection."""

    server: LineHost
    disable_nagle_algorithm = True

    def handle(self) -> None:
        with suppress(OSError):  # a client that hangs up is no error of ours
            while self._serve():
                pass

    def _serve(self) -> bool:
        """Answer one call. False when the connection shall end."""
        call = self._read()
        if call is None:
            return False
        if len(call.body) > MOST_BYTES:
            self._send(Answer(refusal(413, "Payload too large").body, status=413), call)
            return False
        fault = faults.take(self.server.emulator.store, call.path)
        answer = _outcome(self.server.emulator, call, fault)
        journal.record(
            self.server.emulator.store, call, status=answer.status if answer else 0, fault=fault.mode if fault else None
        )
        if answer is None or (fault and fault.mode == faults.DROP_AFTER_ACCEPT):
            return False
        if fault and fault.mode == faults.SLOW:
            time.sleep(fault.seconds)
        self._send(answer, call)
        return (call.header("Connection") or "").lower() != "close"

    def _read(self) -> Call | None:
        """The next call, or None when the client hung up or speaks no HTTP."""
        words = self.rfile.readline(LONGEST_LINE).decode("latin-1").split()
        if len(words) != 3:
            return None
        headers = {}
        while line := self.rfile.readline(LONGEST_LINE).decode("latin-1").strip():
            name, _, value = line.partition(":")
            headers[name] = value.strip()
        call = Call(words[0], words[1], headers, b"", self.server.emulator.clock.now())
        length = call.header("Content-Length") or "0"
        if not length.isdecimal():
            return None
        call.body = self.rfile.read(min(int(length), MOST_BYTES + 1))
        return call

    def _send(self, answer: Answer, call: Call) -> None:
        body = answer.encoded()
        lines = [
            f"HTTP/1.1 {answer.status} {responses[answer.status]}",
            f"Content-Type: {answer.media_type}",
            f"Content-Length: {len(body)}",
            f"x-line-request-id: {call.request_id}",
            *(f"{name}: {value}" for name, value in answer.headers.items()),
        ]
        self.wfile.write("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body)


def _outcome(emulator: "Emulator", call: Call, fault: faults.Fault | None) -> Answer | None:
    """What the platform decides, or None when the connection ends before it decided anything."""
    if fault and fault.mode == faults.DROP_BEFORE:
        return None
    try:
        refused = faults.refusal_for(fault) if fault else None
        if refused:
            raise refused
        return line_api.answer(emulator, call)
    except Refused as refused:
        return Answer(refused.body, status=refused.status, headers=refused.headers)


def _shut(connection: socket.socket) -> None:
    with suppress(OSError):  # the other side was faster
        connection.shutdown(socket.SHUT_RDWR)
