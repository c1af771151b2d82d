"""Taking in files of deals: batch after batch, so that nobody else waits for a long file."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from survey.audit.types import Actor
from survey.deals.actions import Imported, Intake, import_deals, record_import
from survey.deals.mapping import Mapping
from survey.deals.matching import Conflict, match_deals
from survey.deals.reading import RowReader
from survey.deals.salesforce import recognise
from survey.deals.types import DealRow, Problem
from survey.kit.db import Database
from survey.kit.tables import Row, open_table

BATCH_ROWS = 500
_PAUSE_S = 0.005
"""Between two batches, so that other writers of SQLite get their turn."""
MOST_PROBLEMS_KEPT = 1000
_ERASED = (
    "Rows that name somebody who was erased: {}. Their deals went in without the person, who is not"
    " asked. Erase them in your CRM too."
)


@dataclass(slots=True)
class ImportReport:
    """What an import did, or with `is_dry_run` what it would do. Deals are counted, not rows."""

    is_dry_run: bool
    rows: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    """Rows that did not go in."""
    problems: list[Problem] = field(default_factory=list)
    """Why, at most the first thousand."""
    erased: int = 0
    """Rows whose contact was erased once: their deals went in without them."""
    about_files: list[str] = field(default_factory=list)
    """What is to be known of the files as they are."""
    is_refused_whole: bool = False
    """Strict, and something was wrong: nothing went in."""
    _last_line: int = 0

    @property
    def notes(self) -> list[str]:
        """What is to be known beside the rows that did not go in."""
        return [*self.about_files, *([_ERASED.format(self.erased)] if self.erased else [])]

    @property
    def counts(self) -> dict[str, int]:
        return {
            "rows": self.rows,
            "added": self.added,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "refused": self.refused,
        }

    def as_json(self) -> dict[str, Any]:
        """The report as a script reads it."""
        return {
            **self.counts,
            "erased": self.erased,
            "is_dry_run": self.is_dry_run,
            "is_refused_whole": self.is_refused_whole,
            "problems": [problem._asdict() for problem in self.problems],
            "notes": self.notes,
        }

    def start_file(self) -> None:
        self._last_line = 0

    def count(self, rows: Sequence[Row]) -> None:
        """Count rows of the file: several that come from one line are one."""
        for row in rows:
            self.rows += row.line != self._last_line
            self._last_line = row.line

    def refuse(self, problems: Sequence[Problem]) -> None:
        self.refused += 1
        self.problems += problems[: MOST_PROBLEMS_KEPT - len(self.problems)]


@dataclass(frozen=True, slots=True)
class _Source:
    """A file, or a set of files joined, and how its rows are read."""

    name: str
    reader: RowReader
    rows: Callable[[], Iterator[Row]]
    row_count: int


def import_files(
    database: Database,
    paths: Sequence[Path],
    *,
    mapping: Mapping,
    zone: ZoneInfo,
    actor: Actor,
    now: datetime,
    is_dry_run: bool = False,
    is_strict: bool = False,
    tell_progress: Callable[[int, int], None] = lambda done, total: None,  # noqa: ARG005
) -> ImportReport:
    """Import files of deals. Good rows go in, bad ones are told; `is_strict` refuses all then.

    `tell_progress` hears the rows done and the rows there are. Raises `FileNotReadable`,
    `ColumnsNotKnown`, `ExportNotComplete` before anything is written.
    """
    report = ImportReport(is_dry_run)
    sources = _sources(paths, mapping, zone, report, now=now)
    if is_strict:
        for source in sources:
            _check(source, report)
        if report.refused:
            report.is_refused_whole = True
            return report
        report.rows = 0
    total = sum(source.row_count for source in sources)
    for source in sources:
        intake = Intake(source.reader.present)
        report.start_file()
        for rows in _batches(source.rows()):
            deals = _read(source.reader, rows, report)
            conflicts = _take_in(database, deals, intake, report, actor=actor, now=now)
            for conflict in conflicts:
                report.refuse([_contradiction(source.name, conflict)])
            tell_progress(report.rows, total)
    if not is_dry_run:
        with database.writing() as session:
            record_import(session, counts=report.counts, actor=actor, now=now)
    return report


def _sources(
    paths: Sequence[Path],
    mapping: Mapping,
    zone: ZoneInfo,
    report: ImportReport,
    *,
    now: datetime,
) -> list[_Source]:
    tables = [
        open_table(path, encoding=mapping.encoding, delimiter=mapping.delimiter) for path in paths
    ]
    export = recognise(tables)
    if export is None:
        return [
            _Source(
                table.path.name,
                RowReader(table.header, mapping, zone=zone, file=table.path.name, now=now),
                table.rows,
                table.row_count,
            )
            for table in tables
        ]
    if export.shared_addresses:
        report.about_files.append(
            f"Addresses that several contacts share: {len(export.shared_addresses)}. Whose they are"
            " cannot be known, so they were left out."
        )
    name = export.deals.path.name
    reader = RowReader(export.header, export.mapping(mapping), zone=zone, file=name, now=now)
    return [_Source(name, reader, export.rows, export.deals.row_count)]


def _check(source: _Source, report: ImportReport) -> None:
    """Read a whole source without taking it in."""
    intake = Intake(source.reader.present)
    report.start_file()
    for rows in _batches(source.rows()):
        for deal in _read(source.reader, rows, report):
            earlier = intake.seen.earlier_line(deal)
            if earlier is None:
                intake.seen.remember(deal)
            elif not intake.seen.agrees(deal):
                report.refuse([_contradiction(source.name, Conflict(deal, earlier))])


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    left = iter(rows)
    while batch := list(islice(left, BATCH_ROWS)):
        yield batch


def _read(reader: RowReader, rows: Sequence[Row], report: ImportReport) -> list[DealRow]:
    deals = []
    for row in rows:
        read = reader.read(row)
        if isinstance(read, DealRow):
            deals.append(read)
        else:
            report.refuse(read)
    report.count(rows)
    return deals


def _take_in(
    database: Database,
    deals: Sequence[DealRow],
    intake: Intake,
    report: ImportReport,
    *,
    actor: Actor,
    now: datetime,
) -> Sequence[Conflict]:
    if report.is_dry_run:
        with database.reading() as session:
            match = match_deals(session, deals, present=intake.present, seen=intake.seen)
        changed = sum(1 for change in match.changed if change.fields)
        unchanged = match.unchanged + len(match.changed) - changed
        done = Imported(len(match.added), changed, unchanged, match.conflicts, match.erased)
    else:
        with database.writing() as session:
            done = import_deals(session, deals, intake=intake, actor=actor, now=now)
        if database.is_sqlite:
            time.sleep(_PAUSE_S)
    report.added += done.added
    report.changed += done.changed
    report.unchanged += done.unchanged
    report.erased += done.erased
    return done.conflicts


def _contradiction(file: str, conflict: Conflict) -> Problem:
    reason = (
        f"says something else about this deal than line {conflict.earlier_line}; only the contact"
        " may differ between rows of one deal"
    )
    return Problem(file, conflict.row.line, "deal_id", conflict.row.facts.external_id, reason)
