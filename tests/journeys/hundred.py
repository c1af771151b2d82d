"""A hundred closed deals, and what twelve of their buyers say: figures counted by hand.

| outcome | closed | answered | first click → finer click |
|---|---|---|---|
| lost | 60 | 7 | price → cost less ×3; product → missing ×2; people → late ×2 |
| won | 30 | 3 | product → did the important part best ×2; price → worth the money ×1 |
| no decision | 10 | 2 | no money for it ×2 |
"""

import subprocess
from dataclasses import dataclass
from pathlib import Path

LOST, WON, NO_DECISION = 60, 30, 10
_COLUMNS = (
    "Deal ID", "Deal Name", "Account", "Outcome", "Amount", "Currency", "Closed On", "Opened On",
    "Competitor", "Product", "Region", "Seller Email", "Seller Name", "Contact Email",
    "Contact Name", "May Ask",
)  # fmt: skip


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
CATEGORIES_BY_HAND = {
    "lost": {"PRI": (3, 7), "PRD": (2, 7), "SAL": (2, 7)},
    "won": {"PRD": (2, 3), "PRI": (1, 3)},
    "no_decision": {"BUY": (2, 2)},
}
SHARES_BY_HAND = {
    # section, row, column: deals, of
    ("answers", "lost", "this_month"): (7, None),
    ("answers", "won", "this_month"): (3, None),
    ("answers", "no_decision", "this_month"): (2, None),
    ("answers", "all", "this_month"): (12, None),
    ("answers", "disputed", "this_month"): (0, None),
    ("coverage", "closed", "twelve_months"): (100, None),
    ("coverage", "invited", "twelve_months"): (100, None),
    ("coverage", "delivered", "twelve_months"): (100, None),
    ("coverage", "started", "twelve_months"): (12, None),
    ("coverage", "answered", "twelve_months"): (12, None),
    ("coverage", "held", "twelve_months"): (0, None),
    ("closing_months", "2026-09", "answered"): (12, 98),  # 94 and 99 closed on 31 August
    ("closing_months", "2026-08", "answered"): (0, 2),
    ("difference", "outcome:lost", "answered"): (7, 60),
    ("difference", "outcome:won", "answered"): (3, 30),
    ("difference", "outcome:no_decision", "answered"): (2, 10),
    ("hands", "lost", "ours"): (7, None),
    ("hands", "won", "ours"): (3, None),
    ("hands", "no_decision", "theirs"): (2, None),
    ("price", "lost", "named"): (3, 7),
    ("price", "lost", "weighed_most"): (3, 7),
    ("price", "won", "weighed_most"): (1, 3),
    ("price", "no_decision", "weighed_most"): (0, 2),
}
ON_THE_DASHBOARD = (
    "12 of 100",  # answered, of closed
    "3 of 7",  # price, of answered losses
    "0 of 20",  # won against each rival: every third of sixty losses, no win
    "15 of 45",  # won of each product: odd numbers 15 of 30 wins, 30 of 60 losses
    "22 of 67",  # Benelux: 22 wins, 45 losses, all but every fourth
    "8 of 23",  # Nordics: 8 wins, 15 losses
)


def address_of(number: int) -> str:
    return f"buyer{number:03}@account{number:03}.example"


def write_deals(path: Path) -> Path:
    """The file as another tool writes it: semicolons, decimal points, ISO days, all in quotes."""
    header = ";".join(_COLUMNS)
    program = _AWK.replace("@header", header).replace("@deals", str(LOST + WON + NO_DECISION))
    written = subprocess.run(["awk", program], check=True, capture_output=True).stdout
    path.write_bytes(b"\xef\xbb\xbf" + written)
    return path


_AWK = r"""
BEGIN {
    print "@header"
    split("Contoso Fabrikam Initech", rivals, " "); split("ada ben cleo", sellers, " ")
    for (deal = 0; deal < @deals; deal++) {
        outcome = deal < 60 ? "lost" : deal < 90 ? "won" : "no_decision"
        rival = outcome == "lost" ? rivals[deal % 3 + 1] : ""
        closed = outcome == "lost" ? "2026-09-" (28 - deal % 5) \
            : outcome == "won" ? sprintf("2026-09-%02d", 10 - deal % 5) \
            : deal % 5 == 4 ? "2026-08-31" : sprintf("2026-09-%02d", 4 - deal % 5)
        seller = sellers[deal % 3 + 1]
        printf "\"D-%03d\";\"Planning for site %03d\";\"Account %03d\";", deal, deal, deal
        printf "\"%s\";\"%d.50\";\"EUR\";\"%s\";\"2026-07-01\";", outcome, 1000 + deal, closed
        printf "\"%s\";\"%s\";", rival, deal % 2 ? "Planner" : "Scheduler"
        printf "\"%s\";", deal % 4 ? "Benelux" : "Nordics"
        printf "\"%s@northwind.example\";\"%s\";", seller, seller
        printf "\"buyer%03d@account%03d.example\";\"Robin Vos %03d\";\"yes\"\n", deal, deal, deal
    }
}
"""
