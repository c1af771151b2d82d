"""What each button of a screen does."""

import random
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from survey.deals.types import Outcome
from survey.invitations.models import Invitation
from survey.kit import clock
from survey.questionnaires.documents import read_document
from survey.questionnaires.rules import questions_of, screens_for
from survey.questionnaires.types import QuestionKind
from survey.responses import queries, rules
from survey.responses.models import Response, ResponseDraft
from survey.responses.types import Audience, Channel, Ended, GivenAnswers
from tests.factories.asked import make_asked
from tests.factories.responses import make_response
from tests.pages import CheckingClient


def press(client: CheckingClient, screen: str, then: str = "on", **given: Any) -> TestResponse:
    """Press a button of a screen and go where it leads."""
    fields = {name.replace("__", "."): value for name, value in given.items()}
    return client.post(
        "/s/answer-token",
        data={"screen": screen, "then": then, **fields},
        follow_redirects=True,
    )


def responses(session: Session) -> list[Response]:
    return list(session.scalars(select(Response).order_by(Response.id)))


def drafts(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(ResponseDraft)) or 0


def test_continue_keeps_the_draft_and_shows_the_next_screen(
    client: CheckingClient, session: Session
) -> None:
    invitation = make_asked(session)

    page = press(client, "weighed", weighed="price")

    assert "<h1>What did you do in the end?</h1>" in page.text
    draft = queries.draft_of(session, invitation)
    assert draft is not None
    assert draft.answers == {"weighed": "price"}
    assert responses(session) == []


def test_an_empty_press_says_please_choose_and_stores_nothing(
    client: CheckingClient, session: Session
) -> None:
    make_asked(session)

    page = press(client, "weighed")

    assert page.status_code == 422
    assert "Please choose one answer first." in page.text
    assert drafts(session) == 0


def test_a_machine_that_follows_the_link_and_presses_on_is_no_answer(
    client: CheckingClient, session: Session
) -> None:
    make_asked(session)
    client.get("/s/answer-token?choice=price")

    press(client, "weighed", weighed="price")
    for screen in ("ended", "about", "different"):
        press(client, screen)
        stopped = press(client, screen, then="stop")
        assert stopped.status_code == 422
    page = press(client, "readers", then="send")

    assert page.status_code == 422
    assert "Please choose one answer first. Nothing has been sent" in page.text
    assert responses(session) == []


def test_stop_here_sends_what_was_chosen_so_far(client: CheckingClient, session: Session) -> None:
    make_asked(session)
    press(client, "weighed", weighed="price")

    page = press(client, "ended", then="stop", ended="kept_current")

    assert "<h1>Thank you, Anna.</h1>" in page.text
    (response,) = responses(session)
    assert response.ended is Ended.KEPT_CURRENT
    assert response.audience is Audience.NOT_CHOSEN
    assert drafts(session) == 0


def test_send_from_the_last_screen_thanks_and_says_back(
    client: CheckingClient, session: Session
) -> None:
    make_asked(session, campaign={"sender_reads_every_answer": True})
    press(client, "weighed", weighed="price")
    press(client, "ended", ended="chose_supplier", ended__chose_supplier="Contoso")
    press(client, "about", about="beyond_limit", same_cost="us")
    press(client, "different", different="A smaller first package, please.")

    page = press(
        client,
        "readers",
        then="send",
        readers="people_dealt_with",
        contact=["may_ask_back", "may_write_about_product"],
        contact__may_write_about_product="2030-03",
    )

    (response,) = responses(session)
    assert response.audience is Audience.PEOPLE_DEALT_WITH
    assert (response.may_ask_back, response.may_tell_changes) == (True, False)
    for words in (
        "the people you dealt with can see it",
        "Noor de Wit reads it this week",
        "Chose another supplier: Contoso",
        "A smaller first package, please.",
        "About Planner, not before March 2030",
    ):
        assert words in page.text


def test_thanks_promises_no_reading_that_nobody_promised(
    client: CheckingClient, session: Session
) -> None:
    make_asked(session)

    page = press(client, "ended", then="stop", ended="kept_current")

    assert "reads it this week" not in page.text


def test_still_deciding_is_thanked_and_left_alone(client: CheckingClient, session: Session) -> None:
    make_asked(session)
    press(client, "weighed", weighed="price")

    page = press(client, "ended", ended="still_deciding")

    assert "Then we will not ask now. Sorry to have come too early." in page.text
    assert [response.ended for response in responses(session)] == [Ended.STILL_DECIDING]


def test_we_did_choose_you_leads_to_the_questions_for_those_won(
    client: CheckingClient, session: Session
) -> None:
    make_asked(session)
    press(client, "weighed", weighed="price")

    page = press(client, "ended", ended="chose_us")

    assert "Then we had that wrong, and we are sorry." in page.text
    assert "<h1>What was the closest alternative?</h1>" in page.text


def test_a_vague_word_is_asked_about_once(client: CheckingClient, session: Session) -> None:
    make_asked(session)
    press(client, "weighed", weighed="people")
    press(client, "ended", ended="put_off")

    page = press(client, "different", different="too expensive")
    after = press(client, "say_more", then="leave", different_more="I take that back")

    assert "<h1>" in page.text
    assert "You wrote “too expensive”. How do you mean?" in page.text
    assert "Leave it at that" in page.text
    assert "<h1>Who may see your answer?</h1>" in after.text
    assert session.scalars(select(ResponseDraft)).one().answers["different"] == "too expensive"
    assert "different_more" not in session.scalars(select(ResponseDraft)).one().answers


