"""What the fault tests share, how large they are, and the table of their figures.

`make test` runs the quick ones. Those marked `faults` run as a seeded sample in CI and whole by
`make faults`; what they counted is printed at the end.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from functools import cache
from typing import Protocol

import pytest

from tests import databases
from tests.faults.postgres import postgres_server
from tests.faults.processes import Forks
from tests.faults.provider import FakeSendGrid, fake_sendgrid
from tests.faults.sweep import Bench
from tests.faults.world import Template, fill, postgres_database

IS_WHOLE = os.environ.get("SURVEY_TEST_FAULTS") == "whole"
PEOPLE = 200 if IS_WHOLE else 40

Figures = Callable[[str, Mapping[str, int]], None]


class Templates(Protocol):
    def __call__(self, backend: str, people: int, *, is_invited: bool) -> Template: ...


@pytest.fixture
def figures(record_property: Callable[[str, object], None]) -> Figures:
    """Add to a row of the table; the numbers of one name are summed."""
    return lambda name, counted: record_property(
        f"figures: {name}", {str(what): count for what, count in counted.items()}
    )


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = [*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")]
    rows: dict[str, Counter[str]] = {}
    for report in reports:
        for name, counted in report.user_properties:
            if name.startswith("figures: "):
                row = rows.setdefault(name.removeprefix("figures: "), Counter())
                row.update(counted)  # type: ignore[arg-type]  # pytest types it as an object
    if rows:
        terminalreporter.section("figures")
    for columns in dict.fromkeys(tuple(row) for row in rows.values()):
        alike = {name: row for name, row in rows.items() if tuple(row) == columns}
        width = max(len(name) for name in alike)
        terminalreporter.line(" " * width + "".join(f"  {column}" for column in columns))
        for name, row in sorted(alike.items()):
            numbers = "".join(f"  {row[column]:>{len(column)}}" for column in columns)
            terminalreporter.line(f"{name:<{width}}{numbers}")
        terminalreporter.line("")


@pytest.fixture(scope="session")
def forks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forks]:
    forks = Forks(tmp_path_factory.mktemp("forks"))
    yield forks
    forks.close()


@pytest.fixture
def provider() -> Iterator[FakeSendGrid]:
    with fake_sendgrid() as provider:
        yield provider


@pytest.fixture
def bench(forks: Forks, provider: FakeSendGrid, tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(forks, provider, tmp_path_factory.mktemp("bench"))


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Templates]:
    """Databases to copy, each made when it is first asked for; on the PostgreSQL server at hand,
    else on one of our own.
    """
    made: dict[tuple[str, int, bool], Template] = {}
    folder = tmp_path_factory.mktemp("templates")

    with ExitStack() as kept:

        @cache
        def server() -> str:
            return databases.POSTGRES_URL or kept.enter_context(postgres_server()).url

        def template(backend: str, people: int, *, is_invited: bool) -> Template:
            key = (backend, people, is_invited)
            if key not in made:
                name = f"faults_{os.getpid()}_{people}_{'asked' if is_invited else 'due'}"
                url = f"sqlite:///{folder / name}.db"
                if backend == "postgresql":
                    url = kept.enter_context(postgres_database(name, server()))
                fill(url, people, is_invited=is_invited)
                made[key] = Template(url, people)
            return made[key]

        yield template
