"""What a campaign may be told to do. Pure."""

import re
from collections.abc import Collection
from typing import Final

from survey.deals.types import Outcome
from survey.invitations.rules.reminders import MOST_REMINDERS, SHORTEST_GAP, TIME_TO_ANSWER
from survey.invitations.types import Terms
from survey.kit.addresses import NotAnAddress, read_address

SHORTEST_QUARANTINE: Final = 90
_SHORTEST_WAIT = SHORTEST_GAP.days
USUAL_DELAYS: Final = {Outcome.LOST: 10, Outcome.WON: 21, Outcome.NO_DECISION: 30}
"""Days from the close: early enough to remember, late enough to talk freely."""

# How mailboxes that nobody reads are called, without hyphens, dots and underscores, in the
# languages of our buyers.
_READ_BY_NOBODY = (
    *("noreply", "donotreply", "dontreply", "neverreply", "nobody", "unmonitored", "devnull"),
    *("mailerdaemon", "bounce", "nichtantworten", "keineantwort", "nietantwoorden"),
    *("nepasrepondre", "noresponder", "nonrispondere"),
)


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
            problems[name] = (
                "The questionnaire has no words for this outcome: leave it empty, or choose another"
                " questionnaire."
            )
        elif terms.delay_days[outcome] >= terms.stop_after_days:
            problems[name] = f"Ask before day {terms.stop_after_days}, when asking stops."
    problems |= _limits(terms)
    low, high = terms.amount_from_minor, terms.amount_to_minor
    if low is not None and high is not None and low > high:
        problems["amount_to_minor"] = "The upper amount is below the lower one."
    if (low is not None or high is not None) and not terms.amount_currency:
        problems["amount_currency"] = "Say which currency the amounts are in."
    return problems | _sender(terms)


def _sender(terms: Terms) -> dict[str, str]:
    """What is wrong with who signs."""
    problems = {
        name: "A named person outside sales has to sign, and to read the replies."
        for name in ("sender_name", "sender_role", "reply_to")
        if not getattr(terms, name).strip()
    }
    if not terms.sender_is_not_in_sales:
        problems["sender_is_not_in_sales"] = (
            "A person outside sales has to sign, because buyers are franker with one. Tick this if"
            " it is so; else name somebody else."
        )
    if "reply_to" not in problems and (wrong := _wrong_address(terms.reply_to)):
        problems["reply_to"] = wrong
    return problems


def _wrong_address(address: str) -> str:
    """Why replies could not come to an address; empty where they can."""
    try:
        read_address(address)
    except NotAnAddress as error:
        return f"“{address}” {error}."
    mailbox = re.sub("[-_.]", "", address.strip().lower().partition("@")[0])
    if mailbox.startswith(_READ_BY_NOBODY):
        return f"Nobody reads “{address}”. Give the address of a person who reads the replies."
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
