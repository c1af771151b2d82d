"""No narrowed view tells the reasons of one or two answers that its reader may not read by name."""

from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session

from survey.deals.types import Outcome
from survey.insights.queries.bars import answers_behind
from survey.insights.queries.feedback import Wanted
from survey.insights.queries.insight import insight
from survey.insights.rules import left_out
from survey.insights.types import Insight, OutcomeFigures, Verdict, Window
from survey.kit.clock import Month
from survey.responses.models import Response
from survey.responses.types import Audience
from survey.taxonomy.models import Reason
from survey.team.models import User
from survey.team.types import Role
from tests.factories import (
    make_coding,
    make_company,
    make_deal,
    make_invitation,
    make_reason,
    make_response,
    make_team,
    make_user,
)
from tests.insights.world import NOW, YEAR, scope

AUGUST, SEPTEMBER = Month(2026, 8), Month(2026, 9)
OPEN, CLOSED = Audience.PEOPLE_DEALT_WITH, Audience.SENDER_TEAM


@pytest.fixture
def price(session: Session) -> Reason:
    make_company(session)
    return make_reason(session, label="Dearer than the other")


@pytest.fixture
def pushed(session: Session, price: Reason) -> Reason:
    return make_reason(session, category=price.category, label="Felt pushed")


def answer(
    session: Session,
    reason: Reason,
    audience: Audience,
    *,
    month: Month = SEPTEMBER,
    region: str = "Nordics",
    seller: User | None = None,
) -> Response:
    deal = make_deal(session, region=region, seller=seller, outcome=Outcome.LOST)
    response = make_response(
        session,
        invitation=make_invitation(session, deal=deal),
        audience=audience,
        submitted_at=datetime(month.year, month.number, 10, tzinfo=UTC),
        month_index=month.index,
    )
    make_coding(session, response=response, reason=reason)
    return response


def lost(figures: Insight) -> OutcomeFigures:
    return next(each for each in figures.outcomes if each.outcome is Outcome.LOST)


def seen(session: Session, role: Role, **narrowed: object) -> OutcomeFigures:
    reader = make_user(session, role=role)
    return lost(insight(session, scope(**narrowed), now=NOW, reader=reader))


def decided(figures: OutcomeFigures) -> dict[str, str]:
    return {reason.label: reason.decisive.words for reason in figures.reasons}


@pytest.mark.parametrize(
    ("hidden", "left"), [(0, {}), (1, {Outcome.LOST: 1}), (2, {Outcome.LOST: 2}), (3, {}), (9, {})]
)
def test_one_or_two_are_left_out(hidden: int, left: dict[Outcome, int]) -> None:
    found = {(Outcome.LOST, SEPTEMBER.index): hidden, (Outcome.LOST, YEAR.first.index - 1): 1}

    assert left_out(found, YEAR) == left


@pytest.mark.parametrize("role", [Role.MANAGER, Role.VIEWER])
def test_view_of_one_deal_tells_nothing_of_it(session: Session, pushed: Reason, role: Role) -> None:
    answer(session, pushed, CLOSED)

    figures = seen(session, role, region="Nordics")

    assert (figures.is_withheld, figures.answered, figures.left_out) == (True, 0, 1)
    assert (figures.categories, figures.control.of, figures.price.named.count.of) == ((), 0, 0)
    assert (figures.without_reason, figures.disputed, figures.divided) == (0, 0, 0)


def test_answers_read_by_name_do_not_give_the_other_away(
    session: Session, price: Reason, pushed: Reason
) -> None:
    for _ in range(4):
        answer(session, price, OPEN)
    answer(session, pushed, CLOSED)

    assert decided(seen(session, Role.MANAGER, region="Nordics")) == {price.label: "4 of 4"}
    assert decided(seen(session, Role.ANALYST, region="Nordics")) == {
        price.label: "4 of 5",
        pushed.label: "1 of 5",
    }


