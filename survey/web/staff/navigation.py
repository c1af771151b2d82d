"""The navigation: only pages that exist, and of those only what the reader's role may open."""

from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, request
from werkzeug.exceptions import HTTPException

from survey.company.queries import company
from survey.mail.models import QueueStop
from survey.mail.queries import queue_stop
from survey.team.models import User
from survey.team.types import Role
from survey.web.shared.access import mark_of
from survey.web.shared.door import session, settings
from survey.web.staff.access import roles_of
from survey.web.staff.door import reader_or_none


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the navigation."""

    label: str
    path: str
    icon: str


@dataclass(frozen=True, slots=True)
class Group:
    """Some lines under one heading; the first group has none."""

    heading: str
    entries: tuple[Entry, ...]


MAILBOX = "/mailbox"
"""Shown only where mails stay here."""

_MAY_RELEASE = (Role.ADMIN, Role.MANAGER)

GROUPS = (
    Group(
        "",
        (
            Entry("Dashboard", "/", "dashboard"),
            Entry("Feedback", "/feedback", "feedback"),
            Entry("Requests", "/requests", "requests"),
            Entry("Reports", "/reports", "reports"),
        ),
    ),
    Group(
        "Ask",
        (
            Entry("Deals", "/deals", "deals"),
            Entry("Campaigns", "/campaigns", "campaigns"),
            Entry("Upcoming", "/upcoming", "upcoming"),
            Entry("Questionnaires", "/questionnaires", "questionnaires"),
            Entry("Outbox", "/outbox", "outbox"),
            Entry("Mailbox", MAILBOX, "mailbox"),
        ),
    ),
    Group(
        "Understand",
        (Entry("Coding", "/coding", "coding"), Entry("Taxonomy", "/taxonomy", "taxonomy")),
    ),
    Group(
        "Company",
        (Entry("People", "/people", "people"), Entry("Settings", "/settings", "settings")),
    ),
)


def init_app(app: Flask) -> None:
    app.context_processor(_page_facts)


def groups_for(user: User) -> list[Group]:
    """The navigation as this user sees it."""
    shown = [
        Group(group.heading, tuple(entry for entry in group.entries if _may_open(entry.path, user)))
        for group in GROUPS
    ]
    return [group for group in shown if group.entries]


def _may_open(path: str, user: User) -> bool:
    if path == MAILBOX and not settings().keeps_mail_here:
        return False
    adapter = current_app.url_map.bind("")
    try:
        endpoint, _ = adapter.match(path, method="GET")
    except HTTPException:
        return False
    mark = mark_of(current_app.view_functions[endpoint])
    return mark is not None and user.role in roles_of(mark)


def _page_facts() -> dict[str, Any]:
    """Functions, so that pages which do not ask cost no query and set no cookie."""
    return {
        "reader_or_none": reader_or_none,
        "groups_for": groups_for,
        "is_here": _is_here,
        "company": lambda: company(session()),
        "mail_stop": _mail_stop,
    }


def _mail_stop() -> QueueStop | None:
    """Why no mail leaves, for those who can do something about it; its own page says it anyhow."""
    reader = reader_or_none()
    is_asked = reader is not None and reader.role in _MAY_RELEASE and not _is_here("/outbox")
    return queue_stop(session()) if is_asked else None


def _is_here(path: str) -> bool:
    """Whether the page shown belongs under a line of the navigation."""
    return request.path == path or (path != "/" and request.path.startswith(path + "/"))
