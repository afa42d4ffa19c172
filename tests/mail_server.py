"""A mail server on loopback that keeps what it gets, or refuses as a test wants it."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import cast

from lstep_lite.engine.notifications.mail import Encryption, Mailer


@dataclass
class MailServer:
    mailer: Mailer
    mails: list[EmailMessage] = field(default_factory=list)
    answers: dict[str, bytes] = field(default_factory=dict)
    """What to answer to a command instead of yes, for example {"RCPT": b"550 no such person"}."""


class _Talk(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self._say(b"220 ready")
        for line in self.rfile:
            command = line[:4].decode().strip().upper()
            if command == "QUIT":
                return self._say(b"221 bye")
            self._say(self.server.kept.answers.get(command) or self._answer(command))

    def _answer(self, command: str) -> bytes:
        if command == "EHLO":
            return b"250-hello\r\n250 AUTH PLAIN"
        if command == "AUTH":
            return b"235 welcome"
        if command != "DATA":
            return b"250 ok"
        self._say(b"354 go on")
        lines = iter(lambda: self.rfile.readline(), b".\r\n")
        text = b"".join(line.removeprefix(b".") if line.startswith(b"..") else line for line in lines)
        self.server.kept.mails.append(cast(EmailMessage, message_from_bytes(text, policy=policy.default)))
        return b"250 kept"

    def _say(self, words: bytes) -> None:
        self.wfile.write(words + b"\r\n")


@contextmanager
def running(**mailer: str) -> Iterator[MailServer]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Talk) as server:
        server.daemon_threads = True
        port = server.server_address[1]
        kept = MailServer(Mailer("127.0.0.1", port, sender="lstep@example.jp", encryption=Encryption.NONE, **mailer))
        server.kept = kept
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield kept
        server.shutdown()
        thread.join()
