"""Buyers are thanked soon after they answered, where their campaign thanks."""

from datetime import datetime

from survey.kit.db import Database
from survey.responses.actions.thanks import thank_for_answers


def thank_waiting(database: Database, *, now: datetime) -> int:
    """Put the thanks that are due in the outbox; says how many. Safe to repeat."""
    thanked = 0
    while batch := _thank_batch(database, now=now):
        thanked += batch
    return thanked


def _thank_batch(database: Database, *, now: datetime) -> int:
    with database.writing() as session:
        return thank_for_answers(session, now=now)
