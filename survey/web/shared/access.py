"""Access marks: every route says on the line above its function who may enter.

Marks for our own people are in `survey.web.staff.access`, because the buyer's pages must not
reach the team, not even through what doors share.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from flask import current_app, request

View = TypeVar("View", bound=Callable[..., Any])


class Way(StrEnum):
    """How one comes in."""

    PUBLIC = "public"
    LINK = "link"
    SIGNED = "signed"
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class Mark:
    """Who may enter, and why or with which right."""

    way: Way
    words: str


def public(why: str) -> Callable[[View], View]:
    """Anyone may enter; `why` says what makes that safe."""
    return marked(Mark(Way.PUBLIC, why))


def link(purpose: str) -> Callable[[View], View]:
    """Whoever holds a link of this purpose may enter.

    The link is the capability: such pages set no cookie and ask for no CSRF token. The view looks
    the token up and answers 404 for one of another purpose.
    """
    return marked(Mark(Way.LINK, purpose))


def signed(by: str) -> Callable[[View], View]:
    """Only what was signed `by` somebody we know may enter; the view checks that before all else.

    The signature is the proof, so such doors set no cookie and ask for no CSRF token.
    """
    return marked(Mark(Way.SIGNED, by))


def marked(mark: Mark) -> Callable[[View], View]:
    def put(view: View) -> View:
        view.access = mark  # type: ignore[attr-defined]  # a function can carry its mark
        return view

    return put


def mark_of(view: Callable[..., Any]) -> Mark | None:
    mark = getattr(view, "access", None)
    return mark if isinstance(mark, Mark) else None


def mark_here() -> Mark | None:
    """The mark of the route that answers this request, if there is one."""
    view = current_app.view_functions.get(request.endpoint or "")
    return mark_of(view) if view else None
