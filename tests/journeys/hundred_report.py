"""The report of the hundred deals as counted by hand, in each of its forms."""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from tests.journeys.hundred import ANSWERS, REASONS
from tests.journeys.hundred_counted import (
    CATEGORIES,
    MONTH,
    MONTHS,
    NONE,
    OUTCOMES,
    WHY,
    YEAR,
    Counted,
    Figure,
    answered_in,
    cohorts,
    hands_of,
    lately,
    number,
    part,
    priced,
    share,
    steps,
    text,
    won_of_decided,
)
from tests.journeys.pages_read import Table, tables_on, terms_on, words_in


@dataclass(frozen=True)
class Row:
    code: str
    label: str
    figures: Sequence[Figure]
    note: str = ""


@dataclass(frozen=True)
class Section:
    key: str
    title: str
    subject: str
    columns: dict[str, str]
    rows: Sequence[Row]
    outcome: str | None = None
    months: Sequence[tuple[str, str]] = ()
    """One for each column."""


def sections(counted: Counted) -> list[Section]:
    """Those of the report, from the first to the last."""
    return [
        *_coverage(counted),
        *(_spanned(section, MONTH) for section in _period(counted, MONTH)),
        *(_spanned(section, YEAR) for section in _period(counted, YEAR)),
    ]


_BOTH = {"this_month": "October 2026", "twelve_months": "Twelve months"}


def _coverage(counted: Counted) -> Iterable[Section]:
    answers = {OUTCOMES[key]: len(counted.of(key)) for key in OUTCOMES}
    rows = [(key, OUTCOMES[key], answers[OUTCOMES[key]]) for key in OUTCOMES]
    rows += [("all", "All answers", len(counted.answered))]
    rows += [("disputed", "Outcome disputed by the buyer", 0)]
    rows += [("divided", "People of one deal disagree", 0)]
    yield Section(
        "answers", "What arrived", "Answered deals", _BOTH,
        [Row(code, label, [number(deals)] * 2) for code, label, deals in rows],
        months=(MONTH, YEAR),
    )  # fmt: skip
    funnel = [Row(code, label, [number(0), number(deals)]) for code, label, deals in steps(counted)]
    assert "2026-10" not in {deal.closed_in for deal in counted.deals}
    yield Section(
        "coverage", "Who was asked, and who answered", "Closed deals", _BOTH,
        [*funnel, Row("held", "Held back by a seller", [number(0)] * 2)],
        months=(MONTH, YEAR),
    )  # fmt: skip
    yield Section(
        "closing_months", "By the month they closed in", "Closed in",
        {"answered": "Answered", "state": "Answers"},
        [
            Row(month, label, [rate, text("Still coming in")])
            for month, label, rate in cohorts(counted)
        ],
        months=(YEAR, YEAR),
    )  # fmt: skip
    yield Section(
        "difference", "How those who answered differ from all closed deals", "Deals",
        {"of_closed": "Of closed deals", "of_answers": "Of answers", "answered": "Answered"},
        [
            Row(code, label, [
                part(len(deals), len(counted.deals)),
                part(answered_in(deals), len(counted.answered)),
                share(answered_in(deals), len(deals)),
            ])
            for code, label, deals in counted.traits
        ],
        months=(YEAR,) * 3,
    )  # fmt: skip


def _period(counted: Counted, months: tuple[str, str]) -> Iterable[Section]:
    """All answers arrived in October: the month and its year differ in what closed, not in them."""
    for outcome in OUTCOMES:
        yield from _why(counted, outcome)
    yield _hands(counted)
    yield _price(counted)
    yield _competitors(counted, months)


def _why(counted: Counted, outcome: str) -> Iterable[Section]:
    of = len(counted.of(outcome))
    columns = {"weighed_most": "Weighed most", "named": "Named"}
    yield Section(
        "reasons", WHY[outcome], "Reason", {**columns, "lately": "Lately"},
        [
            Row(
                code, REASONS[code].label,
                [share(decided, of), share(named, of), lately((decided, of), (0, 0))],
                REASONS[code].hands,
            )
            for code, decided, named in counted.reasons(outcome)
        ],
        outcome,
    )  # fmt: skip
    yield Section(
        "categories", f"{WHY[outcome]}, by category", "Category", columns,
        [
            Row(code, CATEGORIES[code], [share(decided, of), share(named, of)])
            for code, decided, named in counted.categories(outcome)
        ],
        outcome,
    )  # fmt: skip


def _hands(counted: Counted) -> Section:
    rows = []
    for outcome, label in OUTCOMES.items():
        hands, of = hands_of(counted, outcome), len(counted.of(outcome))
        figures = [number(hands[key]) for key in ("Ours", "Shared", "Theirs")]
        figures += [share(hands["Ours"], of), share(hands["Ours"] + hands["Shared"], of)]
        rows.append(Row(outcome, label, figures))
    columns = {"ours": "Ours", "shared": "Shared", "theirs": "Theirs"}
    columns |= {"at_least": "In our hands, at least", "at_most": "At most"}
    return Section("hands", "What lay in our hands", "Outcome", columns, rows)


