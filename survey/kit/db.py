"""The database: typed columns, one naming convention, and sessions that either read or write.

SQLite readers never wait for a writer (WAL), and writers take turns, within the process and across
processes, because SQLite's own busy-wait let one in a hundred writes wait 0.65-1.06 s
(two processes, two cores) where turns took 0.08-0.19 s.
"""

import enum
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, ClassVar

from filelock import FileLock
from sqlalchemy import (
    JSON,
    Connection,
    DateTime,
    Dialect,
    Engine,
    Enum,
    MetaData,
    String,
    create_engine,
    event,
    text,
)
from sqlalchemy.engine import make_url
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column
from sqlalchemy.types import TypeDecorator

from survey.kit.ids import PUBLIC_ID_LENGTH, new_public_id

_BUSY_TIMEOUT_MS = 10_000
_TURN_POLL_S = 0.005


class Moment(TypeDecorator[datetime]):
    """An aware moment, kept in UTC on both databases. A naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone; moments are aware and in UTC")
        utc = value.astimezone(UTC)
        return utc if dialect.name == "postgresql" else utc.replace(tzinfo=None)

    def process_result_value(
        self,
        value: datetime | None,
        dialect: Dialect,  # noqa: ARG002 (SQLAlchemy's signature)
    ) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


class Base(DeclarativeBase):
    """The root of all tables. Every constraint has a name, so that migrations can speak of it."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar = {datetime: Moment(), dict[str, Any]: JSON(), list[Any]: JSON()}


Id = Annotated[int, mapped_column(primary_key=True)]
PublicId = Annotated[
    str, mapped_column(String(PUBLIC_ID_LENGTH), unique=True, default=new_public_id)
]
Name = Annotated[str, mapped_column(String(300))]
EmailAddress = Annotated[str, mapped_column(String(320))]
CurrencyCode = Annotated[str, mapped_column(String(3))]


def one_of(states: type[enum.StrEnum], name: str | None = None) -> Enum:
    """A column that holds one value of a `StrEnum`, checked by the database too.

    `name` names the check; needed where one table holds two columns of the same enum.
    """
    return Enum(
        states,
        name=name or states.__name__.lower(),
        native_enum=False,
        create_constraint=True,
        length=32,
        values_callable=lambda enumerated: [state.value for state in enumerated],
    )


def overwrite_what_is_deleted(session: Session) -> None:
    """Let what this session deletes leave SQLite's file too, and not only its tables; PostgreSQL's
    vacuum does so in its time.
    """
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text("PRAGMA secure_delete=ON"))


class _Turns:
    """Whose turn it is to write: one thread of one process at a time."""

    def __init__(self, path: Path | None) -> None:
        self._in_process = threading.Lock()
        self._across = (
            FileLock(f"{path}.turn", thread_local=False, poll_interval=_TURN_POLL_S)
            if path
            else None
        )

    @contextmanager
    def taken(self) -> Iterator[None]:
        with self._in_process:
            if self._across is None:
                yield
            else:
                with self._across:
                    yield


class Database:
    """Opens sessions on one database. Threads may share it; processes may not."""

    def __init__(self, url: str, *, pool_size: int = 16) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = _create_engine(url, is_sqlite=self.is_sqlite, pool_size=pool_size)
        self._turns = _Turns(_file_of(url)) if self.is_sqlite else None

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that cannot write: the database itself refuses. Never waits for a writer."""
        engine = self.engine.execution_options(survey_writes=False, postgresql_readonly=True)
        with Session(engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One transaction: committed when the block ends, rolled back when it raises.

        Long work opens one per few hundred rows, so that others get their turn.
        """
        engine = self.engine.execution_options(survey_writes=True)
        if self._turns is None:
            with Session(engine, expire_on_commit=False) as session, session.begin():
                yield session
            return
        with (
            self._turns.taken(),
            Session(engine, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session

    def close(self) -> None:
        self.engine.dispose()


def _file_of(url: str) -> Path | None:
    name = make_url(url).database
    return Path(name) if name and name != ":memory:" else None


def _create_engine(url: str, *, is_sqlite: bool, pool_size: int) -> Engine:
    if not is_sqlite:
        return create_engine(
            url,
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_pre_ping=True,
            hide_parameters=True,  # an error's words end in logs; addresses and answers must not
        )
    path = _file_of(url)
    if path is None:
        raise ValueError("SQLite needs a file: several connections share it")
    path.parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=-1,
        connect_args={"check_same_thread": False},
        hide_parameters=True,
    )
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _set_up_sqlite(connection: Any, _record: object) -> None:
    # The driver's own transaction control is switched off: `_begin_sqlite` says BEGIN instead.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout={_BUSY_TIMEOUT_MS}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "temp_store=MEMORY",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("survey_writes", True)
    # `query_only` makes a reading session unable to write, whatever the code above it tries.
    connection.exec_driver_sql(f"PRAGMA query_only={'OFF' if writes else 'ON'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
