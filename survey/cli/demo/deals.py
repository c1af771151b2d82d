"""The deals of a year, as the rows a CRM would export: the same for the same day, every time."""

import tomllib
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib import resources
from math import exp
from random import Random
from typing import Any

Row = dict[str, str]

DEALS = 1200
OPEN_DEALS = 45
_ACCOUNTS = 820
_SEED = 20_261
_YEAR_DAYS = 364
_LATE_MONTHS = 5
_DAYS_A_MONTH = 30.4
_SATURDAY = 5
_ROLES = (
    "Operations manager", "IT manager", "Managing director", "Head of planning",
    "Plant manager", "Warehouse manager", "Buyer", "Ward manager",
)  # fmt: skip
_CRM_REASONS = {
    "lost": (
        "Price", "Price", "Price", "Price", "Too expensive", "Lost to competitor", "Features",
        "Price / terms", "Timing", "",
    ),
    "no_decision": ("No budget", "No decision", "Went quiet", "Timing", "Project stopped", ""),
    "won": ("", "Relationship", "Product fit", "Best offer"),
}  # fmt: skip
_ENDINGS = ("", "", "", " Group", " Holding", " & Partners")
_LAST_STAGES = ("Qualifying", "Demo", "Demo", "Trial", "Proposal", "Proposal", "Negotiation")
_SOURCES = ("Referral", "Trade fair", "Website", "Website", "Partner", "Outbound")


@dataclass(frozen=True, slots=True)
class Buyer:
    """A company that buys, and the people there."""

    name: str
    country: str
    segment: str
    people: tuple[tuple[str, str], ...]
    """Name and address of each."""


@cache
def world() -> dict[str, Any]:
    """The names and the odds of the demo's world."""
    return tomllib.loads(resources.files(__package__).joinpath("world.toml").read_text("utf-8"))


def rows_of_a_year(today: date) -> list[Row]:
    """Closed deals of the twelve months before `today` by closing day, then the open ones.

    A deal with several contacts has a row for each.
    """
    rng = Random(_SEED)  # noqa: S311 (a believable year, not a secret)
    buyers = _buyers(rng)
    closings = sorted(_closing_day(today, rng) for _ in range(DEALS))
    rows: list[Row] = []
    for number in range(DEALS + OPEN_DEALS):
        closed_on = closings[number] if number < DEALS else None
        rows += _deal(number, closed_on, today, rng.choice(buyers), rng)
    return rows


def address_of(name: str, domain: str) -> str:
    """An address as companies make them: first.last@domain, without accents."""
    first, *rest = plain(name).split()
    return f"{first}.{''.join(rest)}@{domain}"


def plain(name: str) -> str:
    """In small letters and without accents."""
    bare = unicodedata.normalize("NFKD", name.lower().replace("ø", "o").replace("æ", "ae"))
    return "".join(letter for letter in bare if letter.isascii())


def _buyers(rng: Random) -> list[Buyer]:
    countries = world()["countries"]
    names: dict[str, str] = {}
    while len(names) < _ACCOUNTS:
        country = _drawn(rng, {code: facts["weight"] for code, facts in countries.items()})
        facts = countries[country]
        name = f"{rng.choice(facts['places'])} {rng.choice(facts['trades'])}{rng.choice(_ENDINGS)}"
        names.setdefault(name, country)
    return [_buyer(name, country, rng) for name, country in names.items()]


def _buyer(name: str, country: str, rng: Random) -> Buyer:
    facts = world()["countries"][country]
    segments = {name: segment["weight"] for name, segment in world()["segments"].items()}
    domain = "".join(letter for letter in plain(name) if letter.isalnum())
    people = {f"{rng.choice(facts['first'])} {rng.choice(facts['last'])}" for _ in range(2)}
    return Buyer(
        name,
        country,
        _drawn(rng, segments),
        tuple((person, address_of(person, f"{domain}.example")) for person in sorted(people)),
    )


def _closing_day(today: date, rng: Random) -> date:
    day = today - timedelta(days=1 + rng.randrange(_YEAR_DAYS))
    while day.weekday() >= _SATURDAY:
        day -= timedelta(days=1)
    return day


