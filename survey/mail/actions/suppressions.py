"""Addresses never to mail: put on the list at once, and kept there."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey.kit.bulk import insert_new_rows
from survey.mail import queries, rules
from survey.mail.models import Suppression
from survey.mail.types import SuppressionReason


@dataclass(frozen=True, slots=True)
class Cause:
    """Why an address is never to be mailed."""

    reason: SuppressionReason
    note: str = ""


def suppress(
    session: Session, address: str, *, reason: SuppressionReason, now: datetime, note: str = ""
) -> Suppression:
    """Never mail this address again, whatever is queued. Doing it twice keeps the first reason."""
    known = queries.suppression_of(session, address)
    if known is not None:
        return known
    suppression = Suppression(**_columns(address, Cause(reason, note), now=now))
    try:
        with session.begin_nested():
            session.add(suppression)
    except IntegrityError:
        known = queries.suppression_of(session, address)
        if known is None:
            raise
        return known
    return suppression


def suppress_all(session: Session, causes: Mapping[str, Cause], *, now: datetime) -> int:
    """`suppress` for many addresses; says how many were not on the list yet."""
    by_digest = {rules.address_digest(address): address for address in causes}
    known = queries.suppressions_among(session, by_digest.values())
    new = [address for address in by_digest.values() if address not in known]
    rows = [_columns(address, causes[address], now=now) for address in new]
    insert_new_rows(session, Suppression, rows)
    return len(new)


def _columns(address: str, cause: Cause, *, now: datetime) -> dict[str, Any]:
    return {
        "address_digest": rules.address_digest(address),
        "address": address.strip().lower(),
        "reason": cause.reason,
        "note": cause.note,
        "suppressed_at": now,
    }
