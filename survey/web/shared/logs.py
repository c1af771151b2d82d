"""Logs: one line of JSON for each request and each error, with ids only.

No path (it may hold a link's token), no address, no form, and of an error its kind and the places
it passed, because the words of an error may quote what a person wrote.
"""

import logging
import time
import traceback
from types import TracebackType
from typing import cast

import structlog
from flask import Flask, Response, g, request
from structlog.typing import FilteringBoundLogger

from survey.config import Settings
from survey.kit.ids import new_public_id

_QUIET = {"health.alive", "health.ready", "static"}
_FRAMES = 12


def set_up(settings: Settings) -> None:
    """Write JSON lines to standard output; readable lines while developing."""
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if settings.is_production
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.getLevelNamesMapping()[settings.log_level]
        ),
        cache_logger_on_first_use=False,
    )


def log() -> FilteringBoundLogger:
    return cast("FilteringBoundLogger", structlog.get_logger())


def init_app(app: Flask) -> None:
    app.before_request(_start)
    app.after_request(_tell)
    app.log_exception = _tell_error  # type: ignore[method-assign]  # Flask's place for it


def _start() -> None:
    g.started = time.perf_counter()
    g.request_id = new_public_id()


def _tell(response: Response) -> Response:
    response.headers["X-Request-Id"] = g.get("request_id", "")
    if request.endpoint not in _QUIET:
        log().info(
            "request",
            request_id=g.get("request_id"),
            method=request.method,
            endpoint=request.endpoint,
            status=response.status_code,
            ms=round((time.perf_counter() - g.get("started", time.perf_counter())) * 1000, 1),
            reader_id=g.get("reader_id"),
        )
    return response


def _tell_error(
    exc_info: tuple[type, BaseException, TracebackType] | tuple[None, None, None],
) -> None:
    kind, _error, trace = exc_info
    log().error(
        "broke",
        request_id=g.get("request_id"),
        endpoint=request.endpoint,
        kind=f"{kind.__module__}.{kind.__qualname__}" if kind else None,
        at=[
            f"{frame.filename}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(trace)[-_FRAMES:]
        ],
    )
