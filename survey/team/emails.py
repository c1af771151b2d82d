"""The mails to our own people."""

from collections.abc import Mapping
from typing import Any

from survey.kit.words import first_name
from survey.mail.rendering import Stationery
from survey.mail.types import Draft, Letterhead
from survey.team.types import Role


def password_reset(
    stationery: Stationery,
    letterhead: Letterhead,
    *,
    to_address: str,
    name: str,
    reset_url: str,
    hours: int,
) -> Draft:
    """The link with which a user sets a new password; it works once, for that many hours."""
    facts = {
        "reset_url": reset_url,
        "hours": f"{hours} hours",
        "reason": f"a new password was asked for your address at {letterhead.host}",
    }
    return _to_user(stationery, letterhead, "password_reset", to_address, name, facts)


def welcome(
    stationery: Stationery,
    letterhead: Letterhead,
    *,
    to_address: str,
    name: str,
    role: Role,
    reset_url: str,
    hours: int,
) -> Draft:
    """Tells a new user that they may sign in, with the link to choose their first password."""
    facts = {
        "reset_url": reset_url,
        "forgot_url": f"{letterhead.base_url}/forgot",
        "hours": f"{hours} hours",
        "role": role.value,
        "reason": f"an admin of Debrief at {letterhead.company} added you",
    }
    return _to_user(stationery, letterhead, "welcome", to_address, name, facts)


def _to_user(
    stationery: Stationery,
    letterhead: Letterhead,
    template: str,
    to_address: str,
    name: str,
    facts: Mapping[str, Any],
) -> Draft:
    greeting = {"first_name": first_name(name)}
    words = stationery.write(template, {**letterhead.facts, **greeting, **facts})
    return Draft(
        to_address=to_address,
        to_name=name,
        subject=words.subject,
        text=words.text,
        html=words.html,
        from_name=f"Debrief at {letterhead.company}",
        headers={"Auto-Submitted": "auto-generated"},
    )
