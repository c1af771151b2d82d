"""The words of answering."""

from dataclasses import dataclass
from enum import StrEnum

GivenAnswers = dict[str, str | list[str]]
"""Answers that may still change: `questionnaires.types.Answers` while a buyer goes along."""


class Channel(StrEnum):
    WEB = "web"
    REPLY = "reply"


class Audience(StrEnum):
    """Who may see the answer, as the buyer chose."""

    PEOPLE_DEALT_WITH = "people_dealt_with"
    SENDER_TEAM = "sender_team"
    TOTALS_ONLY = "totals_only"
    NOT_CHOSEN = "not_chosen"
    """Nothing chosen: only the sender's team, and no text is passed on."""


class ResponseState(StrEnum):
    """`held` answers are out of the figures until a person releases them."""

    COUNTED = "counted"
    HELD = "held"
    DELETED = "deleted"


class Door(StrEnum):
    """Which of a buyer's pages a link was used for."""

    ANSWER = "answer"
    OPT_OUT = "opt_out"
    HIDDEN = "hidden"
    """The page behind the link that people neither see nor reach."""


class Ended(StrEnum):
    """What the buyer says they did in the end."""

    CHOSE_SUPPLIER = "chose_supplier"
    KEPT_CURRENT = "kept_current"
    IN_HOUSE = "in_house"
    PUT_OFF = "put_off"
    STILL_DECIDING = "still_deciding"
    CHOSE_US = "chose_us"
    NOT_SAID = "not_said"


@dataclass(frozen=True, slots=True)
class Given:
    """One row of what was given: a choice, with the words beside it, or words alone."""

    question_key: str
    position: int
    choice_key: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Said:
    """What the answers say of themselves, in the words the rest of the house asks by."""

    audience: Audience
    ended: Ended | None
    may_ask_back: bool
    may_tell_changes: bool
    may_write_about_product: bool
