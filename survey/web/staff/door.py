"""Who is reading: the signed-in user of this request."""

from typing import cast

from flask_login import current_user

from survey.audit.types import Actor, ActorKind
from survey.privacy.ledger import Ledger
from survey.team.models import User
from survey.web.shared.door import settings


def reader_or_none() -> User | None:
    """The signed-in user, or None; asked of the database once per request."""
    return cast("User | None", getattr(current_user, "user", None))


def reader() -> User:
    """The signed-in user. For views behind `access.allows` or `access.signed_in` only."""
    user = reader_or_none()
    if user is None:
        raise LookupError("nobody is signed in: the view lacks its access mark")
    return user


def actor() -> Actor:
    """The signed-in user as the audit trail names them."""
    return actor_of(reader())


def actor_of(user: User) -> Actor:
    return Actor(kind=ActorKind.USER, id=user.id, label=user.public_id)


def ledger() -> Ledger:
    """Who is never to be mailed again, as it is kept outside the database."""
    return Ledger(settings().ledger, settings().secrets)
