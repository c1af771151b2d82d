"""What buyers filled in and never sent dies by itself."""

from collections.abc import Callable
from datetime import datetime

from survey.kit.db import Database
from survey.responses.actions.drafts import forget_drafts


def forget_old_drafts(
    database: Database, *, now: datetime, go_on: Callable[[], bool] = lambda: True
) -> int:
    """Let all drafts die whose time has come, some hundreds to a transaction; says how many did."""
    forgotten = 0
    while go_on():
        with database.writing() as session:
            batch = forget_drafts(session, now=now)
        if not batch:
            break
        forgotten += batch
    return forgotten
