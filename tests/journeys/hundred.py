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
ANSWERS = (*LOST_ANSWERS, *WON_ANSWERS, *NO_DECISION_ANSWERS)
DECIDED_BY = {
    "Another offer cost less for much the same": "PRI-01",
    "Something we needed was missing": "PRD-01",
    "Answers came late or not at all": "SAL-02",
    "It did the important part best": "PRD-02",
    "It was worth the money": "PRI-03",
    "no_money": "BUY-01",
}
"""What a buyer clicks last of all about the reason → the reason in our taxonomy."""


@dataclass(frozen=True)
class Meant:
    """A reason as the taxonomy words it."""

    label: str
    category: str
    hands: str


REASONS = {
    "PRI-01": Meant("Price against the alternative", "Price and terms", "Ours"),
    "PRI-03": Meant("Value for the money", "Price and terms", "Ours"),
    "PRD-01": Meant("A function that must be there", "Product and fit", "Ours"),
    "PRD-02": Meant("Strength of a key capability", "Product and fit", "Ours"),
    "SAL-02": Meant("Responsiveness", "People and sale", "Ours"),
    "TEC-01": Meant("Integrations", "Technology, security and rules", "Ours"),
    "BUY-01": Meant("Budget", "The buyer’s own side", "Theirs"),
}


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
