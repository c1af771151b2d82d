"""Handing over what is in the outbox: one thread keeps the books, and others talk to the provider,
here, or where many mails wait in a process of their own.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass, field

import structlog

from survey.jobs.books import Books
from survey.jobs.desk import Desk
from survey.mail import outgoing
from survey.mail.actions import outbox
from survey.mail.models import Claimed
from survey.mail.posting.apart import NotStarted, ProcessPoster
from survey.mail.posting.poster import Poster
from survey.mail.posting.threads import ThreadPoster
from survey.mail.types import AttemptOutcome, Ending

log = structlog.get_logger(__name__)


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


@dataclass
class _Run:
    """One run of delivering: between its books and whoever hands the mails over."""

    books: Books
    poster: Poster
    under_way: dict[str, Claimed] = field(default_factory=dict)
    unsent: list[Claimed] = field(default_factory=list)
    """Taken back when the run was to end, and certainly never left."""

    def go(self, go_on: Callable[[], bool]) -> None:
        """Each turn begins what is claimed before it claims more, so that the threads have work
        while others are checked.
        """
        while self.under_way or self.books.have_more:
            endings = self.ended()
            if not go_on() or _ends_the_run(endings.values()):
                self.take_back()  # first: the books take a while
                self.books.record(endings)
                return
            room = self.poster.most_begun - len(self.under_way)
            for claimed, compose in self.books.record_and_begin(endings, room=room).items():
                self.poster.take(claimed.attempt_id, compose)
                self.under_way[claimed.attempt_id] = claimed
            self.books.claim_more()

    def ended(self) -> dict[Claimed, Ending]:
        """Wait for at least one call to end, if any is under way; take out those that did."""
        return {self.under_way.pop(each): ending for each, ending in self.poster.ended().items()}

    def take_back(self) -> None:
        """Take out what nobody has begun to hand over."""
        self.unsent += [self.under_way.pop(each) for each in self.poster.take_back()]
        self.unsent += self.books.take_back()


def deliver_due(desk: Desk, *, go_on: Callable[[], bool] = lambda: True) -> Delivered:
    """Hand over all that is due, until nothing is, the provider is away, or `go_on` says no."""
    held = _hold_lapsed(desk)
    books = Books(desk)
    with closing(_poster(desk)) as poster:
        run = _Run(books, poster)
        try:
            run.go(go_on)
        finally:
            # Whatever broke or interrupted us: what is being sent ends, and is recorded first.
            run.take_back()
            while run.under_way:
                books.record(run.ended())
            if desk.apart is not None:
                desk.apart.has_died |= poster.has_died
            books.give_back(run.unsent)
    return _told(books.tally, held)


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


def _hold_lapsed(desk: Desk) -> int:
    now = desk.now()
    with desk.database.writing() as session:
        held = outbox.hold_lapsed_claims(session, now=now)
    if held:
        log.warning("mail.claims_held", count=held)
    return held


def _ends_the_run(endings: Iterable[Ending]) -> bool:
    return any(
        ending.is_provider_away
        or ending.pause_until is not None
        or ending.outcome is AttemptOutcome.QUEUE_STOPPED
        for ending in endings
    )


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
