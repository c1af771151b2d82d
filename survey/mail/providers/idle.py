"""SMTP connections between two mails: to greet a server takes longer than to give it a mail."""

import smtplib
import threading
import time
from contextlib import suppress

_IDLE_S = 2.0


class Idle:
    """Keeps connections for the next mail. Threads share it.

    Each is closed once nobody has wanted it for `idle_s` seconds, so that none stays open when all
    mails have left.
    """

    def __init__(self, idle_s: float = _IDLE_S) -> None:
        self._idle_s = idle_s
        self._lock = threading.Lock()
        self._servers: list[tuple[float, smtplib.SMTP]] = []
        self._is_watched = False

    def take(self) -> smtplib.SMTP | None:
        """The connection that was used last, for the caller alone; None where none is kept."""
        with self._lock:
            return self._servers.pop()[1] if self._servers else None

    def keep(self, server: smtplib.SMTP) -> None:
        with self._lock:
            self._servers.append((time.monotonic(), server))
            if not self._is_watched:
                self._watch()

    def _watch(self) -> None:
        self._is_watched = True
        timer = threading.Timer(self._idle_s, self._close_forgotten)
        timer.daemon = True
        timer.start()

    def _close_forgotten(self) -> None:
        since = time.monotonic() - self._idle_s
        with self._lock:
            forgotten = [server for at, server in self._servers if at <= since]
            self._servers = [(at, server) for at, server in self._servers if at > since]
            self._is_watched = False
            if self._servers:
                self._watch()
        for server in forgotten:
            with suppress(smtplib.SMTPException, OSError):
                server.quit()
            server.close()
