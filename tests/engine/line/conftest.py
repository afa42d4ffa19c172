"""A scripted HTTP server in LINE's place, for answers no well-behaved platform gives."""

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

DROP = "drop"
HANG_SECONDS = 1.0


@dataclass
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Script:
    """Answers in turn: (status, body, headers), DROP to close the connection, or a number of seconds to stay silent.

    The last answer is repeated.
    """

    server: ThreadingHTTPServer
    answers: list[Any] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    connection_count: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def next_answer(self) -> Any:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@pytest.fixture
def script() -> Iterator[Script]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            super().setup()
            script.connection_count += 1

        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"] or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            script.requests.append(Request(self.command, self.path, headers, body))
            self._answer(script.next_answer())

        do_GET = do_POST = do_PUT = _serve

        def _answer(self, answer: Any) -> None:
            if isinstance(answer, float):
                time.sleep(answer)
            if not isinstance(answer, tuple):
                self.close_connection = True
                return
            status, body, headers = answer
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            for name, value in {"Content-Length": str(len(data)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    script = Script(server)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield script
    server.shutdown()
    server.server_close()
