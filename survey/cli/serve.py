"""`survey serve`: pages and worker in one process, for one machine."""

import click

from survey.app import create_app
from survey.cli.door import opened, settings
from survey.cli.server import page_server
from survey.cli.signals import leaving_when_asked
from survey.cli.worker import queue_of
from survey.config import Settings
from survey.jobs.ledger import agree_with_ledger
from survey.kit import clock
from survey.kit.db import Database

_JOB_THREADS = 3


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535))
def serve(host: str, port: int) -> None:
    """Serve the pages, and plan, deliver and code beside them."""
    given = settings()
    with opened(given) as database:
        serve_all(given, database, host=host, port=port)


def serve_all(given: Settings, database: Database, *, host: str, port: int) -> None:
    """Serve pages and run the worker until somebody asks this process to stop."""
    agree_with_ledger(database, given, now=clock.now())
    with leaving_when_asked():
        queue = queue_of(given, database)
        app = create_app(given, database, queue)
        server = page_server(app, given, host=host, port=port)
        running = queue.worker(threads=_JOB_THREADS)
        running.start()
        try:
            click.echo(f"Serving {given.base_url} on {host}:{server.effective_port}.")
            server.run()  # ends at SystemExit, after the requests under way
        finally:
            click.echo("Stopping: what is under way comes to its end.")
            running.stop()
            queue.close()
