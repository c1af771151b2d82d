"""Handing over what is in the outbox: claim and begin (commit), compose and call, record (commit).

One thread keeps the books, and others talk to the provider: here, or where many mails wait in a
process of their own. Mails are claimed many at a time and begun few at a time: whoever kills the
process leaves those that were begun to be looked at, and the others go back to the queue by
themselves.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import TypeVar

import structlog
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session

from survey.kit import clock
from survey.kit.db import Database
from survey.letters.leaving import note_left
from survey.letters.letter import Sendable
from survey.letters.preparing import prepared
from survey.letters.settled import settled_since_claimed
from survey.mail import outgoing
from survey.mail.actions import outbox
from survey.mail.models import Claimed
from survey.mail.posting.apart import NotStarted, ProcessPoster
from survey.mail.posting.poster import Poster
from survey.mail.posting.threads import ThreadPoster
from survey.mail.rules import LEASE
from survey.mail.types import AttemptOutcome, Compose, Ending, Provider

_PAUSES_S = (0.2, 0.4, 0.8, 1.6)
_FEWEST_CLAIMED = 128
_CLAIMED_PER_THREAD = 4
"""Checking many at once costs little more than checking one."""
_CHECK_HOLDS = LEASE / 3
"""What waits longer, with a provider that is slow, is given back, claimed and checked anew."""

T = TypeVar("T")

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Apart:
    """When a process of its own talks to the provider, and how it comes by one."""

    make: Callable[[], Provider]
    from_mails: int
    """Where fewer are due, starting it would take longer than it saves."""
    has_died: bool = False
    """Once one has, our own threads do all: each death leaves mails in doubt."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What delivering stands on."""

    database: Database
    provider: Provider
    letters: Mapping[str, Sendable]
    threads: int = 8
    apart: Apart | None = None
    """Without it the threads are always our own."""
    now: Callable[[], datetime] = clock.now

    @property
    def most_claimed(self) -> int:
        return max(_CLAIMED_PER_THREAD * self.threads, _FEWEST_CLAIMED)


@dataclass(frozen=True, slots=True)
class Delivered:
    """How the attempts of one run ended, in numbers."""

    accepted: int = 0
    try_later: int = 0
    failed: int = 0
    uncertain: int = 0
    cancelled: int = 0
    stopped: int = 0
    held: int = 0
    """Left behind by a worker that died; a person or an event settles them."""


@dataclass(frozen=True, slots=True)
class _Ready:
    """A mail that was claimed, checked and not begun."""

    compose: Compose
    checked_at: datetime


@dataclass
class _Run:
    """What one run of delivering has in hand."""

    most_begun: int
    claimed: dict[Claimed, _Ready] = field(default_factory=dict)
    """The longest waiting first."""
    under_way: dict[str, Claimed] = field(default_factory=dict)
    unsent: list[Claimed] = field(default_factory=list)
    """Taken back when the run was to end, and certainly never left."""
    tally: Counter[AttemptOutcome] = field(default_factory=Counter)
    flows: bool = True
    """Whether nobody had stopped the mails when we last looked, and the provider asked no rest."""
    may_be_more: bool = True
    """Whether what nobody has claimed may be due."""

    @property
    def goes_on(self) -> bool:
        return bool(self.under_way) or (self.flows and (bool(self.claimed) or self.may_be_more))


@dataclass(frozen=True, slots=True)
class _Turn:
    """What became of the first of what was claimed."""

    begun: Sequence[Claimed] = ()
    back: frozenset[Claimed] = frozenset()
    """Given back, to be claimed and checked anew."""
    lost: frozenset[Claimed] = frozenset()
    """Given back by others, who believed us dead."""


