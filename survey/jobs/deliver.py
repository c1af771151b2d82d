"""Handing over what is in the outbox: claim and begin (commit), compose and call, record (commit).

One thread keeps the books and others talk to the provider. Mails are claimed many at a time and
begun few at a time: whoever kills the process leaves those that were begun to be looked at, and the
others go back to the queue by themselves.
"""

import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from itertools import groupby

import structlog
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session

from survey.kit import clock
from survey.kit.db import Database
from survey.letters.leaving import note_left
from survey.letters.letter import Sendable
from survey.letters.settled import settled_since_claimed
from survey.mail import outgoing
from survey.mail.actions import outbox
from survey.mail.models import Claimed
from survey.mail.rules import LEASE
from survey.mail.types import AttemptOutcome, Compose, Draft, Ending, Left, Provider, Refused

_PAUSES_S = (0.2, 0.4, 0.8, 1.6)
_FRAMES = 12
_BEGUN_PER_THREAD = 2
_FEWEST_BEGUN = 16
"""Enough to go on with while the books are kept; whoever is killed leaves so many to be settled."""
_FEWEST_CLAIMED = 128
_CLAIMED_PER_THREAD = 4
"""Checking many at once costs little more than checking one."""
_ROUNDS_AT_ONCE = 4
_CHECK_HOLDS = LEASE / 3
"""What waits longer, with a provider that is slow, is given back, claimed and checked anew."""
_GATHERED_S = 0.02
"""Endings within this time are written down together."""
_UNREADABLE = "The mail could not be written. The log says why; it is tried again."
_UNKNOWN_KIND = "This version cannot write mails of this kind. Run the same version everywhere."

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Desk:
    """What delivering stands on."""

    database: Database
    provider: Provider
    letters: Mapping[str, Sendable]
    threads: int = 8
    now: Callable[[], datetime] = clock.now

    @property
    def most_begun(self) -> int:
        return max(_BEGUN_PER_THREAD * self.threads, _FEWEST_BEGUN)

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


@dataclass
class _Run:
    """What one run of delivering has in hand."""

    claimed: dict[str, Compose] = field(default_factory=dict)
    """Attempt id → what renders its mail: claimed, not begun."""
    checked_at: datetime | None = None
    """When these were looked at last as a whole."""
    under_way: dict[Future[Ending], str] = field(default_factory=dict)
    tally: Counter[AttemptOutcome] = field(default_factory=Counter)
    may_be_more: bool = False


def deliver_due(desk: Desk, *, go_on: Callable[[], bool] = lambda: True) -> Delivered:
    """Hand over all that is due, until nothing is, the provider is away, or `go_on` says no."""
    held = _hold_lapsed(desk)
    run = _Run()
    with ThreadPoolExecutor(desk.threads, thread_name_prefix="deliver") as pool:
        try:
            _keep_books(desk, pool, run, go_on)
        finally:
            # Whatever broke or interrupted us: what is being sent ends, and is recorded first.
            unsent = _not_taken_up(run)
            while run.under_way:
                _in_one_transaction(desk, run, _finished(run), takes_more=False)
            _give_back(desk, unsent)
    return _told(run.tally, held)


def _keep_books(desk: Desk, pool: ThreadPoolExecutor, run: _Run, go_on: Callable[[], bool]) -> None:
    takes_more = True
    while takes_more:
        endings = _finished(run)
        takes_more = go_on() and not _ends_the_run(endings.values())
        for attempt_id, compose in _in_one_transaction(
            desk, run, endings, takes_more=takes_more
        ).items():
            call = pool.submit(_hand_over, desk.provider, compose, attempt_id)
            run.under_way[call] = attempt_id
        takes_more = takes_more and (bool(run.under_way) or run.may_be_more)


def _not_taken_up(run: _Run) -> list[str]:
    """Take out what was claimed and no thread has taken up."""
    idle = [call for call in run.under_way if call.cancel()]
    unsent = [*(run.under_way.pop(call) for call in idle), *run.claimed]
    run.claimed.clear()
    return unsent


def _give_back(desk: Desk, unsent: Sequence[str]) -> None:
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


def _finished(run: _Run) -> dict[str, Ending]:
    """Wait for at least one call to end, and a moment for others; take out those that did."""
    if not run.under_way:
        return {}
    wait(run.under_way, return_when=FIRST_COMPLETED)
    done, _ = wait(run.under_way, timeout=_GATHERED_S)
    return {run.under_way.pop(call): call.result() for call in done}


def _ends_the_run(endings: Iterable[Ending]) -> bool:
    return any(
        ending.is_provider_away
        or ending.pause_until is not None
        or ending.outcome is AttemptOutcome.QUEUE_STOPPED
        for ending in endings
    )


def _in_one_transaction(
    desk: Desk, run: _Run, endings: Mapping[str, Ending], *, takes_more: bool
) -> Mapping[str, Compose]:
    """Record what ended and begin what is to go next; a database that stumbles is asked again,
    because what a provider said must not be lost.
    """
    for pause_s in _PAUSES_S:
        try:
            return _record_and_begin(desk, run, endings, takes_more=takes_more)
        except OperationalError:
            log.warning("mail.record_tried_again")
            time.sleep(pause_s)
        except SQLAlchemyError:
            _record_and_begin(desk, run, endings, takes_more=False)
            raise
    return _record_and_begin(desk, run, endings, takes_more=takes_more)


