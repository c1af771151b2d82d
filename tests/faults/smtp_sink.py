"""An SMTP server that takes mail, misbehaves as planned, and counts what it was given."""

import re
import socketserver
import struct
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from socket import SO_LINGER, SOL_SOCKET

_RST_ON_CLOSE = struct.pack("ii", 1, 0)


class SmtpFault(StrEnum):
    """How one mail goes wrong."""

    SLOW = "slow"
    LATER = "450 at RCPT"
    NEVER = "550 at RCPT"
    PASSWORD = "530 at RCPT"
    CLOSING = "421 at RCPT, and closed"
    CUT_AT_RECIPIENT = "cut at RCPT"
    NO_BODY_NOW = "451 at DATA"
    CUT_AT_DATA = "cut at DATA"
    CUT_IN_BODY = "cut in the body"
    BODY_LATER = "451 after the body"
    BODY_NEVER = "554 after the body"
    CUT_BEFORE_ACCEPTING = "cut after the body, not accepted"
    CUT_AFTER_ACCEPTING = "cut after accepting"
    SILENT = "accepted, no answer while we wait"


_AT_RECIPIENT = {
    SmtpFault.LATER: 450,
    SmtpFault.NEVER: 550,
    SmtpFault.PASSWORD: 530,
    SmtpFault.CLOSING: 421,
}
_AFTER_BODY = {SmtpFault.BODY_LATER: 451, SmtpFault.BODY_NEVER: 554}
_CLOSES = frozenset({SmtpFault.CLOSING, SmtpFault.CUT_AT_RECIPIENT})
_CUT_AFTER_BODY = frozenset({SmtpFault.CUT_BEFORE_ACCEPTING, SmtpFault.CUT_AFTER_ACCEPTING})
_NOT_ACCEPTED = frozenset({*_AFTER_BODY, SmtpFault.CUT_BEFORE_ACCEPTING})
_MESSAGE_ID = re.compile(rb"^Message-ID:\s*(\S+)", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Body:
    """One mail that arrived whole."""

    person: str
    message_id: str
    is_accepted: bool


@dataclass
class SmtpSink:
    """What to do to whom, and what came. Threads share it."""

    faults: dict[str, list[SmtpFault]] = field(default_factory=dict)
    """By person, the faults of their first, second, … mail; then all is well."""
    slow_s: float = 0.3
    silent_s: float = 35.0
    bodies: list[Body] = field(default_factory=list)
    url: str = ""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def accepted_by_person(self) -> Counter[str]:
        return Counter(body.person for body in self.bodies if body.is_accepted)

    def fault_for(self, person: str) -> SmtpFault | None:
        with self._lock:
            planned = self.faults.get(person, [])
            return planned.pop(0) if planned else None

    def note(self, person: str, content: bytes, fault: SmtpFault | None) -> None:
        found = _MESSAGE_ID.search(content)
        body = Body(person, found[1].decode() if found else "", fault not in _NOT_ACCEPTED)
        with self._lock:
            self.bodies.append(body)


class _Door(socketserver.StreamRequestHandler):
    server: "_Server"
    person: str
    fault: SmtpFault | None

    def handle(self) -> None:
        with suppress(ConnectionError):
            self.say(220)
            for line in self.rfile:
                if not self.answer(line.decode().strip()):
                    return

    def say(self, code: int) -> None:
        self.wfile.write(f"{code} as planned\r\n".encode())

    def answer(self, command: str) -> bool:
        """Answer a command; says whether the connection goes on."""
        verb = command.partition(" ")[0].upper()
        if verb == "RCPT":
            return self.take_recipient(command)
        if verb == "DATA":
            return self.take_body()
        self.say(221 if verb == "QUIT" else 250)
        return verb != "QUIT"

    def take_recipient(self, command: str) -> bool:
        self.person = command.partition("<")[2].rstrip(">")
        self.fault = self.server.sink.fault_for(self.person)
        if self.fault is SmtpFault.CUT_AT_RECIPIENT:
            self.cut()
        else:
            self.say(_AT_RECIPIENT.get(self.fault, 250) if self.fault else 250)
        return self.fault not in _CLOSES

    def take_body(self) -> bool:
        if self.fault is SmtpFault.CUT_AT_DATA:
            self.cut()
            return False
        if self.fault is SmtpFault.NO_BODY_NOW:
            self.say(451)
            return True
        self.say(354)
        if self.fault is SmtpFault.CUT_IN_BODY:
            self.rfile.readline()
            self.cut()
            return False
        content = b"".join(iter(self.rfile.readline, b".\r\n"))
        self.server.sink.note(self.person, content, self.fault)
        if self.fault in _CUT_AFTER_BODY:
            self.cut()
            return False
        pauses = {
            SmtpFault.SLOW: self.server.sink.slow_s,
            SmtpFault.SILENT: self.server.sink.silent_s,
        }
        if self.fault in pauses:
            threading.Event().wait(pauses[self.fault])
        self.say(_AFTER_BODY.get(self.fault, 250) if self.fault else 250)
        return True

    def cut(self) -> None:
        """Close with a reset: the other side sees an error, not an end."""
        with suppress(OSError):
            self.connection.setsockopt(SOL_SOCKET, SO_LINGER, _RST_ON_CLOSE)


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 64
    sink: SmtpSink

    def shutdown_request(self, request: object) -> None:
        """Close only: a shutdown would say goodbye where a reset is meant."""
        self.close_request(request)  # type: ignore[arg-type]  # typed as an object by our base


@contextmanager
def smtp_sink() -> Iterator[SmtpSink]:
    server = _Server(("127.0.0.1", 0), _Door)
    server.sink = SmtpSink(url=f"smtp://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server.sink
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
