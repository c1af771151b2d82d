"""What becomes of mails that were claimed: each kind's letter is asked about all of its mails."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from itertools import groupby

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from survey.letters.letter import Sendable
from survey.mail import outgoing
from survey.mail.models import Claimed
from survey.mail.posting.poster import unwritten
from survey.mail.types import AttemptOutcome, Compose, Draft, Ending

_NEVER_MAILED = "The address is on the list of addresses never to mail."
_UNKNOWN_KIND = "This version cannot write mails of this kind. Run the same version everywhere."


def prepared(
    session: Session,
    letters: Mapping[str, Sendable],
    attempts: Sequence[Claimed],
    *,
    now: datetime,
) -> dict[Claimed, Compose | Ending]:
    """What renders each mail under its own name, or how it ends; as claimed."""
    found: dict[str, Compose | Ending] = {}
    for kind, alike in groupby(sorted(attempts, key=_kind_of), key=_kind_of):
        found |= _of_one_kind(session, letters.get(kind), list(alike), now=now)
    return {each: _named(found[each.attempt_id], each) for each in attempts} | {
        each: Ending(AttemptOutcome.NOT_WANTED, detail=_NEVER_MAILED)
        for each in outgoing.never_to_mail(session, attempts)
        if not isinstance(found[each.attempt_id], Ending)  # its letter knows the reason better
    }


def _of_one_kind(
    session: Session, letter: Sendable | None, attempts: Sequence[Claimed], *, now: datetime
) -> Mapping[str, Compose | Ending]:
    if letter is None:
        unknown = Ending(AttemptOutcome.TRY_LATER, detail=_UNKNOWN_KIND)
        return {attempt.attempt_id: unknown for attempt in attempts}
    try:
        return letter.ready(session, attempts, now=now)
    except SQLAlchemyError:
        raise
    except Exception as error:
        if len(attempts) > 1:  # one that cannot be written must not hold up the others
            each = (_of_one_kind(session, letter, [attempt], now=now) for attempt in attempts)
            return {key: one for found in each for key, one in found.items()}
        (attempt,) = attempts
        return {attempt.attempt_id: unwritten(error, attempt_id=attempt.attempt_id)}


def _named(found: Compose | Ending, attempt: Claimed) -> Compose | Ending:
    if isinstance(found, Ending):
        return found
    return partial(_composed, found, attempt.message.public_id)


def _composed(compose: Compose, mail_id: str) -> Draft:
    return replace(compose(), mail_id=mail_id)


def _kind_of(attempt: Claimed) -> str:
    return attempt.message.kind
