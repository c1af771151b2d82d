"""The figures of some months as tables that are read together."""

from collections.abc import Iterable, Mapping
from functools import partial

from survey.deals.types import Outcome
from survey.insights import charts
from survey.insights.charts import OUTCOME_WORDS, STEP_WORDS
from survey.insights.types import (
    Coverage,
    CoverageRow,
    GroupFigure,
    OutcomeFigures,
    ReasonFigure,
    Trait,
)
from survey.kit.disclosure import Rate
from survey.kit.statistics import Count
from survey.kit.words import counted, month_in_words
from survey.reports.cells import NONE, change, number, part, share, text
from survey.reports.types import Column, Figure, MonthFigures, Period, Row, Section

_WHY: Mapping[Outcome, str] = {
    Outcome.LOST: "Why deals were lost",
    Outcome.WON: "Why deals were won",
    Outcome.NO_DECISION: "Why deals came to no decision",
}
_TOP = 5
"""So many rows are read at once."""


def coverage_sections(figures: MonthFigures) -> tuple[Section, ...]:
    """What arrived, who was asked, and how those who answered differ from all closed deals."""
    return _with_rows(_answers(figures), _funnel(figures), _difference(figures.year))


def period_sections(covered: Period, *, is_drawn: bool) -> tuple[Section, ...]:
    """Why deals ended as they did; with drawings, or as tables only."""
    answered = [figures for figures in covered.outcomes if figures.answered]
    return _with_rows(
        *(_reasons(covered, figures, is_drawn=is_drawn) for figures in answered),
        _hands(covered, answered),
        _price(covered, answered),
        _competitors(covered),
    )


def _with_rows(*sections: Section) -> tuple[Section, ...]:
    return tuple(section for section in sections if section.rows)


def _both(figures: MonthFigures) -> tuple[Column, Column]:
    return (
        Column("this_month", month_in_words(figures.month), figures.this_month.window),
        Column("twelve_months", "Twelve months", figures.year.window),
    )


def _columns(covered: Period, **labels: str) -> tuple[Column, ...]:
    return tuple(Column(key, label, covered.window) for key, label in labels.items())


def _answers(figures: MonthFigures) -> Section:
    month, year = figures.this_month, figures.year

    def row(code: str, label: str, *deals: int) -> Row:
        return Row(code, label, tuple(map(number, deals)))

    return Section(
        key="answers",
        title="What arrived",
        subject="Answered deals",
        note="by the month the answer arrived, whenever the deal closed",
        columns=_both(figures),
        rows=(
            *(
                row(each.outcome, OUTCOME_WORDS[each.outcome], each.answered, in_year.answered)
                for each, in_year in zip(month.outcomes, year.outcomes, strict=True)
            ),
            row("all", "All answers", month.answered, year.answered),
            row("disputed", "Outcome disputed by the buyer", month.disputed, year.disputed),
            row("divided", "People of one deal disagree", month.divided, year.divided),
        ),
    )


def _funnel(figures: MonthFigures) -> Section:
    month, year = figures.this_month.coverage, figures.year.coverage
    return Section(
        key="coverage",
        title="Who was asked, and who answered",
        subject="Closed deals",
        note="by the month the deal closed; answers keep coming in for weeks",
        columns=_both(figures),
        rows=(
            *(
                Row(
                    step.name,
                    STEP_WORDS[step.name],
                    (number(step.deals), number(in_year.deals)),
                    step=step.name,
                )
                for step, in_year in zip(month.steps, year.steps, strict=True)
            ),
            Row("held", "Held back by a seller", (number(month.held), number(year.held))),
        ),
        details=_with_rows(
            _sentences(figures, "not_asked", "Why nobody was asked", month.skips, year.skips),
            _sentences(
                figures,
                "declined",
                "Why buyers would rather not answer",
                month.declined,
                year.declined,
            ),
            _cohorts(figures.year),
        ),
    )


def _sentences(
    figures: MonthFigures,
    key: str,
    title: str,
    month: Mapping[str, int],
    year: Mapping[str, int],
) -> Section:
    every = dict.fromkeys([*year, *month])
    return Section(
        key=key,
        title=title,
        subject="Reason",
        columns=_both(figures),
        rows=tuple(
            Row("", sentence, (number(month.get(sentence, 0)), number(year.get(sentence, 0))))
            for sentence in every
        ),
    )


def _difference(covered: Period) -> Section:
    coverage = covered.coverage
    return Section(
        key="difference",
        title="How those who answered differ from all closed deals",
        subject="Deals",
        note=f"{counted(coverage.answered, 'answer')} from "
        f"{counted(coverage.closed, 'closed deal')}, twelve months",
        columns=_columns(
            covered, of_closed="Of closed deals", of_answers="Of answers", answered="Answered"
        ),
        rows=tuple(
            Row(f"{row.trait}:{row.value}", _trait(row), _compared(coverage, row.answered))
            for row in coverage.rows
        ),
    )


def _compared(coverage: Coverage, answered: Rate) -> tuple[Figure, ...]:
    hits, of, least = answered.count.hits, answered.count.of, answered.threshold
    return (
        part(Rate(Count(of, coverage.closed), least)),
        part(Rate(Count(hits, coverage.answered), least)),
        share(answered),
    )


def _trait(row: CoverageRow) -> str:
    if row.trait is Trait.OUTCOME:
        return OUTCOME_WORDS[Outcome(row.value)]
    if row.trait is Trait.SEGMENT:
        return row.value or "Segment not known"
    return f"{row.value.capitalize()} third by amount" if row.value else "Amount not known"


