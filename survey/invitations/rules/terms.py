"""What a campaign may be told to do. Pure."""

from collections.abc import Collection

from survey.invitations.types import (
    Terms,
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
            problems[name] = "The questionnaire has no words for this outcome: choose another one."
        elif terms.delay_days[outcome] >= terms.stop_after_days:
            problems[name] = f"Ask before day {terms.stop_after_days}, when asking stops."
    low, high = terms.amount_from_minor, terms.amount_to_minor
    if low is not None and high is not None and low > high:
        problems["amount_to_minor"] = "The upper amount is below the lower one."
    if (low is not None or high is not None) and not terms.amount_currency:
        problems["amount_currency"] = "Say which currency the amounts are in."
    for name in ("sender_name", "sender_role", "reply_to"):
        if not getattr(terms, name).strip():
            problems[name] = "A named person outside sales has to sign, and to read the replies."
    return problems