def _record_and_begin(
    desk: Desk, run: _Run, endings: Mapping[str, Ending], *, takes_more: bool
) -> dict[str, Compose]:
    counted: Counter[AttemptOutcome] = Counter()
    claimed, checked_at = dict(run.claimed), run.checked_at
    begun: dict[str, Compose] = {}
    may_be_more = False
    with desk.database.writing() as session:
        now = desk.now()
        _record(session, desk, endings, counted, now=now)
        if takes_more and outgoing.may_leave(session, now=now):
            free = desk.most_begun - len(run.under_way)
            is_fresh = checked_at is None or now - checked_at <= _CHECK_HOLDS
            overtaken = (
                _overtaken(session, list(claimed)[:free]) if is_fresh else frozenset(claimed)
            )
            if overtaken:
                outbox.release_claims(session, sorted(overtaken), now=now)
            claimed = {key: claimed[key] for key in claimed if key not in overtaken}
            if len(claimed) < free:
                taken, may_be_more = _take(session, desk, desk.most_claimed, counted, now=now)
                claimed |= taken
                checked_at = now
            begun = _begin(session, claimed, free, now=now)
            may_be_more = may_be_more or bool(claimed) or bool(overtaken)
    # Only now is it true: a transaction that failed is tried again from the same beginning.
    run.claimed, run.checked_at = claimed, checked_at
    run.may_be_more = may_be_more
    run.tally.update(counted)
    return begun


def _overtaken(session: Session, claimed: Sequence[str]) -> frozenset[str]:
    """What was claimed before its address came on the list of those never to mail, or its buyer
    answered or declined: its letter looks at it anew, and says what becomes of it.
    """
    suppressed = outgoing.suppressed_since_claimed(session, claimed)
    return frozenset([*suppressed, *settled_since_claimed(session, claimed)])


def _begin(
    session: Session, claimed: dict[str, Compose], free: int, *, now: datetime
) -> dict[str, Compose]:
    """Take out the first few of what is claimed, and begin those that are still ours."""
    chosen = {key: claimed.pop(key) for key in list(claimed)[:free]}
    ours = outbox.start_attempts(session, list(chosen), now=now) if chosen else frozenset()
    return {key: compose for key, compose in chosen.items() if key in ours}


def _record(
    session: Session,
    desk: Desk,
    endings: Mapping[str, Ending],
    counted: Counter[AttemptOutcome],
    *,
    now: datetime,
) -> None:
    left = _write_down(session, endings, counted, now=now)
    note_left(session, desk.letters, left, now=now)


def _write_down(
    session: Session,
    endings: Mapping[str, Ending],
    counted: Counter[AttemptOutcome],
    *,
    now: datetime,
) -> list[Left]:
    left = outbox.record_endings(session, endings, now=now)
    counted.update(ending.outcome for ending in endings.values())
    for attempt_id, ending in endings.items():
        if ending.outcome is not AttemptOutcome.ACCEPTED:
            log.info("mail.not_sent", attempt=attempt_id, outcome=ending.outcome.value)
    return list(left.values())


def _take(
    session: Session, desk: Desk, free: int, counted: Counter[AttemptOutcome], *, now: datetime
) -> tuple[dict[str, Compose], bool]:
    """Claim up to `free` mails, check each again, and make ready those that are still wanted; says
    too whether more may be due.

    Those that are not leave room for others, so that a pile of them does not hold up the rest; a
    large pile (a queue released at night) takes several transactions, so that others get a turn.
    """
    ready: dict[str, Compose] = {}
    for _ in range(_ROUNDS_AT_ONCE):
        attempts = outbox.claim_due(
            session, provider=desk.provider.name, limit=free - len(ready), now=now
        )
        if not attempts:
            return ready, False
        prepared: dict[str, Compose | Ending] = {}
        for kind, alike in _by_kind(attempts):
            prepared |= _prepared(session, desk.letters.get(kind), alike, now=now)
        ended = {key: each for key, each in prepared.items() if isinstance(each, Ending)}
        _write_down(session, ended, counted, now=now)
        for attempt in attempts:
            compose = prepared[attempt.attempt_id]
            if not isinstance(compose, Ending):
                ready[attempt.attempt_id] = partial(_named, compose, attempt.message.public_id)
        if len(ready) >= free:
            break
    return ready, True


def _named(compose: Compose, mail_id: str) -> Draft:
    return replace(compose(), mail_id=mail_id)


def _prepared(
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
            each = (_prepared(session, letter, [attempt], now=now) for attempt in attempts)
            return {key: one for prepared in each for key, one in prepared.items()}
        (attempt,) = attempts
        log.error("mail.not_written", attempt=attempt.attempt_id, **_seen(error))
        return {attempt.attempt_id: Ending(AttemptOutcome.TRY_LATER, detail=_UNREADABLE)}


def _by_kind(attempts: Iterable[Claimed]) -> list[tuple[str, list[Claimed]]]:
    grouped = groupby(sorted(attempts, key=_kind_of), key=_kind_of)
    return [(kind, list(alike)) for kind, alike in grouped]


def _kind_of(attempt: Claimed) -> str:
    return attempt.message.kind


def _hand_over(provider: Provider, compose: Compose, attempt_id: str) -> Ending:
    try:
        draft = compose()
    except Exception as error:
        log.error("mail.not_written", attempt=attempt_id, **_seen(error))
        return Ending(AttemptOutcome.TRY_LATER, detail=_UNREADABLE)
    try:
        return provider.hand_over(draft, attempt_id=attempt_id)
    except Refused as refused:
        return refused.ending
    except Exception as error:
        log.error("mail.provider_failed", attempt=attempt_id, **_seen(error))
        return Ending(AttemptOutcome.MAY_HAVE_BEEN_SENT, detail=type(error).__name__)


def _seen(error: Exception) -> dict[str, object]:
    """An error's kind and the places it passed; its words may quote a person."""
    places = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    return {
        "kind": type(error).__qualname__,
        "at": [f"{place.filename}:{place.lineno} {place.name}" for place in places],
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
