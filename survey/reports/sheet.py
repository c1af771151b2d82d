"""The month laid out in one order; HTML, JSON and CSV are all written from it."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from survey.deals.types import Outcome
from survey.insights.charts import OUTCOME_WORDS
from survey.kit.words import counted, day_in_words, month_in_words
from survey.reports.cells import share
from survey.reports.sections.coverage import coverage_sections
from survey.reports.sections.reasons import period_sections
from survey.reports.types import Fact, MonthReport, Period, Sheet, Tile


def laid_out(report: MonthReport) -> Sheet:
    """The report as it is read, from the headline to the method."""
    figures = report.figures
    return Sheet(
        month=figures.month,
        headline=figures.headline,
        tiles=tuple(_tiles(report)),
        coverage=coverage_sections(figures),
        this_month=period_sections(figures.this_month, is_drawn=not figures.is_few),
        year=period_sections(figures.year, is_drawn=True),
        reading=_reading(report),
        cards=report.cards,
        method=(*_origin(report), *_vocabulary(report), *_rules(report)),
        company=figures.method.company,
        is_few=figures.is_few,
    )


def _tiles(report: MonthReport) -> Iterator[Tile]:
    figures = report.figures
    month, year = figures.this_month, figures.year
    by_outcome = ", ".join(
        f"{each.answered:,} {OUTCOME_WORDS[each.outcome].lower()}" for each in month.outcomes
    )
    yield Tile(f"Answers in {month_in_words(figures.month)}", f"{month.answered:,}", by_outcome)
    yield Tile(
        "Closed deals that answered",
        f"{year.coverage.answered:,} of {year.coverage.closed:,}",
        f"in twelve months; {year.coverage.invited:,} were invited",
    )
    if year.of(Outcome.LOST).control.of:
        yield _losses_in_our_hands(year)
        price = year.of(Outcome.LOST).price
        named = share(price.named)
        yield Tile(
            "Losses decided by price",
            share(price.weighed_most).words,
            f"in twelve months; named in {named.words}",
        )
    yield Tile(
        "Outcomes disputed",
        f"{year.disputed:,}",
        "in twelve months: the buyer says it ended otherwise",
    )


def _losses_in_our_hands(year: Period) -> Tile:
    losses = year.of(Outcome.LOST)
    control = losses.control
    least, most = control.range(losses.price.named.threshold)
    note = f"in twelve months: {control.ours:,} ours, {control.shared:,} shared of {control.of:,}"
    if least.is_grey or most.is_grey:
        spoken = {least.count.hits, most.count.hits}
        words = "–".join(f"{hits:,}" for hits in sorted(spoken)) + f" of {control.of:,}"
    else:
        spoken = {least.percent or 0, most.percent or 0}
        words = "–".join(map(str, sorted(spoken))) + "%"
    return Tile("Losses in our hands", words, note)


def _reading(report: MonthReport) -> str:
    """What there is to say of the answers that may be read."""
    figures, cards = report.figures, len(report.cards)
    answered = figures.this_month.answered
    if not answered:
        month = month_in_words(figures.month)
        return f"No answer arrived in {month}. The twelve months below are what is known."
    if not cards:
        return "No answer may be read here: their buyers let fewer people read them."
    if not figures.is_few:
        more = f"; {report.unquoted:,} more may be read under Feedback" if report.unquoted else ""
        return f"{counted(cards, 'quote')}{more}. Their words name nobody."
    first = "So few answers are to be read, not only counted."
    rest = "" if cards >= answered else " The others are counted: fewer people may read them."
    readable = f"{cards:,} of {max(answered, cards):,} may be read here; their words name nobody."
    return f"{first} {readable}{rest}"


def _origin(report: MonthReport) -> Iterator[Fact]:
    """Which answers the figures rest on."""
    figures, method = report.figures, report.figures.method
    zone = ZoneInfo(method.time_zone)
    yield Fact(
        "answers",
        "Answers",
        method.answers,
        f"{method.answers:,} in {month_in_words(figures.month)}, {figures.year.answered:,} in"
        " twelve months; a deal counts once: the decider’s answer, else the latest",
    )
    cut = method.cut_at.astimezone(zone)
    yield Fact(
        "data_cut",
        "Data cut",
        method.cut_at.isoformat(),
        f"{day_in_words(cut)}, {cut:%H:%M}; nothing that arrived later is in it",
    )
    yield Fact(
        "time_zone",
        "Months",
        method.time_zone,
        f"by the clock of {method.time_zone}; the month of an answer is the one it arrived in",
    )
    frozen = report.frozen_at
    yield Fact(
        "frozen_at",
        "State",
        frozen.isoformat() if frozen else None,
        f"Frozen on {day_in_words(frozen.astimezone(zone))}: these figures do not change"
        if frozen
        else "Not frozen: these figures may still change",
    )


def _vocabulary(report: MonthReport) -> Iterator[Fact]:
    """In whose words reasons are named, and what was asked."""
    method = report.figures.method
    yield Fact(
        "taxonomy_release",
        "Reasons",
        method.release,
        f"Release {method.release} of the taxonomy; the primary reason a person confirmed, else"
        " the buyer’s own click",
    )
    yield Fact(
        "questionnaires",
        "Questionnaires",
        method.questionnaires,
        ", ".join(method.questionnaires) or "None answered",
    )


def _rules(report: MonthReport) -> Iterator[Fact]:
    """By which rules figures are shown."""
    method = report.figures.method
    yield Fact(
        "grey_threshold",
        "Small numbers",
        method.grey_threshold,
        f"Below {method.grey_threshold} answers a share is grey and has no percentage",
    )
    yield Fact(
        "intervals",
        "Ranges",
        "Wilson, 95%",
        "95% intervals (Wilson): where the true share lies, were these answers drawn by chance",
    )
    yield Fact(
        "changes",
        "Lately",
        "Fisher’s exact test, Benjamini–Hochberg, q = 0.1",
        "The month, or the last three of twelve, against the three months before (Fisher’s exact"
        " test), all reasons together (Benjamini–Hochberg, one false alarm in ten)",
    )
    yield Fact(
        "anonymity_threshold",
        "Left out",
        method.anonymity_threshold,
        "Answers given “only in totals”: they join closed quarters of the whole company once"
        f" there are {method.anonymity_threshold} of them",
    )
