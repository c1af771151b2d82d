"""What the buyers of the demo say: written by hand, a line a person, given to fitting deals."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import resources
from random import Random
from typing import Any

from survey.cli.demo.deals import world
from survey.kit.clock import Month

SCRIPTS = ("lost", "no_decision", "won")
GivenAnswers = dict[str, str | list[str]]
_SEED = 4_711
_PLAIN = (
    "weighed", "ended", "closest", "about", "about_text", "won_about", "same_cost", "cost_less",
    "still_chosen", "again", "different", "well", "nearly", "better", "readers",
)  # fmt: skip
_SEVERAL = ("else", "contact")
_MONTHS_AHEAD = 7


@dataclass(frozen=True, slots=True)
class Asked:
    """An invitation that went out, as far as it matters to who answers it."""

    invitation_id: int
    sent_at: datetime
    outcome: str
    product: str
    rival: str
    """The competitor the CRM names; may be empty."""
    region: str
    account: str = ""


@cache
def scripts(outcome: str) -> list[dict[str, Any]]:
    """The hand-written answers to one outcome's questions."""
    text = resources.files(__package__).joinpath(f"{outcome}.toml").read_text("utf-8")
    answers: list[dict[str, Any]] = tomllib.loads(text)["answers"]
    return answers


def given(script: dict[str, Any], this_month: Month) -> GivenAnswers:
    """A script as the questionnaire's answers."""
    answers: GivenAnswers = {name: script[name] for name in _PLAIN if script.get(name)}
    answers |= {name: list(script[name]) for name in _SEVERAL if name in script}
    month = str(this_month.plus(_MONTHS_AHEAD))
    beside: dict[str, str | list[str] | None] = {
        "ended.chose_supplier": script["rival"]
        if "ended" in script and "named" in script
        else None,
        "closest.competitor": script["rival"]
        if "closest" in script and "named" in script
        else None,
        f"about.{script.get('about')}": script.get("about_what"),
        "different_more": script.get("more"),
        "mistake": ["put_right"] if script.get("mistake") else None,
        "promise": ["still_missing"] if script.get("promise") else None,
        "again.around": month if script.get("again") == "around" else None,
        "contact.may_write_about_product": (
            month if "may_write_about_product" in script.get("contact", ()) else None
        ),
    }
    return answers | {name: value for name, value in beside.items() if value is not None}


def who_answers(asked: Iterable[Asked]) -> list[tuple[Asked, dict[str, Any]]]:
    """Each script finds an invitation about its outcome, product and competitor.

    Where the CRM names no competitor the buyer may have had any. A script that fits nobody who was
    asked stays unsaid.
    """
    rng = Random(_SEED)  # noqa: S311 (believable, not a secret)
    waiting = sorted(asked, key=lambda one: one.invitation_id)
    rng.shuffle(waiting)
    pairs = []
    for outcome in SCRIPTS:
        for script in sorted(
            scripts(outcome), key=lambda one: ("region" not in one, "trade" not in one)
        ):
            fitting = [one for one in waiting if one.outcome == outcome and _fits(one, script)]
            if fitting:
                found = min(fitting, key=lambda one: _distance(one, script))
                waiting.remove(found)
                pairs.append((found, script))
    return pairs


def _distance(one: Asked, script: dict[str, Any]) -> tuple[bool, bool, bool, int]:
    """How far an invitation is from what a script speaks of; those who only click did so early."""
    is_silent = not any(name in script for name in ("different", "nearly", "about_text"))
    is_other_trade = _trade_of(one.account) != script.get("trade", "")
    return (
        is_other_trade and "trade" in script,
        one.rival != script.get("rival", ""),
        is_other_trade,
        one.invitation_id if is_silent else 0,
    )


def _trade_of(account: str) -> str:
    """What a company does, by its name: a nurse should not answer for a waterworks."""
    trades: dict[str, list[str]] = world()["trades"]
    return next((trade for trade, words in trades.items() if any(w in account for w in words)), "")


def _fits(one: Asked, script: dict[str, Any]) -> bool:
    return (
        one.product == f"Fernhill {script['product']}"
        and one.rival in {"", script.get("rival", one.rival)}
        and one.region == script.get("region", one.region)
    )
