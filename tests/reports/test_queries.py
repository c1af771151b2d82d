"""A month's figures and the words that may be quoted with them."""

from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session

from survey.audit.types import Actor, ActorKind
from survey.coding.types import CodingSource
from survey.deals.types import Outcome
from survey.insights.types import Window
from survey.kit.clock import Month
from survey.reports.actions import freeze_report
from survey.reports.queries import (
    MonthNotStarted,
    deals_behind,
    listed_months,
    live_figures,
    month_report,
)
from survey.responses.types import Audience, ResponseState
from survey.team.types import Role
from tests.factories import (
    make_account,
    make_answer,
    make_coding,
    make_company,
    make_competitor,
    make_reason,
    make_user,
)
from tests.insights.world import NOW, make_world
from tests.reports.year import AFTER, MIDDLE, SEPTEMBER, answer


def test_month_begins_by_the_companys_clock(session: Session) -> None:
    make_company(session, time_zone="Europe/Amsterdam")
    # 22:30 in UTC on 31 August is already September in Amsterdam, and still August in UTC.
    answer(session, at=datetime(2026, 8, 31, 22, 30, tzinfo=UTC))

    assert live_figures(session, SEPTEMBER, now=AFTER).this_month.answered == 1
    assert live_figures(session, Month(2026, 8), now=AFTER).this_month.answered == 0


def test_month_is_the_one_in_which_the_answer_arrived(session: Session) -> None:
    make_company(session)
    answer(session)

    figures = live_figures(session, SEPTEMBER, now=AFTER)

    assert figures.this_month.of(Outcome.LOST).answered == 1
    assert figures.this_month.coverage.closed == 0
    assert figures.year.coverage.closed == 1
    assert figures.headline.startswith("1 answer arrived in September 2026 (1 lost).")


def test_nothing_that_arrived_later_is_in_it(session: Session) -> None:
    make_company(session)
    answer(session)
    answer(session, at=AFTER)

    figures = live_figures(session, SEPTEMBER, now=AFTER.replace(day=20))

    assert figures.year.answered == 1
    assert figures.method.cut_at == datetime(2026, 9, 30, 22, 0, tzinfo=UTC)


def test_month_ahead_is_refused(session: Session) -> None:
    make_company(session)

    with pytest.raises(MonthNotStarted, match="2026-12 has not begun"):
        live_figures(session, Month(2026, 12), now=AFTER)


def test_method_names_release_and_questionnaires(session: Session) -> None:
    make_company(session)
    response = answer(session)
    version = response.invitation.version

    method = live_figures(session, SEPTEMBER, now=AFTER).method

    assert method.release == version.release.number
    assert method.questionnaires == (f"{version.questionnaire.key} {version.number}",)


def test_quote_names_nobody(session: Session) -> None:
    make_company(session)
    make_competitor(session, name="Fleetwise")
    answer(
        session,
        "Robin Vos from Acme Freight met Sam: Fleetwise answered faster. Call +31 20 123 4567.",
        account=make_account(session, name="Acme Freight"),
        seller=make_user(session, name="Robin Vos"),
    )

    (card,) = month_report(session, SEPTEMBER, now=AFTER).cards

    for name in ("Robin", "Vos", "Acme", "Freight", "Sam", "Fleetwise", "123"):
        assert name not in card.words
    assert "answered faster" in card.words
    assert card.question == "What would have had to be different for you to choose us?"
    assert card.reasons == ["Dearer than the other"]


@pytest.mark.parametrize("audience", [Audience.TOTALS_ONLY, Audience.NOT_CHOSEN])
def test_words_not_meant_for_others_are_not_quoted(session: Session, audience: Audience) -> None:
    make_company(session)
    answer(session, "It was slow.", audience=audience)

    assert month_report(session, SEPTEMBER, now=AFTER).cards == ()


def test_nameless_words_come_in_batches_of_three(session: Session) -> None:
    make_company(session)
    for number in range(5):
        answer(session, f"Reason number {number}", audience=Audience.SENDER_TEAM)

    assert len(month_report(session, SEPTEMBER, now=AFTER).cards) == 3


def test_words_beside_a_choice_are_not_quoted(session: Session) -> None:
    make_company(session)
    response = answer(session)
    make_answer(
        session,
        response=response,
        question_key="ended",
        choice_key="chose_supplier",
        text="Some rival nobody here has heard of",
    )

    (card,) = month_report(session, SEPTEMBER, now=AFTER).cards

    assert (card.question, card.words) == ("", "")


