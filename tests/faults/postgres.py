"""A PostgreSQL server of the test's own, which it may kill."""

import os
import re
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

from tests.faults.processes import wait_for
from tests.needs import leave_out

_FOLDERS = ("/usr/lib/postgresql", "/usr/local/lib/postgresql")


@dataclass(frozen=True)
class Server:
    """The programs, the folder and the address of one server."""

    programs: Path
    folder: Path
    port: int

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        told = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1"
        self._run(
            "pg_ctl",
            "-D",
            str(self._cluster),
            "-l",
            str(self.folder / "log"),
            "-w",
            "-o",
            told,
            "start",
        )

    def kill(self) -> None:
        """SIGKILL to the server and to all that it started, as a machine that falls over does."""
        pid = int((self._cluster / "postmaster.pid").read_text().splitlines()[0])
        family = [pid, *_children_of(pid)]
        for each in family:
            with suppress(ProcessLookupError):
                os.kill(each, signal.SIGKILL)
        wait_for(lambda: not any((Path("/proc") / str(each)).exists() for each in family))

    def stop(self) -> None:
        self._run("pg_ctl", "-D", str(self._cluster), "-m", "immediate", "stop")

    def make(self) -> None:
        self._run(
            "initdb",
            "-D",
            str(self._cluster),
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
        )

    @property
    def _cluster(self) -> Path:
        return self.folder / "cluster"

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self.programs / program), *arguments]
        if os.getuid() == 0:  # PostgreSQL refuses to run as root
            command = ["runuser", "-u", "postgres", "--", *command]
        subprocess.run(command, cwd=self.folder, stdout=subprocess.DEVNULL, check=True, timeout=60)


@contextmanager
def postgres_server() -> Iterator[Server]:
    """A running server in a folder of its own; left out where the machine has no PostgreSQL."""
    programs = _programs()
    if programs is None:
        leave_out("postgres", "no PostgreSQL programs on this machine")
    # Not below pytest's own folder, which only its owner may enter.
    folder = Path(mkdtemp(prefix="faults-postgres-"))
    if os.getuid() == 0:
        shutil.chown(folder, "postgres")
    server = Server(programs, folder, _free_port())
    server.make()
    server.start()
    try:
        yield server
    finally:
        with suppress(subprocess.CalledProcessError):
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path | None:
    for root in _FOLDERS:
        for found in sorted(Path(root).glob("*/bin/initdb"), reverse=True):
            return found.parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


def _children_of(pid: int) -> list[int]:
    children = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(FileNotFoundError, ProcessLookupError):
            parent = re.match(r"\d+ \(.*\) \S (\d+)", status.read_text(), re.DOTALL)
            if parent and int(parent[1]) == pid:
                children.append(int(status.parent.name))
    return children


def _free_port() -> int:
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return int(tried.getsockname()[1])
