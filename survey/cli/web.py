"""`survey web`: the pages alone; a worker runs elsewhere."""

import click

from survey.app import create_app
from survey.cli.door import fail, opened, settings
from survey.cli.server import page_server
from survey.cli.signals import leaving_when_asked
from survey.config import unsafe_to_split


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535))
def web(host: str, port: int) -> None:
    """Serve the pages; “survey worker” does the rest, on this machine or another."""
    given = settings()
    for reason in unsafe_to_split(given):
        fail(reason)
    with opened(given) as database, leaving_when_asked():
        server = page_server(create_app(given, database), given, host=host, port=port)
        click.echo(f"Serving {given.base_url} on {host}:{server.effective_port}.")
        server.run()
