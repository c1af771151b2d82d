"""The words of asking."""

from enum import StrEnum


class CampaignState(StrEnum):
    DRAFT = "draft"
    RUNNING = "running"
    PAUSED = "paused"


class LinkPurpose(StrEnum):
    """What a token opens; it is refused for any other."""

    ANSWER = "answer"
    OPT_OUT = "opt_out"
