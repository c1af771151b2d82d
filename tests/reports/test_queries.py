"""A month's figures and the words that may be quoted with them."""

from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session

from survey.coding.types import CodingSource
from survey.deals.types import Outcome
from survey.kit.clock import Month
from survey.reports.queries import (
    MonthNotStarted,
    answers_by_month,
    live_figures,
    month_report,
)
from survey.responses.types import Audience, ResponseState
from tests.factories import (
    make_account,
    make_answer,
    make_coding,
    make_company,
    make_competitor,
    make_reason,
    make_user,
)
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

    assert month_report(session, SEPTEMBER, now=AFTER).cards == ()


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


def test_answers_are_counted_by_month_latest_first(session: Session) -> None:
    make_company(session)
    answer(session)
    answer(session, at=AFTER)
    answer(session, at=MIDDLE, audience=Audience.TOTALS_ONLY)

    assert list(answers_by_month(session).items()) == [(Month(2026, 10), 1), (SEPTEMBER, 1)]
