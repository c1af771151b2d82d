"""What delivering stands on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from survey.config import Settings
from survey.jobs.provider import provider_of
from survey.kit import clock
from survey.kit.db import Database
from survey.letters.kinds import letters_of
from survey.letters.letter import Sendable
from survey.mail.types import Provider

_FEWEST_CLAIMED = 128
_CLAIMED_PER_THREAD = 4
"""Checking many at once costs little more than checking one."""


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


def desk_of(settings: Settings, database: Database) -> Desk:
    return Desk(
        database,
        provider_of(settings),
        letters_of(settings),
        threads=settings.mail_threads,
        apart=Apart(partial(provider_of, settings), settings.mail_process_from),
    )
