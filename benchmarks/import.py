"""Rows a second of `survey import` beside the same rows written raw, in one run on one machine.

    python -m benchmarks.import [--rows 100000] [--server postgresql://…]

Raw is the least that could be done: the file read by `csv`, its cells put as they are into the same
tables by `executemany` (SQLite) or `COPY` (PostgreSQL), with the same indexes and as many commits.
The import reads, validates, matches, links and reports. The bar: at least half of raw, and memory
that does not grow with the file.
"""

import argparse
import csv
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from survey.audit.types import Actor, ActorKind
from survey.deals.mapping import Mapping
from survey.jobs.import_deals import BATCH_ROWS, import_files
from survey.kit.db import Database
from survey.kit.ids import new_public_ids
from survey.kit.memory import look_for_cycles_seldom
from tests import databases

HEADER = (
    "deal_id", "deal_name", "account", "outcome", "amount", "currency", "closed_on", "opened_on",
    "competitor", "product", "region", "segment", "country", "stage", "seller_email",
    "contact_email", "contact_name", "contact_role", "may_ask",
)  # fmt: skip
NOW = datetime(2026, 11, 1, tzinfo=UTC)
COLUMNS = {
    "competitor": "id, public_id, name, name_key",
    "account": "id, public_id, name, name_key, country, created_at",
    "contact": "id, public_id, account_id, email, name, may_ask, created_at",
    "deal": (
        "id, public_id, external_id, name, account_id, outcome, amount_minor, currency, opened_on,"
        " closed_on, product, region, segment, country, deal_type, lead_source, stage, crm_reason,"
        " row_digest, created_at, changed_at"
    ),
    "deal_contact": "deal_id, contact_id, role, is_decider, is_chosen_to_ask",
    "alternative": "id, deal_id, kind, competitor_id, standing, source",
}


def write_file(path: Path, rows: int) -> None:
    """A believable export: one contact a deal, three deals an account, twenty sellers."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for n in range(rows):
            writer.writerow(
                [
                    f"OPP-{n:07}", f"Planning for plant {n}", f"Brouwerij {n // 3}",
                    ("won", "lost", "no_decision")[n % 3], f"{1000 + n % 90_000}.50", "EUR",
                    f"2026-{n % 10 + 1:02}-{n % 28 + 1:02}", "2026-01-01", f"Rival {n % 7}",
                    f"Product {n % 5}", f"Region {n % 6}", "Mid-market", "BE", "Proposal",
                    f"seller{n % 20}@northwind.example", f"buyer{n}@koe{n // 3}.example",
                    f"Sam Jansen {n}", "Decision Maker", "yes",
                ]
            )  # fmt: skip


def batches(path: Path) -> Iterator[list[list[str]]]:
    with path.open(newline="", encoding="utf-8") as file:
        rows = csv.reader(file)
        next(rows)
        while batch := list(islice(rows, BATCH_ROWS)):
            yield batch


def raw_rows(
    batch: list[list[str]], first: int, known: dict[str, int]
) -> dict[str, list[tuple[object, ...]]]:
    """The rows of each table for one batch, numbered by hand."""
    now = NOW.isoformat(sep=" ")
    ids = iter(new_public_ids(3 * len(batch)))
    rows: dict[str, list[tuple[object, ...]]] = {
        table: [] for table in COLUMNS if table != "competitor"
    }
    for n, c in enumerate(batch, first):
        if c[2] not in known:
            known[c[2]] = len(known) + 1
            rows["account"].append((known[c[2]], next(ids), c[2], c[2].lower(), "BE", now))
        account = known[c[2]]
        rows["contact"].append((n, next(ids), account, c[15], c[16], True, now))
        rows["deal"].append(
            (
                n, next(ids), c[0], c[1], account, c[3], int(float(c[4]) * 100), c[5], c[7],
                c[6], c[9], c[10], c[11], c[12], "", "", c[13], "", f"{n:064}", now, now,
            )
        )  # fmt: skip
        rows["deal_contact"].append((n, n, c[17], True, False))
        rows["alternative"].append((n, n, "competitor", n % 7 + 1, "considered", "crm"))
    return rows


def write_raw(database: Database, path: Path) -> None:
    with database.engine.begin() as connection:
        rivals = [(n, f"r{n}", f"Rival {n}", f"rival {n}") for n in range(1, 8)]
        put(connection, "competitor", rivals)
    known: dict[str, int] = {}
    first = 1
    for batch in batches(path):
        tables = raw_rows(batch, first, known)
        first += len(batch)
        with database.engine.begin() as connection:
            for table, rows in tables.items():
                put(connection, table, rows)


def put(connection: Connection, table: str, rows: list[tuple[object, ...]]) -> None:
    columns = COLUMNS[table]
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * (columns.count(",") + 1))
        connection.exec_driver_sql(f"INSERT INTO {table} ({columns}) VALUES ({marks})", rows)  # noqa: S608
        return
    with (
        connection.connection.cursor() as cursor,
        cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row(row)


def import_file(database: Database, path: Path) -> None:
    report = import_files(
        database,
        [path],
        mapping=Mapping(),
        zone=ZoneInfo("UTC"),
        actor=Actor(ActorKind.COMMAND),
        now=NOW,
    )
    assert report.refused == 0, report.problems[:3]


WORK: dict[str, Callable[[Database, Path], None]] = {"raw": write_raw, "import": import_file}


def measure(what: str, url: str, path: Path) -> None:
    """Run one of the two in this process; print its seconds and the most memory it took in MB."""
    database = Database(url)
    started = time.perf_counter()
    WORK[what](database, path)
    seconds = time.perf_counter() - started
    print(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
    database.close()


def run(what: str, server: str, path: Path) -> tuple[float, int]:
    with databases.fresh_database(server) as url:
        done = subprocess.run(
            [sys.executable, __file__, "--measure", what, "--database-url", url, str(path)],
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
    seconds, peak = done.stdout.split()
    return float(seconds), int(peak)


def compare(server: str, rows: int, folder: Path) -> None:
    path, small = folder / "deals.csv", folder / "few.csv"
    write_file(path, rows)
    write_file(small, rows // 10)
    raw = min(run("raw", server, path)[0] for _ in range(2))
    seconds, peak = min(run("import", server, path) for _ in range(2))
    _, small_peak = run("import", server, small)
    print(f"raw     {rows / raw:>9,.0f} rows/s")
    print(f"import  {rows / seconds:>9,.0f} rows/s")
    print(f"ratio   {raw / seconds:>9.2f}  (bar: 0.5)")
    print(f"memory  {small_peak} MB for {rows // 10:,} rows, {peak} MB for {rows:,}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", nargs="?", type=Path)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--server", default="", help="a PostgreSQL server; without it SQLite")
    parser.add_argument("--database-url", help=argparse.SUPPRESS)
    parser.add_argument("--measure", choices=list(WORK))
    given = parser.parse_args()
    if given.measure:
        measure(given.measure, given.database_url, given.file)
        return
    with tempfile.TemporaryDirectory() as folder:
        compare(given.server, given.rows, Path(folder))


if __name__ == "__main__":
    look_for_cycles_seldom()
    main()
