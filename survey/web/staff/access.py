"""Access marks for our own people. Put one on the line above the view's `def`."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from flask import abort, g, redirect, request, url_for

from survey.team.types import Role
from survey.web.shared.access import Mark, View, Way, marked
from survey.web.staff.door import reader_or_none


def allows(*roles: Role) -> Callable[[View], View]:
    """Signed-in users with one of these roles may enter; others are told that it is not for them.

    Rows that a reader may not see answer 404 in the view, the same as rows that do not exist.
    """
    return _guarded(frozenset(roles), Mark(Way.STAFF, ", ".join(sorted(roles))))


def signed_in(view: View) -> View:
    """Every signed-in user may enter."""
    return _guarded(frozenset(Role), Mark(Way.STAFF, "signed in"))(view)


def roles_of(mark: Mark) -> frozenset[Role]:
    """The roles a staff mark lets in; the navigation shows only what the reader may open."""
    if mark.words == "signed in":
        return frozenset(Role)
    return frozenset(Role(word) for word in mark.words.split(", "))


def _guarded(roles: frozenset[Role], mark: Mark) -> Callable[[View], View]:
    def guard(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            user = reader_or_none()
            if user is None:
                return redirect(url_for("staff.sign_in.show", next=_way_back()), 303)
            g.reader_id = user.id
            if user.role not in roles:
                abort(403)
            return view(*args, **kwargs)

        return marked(mark)(cast("View", guarded))

    return guard


def _way_back() -> str | None:
    """Where to return after signing in: the page asked for, never the target of a form."""
    return request.full_path.rstrip("?") if request.method == "GET" else None
