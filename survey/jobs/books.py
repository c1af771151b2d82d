"""The books of one run of delivering: claim and begin (commit), record (commit).

Mails are claimed many at a time and begun few at a time: whoever kills the process leaves those
that were begun to be looked at, and the others go back to the queue by themselves.
"""

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import TypeVar

import structlog
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session

from survey.jobs.desk import Desk
from survey.letters.leaving import note_left
from survey.letters.preparing import prepared
from survey.letters.settled import settled_since_claimed
from survey.mail import outgoing
from survey.mail.actions import outbox
from survey.mail.models import Claimed
from survey.mail.rules import LEASE
from survey.mail.types import AttemptOutcome, Compose, Ending

_PAUSES_S = (0.2, 0.4, 0.8, 1.6)
_CHECK_HOLDS = LEASE / 3
"""What waits longer, with a provider that is slow, is given back, claimed and checked anew."""

T = TypeVar("T")

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Ready:
    """A mail that was claimed, checked and not begun."""

    compose: Compose
    checked_at: datetime


@dataclass(frozen=True, slots=True)
class _Turn:
    """What became of the first of what was claimed."""

    begun: Sequence[Claimed] = ()
    back: frozenset[Claimed] = frozenset()
    """Given back, to be claimed and checked anew."""
    lost: frozenset[Claimed] = frozenset()
    """Given back by others, who believed us dead."""


@dataclass
class Books:
    """What a run has claimed and not begun, and how its attempts ended.

    What is told here is true: it changes after the transaction that makes it so, and one that
    failed is tried again from the same beginning.
    """

    desk: Desk
    tally: Counter[AttemptOutcome] = field(default_factory=Counter)
    _claimed: dict[Claimed, _Ready] = field(default_factory=dict)
    """The longest waiting first."""
    _flows: bool = True
    """Whether nobody had stopped the mails when we last looked, and the provider asked no rest."""
    _may_be_more: bool = True
    """Whether what nobody has claimed may be due."""

    @property
    def have_more(self) -> bool:
        """Whether something may be left to begin."""
        return self._flows and (bool(self._claimed) or self._may_be_more)

    def record(self, endings: Mapping[Claimed, Ending]) -> None:
        """Write down what a provider said. Raises `OperationalError` where it cannot be."""
        _in_one_transaction(partial(self._record, endings))

    def record_and_begin(
        self, endings: Mapping[Claimed, Ending], *, room: int
    ) -> Mapping[Claimed, Compose]:
        """Record what ended and begin what is to go next, at most `room` of it."""
        if not endings and not self._claimed:
            return {}
        try:
            return _in_one_transaction(partial(self._record_and_begin, endings, room))
        except OperationalError:
            raise
        except SQLAlchemyError:
            self._record(endings)
            raise

    def claim_more(self) -> None:
        """Once little is left: claim more mails, check each again, make those ready that are still
        wanted. A pile of others (a queue released at night) takes several turns, so that nobody
        waits long for the books.
        """
        if self._flows and len(self._claimed) < self.desk.threads:
            _in_one_transaction(self._claim)

    def take_back(self) -> list[Claimed]:
        """Take out what is claimed and was not begun."""
        taken = list(self._claimed)
        self._claimed.clear()
        return taken

    def give_back(self, unsent: Sequence[Claimed]) -> None:
        """Let others send what certainly did not leave."""
        if unsent:
            with self.desk.database.writing() as session:
                outbox.release_claims(session, unsent, now=self.desk.now())

    def _record(self, endings: Mapping[Claimed, Ending]) -> None:
        with self.desk.database.writing() as session:
            self._write_down(session, endings, now=self.desk.now())
        self.tally.update(ending.outcome for ending in endings.values())

    def _record_and_begin(
        self, endings: Mapping[Claimed, Ending], room: int
    ) -> Mapping[Claimed, Compose]:
        with self.desk.database.writing() as session:
            now = self.desk.now()
            self._write_down(session, endings, now=now)
            flows = outgoing.may_leave(session, now=now)
            turn = self._begin(session, room, now=now) if flows else _Turn()
        self.tally.update(ending.outcome for ending in endings.values())
        self._flows, self._may_be_more = flows, self._may_be_more or bool(turn.back)
        begun = {key: self._claimed.pop(key).compose for key in turn.begun}
        for key in turn.back | turn.lost:
            del self._claimed[key]
        return begun

    def _begin(self, session: Session, room: int, *, now: datetime) -> _Turn:
        """Begin the first of what is claimed, as many as there is room for."""
        stale = {key for key, one in self._claimed.items() if now - one.checked_at > _CHECK_HOLDS}
        fresh = [key for key in self._claimed if key not in stale]
        chosen = fresh[:room]
        back = stale | _overtaken(session, chosen)
        if back:
            outbox.release_claims(session, back, now=now)
        wanted = [key for key in chosen if key not in back]
        begun = outbox.start_attempts(session, wanted, now=now) if wanted else []
        return _Turn(begun, back=frozenset(back), lost=frozenset(wanted).difference(begun))

    def _claim(self) -> None:
        room = self.desk.most_claimed - len(self._claimed)
        with self.desk.database.writing() as session:
            now = self.desk.now()
            name = self.desk.provider.name
            attempts = outbox.claim_due(session, provider=name, limit=room, now=now)
            found = prepared(session, self.desk.letters, attempts, now=now)
            unwanted = {key: each for key, each in found.items() if isinstance(each, Ending)}
            self._write_down(session, unwanted, now=now)
        self.tally.update(ending.outcome for ending in unwanted.values())
        self._may_be_more = len(attempts) == room
        self._claimed |= {
            key: _Ready(each, now) for key, each in found.items() if not isinstance(each, Ending)
        }

    def _write_down(
        self, session: Session, endings: Mapping[Claimed, Ending], *, now: datetime
    ) -> None:
        left = outbox.record_endings(session, endings, now=now)
        for claimed, ending in endings.items():
            if ending.outcome is not AttemptOutcome.ACCEPTED:
                log.info("mail.not_sent", attempt=claimed.attempt_id, outcome=ending.outcome.value)
        note_left(session, self.desk.letters, left, now=now)


def _overtaken(session: Session, claimed: Sequence[Claimed]) -> frozenset[Claimed]:
    """What was claimed before its address came on the list of those never to mail, or its buyer
    answered or declined: its letter looks at it anew, and says what becomes of it.
    """
    suppressed = outgoing.never_to_mail(session, claimed)
    return frozenset([*suppressed, *settled_since_claimed(session, claimed)])


def _in_one_transaction(work: Callable[[], T]) -> T:
    """A database that stumbles is asked again: what a provider said must not be lost."""
    for pause_s in _PAUSES_S:
        try:
            return work()
        except OperationalError:
            log.warning("mail.record_tried_again")
            time.sleep(pause_s)
    return work()
