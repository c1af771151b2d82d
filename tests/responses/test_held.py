"""Answers that a machine may have sent: held, replaced, released, never in the way of a person."""

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.audit.models import AuditEntry
from survey.audit.types import Actor, ActorKind
from survey.invitations.models import Invitation, Link
from survey.kit.clock import Month
from survey.questionnaires.documents import read_document, shipped_document
from survey.questionnaires.types import Answers
from survey.responses import queries
from survey.responses.actions import answering, held
from survey.responses.models import Response, ResponseRevision
from survey.responses.types import Channel, Door, Doubt, Footprint, ResponseState
from tests.factories import make_attempt, make_response, make_visit
from tests.factories.asked import make_asked
from tests.factories.rows import MOMENT

DOCUMENT = read_document(shipped_document("not_won"), "lost")
SCREENS = {screen.key: screen for screen in DOCUMENT.screens}
ZONE = ZoneInfo("Europe/Amsterdam")
LATER = MOMENT + timedelta(hours=1)
MACHINE = Footprint(MOMENT, "aaaaaaaaaaaa", is_driven=True)
PERSON = Footprint(LATER, "bbbbbbbbbbbb")
STAFF = Actor(ActorKind.USER, 1, "analyst")


@pytest.fixture
def invitation(session: Session) -> Invitation:
    return make_asked(session, invited_at=MOMENT - timedelta(days=1))


def send(
    session: Session, invitation: Invitation, given: Answers, by: Footprint, screen: str = "ended"
) -> Response:
    return answering.submit_response(
        session,
        invitation,
        DOCUMENT,
        given,
        screen=SCREENS[screen],
        now=by.pressed_at,
        zone=ZONE,
        footprint=by,
    )


def save(session: Session, invitation: Invitation, given: Answers, by: Footprint) -> Answers:
    return answering.save_draft(
        session,
        invitation,
        DOCUMENT,
        given,
        screen=SCREENS["weighed"],
        now=by.pressed_at,
        footprint=by,
    ).answers


def said(session: Session, response: Response) -> Answers:
    return queries.answers_of(session, response, DOCUMENT)


def revisions(session: Session) -> list[tuple[Answers, list[str]]]:
    found = session.scalars(select(ResponseRevision).order_by(ResponseRevision.number))
    return [(each.answers, each.hold_reasons) for each in found]


def test_a_doubted_answer_is_held_with_its_reasons(
    session: Session, invitation: Invitation
) -> None:
    response = send(session, invitation, {"ended": "put_off"}, MACHINE)

    assert response.state is ResponseState.HELD
    assert response.hold_reasons == [Doubt.DRIVEN]
    assert said(session, response) == {"ended": "put_off"}


def test_a_person_replaces_what_is_held_and_is_judged_alone(
    session: Session, invitation: Invitation
) -> None:
    first = send(session, invitation, {"ended": "put_off"}, MACHINE)
    in_november = replace(PERSON, pressed_at=MOMENT + timedelta(days=20))

    second = send(session, invitation, {"ended": "kept_current"}, in_november)

    assert second is first
    assert (second.state, second.hold_reasons) == (ResponseState.COUNTED, [])
    assert (second.submitted_at, second.edited_at) == (in_november.pressed_at, None)
    assert Month.of_index(second.month_index) == Month(2026, 11)
    assert said(session, second) == {"ended": "kept_current"}
    assert revisions(session) == [({"ended": "put_off"}, ["driven"])]


def test_a_person_who_says_the_same_as_the_machine_counts(
    session: Session, invitation: Invitation
) -> None:
    send(session, invitation, {"ended": "put_off"}, MACHINE)

    response = send(session, invitation, {"ended": "put_off"}, PERSON)

    assert response.state is ResponseState.COUNTED
    assert revisions(session) == []


def test_the_same_sitting_does_not_become_a_person_by_pressing_again(
    session: Session, invitation: Invitation
) -> None:
    send(session, invitation, {"ended": "put_off"}, MACHINE)
    again = Footprint(LATER, MACHINE.sitting)

    response = send(session, invitation, {"ended": "kept_current"}, again)

    assert (response.state, response.hold_reasons) == (ResponseState.HELD, ["driven"])


def test_a_machine_does_not_touch_an_answer_that_counts(
    session: Session, invitation: Invitation
) -> None:
    send(session, invitation, {"ended": "kept_current"}, PERSON)
    machine = replace(MACHINE, pressed_at=LATER + timedelta(hours=1))

    response = send(session, invitation, {"ended": "put_off"}, machine)

    assert response.state is ResponseState.COUNTED
    assert response.edited_at is None
    assert said(session, response) == {"ended": "kept_current"}
    assert revisions(session) == [({"ended": "put_off"}, ["driven"])]