def _deal(number: int, closed_on: date | None, today: date, buyer: Buyer, rng: Random) -> list[Row]:
    country = world()["countries"][buyer.country]
    product = _drawn(rng, {name: each["weight"] for name, each in world()["products"].items()})
    rival = _rival((today - (closed_on or today)).days / _DAYS_A_MONTH, rng)
    outcome = _outcome(product, rival, rng) if closed_on else "open"
    seller, team = _seller(country["region"], rng)
    opened_on = (closed_on or today) - timedelta(days=rng.randint(35, 190))
    deal = {
        "deal_id": f"FH-{10_000 + number}",
        "deal_name": f"{buyer.name}: {product}",
        "account": buyer.name,
        "outcome": outcome,
        "amount": str(_amount(product, buyer.segment, country["rate"], rng)),
        "currency": country["currency"],
        "closed_on": closed_on.isoformat() if closed_on else "",
        "opened_on": opened_on.isoformat(),
        "competitor": rival,
        "product": product,
        "region": country["region"],
        "segment": buyer.segment,
        "country": buyer.country,
        "deal_type": "New business" if rng.random() < 0.8 else "Expansion",  # noqa: PLR2004
        "lead_source": rng.choice(_SOURCES),
        "stage": "Closed" if outcome == "won" else rng.choice(_LAST_STAGES),
        "seller_email": address_of(seller, world()["company"]["domain"]),
        "seller_name": seller,
        "team": team,
        "crm_reason": rng.choice(_CRM_REASONS.get(outcome, ("",))),
    }
    return [deal | contact for contact in _contacts(buyer, rng)]


def _contacts(buyer: Buyer, rng: Random) -> list[Row]:
    """Mostly one who decided; sometimes nobody, a mailbox of many, or two of whom nobody knows
    who decided.
    """
    luck = rng.random()
    asked = {"may_ask": rng.choices(("", "yes", "no"), (50, 46, 4))[0], "locale": "en"}
    first, *others = (
        {"contact_email": address, "contact_name": person, "contact_role": rng.choice(_ROLES)}
        for person, address in buyer.people
    )
    if luck < 0.06:  # noqa: PLR2004
        return [{"contact_email": "", "contact_name": "", "contact_role": ""}]
    if luck < 0.08:  # noqa: PLR2004
        _, domain = first["contact_email"].split("@")
        return [first | asked | {"contact_email": f"info@{domain}", "contact_name": ""}]
    if luck < 0.80 or not others:  # noqa: PLR2004
        return [first | asked]
    if luck < 0.95:  # noqa: PLR2004
        return [first | asked | {"contact_role": "Decision maker"}, others[0]]
    return [first | asked, others[0]]


def _rival(months_ago: float, rng: Random) -> str:
    """Whom we met: one competitor has been rising for the last five months."""
    if rng.random() > 0.72:  # noqa: PLR2004
        return ""
    lateness = max(0.0, 1 - months_ago / _LATE_MONTHS)
    odds = {
        name: each["early"] + (each["late"] - each["early"]) * lateness**0.6
        for name, each in world()["rivals"].items()
    }
    return _drawn(rng, odds)


def _outcome(product: str, rival: str, rng: Random) -> str:
    chance = world()["rivals"][rival]["chance"] if rival else 0.30
    if product == "Fernhill Stock":
        chance -= 0.10
    undecided = 0.14 if rival else 0.42
    luck = rng.random()
    if luck < chance:
        return "won"
    return "no_decision" if luck < chance + undecided else "lost"


def _amount(product: str, segment: str, rate: float, rng: Random) -> int:
    middle = world()["segments"][segment]["middle"] * world()["products"][product]["scale"]
    return int(middle * exp(rng.gauss(0, 0.45)) * rate) // 100 * 100


def _seller(region: str, rng: Random) -> tuple[str, str]:
    there = [(name, s["team"]) for name, s in world()["sellers"].items() if s["region"] == region]
    return rng.choice(there)


def _drawn(rng: Random, odds: dict[str, float]) -> str:
    return rng.choices(list(odds), list(odds.values()))[0]
