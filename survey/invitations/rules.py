"""Pure decisions about asking."""

from datetime import datetime


def takes_answers(*, closes_at: datetime, now: datetime) -> bool:
    """Whether an invitation's link still takes an answer or a change.

    A cancelled invitation does too: whoever holds its link was mailed before, and may answer.
    """
    return now < closes_at
