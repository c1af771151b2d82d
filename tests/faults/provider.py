"""A provider that answers like SendGrid, misbehaves as planned, and counts what it was given.

What a fault test expects is counted here, by people and by attempts, never by the code under test.
"""

import json
import ssl
import struct
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import SO_LINGER, SOL_SOCKET
from typing import Any

from tests.mail.providers import specification

_RST_ON_CLOSE = struct.pack("ii", 1, 0)


class Fault(StrEnum):
    """How one request goes wrong."""

    TOO_MANY = "429 with reset"
    ERROR_BEFORE = "500 before accepting"
    ERROR_AFTER = "500 after accepting"
    SLOW = "slow"
    SLOWER = "slower"
    CUT_BEFORE = "cut before accepting"
    CUT_AFTER = "cut after accepting"
    SILENT = "no answer while we wait"
    GARBAGE_LINE = "garbage instead of a status"
    GARBAGE_BODY = "202 with a garbage body"
    WITHOUT_ID = "202 without id"
    ENDLESS_ID = "202 with an endless id"
    KEY_REFUSED = "401"


class Phase(StrEnum):
    """The moments of a request at which somebody may want to be called."""

    CONNECTED = "connected"
    ARRIVED = "arrived"
    ACCEPTED = "accepted"
    ANSWERED = "answered"


NOT_ACCEPTED = frozenset({Fault.TOO_MANY, Fault.ERROR_BEFORE, Fault.CUT_BEFORE, Fault.KEY_REFUSED})
_REFUSED = {Fault.TOO_MANY: 429, Fault.KEY_REFUSED: 401}
_FAILED = frozenset({Fault.ERROR_BEFORE, Fault.ERROR_AFTER})
_CUT = frozenset({Fault.CUT_BEFORE, Fault.CUT_AFTER, Fault.SILENT})


@dataclass(frozen=True, slots=True)
class Request:
    """One request whose body arrived whole."""

    person: str
    attempt_id: str
    fault: Fault | None
    is_accepted: bool


@dataclass
class FakeSendGrid:
    """What to do to whom, and what was asked. Threads share it."""

    faults: dict[str, list[Fault]] = field(default_factory=dict)
    """By person, the faults of their first, second, … request; then all is well."""
    slow_s: float = 0.2
    slower_s: float = 0.5
    silent_s: float = 35.0
    reset_at: Callable[[], int] = lambda: 0
    """Seconds since 1970, as 429 names them."""
    watches: Callable[[Phase], None] = lambda _phase: None
    requests: list[Request] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    """What each request said, for all the server's life: the specification is held against it."""
    url: str = ""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def accepted(self) -> list[Request]:
        return [request for request in self.requests if request.is_accepted]

    @property
    def accepted_by_person(self) -> Counter[str]:
        return Counter(request.person for request in self.accepted)

    @property
    def unrefused_by_person(self) -> Counter[str]:
        """Requests that arrived whole and were not plainly refused: whoever saw no answer to one
        must believe that the mail may have left.
        """
        return Counter(r.person for r in self.requests if r.fault not in _REFUSED)

    def forget(self) -> None:
        with self._lock:
            self.requests.clear()

    def fault_for(self, person: str) -> Fault | None:
        with self._lock:
            planned = self.faults.get(person, [])
            return planned.pop(0) if planned else None

    def note(self, body: dict[str, Any], fault: Fault | None) -> Request:
        person, attempt_id = _named_in(body)
        request = Request(person, attempt_id, fault, is_accepted=fault not in NOT_ACCEPTED)
        with self._lock:
            self.requests.append(request)
            self.bodies.append(body)
        return request


def _named_in(body: dict[str, Any]) -> tuple[str, str]:
    (to_one,) = body["personalizations"]
    (mailbox,) = to_one["to"]
    return mailbox["email"], to_one["custom_args"]["survey_attempt"]


class _Door(BaseHTTPRequestHandler):
    server: "_Server"
    protocol_version = "HTTP/1.1"
    timeout = 60

    def do_POST(self) -> None:
        provider = self.server.provider
        provider.watches(Phase.CONNECTED)
        length = int(self.headers["Content-Length"])
        begun = self.rfile.read(length // 2)
        whole = begun + self.rfile.read(length - len(begun))
        if len(whole) < length:
            return self._cut()
        body = json.loads(whole)
        fault = provider.fault_for(_named_in(body)[0])
        provider.watches(Phase.ARRIVED)
        request = provider.note(body, fault)
        provider.watches(Phase.ACCEPTED)
        self._misbehave(fault, request)
        return provider.watches(Phase.ANSWERED)

    def _misbehave(self, fault: Fault | None, request: Request) -> None:
        provider = self.server.provider
        pauses = {
            Fault.SLOW: provider.slow_s,
            Fault.SLOWER: provider.slower_s,
            Fault.SILENT: provider.silent_s,
        }
        if fault in pauses:
            threading.Event().wait(pauses[fault])
        with suppress(ConnectionError, ssl.SSLError):  # whoever asked may be dead by now
            if fault in _CUT:
                self._cut()
            elif fault is Fault.GARBAGE_LINE:
                self.wfile.write(b"\x00\xff<html>this is no HTTP\r\n\r\n")
                self.close_connection = True
            else:
                self._answer(fault, request)

    def _answer(self, fault: Fault | None, request: Request) -> None:
        status = 500 if fault in _FAILED else _REFUSED.get(fault, 202) if fault else 202
        body = b"\x80\x81 {not json" if fault is Fault.GARBAGE_BODY else b""
        self.send_response(status)
        if fault is Fault.TOO_MANY:
            self.send_header("X-RateLimit-Reset", str(self.server.provider.reset_at()))
        if status == 202 and fault is not Fault.WITHOUT_ID:
            times = 99 if fault is Fault.ENDLESS_ID else 1
            self.send_header("X-Message-Id", f"sg-{request.attempt_id}" * times)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _cut(self) -> None:
        """Close with a reset: the other side sees an error, not an end."""
        with suppress(OSError):
            self.connection.setsockopt(SOL_SOCKET, SO_LINGER, _RST_ON_CLOSE)
        self.close_connection = True

    def log_message(self, *_args: object) -> None:
        """Tests stay quiet."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256
    provider: FakeSendGrid

    def handle_error(self, *_args: object) -> None:
        """Whoever asked was killed; that is what the tests are about."""


@contextmanager
def fake_sendgrid(
    provider: FakeSendGrid | None = None, *, certificate: Path | None = None
) -> Iterator[FakeSendGrid]:
    """The provider on a port of its own; with TLS where a certificate (with its key) is given.

    Whatever came in kept to SendGrid's specification; that is looked at in the end, when no time
    of a request is measured any more.
    """
    provider = provider or FakeSendGrid()
    server = _Server(("127.0.0.1", 0), _Door)
    server.provider = provider
    if certificate is not None:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(certificate)
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    scheme = "http" if certificate is None else "https"
    provider.url = f"{scheme}://127.0.0.1:{server.server_address[1]}"
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    assert specification.complaints(provider.bodies) == []
