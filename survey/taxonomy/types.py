"""Whose hands a reason is in, and where it was learnt."""

from dataclasses import dataclass
from enum import StrEnum


class Control(StrEnum):
    """Who could have changed it."""

    OURS = "ours"
    SHARED = "shared"
    THEIRS = "theirs"

    @property
    def label(self) -> str:
        return self.value.capitalize()


class ScreenGroup(StrEnum):
    """The seven choices of the buyer's first screen."""

    PRODUCT = "product"
    SYSTEMS = "systems"
    PRICE = "price"
    GETTING_STARTED = "getting_started"
    PEOPLE = "people"
    COMPANY = "company"
    THEIR_SIDE = "their_side"


class SaleMoment(StrEnum):
    """Where in the sale the reason was learnt: an attribute of a coding, never a reason."""

    FIRST_CONTACT = "first_contact"
    DEMO = "demo"
    TRIAL = "trial"
    REFERENCE_CALL = "reference_call"
    PROPOSAL = "proposal"
    SECURITY_REVIEW = "security_review"
    NEGOTIATION = "negotiation"


APPLIES_TO = ("won", "competitor", "current_supplier", "in_house", "no_decision")
"""What a reason may be typical of: the outcomes and, where we lost, the alternative chosen."""


@dataclass(frozen=True, slots=True)
class ReasonRow:
    """One row of the taxonomy's table, all cells as text; the fields are the columns."""

    category_code: str
    category: str
    category_definition: str
    code: str
    label: str
    definition: str
    decision_rule: str
    second_question: str
    control: str
    owner: str
    applies_to: str
    screen_group: str
    buyer_against: str
    buyer_for: str
    phrase_against: str
    phrase_for: str
    is_switched_on: str
    was: str
    """The earlier reasons that this one takes over, besides the one of its own code."""
