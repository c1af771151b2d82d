"""A Redis server of the test's own, which it may kill."""

import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.processes import wait_for
from tests.needs import leave_out


@dataclass
class RedisServer:
    """One server that keeps nothing when it dies, as a queue of wake-ups may."""

    folder: Path
    port: int
    _running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        told = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", ""]
        command = ["redis-server", *told, "--dir", str(self.folder)]
        self._running.append(subprocess.Popen(command, stdout=subprocess.DEVNULL))
        wait_for(self._answers)

    def kill(self) -> None:
        running = self._running.pop()
        running.kill()
        running.wait(timeout=10)

    def _answers(self) -> bool:
        with socket.socket() as tried:
            return tried.connect_ex(("127.0.0.1", self.port)) == 0


@contextmanager
def redis_server(folder: Path) -> Iterator[RedisServer]:
    """A running server; left out where the machine has no Redis."""
    if shutil.which("redis-server") is None:
        leave_out("redis", "no redis-server on this machine")
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        server = RedisServer(folder, int(tried.getsockname()[1]))
    server.start()
    try:
        yield server
    finally:
        server.kill()
