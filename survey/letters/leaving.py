"""Noting on the rows that mails are about that the mails have left."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import groupby

from sqlalchemy.orm import Session

from survey.letters.letter import Sendable
from survey.mail.models import Message
from survey.mail.types import Left


def note_left(
    session: Session,
    letters: Mapping[str, Sendable],
    mails: Iterable[Message | Left],
    *,
    now: datetime,
) -> None:
    """Let each kind of mail note which of its mails are known, as of now, to have left.

    However that became known: by the provider's answer, by a receipt or by a person. Kinds that
    this version does not know are passed over; a mail noted twice keeps its first moment.
    """
    in_order = sorted((mail.kind, mail.subject_id or 0) for mail in mails)
    for kind, alike in groupby(in_order, key=lambda mail: mail[0]):
        if kind in letters:
            letters[kind].accepted(session, [subject for _, subject in alike], now=now)
