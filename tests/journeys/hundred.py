"""A hundred closed deals, and what twelve of their buyers say: figures counted by hand.

| outcome | closed | answered | first click → finer click |
|---|---|---|---|
| lost | 60 | 7 | price → cost less ×3; product → missing ×2; people → late ×2 |
| won | 30 | 3 | product → did the important part best ×2; price → worth the money ×1 |
| no decision | 10 | 2 | no money for it ×2 |
"""

import csv
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

LOST, WON, NO_DECISION = 60, 30, 10
TODAY = date(2026, 10, 15)
_SELLERS = ("ada@northwind.example", "ben@northwind.example", "cleo@northwind.example")
_COLUMNS = (
    "Deal ID", "Deal Name", "Account", "Outcome", "Amount", "Currency", "Closed On", "Opened On",
    "Competitor", "Product", "Region", "Seller Email", "Seller Name", "Contact Email",
    "Contact Name", "May Ask",
)  # fmt: skip
_RIVALS = ("Contoso", "Fabrikam", "Initech")
_CLOSED = {"lost": date(2026, 9, 28), "won": date(2026, 9, 10), "no_decision": date(2026, 9, 4)}


@dataclass(frozen=True)
class Said:
    """What one buyer clicks, by the words on the page, and writes."""

    deal: int
    first: str
    ended: str
    about: str
    words: str


LOST_ANSWERS = (
    Said(0, "price", "Chose another supplier", "Another offer cost less for much the same", ""),
    Said(1, "price", "Chose another supplier", "Another offer cost less for much the same", ""),
    Said(2, "price", "Kept what we have", "Another offer cost less for much the same", ""),
    Said(3, "product", "Chose another supplier", "Something we needed was missing", "A history."),
    Said(4, "product", "Do it ourselves", "Something we needed was missing", ""),
    Said(5, "people", "Chose another supplier", "Answers came late or not at all", "Call us back."),
    Said(6, "people", "Kept what we have", "Answers came late or not at all", ""),
)  # fmt: skip
WON_ANSWERS = (
    Said(60, "product", "Another supplier", "It did the important part best", ""),
    Said(61, "product", "Doing nothing", "It did the important part best", ""),
    Said(62, "price", "What we had before", "It was worth the money", ""),
)
NO_DECISION_ANSWERS = (
    Said(90, "no_money", "Put it off or dropped it", "", ""),
    Said(91, "no_money", "Put it off or dropped it", "", ""),
)
BY_HAND = {
    "lost": {"PRI-01": (3, 7), "PRD-01": (2, 7), "SAL-02": (2, 7)},
    "won": {"PRD-02": (2, 3), "PRI-03": (1, 3)},
    "no_decision": {"BUY-01": (2, 2)},
}
"""Outcome → reason → how many of the answered deals it decided."""
ON_THE_DASHBOARD = (
    "12 of 100",  # answered, of closed
    "3 of 7",  # price, of answered losses
    "0 of 20",  # won against each rival: every third of sixty losses, no win
    "15 of 45",  # won of each product: odd numbers 15 of 30 wins, 30 of 60 losses
    "22 of 67",  # Benelux: 22 wins, 45 losses, all but every fourth
    "8 of 23",  # Nordics: 8 wins, 15 losses
)


def outcome_of(number: int) -> str:
    if number < LOST:
        return "lost"
    return "won" if number < LOST + WON else "no_decision"


def address_of(number: int) -> str:
    return f"buyer{number:03}@account{number:03}.example"


def write_deals(path: Path) -> Path:
    """The file as a spreadsheet would save it: semicolons, decimal points, ISO days."""
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(_COLUMNS)
        for number in range(LOST + WON + NO_DECISION):
            writer.writerow(_row(number))
    return path


def _row(number: int) -> list[object]:
    outcome = outcome_of(number)
    closed = _CLOSED[outcome] - timedelta(days=number % 5)
    seller = _SELLERS[number % 3]
    return [
        f"D-{number:03}",
        f"Planning for site {number:03}",
        f"Account {number:03}",
        outcome,
        f"{1000 + number}.50",
        "EUR",
        closed.isoformat(),
        (closed - timedelta(days=60)).isoformat(),
        _RIVALS[number % 3] if outcome == "lost" else "",
        "Planner" if number % 2 else "Scheduler",
        "Benelux" if number % 4 else "Nordics",
        seller,
        seller.partition("@")[0].capitalize(),
        address_of(number),
        f"Robin Vos {number:03}",
        "yes",
    ]
