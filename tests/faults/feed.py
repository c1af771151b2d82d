"""Event feeds of a provider: told once and in order, or as they come in the field.

Seen there: the same event up to 46 times, a day late and out of order, another `sg_event_id` on
each retry, events without any id of ours, `processed` never coming.
"""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

MOST_COPIES = 46
_ENDS: dict[str, list[list[str]]] = {
    "delivered": [[], ["open"], ["open", "click"], ["unsubscribe"], ["open", "spamreport"]],
    "bounce": [[]],
    "dropped": [[]],
    "blocked": [[]],
}
_WEIGHTS = {"delivered": 90, "bounce": 6, "dropped": 4}
_FULL = {"delivered": 10, "blocked": 90}
"""How mails end that share an address: its mailbox is full most of the time."""
_APART_S = 1800
_LOSES_IDS = 0.075
"""Of the two thirds of all mails that may lose them: one copy in twenty."""


@dataclass(frozen=True)
class Mail:
    """One mail that left: whom it went to, and with which attempt's id."""

    address: str
    attempt_id: str


Event = dict[str, Any]


def clean_feed(mails: Sequence[Mail], *, since: int, chance: random.Random) -> list[Event]:
    """What truly happened to each mail, in order, each event once."""
    events = []
    shared = Counter(mail.address for mail in mails)
    earlier: Counter[str] = Counter()
    for mail in mails:
        weights = _FULL if shared[mail.address] > 1 else _WEIGHTS
        end = chance.choices(list(weights), list(weights.values()))[0]
        names = ["processed", *["deferred"] * chance.choice([0, 0, 0, 1, 2]), end]
        names += chance.choice(_ENDS[end])
        began = since + _APART_S * earlier[mail.address]
        earlier[mail.address] += 1
        events += [
            _event(mail, name, began + 60 * place, f"{mail.attempt_id}-{place}")
            for place, name in enumerate(names)
        ]
    return sorted(events, key=lambda event: event["timestamp"])


def wild_feed(clean: Sequence[Event], *, chance: random.Random) -> list[Event]:
    """The same events as a provider at its worst tells them."""
    copies: list[Event] = []
    mails = {(event["email"], event["survey_attempt"]) for event in clean}
    sharing = Counter(address for address, _ in mails)
    for event in clean:
        if event["event"] == "processed" and chance.random() < 0.5:
            continue
        # Without ids nobody can say which of several mails to one address an event speaks of.
        keeps_ids = sharing[event["email"]] > 1
        copies += [_copy(event, chance, keeps_ids) for _ in range(_how_often(chance))]
    chance.shuffle(copies)
    return copies


def _how_often(chance: random.Random) -> int:
    """Mostly a few times, now and then dozens."""
    return 1 + int(MOST_COPIES * chance.random() ** 4)


def _copy(event: Event, chance: random.Random, keeps_ids: bool) -> Event:
    copied = dict(event)
    if chance.random() < 0.2:
        copied["sg_event_id"] = f"retry-{chance.getrandbits(64):x}"
    if chance.random() < _LOSES_IDS and not keeps_ids:
        for name in ("sg_event_id", "sg_message_id", "survey_attempt"):
            del copied[name]
    return copied


def _event(mail: Mail, name: str, timestamp: int, event_id: str) -> Event:
    blocked = {"type": "blocked"} if name == "blocked" else {}
    return blocked | {
        "email": mail.address,
        "timestamp": timestamp,
        "event": "bounce" if blocked else name,
        "sg_event_id": event_id,
        "sg_message_id": f"sg-{mail.attempt_id}.filter0001.1.2.3-0",
        "survey_attempt": mail.attempt_id,
    }
