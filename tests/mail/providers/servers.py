"""Real servers on the loopback: one that answers like SendGrid, one that speaks SMTP."""

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.mail.providers import specification


@dataclass
class HttpAnswers:
    """What the server is to say, and what it was asked."""

    status: int = 202
    headers: dict[str, str] = field(default_factory=lambda: {"X-Message-Id": "message-1"})
    body: dict[str, Any] = field(default_factory=dict)
    hangs_up: bool = False
    waits_s: float = 0.0
    requests: list[dict[str, Any]] = field(default_factory=list)
    seen_headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    url: str = ""


@contextmanager
def http_server(answers: HttpAnswers) -> Iterator[HttpAnswers]:
    """SendGrid's door on a port of its own; whatever came in kept to SendGrid's specification."""

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            answers.requests.append(json.loads(self.rfile.read(length)))
            answers.seen_headers.append(dict(self.headers))
            answers.paths.append(self.path)
            threading.Event().wait(answers.waits_s)
            if answers.hangs_up:
                self.close_connection = True
                return
            body = json.dumps(answers.body).encode() if answers.body else b""
            self.send_response(answers.status)
            for name, text in answers.headers.items():
                self.send_header(name, text)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            with suppress(ConnectionError):  # a client that was killed meanwhile
                self.wfile.write(body)

        def log_message(self, *_args: object) -> None:
            """Tests stay quiet."""

    with _running(ThreadingHTTPServer(("127.0.0.1", 0), Door)) as port:
        answers.url = f"http://127.0.0.1:{port}"
        yield answers
    assert specification.complaints(answers.requests) == []


@dataclass
class SmtpAnswers:
    """What the server says to each command (a bare code, or `None` to hang up), and what it got."""

    mail: int | None = 250
    rcpt: int | None = 250
    data: int | None = 354
    body: int | None = 250
    closes_kept: bool = False
    """Hang up where a second mail begins on a connection."""
    pipelines: bool = True
    """Take several commands at once (RFC 2920), as nearly all servers do."""
    is_careless: bool = False
    """Ask for the body of a mail whose recipient was refused."""
    received: list[bytes] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    port: int = 0


class _SmtpDoor(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True  # answers to several commands do not wait for each other
    server: "_SmtpServer"

    def say(self, code: int, words: str = "as asked") -> None:
        self.wfile.write(f"{code} {words}\r\n".encode())

    def handle(self) -> None:
        self.say(220, "loopback")
        self.mails = 0
        self.is_addressed = False
        for line in self.rfile:
            command = line.decode().strip()
            self.server.answers.commands.append(command)
            if not self.answer(command.partition(" ")[0].upper()):
                return

    def answer(self, verb: str) -> bool:
        answers = self.server.answers
        if verb == "DATA":
            return self.take_body(answers)
        self.mails += verb == "MAIL"
        if answers.closes_kept and self.mails > 1:
            return False
        if verb == "EHLO" and answers.pipelines:
            self.wfile.write(b"250-loopback\r\n250 PIPELINING\r\n")
            return True
        self.is_addressed = verb == "RCPT" and answers.rcpt == 250
        code = {"MAIL": answers.mail, "RCPT": answers.rcpt}.get(verb, 250)
        if code is None:
            return False
        self.say(221 if verb == "QUIT" else code)
        return verb != "QUIT"

    def take_body(self, answers: SmtpAnswers) -> bool:
        if answers.data is None:
            return False
        if not self.is_addressed and not answers.is_careless:
            self.say(503)
            return True
        self.say(answers.data)
        if answers.data != 354:
            return True
        body = b""
        while not body.endswith(b"\r\n.\r\n"):
            line = self.rfile.readline()
            if not line:
                return False
            body += line
        answers.received.append(body.removesuffix(b".\r\n"))
        if answers.body is None:
            return False
        self.say(answers.body)
        return True


class _SmtpServer(socketserver.ThreadingTCPServer):
    daemon_threads = True
    answers: SmtpAnswers


@contextmanager
def smtp_server(answers: SmtpAnswers) -> Iterator[SmtpAnswers]:
    server = _SmtpServer(("127.0.0.1", 0), _SmtpDoor)
    server.answers = answers
    with _running(server) as port:
        answers.port = port
        yield answers


@contextmanager
def _running(server: socketserver.TCPServer) -> Iterator[int]:
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
