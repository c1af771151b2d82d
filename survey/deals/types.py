"""How a deal ended, and what the buyer could do instead."""

from enum import StrEnum


class Outcome(StrEnum):
    WON = "won"
    LOST = "lost"
    NO_DECISION = "no_decision"
    OPEN = "open"


class AlternativeKind(StrEnum):
    COMPETITOR = "competitor"
    CURRENT_SUPPLIER = "current_supplier"
    IN_HOUSE = "in_house"
    NOTHING = "nothing"


class Standing(StrEnum):
    """How far an alternative got; a later one includes the earlier."""

    CONSIDERED = "considered"
    CLOSEST = "closest"
    CHOSEN = "chosen"


class Source(StrEnum):
    """Who says so."""

    CRM = "crm"
    BUYER = "buyer"
    PERSON = "person"