def test_answer_without_words_is_a_card_too(session: Session) -> None:
    make_company(session)
    answer(session, "It was slow.")
    silent = answer(session)

    report = month_report(session, SEPTEMBER, now=AFTER)

    assert len(report.cards) == report.figures.this_month.answered == 2
    (card,) = (card for card in report.cards if card.response == silent.public_id)
    assert (card.outcome, card.words) == (Outcome.LOST, "")
    assert card.reasons == ["Dearer than the other"]


def test_of_many_answers_a_dozen_are_quoted_and_the_others_counted(session: Session) -> None:
    make_company(session)
    for number in range(14):
        answer(session, f"Reason number {number}")
    answer(session)

    report = month_report(session, SEPTEMBER, now=AFTER)

    assert len({card.words for card in report.cards}) == 12
    assert report.unquoted == 3


def test_viewer_reads_no_answer_and_an_analyst_as_many_as_travel(session: Session) -> None:
    make_company(session)
    answer(session, "It was slow.")
    answer(session, "For their team only.", audience=Audience.NOT_CHOSEN)

    def read_by(role: Role) -> list[str]:
        reader = make_user(session, role=role)
        found = month_report(session, SEPTEMBER, now=AFTER, reader=reader)
        return [card.words for card in found.cards]

    assert read_by(Role.VIEWER) == []
    assert read_by(Role.ANALYST) == read_by(Role.MANAGER) == ["It was slow."]


def test_deal_is_named_only_to_who_may_see_its_answer_with_names(session: Session) -> None:
    make_company(session)
    open_ = answer(session, "It was slow.", name="Planning for Acme")
    for number in range(3):
        answer(session, f"Reason number {number}", audience=Audience.SENDER_TEAM)
    cards = month_report(session, SEPTEMBER, now=AFTER).cards
    assert len(cards) == 4

    def named_to(role: Role) -> dict[str, str]:
        return deals_behind(session, cards, make_user(session, role=role))

    assert named_to(Role.MANAGER) == {open_.public_id: "Planning for Acme"}
    assert len(named_to(Role.ANALYST)) == 4
    assert named_to(Role.VIEWER) == {}


def test_quote_is_the_one_a_reason_rests_on(session: Session) -> None:
    make_company(session)
    response = answer(session, "Nothing much.")
    make_answer(session, response=response, question_key="well", text="You listened to us.")
    make_coding(
        session,
        response=response,
        reason=make_reason(session),
        source=CodingSource.PERSON,
        question_key="well",
        quote="listened",
    )

    (card,) = month_report(session, SEPTEMBER, now=AFTER).cards

    assert (card.question, card.words) == ("What did we do well?", "You listened to us.")


def test_words_taken_back_vanish(session: Session) -> None:
    make_company(session)
    response = answer(session, "It was slow.")
    assert len(month_report(session, SEPTEMBER, now=AFTER).cards) == 1

    response.state = ResponseState.DELETED
    session.flush()

    assert month_report(session, SEPTEMBER, now=AFTER).cards == ()


def answers_by_month(session: Session) -> list[tuple[Month, int]]:
    return [(each.month, each.answered) for each in listed_months(session, now=NOW)]


def test_answers_are_counted_by_month_latest_first(session: Session) -> None:
    make_company(session)
    answer(session)
    answer(session, at=AFTER)
    answer(session, at=MIDDLE, audience=Audience.TOTALS_ONLY)

    assert answers_by_month(session) == [(Month(2026, 10), 1), (SEPTEMBER, 1)]


def test_frozen_month_is_counted_as_it_was(session: Session) -> None:
    make_company(session)
    response = answer(session)
    answer(session)
    freeze_report(session, SEPTEMBER, actor=Actor(ActorKind.JOB), now=AFTER)
    response.state = ResponseState.DELETED
    session.flush()

    assert answers_by_month(session) == [(SEPTEMBER, 2)]


@pytest.mark.parametrize(
    "seed", [1, *(pytest.param(later, marks=pytest.mark.slow) for later in (2, 3))]
)
def test_list_of_months_counts_as_each_months_report_does(session: Session, seed: int) -> None:
    """Several people of one deal answer in several months, deciders before and after others."""
    make_company(session)
    make_world(session, seed=seed, deals=80)

    listed = answers_by_month(session)

    every = Window(Month(2025, 8), Month(2026, 10)).months
    told = {each: live_figures(session, each, now=NOW).this_month.answered for each in every}
    assert dict(listed) == {month: answered for month, answered in told.items() if answered}
