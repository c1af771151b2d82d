"""Keeping the list of addresses never to mail and the ledger agreed, and the erased erased."""

from datetime import datetime

from survey.audit.types import Actor, ActorKind
from survey.config import Settings
from survey.kit.db import Database
from survey.privacy.actions import agree, erase_again
from survey.privacy.ledger import Ledger
from survey.privacy.types import Agreed

_ACTOR = Actor(ActorKind.JOB, label="ledger")


def ledger_of(settings: Settings) -> Ledger:
    return Ledger(settings.ledger, settings.secrets)


def agree_with_ledger(database: Database, settings: Settings, *, now: datetime) -> Agreed:
    """Let the list learn from the ledger and the ledger from the list. Raises `LedgerNotUsable`."""
    with database.writing() as session:
        return agree(session, ledger_of(settings), actor=_ACTOR, now=now)


def forget_erased(database: Database, *, now: datetime) -> int:
    """Erase whom a list from elsewhere named as erased; says how many."""
    with database.writing() as session:
        return erase_again(session, actor=_ACTOR, now=now)
