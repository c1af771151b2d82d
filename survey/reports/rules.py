"""Pure parts of a report: its headline, its stored form, and the rows of its table."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import TypeAdapter

from survey.deals.types import Outcome
from survey.insights import rules as insight_rules
from survey.insights.types import Change, GroupFigure, Insight, OutcomeFigures, ReasonFigure
from survey.kit.disclosure import Rate
from survey.kit.words import counted, month_in_words
from survey.reports.types import Card, MonthFigures, MonthReport, Period

Cell = str | int | float
_STORED = TypeAdapter(MonthFigures)
_WORDS = {Outcome.LOST: "lost", Outcome.WON: "won", Outcome.NO_DECISION: "no decision"}

COLUMNS = (
    *("months", "section", "outcome", "code", "label"),
    *("deals", "of", "percent", "low_percent", "high_percent", "named", "change"),
)


def period(figures: Insight) -> Period:
    """What a report keeps of an insight."""
    return Period(
        first=figures.scope.filter.window.first,
        last=figures.scope.filter.window.last,
        coverage=figures.coverage,
        outcomes=figures.outcomes,
        competitors=figures.competitors,
    )


def headline(month: Insight, year: Insight) -> str:
    """The month in a sentence, and the year it stands in."""
    parts = [
        f"{figures.answered} {_WORDS[figures.outcome]}"
        for figures in month.outcomes
        if figures.answered
    ]
    answers = "No answer" if not month.answered else counted(month.answered, "answer")
    told = f"{answers} arrived in {month_in_words(month.scope.filter.window.last)}"
    told += f" ({', '.join(parts)})." if parts else "."
    return f"{told} The twelve months to then: {insight_rules.headline(year)}"


def stored(figures: MonthFigures) -> dict[str, Any]:
    """The figures as they are kept, in values that JSON holds."""
    kept: dict[str, Any] = _STORED.dump_python(figures, mode="json")
    return kept


def restored(kept: Mapping[str, Any]) -> MonthFigures:
    """The figures as they were frozen."""
    return _STORED.validate_python(kept, strict=False)


def table(report: MonthReport) -> Iterator[tuple[Cell, ...]]:
    """The figures as rows under `COLUMNS`: the month first, then its year, then the words."""
    figures = report.figures
    for covered in (figures.this_month, figures.year):
        months = str(covered.last) if covered.first == covered.last else "12 months"
        for row in _period_rows(covered):
            yield (months, *row)
    for card in report.cards:
        reasons = "; ".join(card.reasons)
        yield (str(figures.month), "words", card.outcome.value, reasons, card.words, *_EMPTY)


_EMPTY: tuple[Cell, ...] = ("",) * 7


def _period_rows(covered: Period) -> Iterator[tuple[Cell, ...]]:
    for step in covered.coverage.steps:
        yield ("coverage", "", step.name, "", step.deals, covered.coverage.closed, *_EMPTY[2:])
    for sentence, deals in covered.coverage.skips.items():
        closed = covered.coverage.closed
        yield ("not asked", "", "", sentence, deals, closed, *_EMPTY[2:])
    for figures in covered.outcomes:
        outcome = figures.outcome.value
        for category in figures.categories:
            counts = (*_rate(category.decisive), category.named.count.hits, "")
            yield ("category", outcome, category.code, category.label, *counts)
        for reason in figures.reasons:
            counts = (*_rate(reason.decisive), reason.named.count.hits, _verdict(reason.change))
            yield ("reason", outcome, reason.code, reason.label, *counts)
    for group in covered.competitors:
        won = (*_rate(group.win_rate), "", _verdict(group.change))
        yield ("won against", "", "", group.label, *won)


def _rate(rate: Rate) -> tuple[Cell, ...]:
    """Deals, of, percent, low, high: the last three empty while there are too few answers."""
    interval = rate.interval
    if interval is None or rate.percent is None:
        return (rate.count.hits, rate.count.of, "", "", "")
    low, high = round(100 * interval.low), round(100 * interval.high)
    return (rate.count.hits, rate.count.of, rate.percent, low, high)


def _verdict(change: Change | None) -> str:
    return change.verdict.value if change else ""


def as_json(report: MonthReport) -> dict[str, Any]:
    """The same figures for machines."""
    figures = report.figures
    method = figures.method
    return {
        "month": str(figures.month),
        "headline": figures.headline,
        "frozen_at": report.frozen_at.isoformat() if report.frozen_at else None,
        "this_month": _period(figures.this_month),
        "twelve_months": _period(figures.year),
        "answers": [_card(card) for card in report.cards],
        "method": {
            "answers": method.answers,
            "data_cut": method.cut_at.isoformat(),
            "time_zone": method.time_zone,
            "taxonomy_release": method.release,
            "questionnaires": list(method.questionnaires),
            "grey_threshold": method.grey_threshold,
            "anonymity_threshold": method.anonymity_threshold,
        },
    }


def _period(covered: Period) -> dict[str, Any]:
    return {
        "from": str(covered.first),
        "to": str(covered.last),
        "answered": covered.answered,
        "disputed": covered.disputed,
        "coverage": {step.name: step.deals for step in covered.coverage.steps}
        | {
            "held": covered.coverage.held,
            "not_asked": dict(covered.coverage.skips),
            "declined": dict(covered.coverage.declined),
            "answered_by": [
                {"trait": row.trait.value, "value": row.value, "answered": _share(row.answered)}
                for row in covered.coverage.rows
            ],
        },
        "outcomes": {figures.outcome.value: _outcome(figures) for figures in covered.outcomes},
        "competitors": [_group(group) for group in covered.competitors],
    }


def _outcome(figures: OutcomeFigures) -> dict[str, Any]:
    return {
        "answered": figures.answered,
        "without_reason": figures.without_reason,
        "divided": figures.divided,
        "categories": [
            {
                "code": category.code,
                "label": category.label,
                "weighed_most": _share(category.decisive),
                "named": _share(category.named),
            }
            for category in figures.categories
        ],
        "reasons": [_reason(reason) for reason in figures.reasons],
        "hands": {
            "ours": figures.control.ours,
            "shared": figures.control.shared,
            "theirs": figures.control.theirs,
        },
        "price": {
            "named": _share(figures.price.named),
            "weighed_most": _share(figures.price.weighed_most),
            "would_have_changed_it": _share(figures.price.made_it),
        },
    }


def _reason(reason: ReasonFigure) -> dict[str, Any]:
    return {
        "code": reason.code,
        "label": reason.label,
        "category": reason.category_code,
        "control": reason.control.value,
        "weighed_most": _share(reason.decisive),
        "named": _share(reason.named),
        "change": _verdict(reason.change) or None,
    }


def _group(group: GroupFigure) -> dict[str, Any]:
    return {
        "label": group.label,
        "won": _share(group.win_rate),
        "answered": {outcome.value: deals for outcome, deals in group.answered.items()},
        "weighed_most_in_losses": group.top_loss or None,
        "change": _verdict(group.change) or None,
    }


def _share(rate: Rate) -> dict[str, Any]:
    deals, of, percent, low, high = _rate(rate)
    shown = {"percent": percent, "low_percent": low, "high_percent": high}
    return {"deals": deals, "of": of} | (shown if percent != "" else {})


def _card(card: Card) -> dict[str, Any]:
    return {
        "outcome": card.outcome.value,
        "question": card.question,
        "words": card.words,
        "reasons": list(card.reasons),
    }
