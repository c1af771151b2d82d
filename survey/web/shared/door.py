"""The door of a request: one moment, one session, one transaction.

The session is opened when it is first asked for: a reading one for GET, HEAD and OPTIONS, which
the database itself keeps from writing, and a writing one for the rest. What was written is kept
when the answer is below 400 and undone otherwise, before the answer leaves. A page that must be
remembered as opened adds its row afterwards, in a transaction of its own.
"""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from typing import cast

import structlog
from flask import Flask, Response, current_app, g, request
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from survey.config import Settings
from survey.kit import clock
from survey.kit.db import Database
from survey.kit.queue import Queue

_FIRST_ERROR = 400
_READING = frozenset({"GET", "HEAD", "OPTIONS"})

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Survey:
    """What one application stands on."""

    settings: Settings
    database: Database
    queue: Queue


class _Undone(Exception):
    """Tells the session's context that the answer is an error, so that nothing is kept."""


def survey() -> Survey:
    return cast("Survey", current_app.extensions["survey"])


def settings() -> Settings:
    return survey().settings


def database() -> Database:
    return survey().database


def now() -> datetime:
    """The moment at which this request came in; the same each time it is asked for."""
    if "now" not in g:
        g.now = clock.now()
    return cast("datetime", g.now)


def session() -> Session:
    """The request's session. Views and what they call flush; the door commits."""
    if "session" not in g:
        stack = ExitStack()
        opened = database().reading() if request.method in _READING else database().writing()
        g.session = stack.enter_context(opened)
        g.session_stack = stack
    return cast("Session", g.session)


def after_commit(call: Callable[[], None]) -> None:
    """Run something, such as waking a worker, once what this request wrote is safe."""
    g.setdefault("after_commit", []).append(call)


def append_later(write: Callable[[Session], None]) -> None:
    """Add a row, such as a visit, in a short transaction of its own once the answer is ready.

    The one way in which a GET may write, and only where rows are added and nothing changes. A
    database that cannot take it now costs the row, never the page.
    """

    def append() -> None:
        try:
            with database().writing() as session:
                write(session)
        except SQLAlchemyError:
            log.warning("door.row_not_added", exc_info=True)

    after_commit(append)


def wake(name: str, row_id: int | None = None) -> None:
    """Have a worker run a job soon, once what this request wrote is safe."""
    queue = survey().queue
    after_commit(lambda: queue.wake(name, row_id))


def init_app(app: Flask, survey: Survey) -> None:
    app.extensions["survey"] = survey
    app.after_request(_close_session)
    app.teardown_request(_drop_session)


def _close_session(response: Response) -> Response:
    is_kept = response.status_code < _FIRST_ERROR
    stack: ExitStack | None = g.pop("session_stack", None)
    calls: list[Callable[[], None]] = g.pop("after_commit", [])
    g.pop("session", None)
    if stack is not None:
        _leave(stack, is_kept=is_kept)
    if is_kept:
        for call in calls:
            call()
    return response


def _drop_session(_error: BaseException | None) -> None:
    """Undo what a request left open because it broke before it had an answer."""
    stack: ExitStack | None = g.pop("session_stack", None)
    g.pop("session", None)
    if stack is not None:
        _leave(stack, is_kept=False)


def _leave(stack: ExitStack, *, is_kept: bool) -> None:
    if is_kept:
        stack.close()
        return
    undone = _Undone()
    try:
        stack.__exit__(_Undone, undone, None)
    except _Undone:
        return
