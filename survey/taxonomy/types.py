"""Whose hands a reason is in, and where it was learnt."""

from enum import StrEnum


class Control(StrEnum):
    """Who could have changed it."""

    OURS = "ours"
    SHARED = "shared"
    THEIRS = "theirs"


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
