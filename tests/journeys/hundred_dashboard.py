"""The dashboard of the hundred deals as counted by hand."""

import re
from collections.abc import Iterator, Sequence

from tests.journeys.hundred import REASONS
from tests.journeys.hundred_counted import (
    CATEGORIES,
    MONTHS,
    OUTCOMES,
    WHY,
    Counted,
    Deal,
    answered_in,
    cohorts,
    hands_of,
    priced,
    share,
    steps,
    won_of_decided,
)
from tests.journeys.pages_read import Table, drawings_on, tables_on, terms_on

TOO_FEW = "Too few to tell"
HEADLINE = (
    "12 answers from 100 closed deals. What weighed most in answered losses was “Price and terms”,"
    " in 3 of 7 (16–75%)."
)


def compare_dashboard(counted: Counted, html: str) -> None:
    """Its tables, its large figures and its drawings say what was counted, and nothing else."""
    expected = list(_tables(counted))
    assert tables_on(html) == expected
    assert terms_on(html) == [_large(counted)]
    assert f"<p>{HEADLINE}</p>" in html
    cells = [cell for _, rows in expected for row in rows for cell in row]
    counts = {words for cell in cells for words in _shares(cell)}
    drawn = {words for drawing in drawings_on(html) for words in _shares(drawing)}
    assert drawn - counts == {"0 of 0"}  # what another price would have done: asked of nobody


def _shares(words: str) -> list[str]:
    """“3 of 7 16–75%”, from “3 of 7 43% (16–75%)” as from “won 3 of 7 · 16–75%”."""
    return [
        f"{count} {span}".strip()
        for count, span in re.findall(r"(\d+ of \d+)(?:(?: \d+%)?[ ·(]+(\d+–\d+%))?", words)
    ]


def _large(counted: Counted) -> list[str]:
    answered, closed = len(counted.answered), len(counted.deals)
    lost = len(counted.of("lost"))
    ours, shared = (hands_of(counted, "lost")[key] for key in ("Ours", "Shared"))
    assert shared == 0
    coverage, hands = share(answered, closed).words, share(ours, lost).words
    return [
        *("Answers", str(answered), "arrived in these months, whenever the deal closed"),
        *("Closed deals that answered", *_parted(coverage, f"{closed} were invited")),
        *("Losses in our hands", *_parted(hands, "none shared")),
        *("Outcomes disputed", "0", "the buyer says it ended otherwise"),
    ]


def _parted(words: str, more: str) -> tuple[str, str]:
    count, percent = re.fullmatch(r"(\d+ of \d+) (.*)", words).groups()  # type: ignore[union-attr]
    return count, f"{percent} · {more}"


def _tables(counted: Counted) -> Iterator[Table]:
    yield from _coverage(counted)
    yield (
        "Answers by month of arrival",
        [
            ["Month", *OUTCOMES.values()],
            [
                "2026-10 still running",
                *(str(len(counted.of(outcome))) for outcome in OUTCOMES),
            ],
            *([month, "–", "–", "–"] for month in reversed(MONTHS[:-1])),
        ],
    )
    for outcome in OUTCOMES:
        yield from _why(counted, outcome)
    yield (
        "Price, named and decisive",
        [
            ["Outcome", "Named", "Weighed most", "Would have changed it"],
            *(
                [label, *[priced(counted, outcome).words] * 2, "not asked"]
                for outcome, label in OUTCOMES.items()
            ),
        ],
    )
    yield from _rivals(counted)
    for by in ("product", "region"):
        yield _groups(counted, by)
    yield _quarters()


def _coverage(counted: Counted) -> Iterator[Table]:
    yield (
        "Closed deals that answered, by closing month",
        [
            ["Closed in", "Answered", "Answers"],
            *([label, rate.words, "still coming in"] for _, label, rate in cohorts(counted)),
        ],
    )
    yield (
        "Answered, by outcome, segment and size",
        [
            ["Deals", "Answered"],
            *(
                [label, share(answered_in(deals), len(deals)).words]
                for _, label, deals in counted.traits
            ),
        ],
    )
    yield (
        "From closed to answered",
        [
            ["Step", "Deals", "Of closed"],
            *(
                [label, str(deals), share(deals, len(counted.deals)).words]
                for _, label, deals in steps(counted)
            ),
        ],
    )


def _why(counted: Counted, outcome: str) -> Iterator[Table]:
    of, reasons = len(counted.of(outcome)), counted.reasons(outcome)
    yield (
        f"{WHY[outcome]}, by category",
        [
            ["Category", "Weighed most", "Named"],
            *(
                [CATEGORIES[code], share(decided, of).words, share(named, of).words]
                for code, decided, named in counted.categories(outcome)
            ),
        ],
    )
    yield (
        f"{WHY[outcome]}, reason by reason",
        [
            ["Reason", "Weighed most", "Named", "Lately"],
            *(
                [
                    f"{REASONS[code].label} {REASONS[code].hands}",
                    share(decided, of).words,
                    share(named, of).words,
                    TOO_FEW,
                ]
                for code, decided, named in reasons
            ),
        ],
    )
    yield (
        f"{WHY[outcome]}, month by month",
        [
            ["Reason", *MONTHS],
            *(
                [REASONS[code].label, *["–"] * 11, str(decided)]
                for code, decided, _ in reasons
                if decided
            ),
        ],
    )


def _rivals(counted: Counted) -> Iterator[Table]:
    rows, by_month = [], []
    for rival in counted.rivals:
        deals = [deal for deal in counted.deals if deal.rival == rival]
        lately = TOO_FEW if rival else "–"
        rows.append(
            [rival or "Not known", won_of_decided(deals).words, str(answered_in(deals)), lately]
        )
        met = [sum(deal.closed_in == month for deal in deals) for month in MONTHS]
        by_month.append([rival, *(str(number or "–") for number in met)])
    yield "Deals by competitor", [["Competitor", "Won of decided", "Answers", "Met lately"], *rows]
    yield "Competitors met, by the month the deal closed", [["Competitor", *MONTHS], *by_month[:-1]]


def _groups(counted: Counted, by: str) -> Table:
    rows = []
    for label in sorted({getattr(deal, by) for deal in counted.deals}):
        deals: Sequence[Deal] = [deal for deal in counted.deals if getattr(deal, by) == label]
        top = counted.top_loss(deals)
        words = f" losses: {top[0]}, {share(*top[1:]).words}" if top else ""
        rows.append([f"{label}{words}", won_of_decided(deals).words, str(answered_in(deals))])
    return f"Deals by {by}", [[by.capitalize(), "Won of decided", "Answers"], *rows]


def _quarters() -> Table:
    """No answer arrived before October."""
    why = "Without “only in totals”: too few to hide each other"
    heads = ["Quarter", *OUTCOMES.values(), "Weighed most in losses", "Counts all answers"]
    quarters = [[f"2026 Q{number}", "0", "0", "0", "–", why] for number in (3, 2, 1)]
    return "Closed quarters", [heads, *quarters]
