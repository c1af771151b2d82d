"""Handing one mail over. It imports little: a process of its own begins with it."""

import traceback
from typing import NamedTuple

from survey.mail.types import AttemptOutcome, Draft, Ending, Provider, Refused

_FRAMES = 12


class Broke(NamedTuple):
    """What the log has to say of an error: its kind and the places it passed. Its words may quote
    a person.
    """

    kind: str
    at: list[str]


class Handed(NamedTuple):
    """How handing a mail over ended, and the error that nobody had thought of, if there was one."""

    ending: Ending
    broke: Broke | None = None


def handed_over(provider: Provider, draft: Draft, *, attempt_id: str) -> Handed:
    """Whatever the provider does, it is an ending."""
    try:
        return Handed(provider.hand_over(draft, attempt_id=attempt_id))
    except Refused as refused:
        return Handed(refused.ending)
    except Exception as error:
        lost = Ending(AttemptOutcome.MAY_HAVE_BEEN_SENT, detail=type(error).__name__)
        return Handed(lost, broken_by(error))


def broken_by(error: Exception) -> Broke:
    """What the log has to say of this error."""
    places = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    return Broke(
        type(error).__qualname__,
        [f"{place.filename}:{place.lineno} {place.name}" for place in places],
    )
