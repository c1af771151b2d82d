"""The words of asking."""

from dataclasses import dataclass, field
from enum import StrEnum


class CampaignState(StrEnum):
    DRAFT = "draft"
    RUNNING = "running"
    PAUSED = "paused"


class LinkPurpose(StrEnum):
    """What a token opens; it is refused for any other."""

    ANSWER = "answer"
    OPT_OUT = "opt_out"


@dataclass(frozen=True, slots=True)
class Links:
    """The tokens of one mail. They live in memory while it is sent and are never stored."""

    answer: str = field(repr=False)
    opt_out: str = field(repr=False)
