"""Why deals ended as they did, as tables."""

from collections.abc import Iterable, Mapping
from functools import partial

from survey.deals.types import Outcome
from survey.insights import charts
from survey.insights.charts import OUTCOME_WORDS
from survey.insights.types import GroupFigure, OutcomeFigures, ReasonFigure
from survey.kit.disclosure import Rate
from survey.kit.statistics import Count
from survey.kit.words import counted
from survey.reports.cells import NONE, change, number, share, text
from survey.reports.sections.columns import columns, with_rows
from survey.reports.types import Figure, Period, Row, Section

_WHY: Mapping[Outcome, str] = {
    Outcome.LOST: "Why deals were lost",
    Outcome.WON: "Why deals were won",
    Outcome.NO_DECISION: "Why deals came to no decision",
}
_TOP = 5
"""So many rows are read at once."""


def period_sections(covered: Period, *, is_drawn: bool) -> tuple[Section, ...]:
    """Why deals ended as they did; with drawings, or as tables only."""
    answered = [figures for figures in covered.outcomes if figures.answered]
    return with_rows(
        *(_reasons(covered, figures, is_drawn=is_drawn) for figures in answered),
        _hands(covered, answered),
        _price(covered, answered),
        _competitors(covered),
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
        columns=columns(covered, weighed_most="Weighed most", named="Named", lately="Lately"),
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
        columns=columns(covered, weighed_most="Weighed most", named="Named"),
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
        columns=columns(
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
        columns=columns(
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
        columns=columns(
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