def test_back_keeps_what_stands_on_the_screen(client: CheckingClient, session: Session) -> None:
    make_asked(session)
    press(client, "weighed", weighed="people")

    page = press(client, "ended", then="back", ended="put_off")
    again = press(client, "weighed", weighed="people")

    assert "<h1>What weighed most in your decision?</h1>" in page.text
    assert 'value="put_off" checked' in again.text


def test_a_screen_from_an_old_page_finds_its_way(client: CheckingClient, session: Session) -> None:
    # The browser's back button: the third screen again after the fork went elsewhere.
    make_asked(session)
    press(client, "weighed", weighed="people")
    press(client, "ended", ended="still_deciding", then="back")

    page = press(client, "different", different="Earlier answers.")

    assert page.status_code == 200


def test_a_screen_that_does_not_exist_begins_anew(client: CheckingClient, session: Session) -> None:
    make_asked(session)

    assert "<h1>What weighed most" in press(client, "nowhere", weighed="price").text


@pytest.mark.parametrize(
    ("screen", "given"),
    [
        ("weighed", {"weighed": "bribery"}),
        ("weighed", {"weighed": ["price", "people"]}),
        ("readers", {"contact": ["may_call_at_night"]}),
        ("different", {"different": "x" * 4_001}),
        ("ended", {"ended": "chose_supplier", "ended__chose_supplier": "x" * 301}),
        ("readers", {"contact": "may_write_about_product",
                     "contact__may_write_about_product": "soon"}),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_said_and_not_stored(
    client: CheckingClient, session: Session, screen: str, given: dict[str, Any]
) -> None:
    make_asked(session)

    page = press(client, screen, **given)

    assert page.status_code == 422
    assert drafts(session) == 0


def test_the_same_answer_sent_again_is_thanked_again(
    client: CheckingClient, session: Session
) -> None:
    make_asked(session)
    press(client, "ended", then="stop", ended="kept_current")

    page = press(client, "ended", then="stop", ended="kept_current")

    assert "<h1>Thank you, Anna.</h1>" in page.text
    (response,) = responses(session)
    assert queries.revisions_of(session, response) == []


def test_a_changed_answer_keeps_what_it_said_before(
    client: CheckingClient, session: Session
) -> None:
    make_asked(session)
    press(client, "ended", then="stop", ended="kept_current")

    page = press(client, "readers", then="send", readers="sender_team")

    assert "Only Noor de Wit’s team" in page.text
    (response,) = responses(session)
    (revision,) = queries.revisions_of(session, response)
    assert revision.answers == {"ended": "kept_current"}


def test_a_change_begun_is_not_yet_sent(client: CheckingClient, session: Session) -> None:
    make_asked(session)
    press(client, "ended", then="stop", ended="kept_current")
    press(client, "weighed", weighed="people")

    page = client.get("/s/answer-token/thanks")

    assert "You have begun to change your answer." in page.text
    assert "The people we dealt with" not in page.text


def test_closed_questions_take_no_answer(client: CheckingClient, session: Session) -> None:
    make_asked(session, closes_at=clock.now() - timedelta(seconds=1))

    page = press(client, "ended", then="stop", ended="kept_current")

    assert page.status_code == 410
    assert responses(session) == []


def test_a_recorded_reply_closes_the_link(client: CheckingClient, session: Session) -> None:
    make_response(session, invitation=make_asked(session), channel=Channel.REPLY)

    shown = client.get("/s/answer-token")
    posted = press(client, "ended", then="stop", ended="kept_current")

    assert (shown.status_code, posted.status_code) == (410, 410)
    assert "You have answered already" in shown.text


@pytest.mark.parametrize("outcome", [Outcome.LOST, Outcome.NO_DECISION, Outcome.WON])
@pytest.mark.parametrize("seed", range(4))
def test_any_way_through_ends_in_one_response(
    client: CheckingClient, session: Session, outcome: Outcome, seed: int
) -> None:
    invitation = make_asked(session, outcome=outcome)
    document = read_document(invitation.version.document, outcome)
    given = answers_at_random(invitation, seed)

    for screen in screens_for(document, given):
        keys = {question.key for question in screen.questions}
        fields = {name: value for name, value in given.items() if rules.question_of(name) in keys}
        is_last = screen == screens_for(document, given)[-1]
        page = client.post(
            "/s/answer-token",
            data={"screen": screen.key, "then": "send" if is_last else "on", **fields},
            follow_redirects=True,
        )

    assert "What you told us" in page.text
    (response,) = responses(session)
    assert queries.answers_of(session, response, document) == rules.counted(document, given)


def answers_at_random(invitation: Invitation, seed: int) -> GivenAnswers:
    """Some answer to each question on a way through."""
    document = read_document(invitation.version.document, invitation.asked_as)
    dice = random.Random(seed)  # noqa: S311 (a test's dice)
    given: GivenAnswers = {}
    while left := [q for q in questions_of(screens_for(document, given)) if q.key not in given]:
        question = left[0]
        keys = [choice.key for choice in question.choices]
        if question.kind is QuestionKind.TEXT:
            given[question.key] = dice.choice(["too expensive", "A connector for our ERP"])
        elif question.kind is QuestionKind.ONE:
            given[question.key] = dice.choice(keys)
        else:
            given[question.key] = keys
    return given