def _cohorts(covered: Period) -> Section:
    return Section(
        key="closing_months",
        title="By the month they closed in",
        subject="Closed in",
        note="complete sixty days after the month’s end",
        columns=_columns(covered, answered="Answered", state="Answers"),
        rows=tuple(
            Row(
                str(cohort.month),
                month_in_words(cohort.month),
                (
                    share(cohort.answered),
                    text("Complete" if cohort.is_complete else "Still coming in"),
                ),
            )
            for cohort in covered.cohorts
        ),
    )


def _reasons(covered: Period, figures: OutcomeFigures, *, is_drawn: bool) -> Section:
    """Reason by reason, beside a drawing of their categories."""
    outcome = figures.outcome
    rows = tuple(_reason(outcome, reason) for reason in figures.reasons)
    return Section(
        key="reasons",
        title=_WHY[outcome],
        subject="Reason",
        outcome=outcome,
        note=counted(figures.answered, "answered deal"),
        columns=_columns(covered, weighed_most="Weighed most", named="Named", lately="Lately"),
        rows=rows,
        rows_at_once=_TOP,
        draw=partial(charts.reasons, figures) if is_drawn and rows else None,
        details=(_categories(covered, figures),) if rows else (),
    )


def _categories(covered: Period, figures: OutcomeFigures) -> Section:
    outcome = figures.outcome
    rows = [
        Row(
            category.code,
            category.label,
            (share(category.decisive), share(category.named)),
            behind={"outcome": outcome, "category": category.code, "decisive": "y"},
        )
        for category in figures.categories
    ]
    if rows and figures.without_reason:
        least = figures.categories[0].decisive.threshold
        unexplained = Rate(Count(figures.without_reason, figures.answered), least)
        rows.append(Row("", "No reason that explains it", (share(unexplained), NONE)))
    return Section(
        key="categories",
        title=f"{_WHY[outcome]}, by category",
        subject="Category",
        outcome=outcome,
        columns=_columns(covered, weighed_most="Weighed most", named="Named"),
        rows=tuple(rows),
    )


def _reason(outcome: Outcome, reason: ReasonFigure) -> Row:
    return Row(
        reason.code,
        reason.label,
        (share(reason.decisive), share(reason.named), change(reason.change)),
        note=reason.control.label,
        behind={"outcome": outcome, "reason": reason.code, "decisive": "y"},
    )


def _hands(covered: Period, answered: Iterable[OutcomeFigures]) -> Section:
    rows = []
    for figures in answered:
        control = figures.control
        if not control.of:
            continue
        least, most = control.range(figures.price.named.threshold)
        plain = map(number, (control.ours, control.shared, control.theirs))
        label = OUTCOME_WORDS[figures.outcome]
        rows.append(Row(figures.outcome, label, (*plain, share(least), share(most))))
    return Section(
        key="hands",
        title="What lay in our hands",
        subject="Outcome",
        note="the reasons that weighed most; a shared one may or may not be counted as ours",
        columns=_columns(
            covered,
            ours="Ours",
            shared="Shared",
            theirs="Theirs",
            at_least="In our hands, at least",
            at_most="At most",
        ),
        rows=tuple(rows),
    )


def _price(covered: Period, answered: Iterable[OutcomeFigures]) -> Section:
    return Section(
        key="price",
        title="Price named is not price decisive",
        subject="Outcome",
        note="“would have changed it”: what buyers said of another price, of those who were asked; "
        "price here also takes in the return and bundles, as the buyers’ list does, so it is more "
        "than the category “Price and terms”",
        columns=_columns(
            covered,
            named="Price named",
            weighed_most="Price weighed most",
            would_have_changed_it="Would have changed it",
        ),
        rows=tuple(
            Row(
                figures.outcome,
                OUTCOME_WORDS[figures.outcome],
                tuple(
                    share(rate) if rate.count.of else text("Not asked")
                    for rate in (
                        figures.price.named,
                        figures.price.weighed_most,
                        figures.price.made_it,
                    )
                ),
            )
            for figures in answered
        ),
    )


def _competitors(covered: Period) -> Section:
    groups = covered.competitors if any(group.key for group in covered.competitors) else ()
    return Section(
        key="competitors",
        title="Competitors",
        subject="Competitor",
        note="won of won and lost, closed in these months; then the answers by outcome",
        columns=_columns(
            covered,
            won_of_decided="Won of decided",
            lost="Lost",
            won="Won",
            no_decision="No decision",
            weighed_most_in_losses="Weighed most in losses",
            met_lately="Met lately",
        ),
        rows=tuple(map(_competitor, groups)),
        rows_at_once=_TOP,
    )


def _competitor(group: GroupFigure) -> Row:
    return Row(
        "",
        group.label,
        (
            share(group.win_rate),
            *(
                number(group.answered.get(outcome, 0))
                for outcome in (Outcome.LOST, Outcome.WON, Outcome.NO_DECISION)
            ),
            _top_loss(group),
            change(group.change) if group.key else NONE,
        ),
        behind={"competitor": group.key} if group.key else {},
    )


def _top_loss(group: GroupFigure) -> Figure:
    if not group.top_loss or group.top_loss_rate is None:
        return NONE
    rate = share(group.top_loss_rate)
    return Figure(
        group.top_loss,
        fine=(" ".join((rate.words, *rate.fine)),),
        numbers={**rate.numbers, "words": group.top_loss},
    )
