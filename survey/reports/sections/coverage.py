"""Who was asked, who answered, and how they differ, as tables."""

from collections.abc import Mapping

from survey.deals.types import Outcome
from survey.insights.charts import OUTCOME_WORDS, STEP_WORDS
from survey.insights.types import Coverage, CoverageRow, Trait
from survey.kit.disclosure import Rate
from survey.kit.statistics import Count
from survey.kit.words import counted, month_in_words
from survey.reports.cells import number, part, share, text
from survey.reports.sections.columns import columns, with_rows
from survey.reports.types import Column, Figure, MonthFigures, Period, Row, Section


def coverage_sections(figures: MonthFigures) -> tuple[Section, ...]:
    """What arrived, who was asked, and how those who answered differ from all closed deals."""
    return with_rows(_answers(figures), _funnel(figures), _difference(figures.year))


def _both(figures: MonthFigures) -> tuple[Column, Column]:
    return (
        Column("this_month", month_in_words(figures.month), figures.this_month.window),
        Column("twelve_months", "Twelve months", figures.year.window),
    )


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
        details=with_rows(
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
        columns=columns(
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
        columns=columns(covered, answered="Answered", state="Answers"),
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
