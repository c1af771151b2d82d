"""“Only in totals” joins closed quarters of the whole company, together or not at all."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session

from survey.deals.types import Outcome
from survey.insights.queries.insight import insight
from survey.insights.types import QuarterFigure, Scope, Window
from survey.kit.clock import Month
from survey.kit.disclosure import Quarter
from survey.responses.models import Response
from survey.responses.types import Audience
from tests.factories import (
    make_coding,
    make_contact,
    make_deal,
    make_deal_contact,
    make_invitation,
    make_response,
)
from tests.insights.world import NOW, YEAR, ZONE, scope

AUGUST = datetime(2026, 8, 12, 9, 0, tzinfo=UTC)
SUMMER = Quarter(2026, 3)


def answer(session: Session, *, audience: Audience, at: datetime = AUGUST) -> Response:
    """An answered loss with the buyer's own reason."""
    response = make_response(
        session, audience=audience, submitted_at=at, month_index=Month.of(at, ZONE).index
    )
    make_coding(session, response=response)
    return response


def answers(session: Session, *, totals_only: int, others: int = 2, at: datetime = AUGUST) -> None:
    for _ in range(totals_only):
        answer(session, audience=Audience.TOTALS_ONLY, at=at)
    for _ in range(others):
        answer(session, audience=Audience.SENDER_TEAM, at=at)


def summer(session: Session, seen: Scope | None = None, now: datetime = NOW) -> QuarterFigure:
    figures = insight(session, seen or scope(), now=now)
    return next(figure for figure in figures.quarters if figure.quarter == SUMMER)


def test_five_totals_only_answers_join_their_closed_quarter(session: Session) -> None:
    answers(session, totals_only=5)

    quarter = summer(session)

    assert quarter.includes_totals_only
    assert quarter.answered[Outcome.LOST] == 7
    assert sum(quarter.categories[Outcome.LOST].values()) == 7


def test_four_totals_only_answers_stay_out(session: Session) -> None:
    answers(session, totals_only=4)

    quarter = summer(session)

    assert not quarter.includes_totals_only
    assert quarter.answered[Outcome.LOST] == 2


def test_company_may_ask_for_more_of_them(session: Session) -> None:
    answers(session, totals_only=5)

    quarter = summer(session, replace(scope(), anonymity_threshold=6))

    assert quarter.answered[Outcome.LOST] == 2


def test_company_cannot_ask_for_fewer_than_three(session: Session) -> None:
    answers(session, totals_only=2)

    quarter = summer(session, replace(scope(), anonymity_threshold=1))

    assert quarter.answered[Outcome.LOST] == 2


def test_running_quarter_is_not_shown(session: Session) -> None:
    answers(session, totals_only=9)

    figures = insight(session, scope(), now=datetime(2026, 9, 20, tzinfo=UTC))

    assert SUMMER not in [figure.quarter for figure in figures.quarters]


@pytest.mark.parametrize(
    "narrowed",
    [
        {"outcome": Outcome.LOST},
        {"region": "Benelux"},
        {"product": "Planner"},
        {"segment": "Mid-market"},
        {"team": "North"},
        {"seller": "anybody"},
        {"competitor": "anybody"},
        {"window": Window(Month(2026, 8), Month(2026, 9))},
    ],
)
def test_filtered_view_has_no_quarters(session: Session, narrowed: dict[str, object]) -> None:
    answers(session, totals_only=9)

    assert insight(session, scope(**narrowed), now=NOW).quarters == ()


def test_five_people_of_one_deal_are_one_deal(session: Session) -> None:
    deal = make_deal(session)
    for _ in range(5):
        invitation = make_invitation(session, deal=deal)
        make_response(
            session,
            invitation=invitation,
            audience=Audience.TOTALS_ONLY,
            submitted_at=AUGUST,
            month_index=Month.of(AUGUST, ZONE).index,
        )

    assert summer(session).answered[Outcome.LOST] == 0


def test_outvoted_totals_only_answer_hides_nobody(session: Session) -> None:
    answers(session, totals_only=4, others=0)
    outvoted = answer(session, audience=Audience.TOTALS_ONLY)
    contact = make_contact(session, account=outvoted.deal.account)
    make_deal_contact(session, deal=outvoted.deal, contact=contact, is_decider=True)
    make_response(
        session,
        invitation=make_invitation(session, deal=outvoted.deal, contact=contact),
        audience=Audience.SENDER_TEAM,
        submitted_at=AUGUST,
        month_index=Month.of(AUGUST, ZONE).index,
    )

    quarter = summer(session)

    assert not quarter.includes_totals_only
    assert quarter.answered[Outcome.LOST] == 1


def test_figures_beside_the_quarters_leave_them_out(session: Session) -> None:
    answers(session, totals_only=9)

    figures = insight(session, scope(), now=NOW)

    assert figures.answered == 2
    assert figures.coverage.answered == 2
    assert sum(month.answered[Outcome.LOST] for month in figures.months) == 2


def test_quarters_are_the_windows_whole_ones_latest_first(session: Session) -> None:
    quarters = insight(session, scope(window=YEAR), now=NOW).quarters

    assert [str(figure.quarter) for figure in quarters] == ["2026 Q3", "2026 Q2", "2026 Q1"]
