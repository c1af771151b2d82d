"""What every test may ask for: a moment, a database, a session; what was left out, and why."""

import gc
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import cast

import hypothesis
import pytest
from flask import Flask
from jinja2 import FileSystemBytecodeCache
from sqlalchemy.orm import Session

from survey.app import create_app, stand_on
from survey.config import Environment, Settings, read_settings
from survey.kit.db import Database
from survey.team.models import User
from survey.team.types import Role
from survey.web.shared import guards, logs
from tests import databases
from tests.factories import make_user
from tests.faults.tracing import may_trace
from tests.others import OTHERS
from tests.pages import CheckingClient

CHROMIUM = Path("/usr/bin/chromium")
BASE_URL = "http://localhost"

# A busy machine is no fault: no example is timed. CI tries the same examples each time, so that a
# red run is about the change; everywhere else new ones are drawn.
hypothesis.settings.register_profile(
    "house",
    deadline=None,
    derandomize="CI" in os.environ,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("house")

_LACKING = {
    "browser": "no browser: install Debian's chromium (/usr/bin/chromium)",
    "data": "no files made by others: set SHARED_DATA",
    "postgres": "no PostgreSQL: set TEST_DATABASE_URL",
    "redis": "no Redis: set TEST_REDIS_URL",
    "spamassassin": "no SpamAssassin: install Debian's spamassassin",
    "strace": "no strace that may trace: kills come at the provider's moments only",
}
_AT_HAND = {
    "browser": CHROMIUM.exists(),
    "data": OTHERS.is_dir(),
    "postgres": databases.POSTGRES_URL is not None,
    "redis": "TEST_REDIS_URL" in os.environ,
    "spamassassin": shutil.which("spamassassin") is not None,
    "strace": may_trace(),
}


def pytest_configure() -> None:
    """Forget the machine's own settings; refuse to start where CI lacks something it demands."""
    # The collector's usual rounds took a tenth of the time of all tests.
    gc.set_threshold(50_000, 20, 20)
    for name in [name for name in os.environ if name.startswith("SURVEY_")]:
        if not name.startswith("SURVEY_TEST_"):
            del os.environ[name]
    required = filter(None, os.environ.get("SURVEY_TEST_REQUIRE", "").split(","))
    for mark in required:
        if not _AT_HAND[mark]:
            raise pytest.UsageError(f"SURVEY_TEST_REQUIRE={mark}, but {_LACKING[mark]}")


def pytest_report_header() -> list[str]:
    return [f"left out: {reason}" for mark, reason in _LACKING.items() if not _AT_HAND[mark]]


@pytest.hookimpl(trylast=True)  # what was not asked for is out by then
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for mark, reason in _LACKING.items():
        if not _AT_HAND[mark]:
            for item in items:
                if item.get_closest_marker(mark):
                    item.add_marker(pytest.mark.skip(reason=reason))
    minutes = [_minutes_of(item) for item in items]
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    items[:] = [items[place] for place in longest_apart(minutes, workers)]


def _minutes_of(item: pytest.Item) -> float:
    slow = item.get_closest_marker("slow")
    return slow.kwargs.get("minutes", 0) if slow else 0


def longest_apart(minutes: Sequence[float], workers: int) -> list[int]:
    """The places of the tests in an order in which each worker begins with one of the longest.

    Stealing workers begin with equal parts of the whole and take from the end of each other's; the
    longest at the end of one part kept one worker alone for as long as they all take together.
    """
    long = sorted((place for place, each in enumerate(minutes) if each), key=lambda p: -minutes[p])
    others = iter(place for place, each in enumerate(minutes) if not each)
    order: list[int] = []
    for worker in range(workers):
        end = len(minutes) * (worker + 1) // workers
        own = long[worker::workers]
        order += own
        order += islice(others, max(0, end - len(order)))
    return order


def pytest_collection_finish() -> None:
    """Take what was imported out of the garbage collector's rounds: it stays to the end anyway."""
    gc.collect()
    gc.freeze()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run each test that touches the database on every database at hand."""
    if "database_url" in metafunc.fixturenames:
        kinds = ["sqlite"] if databases.POSTGRES_URL is None else ["sqlite", "postgresql"]
        metafunc.parametrize("database_url", kinds, indirect=True, scope="function")


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "survey.db"
    databases.create_tables(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def _sqlite_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where this process keeps its SQLite database; emptied before each test."""
    return tmp_path_factory.mktemp("database")


@pytest.fixture(scope="session")
def _postgres_url() -> Iterator[str]:
    worker = os.environ.get("PYTEST_XDIST_WORKER", "alone")
    with databases.postgres_database(f"survey_test_{worker}_{os.getpid()}") as url:
        databases.create_tables(url)
        yield url


@pytest.fixture
def database_url(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> str:
    """The address of a database with all tables and no rows; SQLite, then PostgreSQL.

    Its ledger is the test's own: PostgreSQL's would lie in the working folder, for all tests.
    """
    monkeypatch.setenv("SURVEY_LEDGER_FILE", str(tmp_path / "survey.ledger"))
    if request.param == "sqlite":
        folder: Path = request.getfixturevalue("_sqlite_folder")
        shutil.rmtree(folder)
        folder.mkdir()
        return databases.copy_of(request.getfixturevalue("_sqlite_template"), folder)
    url: str = request.getfixturevalue("_postgres_url")
    return url


@pytest.fixture(scope="session")
def _databases() -> dict[str, Database]:
    """One `Database` for each address: what SQLAlchemy compiled for one test serves the next."""
    return {}


@pytest.fixture
def database(database_url: str, _databases: dict[str, Database]) -> Iterator[Database]:
    """A `Database` with all tables and no rows."""
    if database_url not in _databases:
        _databases[database_url] = Database(database_url, pool_size=4)
    database = _databases[database_url]
    if not database.is_sqlite:
        databases.empty(database.engine)
    yield database
    database.close()


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A session to arrange with before the act and to look with after it.

    `client` commits it before each request and refreshes it afterwards. Where the act opens its
    own session (a job, a command, a thread), say `session.commit()` first: SQLite has one writer.
    """
    engine = database.engine.execution_options(survey_writes=True)
    with Session(engine, expire_on_commit=False) as session:
        yield session
        session.rollback()


@pytest.fixture
def base_url() -> str:
    return BASE_URL


@pytest.fixture
def settings(database_url: str, base_url: str, tmp_path: Path) -> Settings:
    """Settings of the test environment; nothing of the machine's own settings is read."""
    return read_settings(
        _env_file=None,
        environment=Environment.TEST,
        base_url=base_url,
        database_url=database_url,
        queue_url=f"sqlite:///{tmp_path / 'queue.db'}",
        mail_folder=tmp_path / "mailbox",
        mail_from="research@northwind.example",
        postal_address="Northwind Planning, Kade 12, 1011 AB Amsterdam",
        timezone="Europe/Amsterdam",
    )


@pytest.fixture(scope="session")
def _compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    """Templates compiled once for all applications of this process."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture(scope="session")
def _kept_apps() -> dict[str, Flask]:
    """The applications that tests share, by address: their routes take long to compile."""
    return {}


@pytest.fixture
def app(
    request: pytest.FixtureRequest,
    settings: Settings,
    database: Database,
    _compiled_templates: FileSystemBytecodeCache,
    _kept_apps: dict[str, Flask],
) -> Flask:
    """The application on this test's settings and database.

    A test that adds routes to it says `@pytest.mark.own_app`; the shared one refuses them.
    """
    if request.node.get_closest_marker("own_app"):
        return _new_app(settings, database, _compiled_templates)
    app = _kept_apps.get(settings.base_url)
    if app is None:
        app = _kept_apps[settings.base_url] = _new_app(settings, database, _compiled_templates)
        app.test_client().get("/healthz")  # from now on Flask takes no route
    logs.set_up(settings)
    app.extensions["survey"] = stand_on(settings, database, None)
    app.testing = True
    guards.limiter.reset()
    return app


def _new_app(
    settings: Settings, database: Database, compiled_templates: FileSystemBytecodeCache
) -> Flask:
    app = create_app(settings, database)
    app.testing = True
    app.jinja_env.bytecode_cache = compiled_templates
    app.test_client_class = CheckingClient
    return app


@pytest.fixture
def client(app: Flask, request: pytest.FixtureRequest) -> CheckingClient:
    """A visitor who checks every page; see `tests/pages.py`."""
    client = cast("CheckingClient", app.test_client())
    if "session" in request.fixturenames:
        client.arranging = request.getfixturevalue("session")
    return client


@pytest.fixture
def sign_in(client: CheckingClient, session: Session) -> Callable[[Role | User], User]:
    """Sign the client in: `sign_in(Role.ANALYST)` makes a user, `sign_in(user)` takes yours."""

    def signed_in(who: Role | User) -> User:
        user = who if isinstance(who, User) else make_user(session, role=who)
        with client.session_transaction() as cookie:
            cookie["_user_id"] = user.session_key
            cookie["_fresh"] = True
        return user

    return signed_in


@pytest.fixture
def moment() -> datetime:
    """A fixed moment to pass as `now`: Thursday, 15 October 2026, 10:30 in UTC."""
    return datetime(2026, 10, 15, 10, 30, tzinfo=UTC)
