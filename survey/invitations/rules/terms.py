"""What a campaign may be told to do. Pure."""

from collections.abc import Collection
from typing import Final

from survey.invitations.rules.reminders import MOST_REMINDERS, SHORTEST_GAP, TIME_TO_ANSWER
from survey.invitations.types import Terms
from survey.kit.addresses import NotAnAddress, read_address

SHORTEST_QUARANTINE: Final = 90
_SHORTEST_WAIT = SHORTEST_GAP.days


def check_terms(terms: Terms, asks: Collection[str]) -> dict[str, str]:
    """What is wrong with a campaign's terms: the term's name → a sentence.

    `asks` are the outcomes the questionnaire has words for.
    """
    problems: dict[str, str] = {}
    delays = {outcome: f"{outcome}_delay_days" for outcome in terms.delay_days}
    if not delays:
        problems["lost_delay_days"] = "Choose at least one outcome to ask about."
    for outcome, name in delays.items():
        if outcome not in asks:
            problems[name] = "The questionnaire has no words for this outcome: choose another one."
        elif terms.delay_days[outcome] >= terms.stop_after_days:
            problems[name] = f"Ask before day {terms.stop_after_days}, when asking stops."
    problems |= _limits(terms)
    low, high = terms.amount_from_minor, terms.amount_to_minor
    if low is not None and high is not None and low > high:
        problems["amount_to_minor"] = "The upper amount is below the lower one."
    if (low is not None or high is not None) and not terms.amount_currency:
        problems["amount_currency"] = "Say which currency the amounts are in."
    for name in ("sender_name", "sender_role", "reply_to"):
        if not getattr(terms, name).strip():
            problems[name] = "A named person outside sales has to sign, and to read the replies."
    if "reply_to" not in problems and (wrong := _wrong_address(terms.reply_to)):
        problems["reply_to"] = wrong
    return problems


def _wrong_address(address: str) -> str:
    """Why replies could not come to an address; empty where they can."""
    try:
        read_address(address)
    except NotAnAddress as error:
        return f"“{address}” {error}."
    return ""


def _limits(terms: Terms) -> dict[str, str]:
    """What is wrong with how often and how soon a person is written to."""
    needed = _days_until_the_last_answer(terms)
    wrong = {
        "reminders": (
            not 0 <= terms.reminders <= MOST_REMINDERS,
            f"Remind at most {MOST_REMINDERS} times: a third mail annoys more than it brings.",
        ),
        "reminder_days": (
            terms.reminder_days < _SHORTEST_WAIT,
            f"Leave people at least {_SHORTEST_WAIT} working days before you remind them.",
        ),
        "reminder_gap_days": (
            terms.reminder_gap_days < _SHORTEST_WAIT,
            f"Leave at least {_SHORTEST_WAIT} days between two reminders.",
        ),
        "person_quarantine_days": (
            terms.person_quarantine_days < SHORTEST_QUARANTINE,
            f"Leave a person alone for at least {SHORTEST_QUARANTINE} days after asking.",
        ),
        "answer_days": (
            terms.reminders > 0 and terms.answer_days < needed,
            f"Take answers for at least {needed} days, so that the last reminder can be answered.",
        ),
    }
    return {name: sentence for name, (is_wrong, sentence) in wrong.items() if is_wrong}


def _days_until_the_last_answer(terms: Terms) -> int:
    """Days from the invitation until its last reminder has come, a weekend included, and has left
    time to answer.
    """
    weeks, rest = divmod(terms.reminder_days, 5)
    first = weeks * 7 + rest + (2 if rest else 0)
    gaps = max(terms.reminders - 1, 0) * terms.reminder_gap_days
    return first + gaps + TIME_TO_ANSWER.days
