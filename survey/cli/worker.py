"""`survey worker`: what runs by itself, apart from the pages."""

import click

from survey.cli.door import fail, opened, settings
from survey.cli.signals import stop_asked
from survey.config import Settings, unsafe_to_split
from survey.jobs.ledger import agree_with_ledger
from survey.jobs.schedule import register
from survey.kit import clock
from survey.kit.db import Database
from survey.kit.queue import Queue, beside
from survey.web.shared.logs import set_up

_THREADS = 3


@click.command()
def worker() -> None:
    """Plan, deliver and code; “survey web” serves the pages, on this machine or another."""
    given = settings()
    for reason in unsafe_to_split(given):
        fail(reason)
    set_up(given)
    with opened(given) as database, stop_asked() as stop:
        agree_with_ledger(database, given, now=clock.now())
        queue = queue_of(given, database)
        running = queue.worker(threads=_THREADS)
        running.start()
        click.echo("Working. Stop me with Ctrl-C.")
        stop.wait()
        click.echo("Stopping: what is under way comes to its end.")
        running.stop()
        queue.close()


def queue_of(given: Settings, database: Database) -> Queue:
    """The queue with all jobs registered."""
    queue = Queue(given.queue_url or beside(given.database_url))
    register(queue, given, database)
    return queue