def deliver_due(desk: Desk, *, go_on: Callable[[], bool] = lambda: True) -> Delivered:
    """Hand over all that is due, until nothing is, the provider is away, or `go_on` says no."""
    held = _hold_lapsed(desk)
    with closing(_poster(desk)) as poster:
        run = _Run(poster.most_begun)
        try:
            _keep_books(desk, poster, run, go_on)
        finally:
            # Whatever broke or interrupted us: what is being sent ends, and is recorded first.
            unsent = _not_begun(poster, run)
            while run.under_way:
                _in_one_transaction(partial(_record, desk, run, _ended(poster, run)))
            if desk.apart is not None:
                desk.apart.has_died |= poster.has_died
            _give_back(desk, [*run.unsent, *unsent])
    return _told(run.tally, held)


def _poster(desk: Desk) -> Poster:
    """Who hands the mails of this run over."""
    apart = desk.apart
    if apart is not None and not apart.has_died and _are_many(desk, apart.from_mails):
        try:
            return ProcessPoster(apart.make, threads=desk.threads)
        except NotStarted as error:
            log.warning("mail.process_not_started", why=str(error))
    return ThreadPoster(desk.provider, threads=desk.threads)


def _are_many(desk: Desk, count: int) -> bool:
    with desk.database.reading() as session:
        return outgoing.are_due(session, now=desk.now(), count=count)


def _keep_books(desk: Desk, poster: Poster, run: _Run, go_on: Callable[[], bool]) -> None:
    """Each turn begins what is claimed before it claims more, so that the threads have work while
    others are checked.
    """
    while run.goes_on:
        endings = _ended(poster, run)
        if not go_on() or _ends_the_run(endings.values()):
            run.unsent += _not_begun(poster, run)  # first: the books take a while
            _in_one_transaction(partial(_record, desk, run, endings))
            return
        for claimed, compose in _recorded_and_begun(desk, run, endings).items():
            poster.take(claimed.attempt_id, compose)
            run.under_way[claimed.attempt_id] = claimed
        if run.flows and len(run.claimed) < desk.threads:
            _in_one_transaction(partial(_claim, desk, run))


def _not_begun(poster: Poster, run: _Run) -> list[Claimed]:
    """Take out what was claimed and nobody has begun to hand over."""
    unsent = [*(run.under_way.pop(each) for each in poster.take_back()), *run.claimed]
    run.claimed.clear()
    return unsent


def _give_back(desk: Desk, unsent: Sequence[Claimed]) -> None:
    """Let others send what certainly did not leave."""
    if unsent:
        with desk.database.writing() as session:
            outbox.release_claims(session, unsent, now=desk.now())


def _hold_lapsed(desk: Desk) -> int:
    now = desk.now()
    with desk.database.writing() as session:
        held = outbox.hold_lapsed_claims(session, now=now)
    if held:
        log.warning("mail.claims_held", count=held)
    return held


def _ended(poster: Poster, run: _Run) -> dict[Claimed, Ending]:
    """Wait for at least one call to end, if any is under way; take out those that did."""
    return {run.under_way.pop(each): ending for each, ending in poster.ended().items()}


def _ends_the_run(endings: Iterable[Ending]) -> bool:
    return any(
        ending.is_provider_away
        or ending.pause_until is not None
        or ending.outcome is AttemptOutcome.QUEUE_STOPPED
        for ending in endings
    )


def _in_one_transaction(work: Callable[[], T]) -> T:
    """A database that stumbles is asked again: what a provider said must not be lost."""
    for pause_s in _PAUSES_S:
        try:
            return work()
        except OperationalError:
            log.warning("mail.record_tried_again")
            time.sleep(pause_s)
    return work()


def _recorded_and_begun(
    desk: Desk, run: _Run, endings: Mapping[Claimed, Ending]
) -> Mapping[Claimed, Compose]:
    if not endings and not run.claimed:
        return {}
    try:
        return _in_one_transaction(partial(_record_and_begin, desk, run, endings))
    except OperationalError:
        raise
    except SQLAlchemyError:
        _record(desk, run, endings)
        raise


