"""Noting on the rows that mails are about that the mails have left."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import groupby

from sqlalchemy.orm import Session

from survey.letters.letter import Sendable
from survey.mail.models import Message


def note_left(
    session: Session, letters: Mapping[str, Sendable], messages: Iterable[Message], *, now: datetime
) -> None:
    """Let each kind of mail note which of its mails are known, as of now, to have left.

    However that became known: by the provider's answer, by a receipt or by a person. Kinds that
    this version does not know are passed over; a mail noted twice keeps its first moment.
    """
    in_order = sorted(messages, key=lambda message: (message.kind, message.id))
    for kind, alike in groupby(in_order, key=lambda message: message.kind):
        if kind in letters:
            letters[kind].accepted(session, list(alike), now=now)
