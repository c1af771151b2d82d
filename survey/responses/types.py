"""The words of answering."""

from dataclasses import dataclass
from datetime import datetime
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


class Doubt(StrEnum):
    """A sign that a machine may have pressed."""

    TOO_FAST = "too_fast"
    ALL_LINKS = "all_links"
    DRIVEN = "driven"
    JUST_DELIVERED = "just_delivered"
    HIDDEN_LINK = "hidden_link"

    @property
    def sentence(self) -> str:
        return _DOUBTS[self]


_DOUBTS = {
    Doubt.TOO_FAST: "It was sent less than three seconds after the first page was opened.",
    Doubt.ALL_LINKS: "Every link of the mail was opened within ten seconds of its first page.",
    Doubt.DRIVEN: "The browser said that a program drives it.",
    Doubt.JUST_DELIVERED: "It was sent less than a minute after the mail was handed over.",
    Doubt.HIDDEN_LINK: "A link was opened that people can neither see nor reach.",
}


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


@dataclass(frozen=True, slots=True)
class Opened:
    """One page that a link opened."""

    door: Door
    choice: str
    sitting: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Footprint:
    """What is known of whoever pressed a button of the buyer's pages."""

    pressed_at: datetime
    sitting: str = ""
    """Empty where the press came from no page of ours."""
    opened: tuple[Opened, ...] = ()
    """What this sitting opened, and whatever the invitation's links opened around its beginning."""
    carried: frozenset[str] = frozenset()
    """The choices that the mail carries a link for."""
    handed_over_at: datetime | None = None
    """When the provider took the mail whose link this is."""
    is_driven: bool = False