def _record(desk: Desk, run: _Run, endings: Mapping[Claimed, Ending]) -> None:
    with desk.database.writing() as session:
        _write_down(session, desk, endings, now=desk.now())
    run.tally.update(ending.outcome for ending in endings.values())


def _record_and_begin(
    desk: Desk, run: _Run, endings: Mapping[Claimed, Ending]
) -> Mapping[Claimed, Compose]:
    """Record what ended and begin what is to go next."""
    with desk.database.writing() as session:
        now = desk.now()
        _write_down(session, desk, endings, now=now)
        flows = outgoing.may_leave(session, now=now)
        turn = _begin(session, run, now=now) if flows else _Turn()
    # Only now is it true: a transaction that failed is tried again from the same beginning.
    run.tally.update(ending.outcome for ending in endings.values())
    run.flows, run.may_be_more = flows, run.may_be_more or bool(turn.back)
    begun = {key: run.claimed.pop(key).compose for key in turn.begun}
    for key in turn.back | turn.lost:
        del run.claimed[key]
    return begun


def _begin(session: Session, run: _Run, *, now: datetime) -> _Turn:
    """Begin the first of what is claimed, as many as there is room for."""
    stale = {key for key, one in run.claimed.items() if now - one.checked_at > _CHECK_HOLDS}
    fresh = [key for key in run.claimed if key not in stale]
    chosen = fresh[: run.most_begun - len(run.under_way)]
    back = stale | _overtaken(session, chosen)
    if back:
        outbox.release_claims(session, back, now=now)
    wanted = [key for key in chosen if key not in back]
    begun = outbox.start_attempts(session, wanted, now=now) if wanted else []
    return _Turn(begun, back=frozenset(back), lost=frozenset(wanted).difference(begun))


def _overtaken(session: Session, claimed: Sequence[Claimed]) -> frozenset[Claimed]:
    """What was claimed before its address came on the list of those never to mail, or its buyer
    answered or declined: its letter looks at it anew, and says what becomes of it.
    """
    suppressed = outgoing.never_to_mail(session, claimed)
    return frozenset([*suppressed, *settled_since_claimed(session, claimed)])


def _write_down(
    session: Session, desk: Desk, endings: Mapping[Claimed, Ending], *, now: datetime
) -> None:
    left = outbox.record_endings(session, endings, now=now)
    for claimed, ending in endings.items():
        if ending.outcome is not AttemptOutcome.ACCEPTED:
            log.info("mail.not_sent", attempt=claimed.attempt_id, outcome=ending.outcome.value)
    note_left(session, desk.letters, left, now=now)


def _claim(desk: Desk, run: _Run) -> None:
    """Claim more mails, check each again, and make ready those that are still wanted. A pile of
    others (a queue released at night) takes several turns, so that nobody waits long for the books.
    """
    room = desk.most_claimed - len(run.claimed)
    with desk.database.writing() as session:
        now = desk.now()
        attempts = outbox.claim_due(session, provider=desk.provider.name, limit=room, now=now)
        found = prepared(session, desk.letters, attempts, now=now)
        unwanted = {key: each for key, each in found.items() if isinstance(each, Ending)}
        _write_down(session, desk, unwanted, now=now)
    run.tally.update(ending.outcome for ending in unwanted.values())
    run.may_be_more = len(attempts) == room
    run.claimed |= {
        key: _Ready(each, now) for key, each in found.items() if not isinstance(each, Ending)
    }


def _told(tally: Counter[AttemptOutcome], held: int) -> Delivered:
    return Delivered(
        accepted=tally[AttemptOutcome.ACCEPTED],
        try_later=tally[AttemptOutcome.TRY_LATER],
        failed=tally[AttemptOutcome.NEVER_SEND],
        uncertain=tally[AttemptOutcome.MAY_HAVE_BEEN_SENT],
        cancelled=tally[AttemptOutcome.NOT_WANTED],
        stopped=tally[AttemptOutcome.QUEUE_STOPPED],
        held=held,
    )