def _price(counted: Counted) -> Section:
    return Section(
        "price", "Price named is not price decisive", "Outcome",
        {
            "named": "Price named",
            "weighed_most": "Price weighed most",
            "would_have_changed_it": "Would have changed it",
        },
        [
            Row(outcome, label, [*[priced(counted, outcome)] * 2, text("Not asked")])
            for outcome, label in OUTCOMES.items()
        ],
    )  # fmt: skip


def _competitors(counted: Counted, months: tuple[str, str]) -> Section:
    span, recent, before = (
        (["2026-10"], ["2026-10"], ["2026-07", "2026-08", "2026-09"])
        if months == MONTH
        else (MONTHS, ["2026-08", "2026-09", "2026-10"], ["2026-05", "2026-06", "2026-07"])
    )

    def met(rival: str, in_months: list[str]) -> tuple[int, int]:
        closed = [deal for deal in counted.deals if deal.closed_in in in_months]
        return sum(deal.rival == rival for deal in closed), len(closed)

    rows = []
    for rival in counted.rivals:
        deals = [deal for deal in counted.deals if deal.rival == rival]
        assert counted.top_loss(deals) is None
        rows.append(Row("", rival or "Not known", [
            won_of_decided(deal for deal in deals if deal.closed_in in span),
            *(number(sum(deal in deals for deal in counted.of(key))) for key in OUTCOMES),
            NONE,
            lately(met(rival, recent), met(rival, before)) if rival else NONE,
        ]))  # fmt: skip
    columns = {"won_of_decided": "Won of decided", **OUTCOMES}
    columns |= {"weighed_most_in_losses": "Weighed most in losses", "met_lately": "Met lately"}
    return Section("competitors", "Competitors", "Competitor", columns, rows)


def _spanned(section: Section, months: tuple[str, str]) -> Section:
    """The section with the months of its columns, unless they differ among themselves."""
    return section if section.months else replace(section, months=(months,) * len(section.columns))


def as_json(section: Section) -> dict[str, Any]:
    return {
        "key": section.key,
        "outcome": section.outcome,
        "title": section.title,
        "columns": [
            {"key": key, "label": label, "months": written(months)}
            for (key, label), months in zip(section.columns.items(), section.months, strict=True)
        ],
        "rows": [
            {
                "code": row.code,
                "label": row.label,
                "note": row.note,
                "figures": {
                    key: figure.numbers
                    for key, figure in zip(section.columns, row.figures, strict=True)
                },
            }
            for row in section.rows
        ],
    }


def written(months: tuple[str, str]) -> str:
    return months[0] if months[0] == months[1] else " to ".join(months)


def compare_report(counted: Counted, *, told: str, listed: str, file: str, page: str) -> None:
    """JSON, CSV, the HTML file and the page say what was counted: all of it, and nothing else."""
    expected = sections(counted)
    report = json.loads(told)
    cards = cards_of(counted)
    cut_at = report["method"].pop("data_cut")
    assert cut_at.startswith("2026-10-15T")
    assert report["sections"] == [as_json(section) for section in expected]
    assert (report["headline"], report["reading"]) == (HEADLINE, READING)
    assert sorted(map(Card.from_json, report["answers"])) == cards
    assert report["method"] == METHOD
    _compare_lines(list(csv.reader(io.StringIO(listed.removeprefix("\ufeff")))), expected, cards)
    for html, is_page in ((file, False), (page, True)):
        tiles, box = terms_on(html)
        assert tables_on(html) == [as_table(section) for section in expected]
        assert words_in(html, "p", "headline") == [HEADLINE]
        assert READING in words_in(html, "p", "intro")
        assert tiles == TILES
        assert _without_cut(box) == METHOD_BOX
        shown = sorted(words_in(html, "article", "answer-card"))
        assert shown == sorted(card.printed(is_named=is_page) for card in cards)


