"""What becomes of an answer: drafted, sent, changed, deleted, recorded from a reply."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey.invitations.models import Invitation
from survey.kit.clock import Month
from survey.questionnaires.documents import read_document, shipped_document
from survey.questionnaires.types import Answers
from survey.responses import queries
from survey.responses.actions import answering
from survey.responses.models import Answer, Response, ResponseDraft, ResponseRevision
from survey.responses.types import Audience, Channel, Ended, ResponseState
from tests.factories.asked import make_asked
from tests.factories.rows import MOMENT

DOCUMENT = read_document(shipped_document("not_won"), "lost")
SCREENS = {screen.key: screen for screen in DOCUMENT.screens}
ZONE = ZoneInfo("Europe/Amsterdam")
LATER = MOMENT + timedelta(hours=1)


def save(
    session: Session, invitation: Invitation, screen: str, given: Answers, now: datetime = MOMENT
) -> ResponseDraft:
    return answering.save_draft(
        session, invitation, DOCUMENT, given, screen=SCREENS[screen], now=now
    )


def send(
    session: Session, invitation: Invitation, screen: str, given: Answers, now: datetime = MOMENT
) -> Response:
    return answering.submit_response(
        session, invitation, DOCUMENT, given, screen=SCREENS[screen], now=now, zone=ZONE
    )


def said(session: Session, response: Response) -> Answers:
    return queries.answers_of(session, response, DOCUMENT)


def count(session: Session, model: type) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


@pytest.fixture
def invitation(session: Session) -> Invitation:
    return make_asked(session, invited_at=MOMENT - timedelta(days=1))


def test_draft_keeps_what_each_screen_was_given(session: Session, invitation: Invitation) -> None:
    save(session, invitation, "weighed", {"weighed": "price"})

    draft = save(session, invitation, "ended", {"ended": "put_off"}, now=LATER)

    assert draft.answers == {"weighed": "price", "ended": "put_off"}
    assert (draft.screen, draft.started_at, draft.saved_at) == ("ended", MOMENT, LATER)
    assert count(session, Response) == 0


def test_sending_makes_the_draft_a_response(session: Session, invitation: Invitation) -> None:
    save(session, invitation, "weighed", {"weighed": "price"})
    save(session, invitation, "ended", {"ended": "kept_current"})

    response = send(
        session,
        invitation,
        "readers",
        {"readers": "totals_only", "contact": ["may_ask_back"]},
        now=LATER,
    )

    assert said(session, response) == {
        "weighed": "price",
        "ended": "kept_current",
        "readers": "totals_only",
        "contact": ["may_ask_back"],
    }
    assert response.state is ResponseState.COUNTED
    assert response.channel is Channel.WEB
    assert response.audience is Audience.TOTALS_ONLY
    assert response.ended is Ended.KEPT_CURRENT
    assert response.may_ask_back
    assert (response.started_at, response.submitted_at) == (MOMENT, LATER)
    assert response.deal_id == invitation.deal_id
    assert count(session, ResponseDraft) == 0


def test_response_counts_in_the_month_of_the_company_s_clock(
    session: Session, invitation: Invitation
) -> None:
    # 22:30 UTC on 31 October 2026 is 23:30 in Amsterdam; an hour later November has begun there.
    invitation.closes_at = datetime(2027, 1, 1, tzinfo=UTC)
    late = datetime(2026, 10, 31, 23, 30, tzinfo=UTC)

    response = send(session, invitation, "ended", {"ended": "put_off"}, now=late)

    assert Month.of_index(response.month_index) == Month(2026, 11)


def test_answers_off_the_path_do_not_count(session: Session, invitation: Invitation) -> None:
    save(session, invitation, "weighed", {"weighed": "price"})
    save(session, invitation, "about", {"about": "beyond_limit"})
    save(session, invitation, "weighed", {"weighed": "people"})

    response = send(session, invitation, "ended", {"ended": "put_off"})

    assert said(session, response) == {"weighed": "people", "ended": "put_off"}


def test_sending_the_same_again_changes_nothing(session: Session, invitation: Invitation) -> None:
    save(session, invitation, "weighed", {"weighed": "price"})
    first = send(session, invitation, "ended", {"ended": "put_off"})

    second = send(session, invitation, "ended", {"ended": "put_off"}, now=LATER)

    assert second is first
    assert second.edited_at is None
    assert second.submitted_at == MOMENT
    assert count(session, ResponseRevision) == 0


def test_a_change_keeps_what_stood_before(session: Session, invitation: Invitation) -> None:
    send(session, invitation, "ended", {"ended": "put_off"})

    response = send(session, invitation, "readers", {"readers": "people_dealt_with"}, now=LATER)

    assert said(session, response) == {"ended": "put_off", "readers": "people_dealt_with"}
    assert (response.submitted_at, response.edited_at) == (MOMENT, LATER)
    (revision,) = queries.revisions_of(session, response)
    assert (revision.number, revision.replaced_at) == (1, LATER)
    assert revision.answers == {"ended": "put_off"}
    assert revision.audience is Audience.NOT_CHOSEN


def test_a_change_under_way_leaves_what_was_sent(session: Session, invitation: Invitation) -> None:
    response = send(session, invitation, "ended", {"ended": "put_off"})

    draft = save(session, invitation, "weighed", {"weighed": "product"}, now=LATER)

    assert draft.answers == {"ended": "put_off", "weighed": "product"}
    assert said(session, response) == {"ended": "put_off"}


@pytest.mark.parametrize("typed", [{}, {"different": "Synergy!", "well": "Buy pills"}])
def test_a_machine_that_presses_every_button_is_not_an_answer(
    session: Session, invitation: Invitation, typed: Answers
) -> None:
    save(session, invitation, "weighed", {"weighed": "price"})
    save(session, invitation, "different", typed)

    with pytest.raises(answering.NothingChosen, match="Please choose"):
        send(session, invitation, "readers", {})

    assert count(session, Response) == 0


def test_closed_questions_take_nothing(session: Session, invitation: Invitation) -> None:
    closed = invitation.closes_at

    with pytest.raises(answering.QuestionsClosed):
        save(session, invitation, "ended", {"ended": "put_off"}, now=closed)
    with pytest.raises(answering.QuestionsClosed):
        send(session, invitation, "ended", {"ended": "put_off"}, now=closed)
    with pytest.raises(answering.QuestionsClosed):
        answering.delete_response(session, invitation, now=closed)


def test_deleting_leaves_no_word(session: Session, invitation: Invitation) -> None:
    save(session, invitation, "different", {"different": "Do not keep this."})
    response = send(session, invitation, "ended", {"ended": "put_off"})
    send(session, invitation, "readers", {"readers": "totals_only"}, now=LATER)
    save(session, invitation, "weighed", {"weighed": "price"}, now=LATER)
    deleted_at = LATER + timedelta(hours=1)

    answering.delete_response(session, invitation, now=deleted_at)
    answering.delete_response(session, invitation, now=deleted_at + timedelta(hours=1))

    assert [count(session, m) for m in (Answer, ResponseDraft, ResponseRevision)] == [0, 0, 0]
    assert response.state is ResponseState.DELETED
    assert response.ended is None
    # What was derived from it is looked for by this moment.
    assert response.edited_at == deleted_at


def test_deleting_an_unsent_draft_leaves_nothing(session: Session, invitation: Invitation) -> None:
    save(session, invitation, "weighed", {"weighed": "price"})

    answering.delete_response(session, invitation, now=LATER)

    assert count(session, ResponseDraft) == 0


def test_answering_again_after_deleting_begins_anew(
    session: Session, invitation: Invitation
) -> None:
    before = send(session, invitation, "ended", {"ended": "put_off"})
    answering.delete_response(session, invitation, now=MOMENT)

    after = send(session, invitation, "ended", {"ended": "kept_current"}, now=LATER)

    assert after is before
    assert after.state is ResponseState.COUNTED
    assert (after.submitted_at, after.edited_at) == (LATER, None)
    assert said(session, after) == {"ended": "kept_current"}
    assert count(session, ResponseRevision) == 0


def test_a_remark_joins_the_answer_and_not_the_change_under_way(
    session: Session, invitation: Invitation
) -> None:
    response = send(session, invitation, "ended", {"ended": "put_off"})
    save(session, invitation, "weighed", {"weighed": "price"}, now=LATER)

    answering.add_remark(session, invitation, DOCUMENT, "Short and kind.", now=LATER)

    assert said(session, response) == {"ended": "put_off", "about_us": "Short and kind."}
    assert queries.draft_of(session, invitation) is not None


def test_a_remark_needs_an_answer_to_join(session: Session, invitation: Invitation) -> None:
    answering.add_remark(session, invitation, DOCUMENT, "Hello?", now=LATER)

    assert count(session, Response) == 0


def record(session: Session, invitation: Invitation, answers: Answers) -> Response:
    return answering.record_reply(session, invitation, DOCUMENT, answers, now=LATER, zone=ZONE)


def test_a_reply_closes_the_link(session: Session, invitation: Invitation) -> None:
    save(session, invitation, "weighed", {"weighed": "product"})

    response = record(session, invitation, {"weighed": "price", "different": "It was mostly …"})

    assert response.channel is Channel.REPLY
    assert said(session, response) == {"weighed": "price", "different": "It was mostly …"}
    assert count(session, ResponseDraft) == 0
    with pytest.raises(answering.AnsweredByReply):
        save(session, invitation, "weighed", {"weighed": "people"})


def test_a_reply_may_come_after_the_closing(session: Session, invitation: Invitation) -> None:
    invitation.closes_at = LATER - timedelta(minutes=1)

    assert record(session, invitation, {"weighed": "price"}).submitted_at == LATER


def test_a_reply_does_not_replace_an_answer(session: Session, invitation: Invitation) -> None:
    send(session, invitation, "ended", {"ended": "put_off"})

    with pytest.raises(answering.AlreadyAnswered, match="has an answer already"):
        record(session, invitation, {"weighed": "price"})
