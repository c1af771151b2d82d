"""Event feeds of a provider: told once and in order, or as they come in the field.

Seen there: the same event up to 46 times, a day late and out of order, another `sg_event_id` on
each retry, events without any id of ours, `processed` never coming.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

MOST_COPIES = 46
_ENDS: dict[str, list[list[str]]] = {
    "delivered": [[], ["open"], ["open", "click"], ["unsubscribe"], ["open", "spamreport"]],
    "bounce": [[]],
    "dropped": [[]],
}
_WEIGHTS = {"delivered": 90, "bounce": 6, "dropped": 4}


@dataclass(frozen=True)
class Mail:
    """One mail that left: whom it went to, and with which attempt's id."""

    address: str
    attempt_id: str


Event = dict[str, Any]


def clean_feed(mails: Sequence[Mail], *, since: int, chance: random.Random) -> list[Event]:
    """What truly happened to each mail, in order, each event once."""
    events = []
    for mail in mails:
        end = chance.choices(list(_WEIGHTS), list(_WEIGHTS.values()))[0]
        names = ["processed", *["deferred"] * chance.choice([0, 0, 0, 1, 2]), end]
        names += chance.choice(_ENDS[end])
        events += [
            _event(mail, name, since + 60 * place, f"{mail.attempt_id}-{place}")
            for place, name in enumerate(names)
        ]
    return sorted(events, key=lambda event: event["timestamp"])


def wild_feed(clean: Sequence[Event], *, chance: random.Random) -> list[Event]:
    """The same events as a provider at its worst tells them."""
    copies: list[Event] = []
    for event in clean:
        if event["event"] == "processed" and chance.random() < 0.5:
            continue
        copies += [_copy(event, chance) for _ in range(_how_often(chance))]
    chance.shuffle(copies)
    return copies


def _how_often(chance: random.Random) -> int:
    """Mostly a few times, now and then dozens."""
    return 1 + int(MOST_COPIES * chance.random() ** 4)


def _copy(event: Event, chance: random.Random) -> Event:
    copied = dict(event)
    if chance.random() < 0.2:
        copied["sg_event_id"] = f"retry-{chance.getrandbits(64):x}"
    if chance.random() < 0.05:
        for name in ("sg_event_id", "sg_message_id", "survey_attempt"):
            del copied[name]
    return copied


def _event(mail: Mail, name: str, timestamp: int, event_id: str) -> Event:
    return {
        "email": mail.address,
        "timestamp": timestamp,
        "event": name,
        "sg_event_id": event_id,
        "sg_message_id": f"sg-{mail.attempt_id}.filter0001.1.2.3-0",
        "survey_attempt": mail.attempt_id,
    }
