"""One call for a whole dashboard or month: a fixed number of questions to the database."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import CTE
from sqlalchemy.orm import Session

from survey.deals.types import Outcome
from survey.insights.queries.competitors import by_competitor
from survey.insights.queries.coverage import cohorts, coverage
from survey.insights.queries.groups import by_product, by_region
from survey.insights.queries.heard import heard, hidden
from survey.insights.queries.reasons import (
    PriceTally,
    Tally,
    decisive,
    named,
    named_categories,
    price,
    reasons_by_id,
    tallies,
)
from survey.insights.queries.skips import skipped
from survey.insights.queries.totals import closed_quarters
from survey.insights.queries.voices import heirs, voices
from survey.insights.rules import changes, left_out, within
from survey.insights.types import (
    CLOSED,
    CategoryFigure,
    ControlFigure,
    Insight,
    MonthFigure,
    OutcomeFigures,
    PriceFigure,
    ReasonFigure,
    Scope,
    Window,
)
from survey.kit.clock import Month
from survey.kit.disclosure import Rate, hide_each_other
from survey.kit.statistics import Count
from survey.taxonomy.models import Reason
from survey.taxonomy.queries import Heirs, newest_release
from survey.taxonomy.types import Control
from survey.team.models import User

RECENT_MONTHS = 3
"""The window's last months, compared with as many months as `BEFORE_MONTHS` before them."""
BEFORE_MONTHS = 3


@dataclass(frozen=True, slots=True)
class _Counts:
    """What the database counted, over the window and the months it is compared with."""

    arrived: Mapping[tuple[Outcome, int], Tally]
    """All who answered."""
    hidden: Counter[tuple[Outcome, int]]
    """Of them, those whom the reader may not read with names, in a narrowed view."""
    left_out: Mapping[Outcome, int]
    """Of the hidden ones, those that no figure from here on counts."""
    tallies: Mapping[tuple[Outcome, int], Tally]
    decisive: Counter[tuple[Outcome, int, int]]
    named: Counter[tuple[Outcome, int]]
    named_categories: Counter[tuple[Outcome, str]]
    price: Mapping[Outcome, PriceTally]
    reasons: Mapping[int, Reason]
    release_id: int | None
    """Today's release."""

    def answered(self, outcome: Outcome, window: Window) -> int:
        return self._sum("answered", outcome, window)

    def _sum(self, name: str, outcome: Outcome, window: Window) -> int:
        return sum(
            getattr(tally, name)
            for (said, month), tally in self.tallies.items()
            if said is outcome and Month.of_index(month) in window
        )

    def tally(self, outcome: Outcome, window: Window) -> Tally:
        names = ("answered", "explained", "disputed", "divided")
        return Tally(*(self._sum(name, outcome, window) for name in names))

    def decided(self, outcome: Outcome, reason_id: int, window: Window) -> int:
        return sum(self.decisive[outcome, month.index, reason_id] for month in window.months)

    def may_tell(self, outcome: Outcome, *windows: Window) -> bool:
        """Whether the reasons of each of these months or windows point at nobody."""
        if outcome in self.left_out:
            return True
        return all(hide_each_other(within(self.hidden, outcome, window)) for window in windows)


def insight(
    session: Session, scope: Scope, *, now: datetime, reader: User | None = None
) -> Insight:
    """All figures of the scope, as far as the reader may know them; without one, all there are."""
    window = scope.filter.window
    called_today = heirs(session)
    voice = voices(scope, called_today, reader=reader)
    recent = Window.rolling(window.last, months=min(RECENT_MONTHS, len(window.months)))
    before = recent.before(months=BEFORE_MONTHS)
    loaded = Window(min(window.first, before.first), window.last)
    counts = _counts(session, scope, voice, called_today, loaded=loaded)
    outcomes = [scope.filter.outcome] if scope.filter.outcome else list(CLOSED)
    figures = [_outcome_figures(scope, counts, outcome) for outcome in outcomes]
    return Insight(
        scope=scope,
        recent=recent,
        before=before,
        coverage=coverage(session, scope, reader=reader, skipped=skipped(session, scope, reader)),
        outcomes=_with_changes(figures, counts, recent=recent, before=before),
        months=_months(counts.arrived, window, running=Month.of(now, scope.zone)),
        competitors=by_competitor(
            session, scope, voice, reader=reader, recent=recent, before=before
        ),
        regions=by_region(session, scope, voice, reader=reader),
        products=by_product(session, scope, voice, reader=reader),
        quarters=closed_quarters(session, scope, called_today, now=now),
        cohorts=cohorts(session, scope, reader=reader),
    )


def _counts(
    session: Session, scope: Scope, voice: CTE, called_today: Heirs, *, loaded: Window
) -> _Counts:
    window = scope.filter.window
    unread = hidden(session, scope, voice, loaded)
    too_few = left_out(unread, window)
    told = heard(voice, too_few)
    arrived = tallies(session, voice, loaded)
    said = decisive(session, told, loaded)
    mentioned = named(session, told, window, called_today)
    release = newest_release(session)
    return _Counts(
        arrived=arrived,
        hidden=unread,
        left_out=too_few,
        tallies=tallies(session, told, loaded) if too_few else arrived,
        decisive=said,
        named=mentioned,
        named_categories=named_categories(session, told, window, called_today),
        price=price(session, told, window, called_today),
        reasons=reasons_by_id(session, {key[2] for key in said} | {key[1] for key in mentioned}),
        release_id=release.id if release else None,
    )


