"""The door of a command: its settings, its database, who acts, and plain words when it fails."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import metadata
from typing import Any, NoReturn

import click
from sqlalchemy.exc import DBAPIError

from survey.app import refuse_unsafe
from survey.audit.types import Actor, ActorKind
from survey.config import Settings, WrongSetting, read_settings, shipped_folder
from survey.kit import schema
from survey.kit.db import Database
from survey.kit.errors import SurveyError


class Commands(click.Group):
    """A group whose commands end with one plain sentence and status 1 when something is wrong."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (SurveyError, WrongSetting) as error:
            fail(str(error))
        except DBAPIError as error:
            fail(f"The database did not do it ({type(error.orig).__name__}). Run “survey doctor”.")


def version() -> str:
    """The installed version; a checkout that was never installed has none."""
    try:
        return metadata.version("debrief-survey")
    except metadata.PackageNotFoundError:
        return "not installed"


def fail(sentence: str) -> NoReturn:
    """End the command with status 1 and this sentence on standard error."""
    raise click.ClickException(sentence)


def settings() -> Settings:
    return read_settings()


@contextmanager
def opened(given: Settings | None = None) -> Iterator[Database]:
    """The database of this installation, at the newest migration, closed when the command ends.

    On unsafe settings no command works on it: one alone could send buyers' mails nowhere.
    """
    given = given or settings()
    refuse_unsafe(given)
    with unchecked(given) as database:
        schema.refuse_old_server(database)
        seen, newest = schema.current(database), schema.newest(shipped_folder("migrations"))
        if seen != newest:
            fail("The database is not up to date. Run “survey db upgrade”.")
        yield database


@contextmanager
def unchecked(given: Settings | None = None) -> Iterator[Database]:
    """The database whatever its migration: for the commands that bring it up to date."""
    database = Database((given or settings()).database_url)
    try:
        yield database
    finally:
        database.close()


def actor() -> Actor:
    """Whoever typed the command, as the audit trail names them."""
    context = click.get_current_context(silent=True)
    return Actor(kind=ActorKind.COMMAND, label=context.command_path if context else "survey")
