"""`survey taxonomy`: the tree of reasons, as a table to carry away and bring back."""

from pathlib import Path

import click

from survey.cli.door import Commands, actor, opened
from survey.kit import clock
from survey.questionnaires.actions import follow_release
from survey.taxonomy.actions import import_taxonomy
from survey.taxonomy.queries import changes_of, current_release, rows_of
from survey.taxonomy.table import read_table, written_table


@click.group(cls=Commands)
def taxonomy() -> None:
    """The reasons that decide deals: take the table out, change it, bring it in."""


@taxonomy.command("import")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--note", default="", help="What changed, and why: shown beside the release.")
def import_(file: Path, note: str) -> None:
    """Make a new release of the reasons in FILE. Does nothing where nothing changed.

    Earlier answers and reports keep their reasons; the column “was” says what became of them.
    """
    now = clock.now()
    rows = read_table(file)
    with opened() as database, database.writing() as session:
        release = import_taxonomy(session, rows, note=note, actor=actor(), now=now)
        if release is None:
            click.echo("Nothing changed: this is the release in use.")
            return
        follow_release(session, release, actor=actor(), now=now)
        moved = len(changes_of(session, release))
        number = release.number
    click.echo(f"Release {number} is in use: {len(rows)} reasons, {moved} of them taken over.")


@taxonomy.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), required=False)
def export(file: Path | None) -> None:
    """Write the release in use to FILE, or to standard output."""
    with opened() as database, database.reading() as session:
        release = current_release(session)
        table = written_table(rows_of(session, release)).encode()
    if file is None:
        click.echo(table, nl=False)
        return
    file.write_bytes(table)
    click.echo(f"Release {release.number} is in {file}.", err=True)
