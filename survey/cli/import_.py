"""`survey import`: deals from files of a CRM."""

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

import click

from survey.cli.door import actor, fail, opened, settings
from survey.company.queries import company
from survey.config import Settings
from survey.deals.mapping import Mapping, MappingNotUsable
from survey.jobs.import_deals import ImportReport, import_files
from survey.kit import clock
from survey.kit.db import Database
from survey.kit.words import counted

_SHOWN_PROBLEMS = 20
_QUIET_FOR_S = 1.0


class _Bar(Protocol):
    """What we ask of click's bar, which has no public name."""

    pos: int

    def update(self, n_steps: int) -> None: ...

    def render_finish(self) -> None: ...


@click.command("import")
@click.argument(
    "files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path)
)
@click.option(
    "--mapping", "mapping_file", type=click.Path(path_type=Path), help="How to read it, in TOML."
)
@click.option("--dry-run", is_flag=True, help="Tell what would happen; write nothing.")
@click.option("--strict", is_flag=True, help="Refuse everything when one row is wrong.")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def import_(
    files: tuple[Path, ...], mapping_file: Path | None, dry_run: bool, strict: bool, as_json: bool
) -> None:
    """Take in deals from CSV files, or from a Salesforce export set given together.

    Doing it again changes nothing; changed rows are followed; a wrong row is told with its line,
    column, value and reason while the others go in.
    """
    given = settings()
    mapping = _mapping(mapping_file)
    with opened(given) as database, _progress(is_shown=not as_json) as tell_progress:
        report = import_files(
            database,
            files,
            mapping=mapping,
            zone=_zone(database, given),
            actor=actor(),
            now=clock.now(),
            is_dry_run=dry_run,
            is_strict=strict,
            tell_progress=tell_progress,
        )
    click.echo(json.dumps(report.as_json(), indent=2) if as_json else _told(report))
    if report.is_refused_whole:
        wrong = counted(report.refused, "wrong row")
        fail(f"Nothing went in: {wrong}, and --strict refuses all then.")


def _mapping(path: Path | None) -> Mapping:
    if path is None:
        return Mapping()
    try:
        return Mapping.read(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        raise MappingNotUsable(f"The mapping “{path}” cannot be read as UTF-8 text.") from None


def _zone(database: Database, given: Settings) -> ZoneInfo:
    with database.reading() as session:
        found = company(session)
    return found.zone if found else given.zone


def _told(report: ImportReport) -> str:
    would = "would be " if report.is_dry_run else ""
    lines = [str(problem) for problem in report.problems[:_SHOWN_PROBLEMS]]
    if report.refused > 0 and len(report.problems) > _SHOWN_PROBLEMS:
        lines.append("… and more; --json lists them.")
    lines += report.notes
    lines.append(
        f"{counted(report.rows, 'row')} read. Deals: {report.added} {would}added, {report.changed}"
        f" {would}changed, {report.unchanged} unchanged."
        f" {counted(report.refused, 'row')} {would}refused."
    )
    return "\n".join(lines)


@contextmanager
def _progress(*, is_shown: bool) -> Iterator[Callable[[int, int], None]]:
    """A bar on a terminal once the work has taken a second; silence elsewhere."""
    started = time.monotonic()
    bar: _Bar | None = None

    def tell(done: int, total: int) -> None:
        nonlocal bar
        if not is_shown or not sys.stderr.isatty() or time.monotonic() - started < _QUIET_FOR_S:
            return
        bar = bar or click.progressbar(length=total, label="Importing", file=sys.stderr)
        bar.update(done - bar.pos)

    yield tell
    if bar is not None:
        bar.render_finish()
