"""What was filled in and never sent dies after thirty days; what was sent stays."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.insights.queries.coverage import coverage
from survey.jobs.forget import forget_old_drafts
from survey.kit.db import Database
from survey.questionnaires.documents import read_document, shipped_document
from survey.responses import queries
from survey.responses.actions import answering
from survey.responses.actions.drafts import forget_drafts
from survey.responses.models import Answer, ResponseDraft
from tests.factories import make_answer, make_draft, make_invitation, make_response
from tests.factories.asked import make_asked
from tests.factories.rows import MOMENT
from tests.insights.world import scope

DOCUMENT = read_document(shipped_document("not_won"), "lost")
FIRST = DOCUMENT.screens[0]
NOW = MOMENT
DAY_30 = NOW - timedelta(days=30)
YOUNGER = DAY_30 + timedelta(seconds=1)


def drafts(session: Session) -> list[ResponseDraft]:
    session.expire_all()
    return list(session.scalars(select(ResponseDraft).order_by(ResponseDraft.saved_at)))


def test_what_was_filled_in_dies_on_the_thirtieth_day(session: Session) -> None:
    old = make_draft(session, saved_at=DAY_30, started_at=DAY_30, screen="weighed", sitting="s")
    young = make_draft(session, saved_at=YOUNGER, screen="weighed")

    died = forget_drafts(session, now=NOW)

    assert died == 1
    assert (old.answers, old.screen, old.sitting, old.started_at) == ({}, "", "", DAY_30)
    assert (young.answers, young.screen) == ({"weighed": "price"}, "weighed")
    assert forget_drafts(session, now=NOW) == 0


def test_unsent_change_of_a_sent_answer_dies_and_the_answer_stays(session: Session) -> None:
    response = make_response(session, submitted_at=DAY_30 - timedelta(days=1))
    make_answer(session, response=response, text="The price.")
    make_draft(session, invitation=response.invitation, saved_at=DAY_30, screen="weighed")

    assert forget_drafts(session, now=NOW) == 1

    assert drafts(session) == []
    assert session.scalars(select(Answer.text)).all() == ["The price."]


def test_what_a_machine_filled_in_goes_altogether(session: Session) -> None:
    make_draft(session, saved_at=DAY_30, is_doubted=True)

    assert forget_drafts(session, now=NOW) == 1
    assert drafts(session) == []


def test_funnel_still_knows_who_began(session: Session) -> None:
    make_draft(session, saved_at=DAY_30, started_at=DAY_30)
    before = coverage(session, scope()).started

    forget_drafts(session, now=NOW)

    assert (before, coverage(session, scope()).started) == (1, 1)


def test_buyer_who_comes_back_later_begins_anew(session: Session) -> None:
    invitation = make_asked(session, invited_at=NOW - timedelta(days=1))
    draft = make_draft(session, invitation=invitation, saved_at=DAY_30, screen=FIRST.key)
    forget_drafts(session, now=NOW)
    session.refresh(draft)

    found = queries.given_in(session, draft, None, DOCUMENT, sitting="new")
    kept = answering.save_draft(
        session, invitation, DOCUMENT, {"weighed": "fit"}, screen=FIRST, now=NOW
    )

    assert found == {}
    assert kept.answers == {"weighed": "fit"}
    assert queries.is_found_in(kept, "another sitting")


@pytest.mark.parametrize("is_sent", [True, False])
def test_job_goes_on_until_all_have_died(
    session: Session, database: Database, *, is_sent: bool
) -> None:
    first = make_invitation(session)
    for _ in range(3):
        invitation = make_invitation(session, campaign=first.campaign, version=first.version)
        make_draft(session, invitation=invitation, saved_at=DAY_30)
        if is_sent:
            make_response(session, invitation=invitation)
    session.commit()

    assert forget_old_drafts(database, now=NOW) == 3
    assert forget_old_drafts(database, now=NOW) == 0
    assert [draft.answers for draft in drafts(session)] == ([] if is_sent else [{}, {}, {}])
