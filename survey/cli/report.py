"""`survey report`: the month as a file, and freezing it."""

from pathlib import Path

import click

from survey.cli.door import actor, opened
from survey.config import shipped_folder
from survey.kit import clock
from survey.kit.clock import Month
from survey.reports.actions import freeze_report
from survey.reports.queries import month_report
from survey.reports.types import Format
from survey.reports.written import written


@click.command()
@click.argument("month")
@click.option(
    "--format",
    "how",
    type=click.Choice([each.value for each in Format]),
    default=Format.HTML.value,
    show_default=True,
    help="What to write.",
)
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), help="A file; else the screen."
)
@click.option("--freeze", is_flag=True, help="Keep the figures for good first; the month is over.")
def report(month: str, how: str, output: Path | None, freeze: bool) -> None:
    """Write the report of MONTH, as 2026-10."""
    wanted, now = Month.parse(month), clock.now()
    with opened() as database:
        if freeze:
            with database.writing() as session:
                freeze_report(session, wanted, actor=actor(), now=now)
        with database.reading() as session:
            found = month_report(session, wanted, now=now)
    content = written(found, Format(how), templates=shipped_folder("templates"))
    if output is None:
        click.echo(content, nl=False)
        return
    output.write_bytes(content)
    state = "frozen" if found.frozen_at else "not frozen"
    click.echo(f"The report of {wanted} ({state}) is in {output}.", err=True)
