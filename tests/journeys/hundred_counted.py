"""The hundred deals counted by hand: every figure that the dashboard and the report may print.

Counted from the file that the test wrote and from what its buyers clicked, by nothing of the
product; intervals are scipy's.
"""

import csv
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import floor
from pathlib import Path

from scipy.stats import binomtest

from tests.journeys.hundred import ANSWERS, DECIDED_BY, REASONS

MONTH, YEAR = ("2026-10", "2026-10"), ("2025-11", "2026-10")
MONTHS = [f"2025-{n}" for n in (11, 12)] + [f"2026-{n:02}" for n in range(1, 11)]
OUTCOMES = {"lost": "Lost", "won": "Won", "no_decision": "No decision"}
WHY = {
    "lost": "Why deals were lost",
    "won": "Why deals were won",
    "no_decision": "Why deals came to no decision",
}
CATEGORIES = {code.partition("-")[0]: reason.category for code, reason in REASONS.items()}
SIZES = ("smallest", "middle", "largest")
_FEW = 5


@dataclass(frozen=True)
class Figure:
    """As a page prints it, and as JSON and CSV have it."""

    words: str
    numbers: dict[str, int | str] = field(default_factory=dict)


NONE = Figure("–")


def number(deals: int) -> Figure:
    return Figure(str(deals), {"deals": deals})


def text(words: str) -> Figure:
    return Figure(words, {"words": words})


def _half_up(share: float) -> int:
    return floor(100 * share + 0.5)


def share(deals: int, of: int) -> Figure:
    """“3 of 7 43% (16–75%)”; without a percentage when there are fewer than five."""
    words, numbers = f"{deals} of {of}", {"deals": deals, "of": of}
    if of < _FEW:
        return Figure(words, numbers)
    wilson = binomtest(deals, of).proportion_ci(method="wilson")
    percent, low, high = map(_half_up, (deals / of, wilson.low, wilson.high))
    more = {"percent": percent, "low_percent": low, "high_percent": high}
    return Figure(f"{words} {percent}% ({low}–{high}%)", {**numbers, **more})


def part(deals: int, of: int) -> Figure:
    """“60% 60 of 100”: a part of all there are has no interval."""
    percent = _half_up(deals / of)
    numbers = {"deals": deals, "of": of, "percent": percent}
    return Figure(f"{percent}% {deals} of {of}", numbers)


def lately(now: tuple[int, int], before: tuple[int, int]) -> Figure:
    """No answer arrived, and no deal closed, in one of the two spans: nothing can be told."""
    assert 0 in {now[1], before[1]}
    words = "Too few to tell"
    numbers = {"deals": now[0], "of": now[1], "before_deals": before[0], "before_of": before[1]}
    return Figure(
        f"{words} {now[0]} of {now[1]}, was {before[0]} of {before[1]}", {**numbers, "words": words}
    )


@dataclass(frozen=True)
class Deal:
    """A line of the file, with the reason that its buyer clicked and what the analyst added."""

    number: int
    outcome: str
    rival: str
    product: str
    region: str
    amount: float
    closed_in: str
    decided_by: str
    named: frozenset[str]

    @property
    def is_answered(self) -> bool:
        return bool(self.decided_by)


def read_deals(path: Path, *, added: dict[int, str]) -> "Counted":
    said = {each.deal: DECIDED_BY[each.about or each.first] for each in ANSWERS}
    deals = []
    with path.open(encoding="utf-8-sig", newline="") as file:
        for line in csv.DictReader(file, delimiter=";"):
            deal = int(line["Deal ID"].removeprefix("D-"))
            decided = said.get(deal, "")
            deals.append(
                Deal(
                    deal, line["Outcome"], line["Competitor"], line["Product"], line["Region"],
                    float(line["Amount"]), line["Closed On"][:7], decided,
                    frozenset(filter(None, (decided, added.get(deal)))),
                )
            )  # fmt: skip
    return Counted(deals)


