"""What our books say of each person, held against what the provider counted."""

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import create_engine, text

from tests.faults.provider import FakeSendGrid

_STATES = text(
    "SELECT to_address, state FROM message WHERE kind IN ('invitation', 'reminder', 'thanks')"
)
_SHOWN = frozenset({"uncertain", "failed"})
"""States in which a mail that did not arrive stands before a person's eyes."""
_UNDER_WAY = frozenset({"queued", "claimed"})


@dataclass(frozen=True, slots=True)
class Books:
    """Each person's invitations, reminders and thanks by state."""

    states: dict[str, list[str]]

    @property
    def by_state(self) -> Counter[str]:
        return Counter(state for each in self.states.values() for state in each)

    def are_settled(self, people: int) -> bool:
        """Whether all these people stand in the outbox, and nothing is under way."""
        return len(self.states) == people and not _UNDER_WAY & set(self.by_state)


def read_books(url: str) -> Books:
    engine = create_engine(url)
    states: dict[str, list[str]] = {}
    with engine.connect() as connection:
        for person, state in connection.execute(_STATES):
            states.setdefault(person, []).append(state)
    engine.dispose()
    return Books(states)


def verdict(people: list[str], books: Books, provider: FakeSendGrid) -> dict[str, int]:
    """In how many people's case the promise was broken, one way or another; and what is open."""
    accepted = provider.accepted_by_person
    return {
        "twice": sum(accepted[person] > 1 for person in people),
        "asked again": sum(provider.unrefused_by_person[person] > 1 for person in people),
        "two messages": sum(len(books.states.get(person, [])) > 1 for person in people),
        "lost": sum(
            not accepted[person] and not _SHOWN & set(books.states.get(person, []))
            for person in people
        ),
        "uncertain": books.by_state["uncertain"],
    }
