"""Addresses never to mail: put on the list at once, and kept there."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey.audit.actions import record
from survey.audit.types import Actor, Subject
from survey.kit.bulk import among, insert_new_rows
from survey.kit.errors import SurveyError
from survey.mail import queries, rules
from survey.mail.listing import Listed
from survey.mail.models import Receipt, Reprieve, Suppression
from survey.mail.types import SuppressionReason


@dataclass(frozen=True, slots=True)
class Cause:
    """Why an address is never to be mailed."""

    reason: SuppressionReason
    note: str = ""
    doubts: Sequence[str] = ()
    """Signs that a machine said so."""


class NotOneAddress(SurveyError):
    """What was to be put on the list is not one plain address."""


class WhyMissing(SurveyError):
    """An address was to be taken from the list without a word why."""


class NotOursToLift(SurveyError):
    """The person wanted no mail, and nobody says that they changed their mind."""


def suppress(
    session: Session,
    address: str,
    *,
    reason: SuppressionReason,
    now: datetime,
    note: str = "",
    doubts: Sequence[str] = (),
) -> Suppression:
    """Never mail this address again, whatever is queued. Doing it twice keeps the first reason,
    unless the second outranks it, and only the signs of a machine that each time speak of one.
    """
    cause = Cause(reason, note, doubts)
    known = queries.suppression_of(session, address)
    if known is not None:
        return _heeding(known, cause)
    suppression = Suppression(**_columns(address, cause, now=now))
    try:
        with session.begin_nested():
            session.add(suppression)
    except IntegrityError:
        known = queries.suppression_of(session, address)
        if known is None:
            raise
        return _heeding(known, cause)
    return suppression


def suppress_all(session: Session, causes: Mapping[str, Cause], *, now: datetime) -> int:
    """`suppress` for many addresses; says how many were not on the list yet."""
    by_digest = {rules.address_digest(address): address for address in causes}
    known = queries.suppressions_among(session, by_digest.values())
    new = [address for address in by_digest.values() if address not in known]
    rows = [_columns(address, causes[address], now=now) for address in new]
    insert_new_rows(session, Suppression, rows)
    _heed(session, {digest: causes[by_digest[digest]] for digest in by_digest})
    return len(new)


def add_by_hand(
    session: Session, address: str, *, note: str, actor: Actor, now: datetime
) -> Suppression:
    """One of our people puts an address on the list. Raises `NotOneAddress`."""
    plain = address.strip().lower()
    if not rules.is_one_address(plain):
        raise NotOneAddress("This is not one e-mail address. Write it as jane@company.example.")
    kept = suppress(
        session, plain, reason=SuppressionReason.ADDED_BY_PERSON, note=rules.told(note), now=now
    )
    record(session, actor, "suppression_added", Subject("suppression", kept.id), now=now)
    return kept


def lift(
    session: Session,
    suppression: Suppression,
    *,
    why: str,
    is_asked_by_person: bool,
    actor: Actor,
    now: datetime,
) -> None:
    """Let an address be mailed again. What the person said themselves only they take back.

    What the address refused until now no longer counts. Raises `WhyMissing`, `NotOursToLift`.
    """
    if not why.strip():
        raise WhyMissing("Please say why this address may be mailed again.")
    if rules.is_persons_own_word(suppression.reason) and not is_asked_by_person:
        raise NotOursToLift(
            "This person said themselves that they want no mail. It can be lifted only if they "
            "asked for it themselves."
        )
    record(
        session,
        actor,
        "suppression_lifted",
        Subject("suppression", suppression.id),
        now=now,
        reason=suppression.reason.value,
        is_asked_by_person=is_asked_by_person,
        why=rules.told(why),
    )
    _reprieve(session, suppression.address_digest, now=now)
    session.delete(suppression)
    session.flush()


def withdraw_refused(session: Session, digests: Iterable[str]) -> None:
    """Let those be mailed again who, as is known only now, did not refuse too often in a row."""
    session.execute(
        delete(Suppression)
        .where(
            among(Suppression.address_digest, sorted(digests)),
            Suppression.reason == SuppressionReason.REFUSED,
        )
        .execution_options(synchronize_session=False)
    )


def take_in(session: Session, listed: Iterable[Listed], *, actor: Actor, now: datetime) -> int:
    """Put a whole list on ours; says how many are new. Who stands there stays as they are, unless
    the list's reason outranks ours, and whoever the list knows as erased is known here by digest
    alone from now on.
    """
    by_digest = {each.digest: each for each in listed}
    known = queries.digests_known(session, by_digest)
    new = [each for digest, each in by_digest.items() if digest not in known]
    rows: list[dict[str, Any]] = [
        {
            "address_digest": each.digest,
            "address": each.address,
            "reason": each.reason,
            "note": each.note,
            "doubts": [],
            "suppressed_at": min(each.suppressed_at or now, now),
        }
        for each in new
    ]
    insert_new_rows(session, Suppression, rows)
    _heed(session, {d: Cause(each.reason, each.note) for d, each in by_digest.items()})
    erased = [d for d, each in by_digest.items() if each.reason is SuppressionReason.ERASED]
    _forget(session, [digest for digest in erased if digest in known])
    facts = {"new": len(new), "known": len(by_digest) - len(new)}
    record(session, actor, "suppressions_taken_in", Subject("suppression"), now=now, **facts)
    return len(new)


def forget_address(session: Session, address: str, *, now: datetime) -> Suppression:
    """Keep an address from being mailed for ever while forgetting it: only its digest stays, and
    what the provider told of it is emptied.
    """
    kept = suppress(session, address, reason=SuppressionReason.ERASED, now=now)
    _forget(session, [kept.address_digest])
    session.refresh(kept)
    return kept


def _heed(session: Session, causes: Mapping[str, Cause]) -> None:
    """Let the weightier reasons stand, by digest."""
    asked = (
        select(Suppression)
        .where(among(Suppression.address_digest, sorted(causes)))
        .order_by(Suppression.id)
    )
    for known in session.scalars(asked):
        _heeding(known, causes[known.address_digest])
    session.flush()


def _heeding(known: Suppression, cause: Cause) -> Suppression:
    """What stands, for the weightier of both reasons."""
    if rules.outranks(cause.reason, known.reason):
        known.reason, known.note, known.doubts = cause.reason, cause.note, list(cause.doubts)
    elif cause.reason is known.reason:
        known.doubts = [doubt for doubt in known.doubts if doubt in cause.doubts]
    return known


def _reprieve(session: Session, digest: str, *, now: datetime) -> None:
    known = session.scalars(select(Reprieve).where(Reprieve.address_digest == digest)).one_or_none()
    if known is None:
        session.add(Reprieve(address_digest=digest, since_at=now))
    else:
        known.since_at = now


def _forget(session: Session, digests: list[str]) -> None:
    session.execute(
        update(Suppression)
        .where(among(Suppression.address_digest, digests))
        .values(address=None, note="", doubts=[], reason=SuppressionReason.ERASED)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(Receipt)
        .where(among(Receipt.address_digest, digests))
        .values(raw={})
        .execution_options(synchronize_session=False)
    )


def _columns(address: str, cause: Cause, *, now: datetime) -> dict[str, Any]:
    return {
        "address_digest": rules.address_digest(address),
        "address": address.strip().lower(),
        "reason": cause.reason,
        "note": cause.note,
        "doubts": list(cause.doubts),
        "suppressed_at": now,
    }