@dataclass(frozen=True)
class Counted:
    deals: Sequence[Deal]

    @cached_property
    def answered(self) -> list[Deal]:
        return [deal for deal in self.deals if deal.is_answered]

    def of(self, outcome: str) -> list[Deal]:
        return [deal for deal in self.answered if deal.outcome == outcome]

    @cached_property
    def rivals(self) -> list[str]:
        return [*sorted({deal.rival for deal in self.deals} - {""}), ""]

    @cached_property
    def traits(self) -> list[tuple[str, str, list[Deal]]]:
        """Code, label and closed deals of each way that those who answered may differ."""
        by_amount = sorted(self.deals, key=lambda deal: deal.amount)
        thirds = (by_amount[:34], by_amount[34:67], by_amount[67:])
        return [
            *(
                (f"outcome:{key}", label, [deal for deal in self.deals if deal.outcome == key])
                for key, label in OUTCOMES.items()
            ),
            ("segment:", "Segment not known", list(self.deals)),
            *(
                (f"size:{size}", f"{size.capitalize()} third by amount", third)
                for size, third in zip(SIZES, thirds, strict=True)
            ),
        ]

    def reasons(self, outcome: str) -> list[tuple[str, int, int]]:
        """Code, in how many it weighed most, in how many it was named; the weightiest first."""
        return _ranked(self.of(outcome), lambda code: code)

    def categories(self, outcome: str) -> list[tuple[str, int, int]]:
        return _ranked(self.of(outcome), lambda code: code.partition("-")[0])

    def top_loss(self, deals: Iterable[Deal]) -> tuple[str, int, int] | None:
        """The one reason that decided more answered losses than any other, and more than one."""
        lost = Counter(deal.decided_by for deal in deals if deal in self.of("lost"))
        most = lost.most_common(2)
        if not most or most[0][1] < 2 or (len(most) > 1 and most[1][1] == most[0][1]):
            return None
        return REASONS[most[0][0]].label, most[0][1], lost.total()


def _ranked(deals: Sequence[Deal], group: Callable[[str], str]) -> list[tuple[str, int, int]]:
    decided = Counter(group(deal.decided_by) for deal in deals)
    named = Counter(code for deal in deals for code in {group(each) for each in deal.named})
    rows = [(code, decided[code], times) for code, times in named.items()]
    return sorted(rows, key=lambda row: (-row[1], -row[2], row[0]))


def answered_in(deals: Iterable[Deal]) -> int:
    return sum(deal.is_answered for deal in deals)


def won_of_decided(deals: Iterable[Deal]) -> Figure:
    ended = Counter(deal.outcome for deal in deals)
    return share(ended["won"], ended["won"] + ended["lost"])


def steps(counted: Counted) -> list[tuple[str, str, int]]:
    """All were asked, and whoever began sent what they had."""
    all_deals, answered = len(counted.deals), len(counted.answered)
    return [
        ("closed", "Closed", all_deals),
        ("eligible", "Could be asked", all_deals),
        ("invited", "Invited", all_deals),
        ("delivered", "Handed over", all_deals),
        ("started", "Started", answered),
        ("answered", "Answered", answered),
    ]


def cohorts(counted: Counted) -> list[tuple[str, str, Figure]]:
    found = []
    for month, label in (("2026-09", "September 2026"), ("2026-08", "August 2026")):
        closed = [deal for deal in counted.deals if deal.closed_in == month]
        found.append((month, label, share(answered_in(closed), len(closed))))
    return found


def hands_of(counted: Counted, outcome: str) -> Counter[str]:
    return Counter(REASONS[deal.decided_by].hands for deal in counted.of(outcome))


def priced(counted: Counted, outcome: str) -> Figure:
    deals = counted.of(outcome)
    return share(sum(deal.decided_by.startswith("PRI") for deal in deals), len(deals))