def _outcome_figures(scope: Scope, counts: _Counts, outcome: Outcome) -> OutcomeFigures:
    tally = counts.tally(outcome, scope.filter.window)
    reasons = _reason_figures(scope, counts, outcome, tally.answered)
    by_category: defaultdict[str, list[ReasonFigure]] = defaultdict(list)
    for figure in reasons:
        by_category[figure.category_code].append(figure)
    labels = {r.category.code: r.category.label for r in counts.reasons.values()}

    def rate(hits: int, of: int = tally.answered) -> Rate:
        return Rate(Count(hits, of), scope.grey_threshold)

    said = counts.price.get(outcome, PriceTally())
    categories = [
        CategoryFigure(
            code=code,
            label=labels[code],
            decisive=rate(sum(figure.decisive.count.hits for figure in inside)),
            named=rate(counts.named_categories[outcome, code]),
            reasons=tuple(inside),
        )
        for code, inside in by_category.items()
    ]
    return OutcomeFigures(
        outcome=outcome,
        answered=tally.answered,
        without_reason=tally.answered - tally.explained,
        disputed=tally.disputed,
        divided=tally.divided,
        categories=tuple(sorted(categories, key=_most_decisive_first)),
        control=_control(reasons),
        price=PriceFigure(
            named=rate(said.named),
            weighed_most=rate(said.weighed_most),
            made_it=rate(said.made_it, said.asked),
        ),
        is_withheld=outcome in counts.left_out and not tally.answered,
        left_out=counts.left_out.get(outcome, 0),
    )


def _reason_figures(
    scope: Scope, counts: _Counts, outcome: Outcome, answered: int
) -> list[ReasonFigure]:
    """Every reason that was named or decided in the window, most decisive first."""
    window = scope.filter.window
    months = [Window(month, month) for month in window.months]
    may_tell_months = counts.may_tell(outcome, *months)
    figures = []
    for reason_id, reason in counts.reasons.items():
        decided = counts.decided(outcome, reason_id, window)
        if not decided and not counts.named[outcome, reason_id]:
            continue
        figures.append(
            ReasonFigure(
                reason_id=reason_id,
                code=reason.code,
                label=reason.label,
                category_code=reason.category.code,
                control=reason.control,
                decisive=Rate(Count(decided, answered), scope.grey_threshold),
                named=Rate(Count(counts.named[outcome, reason_id], answered), scope.grey_threshold),
                by_month=tuple(counts.decided(outcome, reason_id, month) for month in months)
                if may_tell_months
                else (),
                release=None if reason.release_id == counts.release_id else reason.release.number,
            )
        )
    return sorted(figures, key=_most_decisive_first)


def _most_decisive_first(figure: ReasonFigure | CategoryFigure) -> tuple[int, int, str]:
    return (-figure.decisive.count.hits, -figure.named.count.hits, figure.code)


def _control(reasons: Iterable[ReasonFigure]) -> ControlFigure:
    hands: Counter[Control] = Counter()
    for figure in reasons:
        hands[figure.control] += figure.decisive.count.hits
    return ControlFigure(hands[Control.OURS], hands[Control.SHARED], hands[Control.THEIRS])


def _with_changes(
    figures: list[OutcomeFigures], counts: _Counts, *, recent: Window, before: Window
) -> tuple[OutcomeFigures, ...]:
    """The same figures, each reason with what became of it: all reasons shown are read together."""

    def count(outcome: Outcome, reason: ReasonFigure, window: Window) -> Count:
        decided = counts.decided(outcome, reason.reason_id, window)
        return Count(decided, counts.answered(outcome, window))

    shown = [
        (figure.outcome, reason)
        for figure in figures
        if counts.may_tell(figure.outcome, recent, before)
        for reason in figure.reasons
    ]
    found = changes(
        [count(outcome, reason, recent) for outcome, reason in shown],
        [count(outcome, reason, before) for outcome, reason in shown],
    )
    became = {
        (outcome, reason.reason_id): change
        for (outcome, reason), change in zip(shown, found, strict=True)
    }

    def changed(outcome: Outcome, category: CategoryFigure) -> CategoryFigure:
        reasons = (replace(r, change=became.get((outcome, r.reason_id))) for r in category.reasons)
        return replace(category, reasons=tuple(reasons))

    return tuple(
        replace(figure, categories=tuple(changed(figure.outcome, c) for c in figure.categories))
        for figure in figures
    )


def _months(
    arrived: Mapping[tuple[Outcome, int], Tally], window: Window, *, running: Month
) -> tuple[MonthFigure, ...]:
    return tuple(
        MonthFigure(
            month=month,
            answered={
                outcome: arrived[outcome, month.index].answered
                if (outcome, month.index) in arrived
                else 0
                for outcome in CLOSED
            },
            is_running=month == running,
        )
        for month in window.months
    )