HEADLINE = (
    "12 answers arrived in October 2026 (7 lost, 3 won, 2 no decision). The twelve months to then:"
    " 12 answers from 100 closed deals. What weighed most in answered losses was “Price and terms”,"
    " in 3 of 7 (16–75%)."
)
READING = (
    "So few answers are to be read, not only counted. 12 of 12 may be read here; their words name"
    " nobody."
)
TILES = [
    *("Answers in October 2026", "12", "7 lost, 3 won, 2 no decision"),
    *("Closed deals that answered", "12 of 100", "in twelve months; 100 were invited"),
    *("Losses in our hands", "100%", "in twelve months: 7 ours, 0 shared of 7"),
    *("Losses decided by price", "3 of 7", "in twelve months; named in 3 of 7"),
    *("Outcomes disputed", "0", "in twelve months: the buyer says it ended otherwise"),
]
METHOD = {
    "answers": 12,
    "time_zone": "Europe/Amsterdam",
    "frozen_at": None,
    "taxonomy_release": 1,
    "questionnaires": ["not_won 1", "won 1"],
    "grey_threshold": 5,
    "intervals": "Wilson, 95%",
    "changes": "Fisher’s exact test, Benjamini–Hochberg, q = 0.1",
    "anonymity_threshold": 5,
}
METHOD_BOX = [
    "Answers",
    (
        "12 in October 2026, 12 in twelve months; a deal counts once: the decider’s answer, else"
        " the latest"
    ),
    "Months",
    "by the clock of Europe/Amsterdam; the month of an answer is the one it arrived in",
    "State",
    "Not frozen: these figures may still change",
    "Reasons",
    "Release 1 of the taxonomy; the primary reason a person confirmed, else the buyer’s own click",
    "Questionnaires",
    "not_won 1, won 1",
    "Small numbers",
    "Below 5 answers a share is grey and has no percentage",
    "Ranges",
    "95% intervals (Wilson): where the true share lies, were these answers drawn by chance",
    "Lately",
    (
        "The month, or the last three of twelve, against the three months before (Fisher’s exact"
        " test), all reasons together (Benjamini–Hochberg, one false alarm in ten)"
    ),
    "Left out",
    (
        "Answers given “only in totals”: they join closed quarters of the whole company once there"
        " are 5 of them"
    ),
]
_CUT = re.compile(r"15 October 2026, \d\d:\d\d; nothing that arrived later is in it")


@dataclass(frozen=True, order=True)
class Card:
    outcome: str
    question: str
    words: str
    reasons: tuple[str, ...]
    deal: str = field(default="", compare=False)

    @classmethod
    def from_json(cls, told: dict[str, Any]) -> "Card":
        return cls(told["outcome"], told["question"], told["words"], tuple(told["reasons"]))

    def printed(self, *, is_named: bool) -> str:
        """Its words on a page; the file that leaves the house names no deal."""
        said = f"{self.question} {self.words}" if self.words else "No words given"
        named = [self.deal] if is_named else []
        return " ".join([OUTCOMES[self.outcome], *named, said, " · ".join(self.reasons)])


ASKED = "What would have had to be different for you to choose us?"


def cards_of(counted: Counted) -> list[Card]:
    words = {said.deal: said.words for said in ANSWERS}
    return sorted(
        Card(
            deal.outcome,
            ASKED if words[deal.number] else "",
            words[deal.number],
            tuple(
                REASONS[code].label
                for code in sorted(deal.named, key=lambda code: code != deal.decided_by)
            ),
            f"Planning for site {deal.number:03}",
        )
        for deal in counted.answered
    )


def as_table(section: Section) -> Table:
    first, last = section.months[0]
    rows = [
        [f"{row.label} {row.note}".strip(), *(figure.words for figure in row.figures)]
        for row in section.rows
    ]
    heads = [section.subject, *section.columns.values()]
    return f"{section.title}, {first} to {last}", [heads, *rows]


def _without_cut(box: list[str]) -> list[str]:
    assert box[2] == "Data cut"
    assert _CUT.fullmatch(box[3])
    return [*box[:2], *box[4:]]


_NAMES = ("months", "section", "outcome", "code", "label", "note", "figure")
_NUMBERS = (
    *("deals", "of", "percent", "low_percent", "high_percent"),
    *("before_deals", "before_of", "fall_to", "rise_to", "words"),
)


def _compare_lines(
    lines: list[list[str]], expected: Sequence[Section], cards: Sequence[Card]
) -> None:
    head, headline, *others = lines
    assert head == [*_NAMES, *_NUMBERS]
    assert headline == _line(section="headline", words=HEADLINE)
    figures, reading = others[: -len(cards) - 11], others[-len(cards) - 11]
    answers, method = others[-len(cards) - 10 : -10], others[-10:]
    assert figures == [line for section in expected for line in _lines(section)]
    assert reading == _line(section="reading", words=READING)
    assert sorted(answers) == sorted(
        _line(
            section="answer", outcome=card.outcome, label="; ".join(card.reasons),
            note=card.question, words=card.words,
        )
        for card in cards
    )  # fmt: skip
    box = [words for line in method for words in (line[4], line[-1])]
    assert _without_cut(box) == METHOD_BOX
    assert {(line[0], line[1]) for line in method} == {("2026-10", "method")}


def _lines(section: Section) -> Iterator[list[str]]:
    for row in section.rows:
        for key, months, figure in zip(section.columns, section.months, row.figures, strict=True):
            yield _line(
                months=written(months), section=section.key, outcome=section.outcome or "",
                code=row.code, label=row.label, note=row.note, figure=key, **figure.numbers,
            )  # fmt: skip


def _line(*, months: str = "2026-10", **cells: int | str) -> list[str]:
    return [str({"months": months, **cells}.get(name, "")) for name in (*_NAMES, *_NUMBERS)]