def test_three_hide_each_other(session: Session, price: Reason, pushed: Reason) -> None:
    answer(session, price, OPEN)
    for reason in (price, pushed, pushed):
        answer(session, reason, CLOSED)

    figures = seen(session, Role.MANAGER, region="Nordics")

    assert decided(figures) == {pushed.label: "2 of 4", price.label: "2 of 4"}
    assert not figures.left_out


def test_whole_company_counts_every_answer(session: Session, pushed: Reason) -> None:
    answer(session, pushed, CLOSED)

    assert decided(seen(session, Role.MANAGER)) == {pushed.label: "1 of 1"}


def test_months_and_changes_that_would_point_at_somebody_are_not_told(
    session: Session, pushed: Reason
) -> None:
    for month in (Month(2026, 2), Month(2026, 3), SEPTEMBER):
        answer(session, pushed, CLOSED, month=month)

    told = {
        role: seen(session, role, region="Nordics").reasons[0]
        for role in (Role.MANAGER, Role.ANALYST)
    }

    assert (told[Role.MANAGER].by_month, told[Role.MANAGER].change) == ((), None)
    assert told[Role.ANALYST].by_month == (0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 1, 0)
    change = told[Role.ANALYST].change
    assert change is not None
    assert change.verdict is Verdict.TOO_FEW


def test_row_of_a_region_names_no_reason_of_a_hidden_answer(
    session: Session, price: Reason, pushed: Reason
) -> None:
    answer(session, pushed, CLOSED, region="Nordics")
    answer(session, price, OPEN, region="Benelux")

    rows = {
        role: {
            row.label: row.top_loss
            for row in insight(
                session, scope(), now=NOW, reader=make_user(session, role=role)
            ).regions
        }
        for role in (Role.MANAGER, Role.ANALYST)
    }

    assert rows[Role.MANAGER] == {"Nordics": "", "Benelux": price.label}
    assert rows[Role.ANALYST] == {"Nordics": pushed.label, "Benelux": price.label}


@pytest.mark.parametrize(("others", "words"), [(2, "1 of 1"), (3, "1 of 4")])
def test_seller_reads_own_reasons_and_those_of_at_least_three_others(
    session: Session, price: Reason, pushed: Reason, others: int, words: str
) -> None:
    team = make_team(session, name="North")
    seller, colleague = (make_user(session, role=Role.SELLER, team=team) for _ in range(2))
    answer(session, price, OPEN, seller=seller)
    for _ in range(others):
        answer(session, pushed, OPEN, seller=colleague)

    figures = lost(insight(session, scope(team="North"), now=NOW, reader=seller))

    assert decided(figures)[price.label] == words


def test_bar_of_a_narrowed_view_counts_as_the_view_does(
    session: Session, price: Reason, pushed: Reason
) -> None:
    answer(session, price, OPEN)
    answer(session, pushed, CLOSED)
    reader = make_user(session, role=Role.MANAGER)
    nordics = scope(region="Nordics", outcome=Outcome.LOST)

    behind = {
        reason.label: answers_behind(
            session, reader, nordics, Wanted(nordics.filter, reason=reason.code, is_counted=True)
        ).counted
        for reason in (price, pushed)
    }
    all_of_it = answers_behind(session, reader, nordics, Wanted(nordics.filter, is_counted=True))

    assert behind == {price.label: 1, pushed.label: 0}
    assert (all_of_it.counted, all_of_it.unlisted) == (2, 1)


def test_window_of_another_month_has_its_own_answers(session: Session, pushed: Reason) -> None:
    for month in (AUGUST, SEPTEMBER, SEPTEMBER):
        answer(session, pushed, CLOSED, month=month)

    figures = seen(session, Role.MANAGER, region="Nordics", window=Window(SEPTEMBER, SEPTEMBER))

    assert (figures.is_withheld, figures.left_out) == (True, 2)
