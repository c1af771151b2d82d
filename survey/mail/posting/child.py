"""The process that only talks to the provider: `python -m survey.mail.posting.child <descriptor>`.

It opens no database. One line leads to whoever keeps the books, and what goes along it is

    to here                                              from here
    what makes the provider, and how many threads
                                                         None, once it is ready, or what broke
    (attempt id, mail), for each mail
                                                         (attempt id, how it ended), for each mail
    None: begin no more
                                                         [attempt ids] of what was not begun

Where the line ends, who wrote down what happened is gone. The process then ends at once, wherever
its threads are, as if it had been killed with him.
"""

import os
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from queue import Empty, SimpleQueue

from survey.mail.posting.handing import Handed, broken_by, handed_over
from survey.mail.types import Draft, Provider

Opening = tuple[Callable[[], Provider], int]
Order = tuple[str, Draft]
Word = tuple[str, Handed] | list[str] | None


def main(descriptor: int) -> None:
    """Post what comes along this line, until it ends."""
    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, signal.SIG_IGN)  # who asks us to stop asks our parent, who says when
    try:
        with suppress(EOFError, OSError):
            _serve(Connection(descriptor))
    finally:
        os._exit(0)


def _serve(line: Connection) -> None:
    make, threads = line.recv()
    try:
        room = _Room(line, make())
    except Exception as error:
        line.send(broken_by(error))
        return
    for _ in range(threads):
        threading.Thread(target=room.work, daemon=True).start()
    room.tell(None)
    while True:
        order: Order | None = line.recv()
        if order is None:
            room.tell(room.not_begun())
        else:
            room.orders.put(order)


class _Room:
    """Where the threads work."""

    def __init__(self, line: Connection, provider: Provider) -> None:
        self.orders: SimpleQueue[Order] = SimpleQueue()
        self._line = line
        self._provider = provider
        self._one_speaks = threading.Lock()

    def work(self) -> None:
        try:
            while True:
                attempt_id, draft = self.orders.get()
                self.tell((attempt_id, handed_over(self._provider, draft, attempt_id=attempt_id)))
        finally:  # a mail of which nothing is told would be waited for without end
            os._exit(1)

    def tell(self, word: Word) -> None:
        with self._one_speaks, suppress(OSError):  # who does not listen any more has ended the line
            self._line.send(word)

    def not_begun(self) -> list[str]:
        idle = []
        with suppress(Empty):
            while True:
                idle.append(self.orders.get_nowait()[0])
        return idle


if __name__ == "__main__":
    main(int(sys.argv[1]))
