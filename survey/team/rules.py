"""Decisions about our own people: what a password needs, which signed links still hold."""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from survey.team.types import REPORT_ROLES, Role

PASSWORD_LENGTH = 12
_LONGEST_PASSWORD = 256


class LinkPurpose(StrEnum):
    """What a signed link is for. A link of one purpose is refused for any other."""

    SET_PASSWORD = "set_password"  # noqa: S105 (a purpose, not a password)
    LOOK_AROUND = "look_around"
    """Signs in at once. Only `survey demo` makes such links, and production refuses them."""


LINK_LIVES = {
    LinkPurpose.SET_PASSWORD: timedelta(hours=24),
    LinkPurpose.LOOK_AROUND: timedelta(days=7),
}


def sign_link(
    purpose: LinkPurpose, *, public_id: str, session_key: str, secret: str, now: datetime
) -> str:
    """A token that lets a user do one thing for a while.

    It is bound to the session key, which a new password, a sign-out and disabling renew: so it
    works once, and nothing needs to be stored.
    """
    until = int((now + LINK_LIVES[purpose]).timestamp())
    return f"{public_id}.{until}.{_seal(purpose, public_id, until, session_key, secret)}"


def named_in_link(token: str) -> str:
    """The public id a token claims to be for; empty when it has not the form of one."""
    parts = token.split(".")
    return parts[0] if len(parts) == 3 else ""  # noqa: PLR2004 (id, moment, seal)


def link_holds(
    purpose: LinkPurpose, token: str, *, session_key: str, secrets: list[str], now: datetime
) -> bool:
    """Whether a token was signed by us for this purpose, is still young and was not used.

    `secrets` are the present secret and those it followed.
    """
    public_id, _, rest = token.partition(".")
    until, _, seal = rest.partition(".")
    if not until.isascii() or not until.isdigit() or now > _moment(until):
        return False
    return any(
        hmac.compare_digest(seal, _seal(purpose, public_id, int(until), session_key, secret))
        for secret in secrets
    )


def may_get_report(role: Role) -> bool:
    """Whether a user of that role may be told of the monthly report: who may open it."""
    return role in REPORT_ROLES


def weakness(password: str, *, email: str, name: str) -> str | None:
    """Why a password will not do, as a sentence, or None (NIST SP 800-63B: length, no rites)."""
    if len(password) < PASSWORD_LENGTH:
        return f"Please take at least {PASSWORD_LENGTH} characters; a few words do well."
    if len(password) > _LONGEST_PASSWORD:
        return f"Please take at most {_LONGEST_PASSWORD} characters."
    if len(set(password)) < PASSWORD_LENGTH // 3:
        return "Please take something less regular."
    lowered = password.lower()
    if any(part and part in lowered for part in (email.lower(), name.lower())):
        return "Please leave your name and address out of it."
    return None


def _moment(seconds: str) -> datetime:
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (OverflowError, ValueError, OSError):
        return datetime.min.replace(tzinfo=UTC)


def _seal(purpose: LinkPurpose, public_id: str, until: int, session_key: str, secret: str) -> str:
    facts = "\n".join((purpose, public_id, str(until), session_key))
    return hmac.new(secret.encode(), facts.encode(), hashlib.sha256).hexdigest()