def test_a_person_does_not_find_what_a_machine_filled_in(
    session: Session, invitation: Invitation
) -> None:
    save(session, invitation, {"weighed": "price"}, MACHINE)

    kept = save(session, invitation, {}, PERSON)
    response = send(session, invitation, {"ended": "put_off"}, PERSON)

    assert kept == {}
    assert said(session, response) == {"ended": "put_off"}
    assert response.started_at == LATER


def test_a_person_finds_the_draft_of_an_earlier_sitting(
    session: Session, invitation: Invitation
) -> None:
    save(session, invitation, {"weighed": "price"}, PERSON)

    other_device = replace(PERSON, sitting="cccccccccccc")
    response = send(session, invitation, {"ended": "put_off"}, other_device)

    assert said(session, response) == {"weighed": "price", "ended": "put_off"}


def test_the_last_screen_needs_a_choice(session: Session, invitation: Invitation) -> None:
    save(session, invitation, {"weighed": "price"}, PERSON)

    with pytest.raises(answering.NothingChosen):
        send(session, invitation, {"contact": ["may_ask_back"]}, PERSON, screen="readers")


def test_releasing_counts_the_answer_and_keeps_why_it_was_held(
    session: Session, invitation: Invitation
) -> None:
    response = send(session, invitation, {"ended": "put_off"}, MACHINE)

    for _ in range(2):
        held.release_response(session, response, actor=STAFF, now=LATER)

    assert (response.state, response.hold_reasons) == (ResponseState.COUNTED, ["driven"])
    assert response.submitted_at == MOMENT
    (entry,) = session.scalars(select(AuditEntry)).all()
    assert (entry.action, entry.actor_label) == ("response_released", "analyst")
    assert entry.details == {"held": ["driven"]}


def test_a_deleted_answer_cannot_be_released(session: Session, invitation: Invitation) -> None:
    response = send(session, invitation, {"ended": "put_off"}, MACHINE)
    answering.delete_response(session, invitation, now=LATER)

    with pytest.raises(held.NotHeld, match="deleted"):
        held.release_response(session, response, actor=STAFF, now=LATER)


def test_a_reply_by_mail_takes_the_place_of_what_is_held(
    session: Session, invitation: Invitation
) -> None:
    send(session, invitation, {"ended": "put_off"}, MACHINE)

    response = answering.record_reply(
        session, invitation, DOCUMENT, {"different": "A call."}, now=LATER, zone=ZONE
    )

    assert (response.state, response.channel) == (ResponseState.COUNTED, Channel.REPLY)
    assert said(session, response) == {"different": "A call."}
    assert revisions(session) == [({"ended": "put_off"}, ["driven"])]


def test_visits_are_added_for_links_that_exist(session: Session, invitation: Invitation) -> None:
    for token in ("answer-token", "scrambled"):
        held.note_visit(
            session, token, door=Door.ANSWER, choice="price", sitting="a1b2c3d4e5f6", now=MOMENT
        )

    print_ = queries.footprint(
        session,
        "answer-token",
        sitting="a1b2c3d4e5f6",
        document=DOCUMENT,
        is_driven=False,
        now=LATER,
    )
    assert [(each.door, each.choice, each.at) for each in print_.opened] == [
        (Door.ANSWER, "price", MOMENT)
    ]


def test_a_footprint_holds_what_all_links_of_the_invitation_opened_around_its_beginning(
    session: Session, invitation: Invitation
) -> None:
    answer, opt_out = session.scalars(select(Link).order_by(Link.id)).all()
    began = make_visit(session, link=answer, visited_at=MOMENT)
    make_visit(session, link=opt_out, door=Door.OPT_OUT, visited_at=MOMENT + timedelta(seconds=9))
    make_visit(session, link=answer, visited_at=MOMENT + timedelta(minutes=9))
    make_visit(session, visited_at=MOMENT)

    found = queries.footprint(
        session,
        "answer-token",
        sitting=began.sitting,
        document=DOCUMENT,
        is_driven=False,
        now=LATER,
    )

    assert [each.door for each in found.opened] == [Door.ANSWER, Door.OPT_OUT]


def test_a_footprint_knows_when_the_mail_of_its_link_was_handed_over(
    session: Session, invitation: Invitation
) -> None:
    attempt = make_attempt(session, claimed_at=LATER)
    link = session.scalars(select(Link).order_by(Link.id)).first()
    assert link is not None

    def handed_over() -> object:
        found = queries.footprint(
            session, "answer-token", sitting="", document=DOCUMENT, is_driven=False, now=LATER
        )
        return found.handed_over_at

    assert handed_over() == invitation.sent_at
    link.attempt_id = attempt.attempt_id
    session.flush()
    assert handed_over() == attempt.finished_at or LATER


def test_held_answers_wait_until_they_are_settled(session: Session) -> None:
    waiting = make_response(session, state=ResponseState.HELD, hold_reasons=["driven"])
    make_response(session)

    assert queries.count_of_held(session) == 1
    assert queries.held(session) == [waiting]
