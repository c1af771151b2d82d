"""The words of coding."""

from enum import StrEnum


class CodingRole(StrEnum):
    PRIMARY = "primary"
    CONTRIBUTING = "contributing"


class Direction(StrEnum):
    FOR_US = "for_us"
    AGAINST_US = "against_us"


class CodingSource(StrEnum):
    BUYER = "buyer"
    MODEL = "model"
    PERSON = "person"


class CodingState(StrEnum):
    SUGGESTED = "suggested"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"
