"""The listener of LINE's hosts: HTTP/1.1 on loopback, a thread for each connection.

The application calls it while serving requests of its own, so it never shares a thread pool with the application.
"""

import socket
import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from . import faults, journal, line_api
from .calls import Answer, Call
from .refusals import Refused, refusal

if TYPE_CHECKING:
    from .platform import Emulator

MOST_BYTES = 2 * 1024 * 1024
LINGER_AT_STOP_SECONDS = 2.0


class LineHost(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
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

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up is no error of ours."""


class LineHandler(BaseHTTPRequestHandler):
    server: LineHost
    protocol_version = "HTTP/1.1"
    server_version = "line-emulator"
    disable_nagle_algorithm = True
    wbufsize = 65536  # one packet an answer

    def _serve(self) -> None:
        emulator = self.server.emulator
        length = int(self.headers.get("Content-Length") or 0)
        if length > MOST_BYTES:
            self.close_connection = True
            self._send(Answer(refusal(413, "Payload too large").body, status=413), "")
            return
        call = Call(self.command, self.path, self.headers, self.rfile.read(length))
        fault = faults.take(emulator.store, call.path)
        answer = _outcome(emulator, call, fault)
        journal.record(
            emulator.store,
            method=call.method,
            path=call.target,
            headers=self.headers.items(),
            body=call.body,
            status=answer.status if answer else 0,
            fault=fault.mode if fault else None,
            now=emulator.clock.now(),
        )
        if answer is None or (fault and fault.mode == faults.DROP_AFTER_ACCEPT):
            self._hang_up()
            return
        if fault and fault.mode == faults.SLOW:
            time.sleep(fault.seconds)
        self._send(answer, call.request_id)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = _serve

    def _hang_up(self) -> None:
        self.close_connection = True
        _shut(self.connection)

    def _send(self, answer: Answer, request_id: str) -> None:
        body = answer.encoded()
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.media_type)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("x-line-request-id", request_id)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """The journal keeps every call; nothing goes to the terminal."""


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
