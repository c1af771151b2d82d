"""What buyers do with their answer: keep a draft, send, change, delete; and staff with a reply."""

from collections.abc import Sequence
from datetime import datetime
from typing import cast
from zoneinfo import ZoneInfo

from sqlalchemy import Table, delete, func, insert, select
from sqlalchemy.orm import Session

from survey.invitations.models import Invitation
from survey.invitations.rules.asking import takes_answers
from survey.kit.clock import Month
from survey.kit.errors import SurveyError
from survey.questionnaires.rules import LONGEST_TEXT, is_deliberate
from survey.questionnaires.types import Answers, Document, Screen
from survey.responses import queries, rules
from survey.responses.models import (
    Answer,
    Response,
    ResponseDraft,
    ResponseRevision,
)
from survey.responses.types import Channel, Doubt, Footprint, ResponseState, Said

# Written to beneath the unit of work, which costs three times as much for rows nobody looks at.
_ANSWERS = cast("Table", Answer.__table__)
_DRAFTS = cast("Table", ResponseDraft.__table__)
_INVITATIONS = cast("Table", Invitation.__table__)


class QuestionsClosed(SurveyError):
    """The invitation's link no longer takes answers or changes."""


class AnsweredByReply(SurveyError):
    """The buyer replied by mail and staff recorded it: the link has closed."""


class NothingChosen(SurveyError):
    """Nothing was chosen but what the mail's link could have set: a machine may have pressed."""


class AlreadyAnswered(SurveyError):
    """Staff wanted to record a reply where an answer stands already."""


def save_draft(
    session: Session,
    invitation: Invitation,
    document: Document,
    given: Answers,
    *,
    screen: Screen,
    now: datetime,
    footprint: Footprint | None = None,
) -> ResponseDraft:
    """Keep what one screen was given; nobody but the buyer sees it until it is sent.

    Saving the same twice is saving it once. What a machine seems to have filled in is found only
    in its own sitting: a person who comes later begins anew. Raises `QuestionsClosed` and
    `AnsweredByReply`.
    """
    response, draft = _enter(session, invitation, now=now)
    pressed = footprint or Footprint(now)
    so_far = queries.given_in(session, draft, response, document, sitting=pressed.sitting)
    if draft is None:
        draft = ResponseDraft(invitation=invitation, started_at=now)
        session.add(draft)
    elif not draft.is_empty and not queries.is_found_in(draft, pressed.sitting):
        draft.started_at, draft.is_doubted = now, False
    draft.answers = rules.merge(so_far, screen, given)
    draft.sitting = pressed.sitting
    draft.is_doubted = draft.is_doubted or rules.is_machine(rules.doubts_about(pressed))
    draft.screen = screen.key
    draft.saved_at = now
    session.flush()
    return draft


def submit_response(
    session: Session,
    invitation: Invitation,
    document: Document,
    given: Answers,
    *,
    screen: Screen,
    now: datetime,
    zone: ZoneInfo,
    footprint: Footprint | None = None,
) -> Response:
    """Send what was drafted together with what the last screen was given.

    There is one response per invitation: sending the same again changes nothing, sending
    something else keeps what stood before as a revision. What a machine may have sent is held, and
    gives way to what comes next; it never touches what counts. The month is `zone`'s. Raises
    `QuestionsClosed`, `AnsweredByReply`, and `NothingChosen` where a mail scanner that presses
    every button would have come as far.
    """
    response, draft = _enter(session, invitation, now=now)
    pressed = footprint or Footprint(now)
    so_far = queries.given_in(session, draft, response, document, sitting=pressed.sitting)
    answers = rules.counted(document, rules.merge(so_far, screen, given))
    if not _is_chosen(document, screen, answers):
        raise NothingChosen(document.phrases.please_choose)
    doubts = rules.doubts_about(pressed)
    if response is not None and response.state is ResponseState.COUNTED:
        _change(session, response, document, answers, doubts=doubts, now=now)
    else:
        if response is not None and response.state is ResponseState.HELD:
            doubts = _give_way(session, response, document, answers, pressed, doubts)
        response = response or _begun(invitation, Channel.WEB)
        started_at = draft.started_at if draft else now
        _arrive(session, response, doubts=doubts, started_at=started_at, now=now, zone=zone)
        response.sitting = pressed.sitting
        _write(session, response, document, answers)
    if draft is not None:
        _forget_draft(session, draft)
    session.flush()
    return response


def add_remark(
    session: Session, invitation: Invitation, document: Document, words: str, *, now: datetime
) -> None:
    """Add, change or take back what the buyer says of the questions themselves.

    It goes with the answer that was sent; a change under way stays a draft. Without an answer
    there is nothing to add to. Words past the longest text are left off. Raises
    `QuestionsClosed` and `AnsweredByReply`.
    """
    response, _draft = _enter(session, invitation, now=now)
    if response is None or response.state is ResponseState.DELETED:
        return
    sent = queries.answers_of(session, response, document)
    remark = {document.phrases.about_us.key: words[:LONGEST_TEXT]}
    _change(session, response, document, rules.counted(document, sent | remark), now=now)
    session.flush()


def delete_response(session: Session, invitation: Invitation, *, now: datetime) -> None:
    """Delete everything the buyer said, sent or not; the same link may answer anew.

    The empty row stays, so that what was derived from it is found and removed as well. Doing it
    twice is doing it once. Raises `QuestionsClosed` and `AnsweredByReply`.
    """
    response, draft = _enter(session, invitation, now=now)
    if draft is not None:
        _forget_draft(session, draft)
    if response is None or response.state is ResponseState.DELETED:
        return
    _forget_answers(session, response)
    session.execute(delete(ResponseRevision).where(ResponseRevision.response_id == response.id))
    _describe(response, rules.NOTHING_SAID)
    response.state = ResponseState.DELETED
    response.hold_reasons = []
    response.edited_at = now
    session.flush()


def record_reply(
    session: Session,
    invitation: Invitation,
    document: Document,
    answers: Answers,
    *,
    now: datetime,
    zone: ZoneInfo,
) -> Response:
    """Record what a buyer wrote in reply to the mail, as staff read it; the link then closes.

    A reply may come after the closing date, and takes the place of an answer that is held. Raises
    `AlreadyAnswered`.
    """
    _take_turn(session, invitation)
    response, draft = queries.standing(session, invitation)
    if response is not None and response.state is ResponseState.COUNTED:
        raise AlreadyAnswered(
            "This invitation has an answer already. Open it and add what the reply says there."
        )
    if response is not None and response.state is ResponseState.HELD:
        _give_way(session, response, document, answers, Footprint(now), [])
    response = response or _begun(invitation, Channel.REPLY)
    response.channel = Channel.REPLY
    _arrive(session, response, doubts=[], started_at=now, now=now, zone=zone)
    _write(session, response, document, rules.counted(document, answers))
    if draft is not None:
        _forget_draft(session, draft)
    session.flush()
    return response


def refuse_closed(invitation: Invitation, response: Response | None, *, now: datetime) -> None:
    """Do nothing while the link takes answers. Raises `QuestionsClosed` and `AnsweredByReply`."""
    if response is not None and response.channel is Channel.REPLY:
        raise AnsweredByReply("You answered by mail, so these questions are closed. Thank you.")
    if not takes_answers(closes_at=invitation.closes_at, now=now):
        raise QuestionsClosed("These questions have closed. Thank you for looking in.")


def _enter(
    session: Session, invitation: Invitation, *, now: datetime
) -> tuple[Response | None, ResponseDraft | None]:
    """Wait for one's turn on this invitation, see that its link is open, and what stands there."""
    _take_turn(session, invitation)
    response, draft = queries.standing(session, invitation)
    refuse_closed(invitation, response, now=now)
    return response, draft


def _take_turn(session: Session, invitation: Invitation) -> None:
    # Two presses at once must see each other's work, so what stands is asked for only after this
    # lock, in a statement of its own. On SQLite the writing session is alone anyway.
    if session.get_bind().dialect.name != "sqlite":
        lock = select(_INVITATIONS.c.id).where(_INVITATIONS.c.id == invitation.id)
        session.connection().execute(lock.with_for_update())


def _begun(invitation: Invitation, channel: Channel) -> Response:
    return Response(invitation=invitation, deal_id=invitation.deal_id, channel=channel)


def _is_chosen(document: Document, screen: Screen, answers: Answers) -> bool:
    """Whether somebody chose: anything beyond the mail's link, and on the last screen who may read
    it, which is never set beforehand.
    """
    asks_readers = document.readers in {question.key for question in screen.questions}
    if asks_readers and not answers.get(document.readers):
        return False
    return is_deliberate(document, answers, rules.first_choice(document, answers))


def _arrive(
    session: Session,
    response: Response,
    *,
    doubts: Sequence[Doubt],
    started_at: datetime,
    now: datetime,
    zone: ZoneInfo,
) -> None:
    response.state = ResponseState.HELD if doubts else ResponseState.COUNTED
    response.hold_reasons = [doubt.value for doubt in doubts]
    response.started_at = started_at
    response.submitted_at = now
    response.month_index = Month.of(now, zone).index
    response.edited_at = None
    session.add(response)


def _give_way(
    session: Session,
    response: Response,
    document: Document,
    answers: Answers,
    pressed: Footprint,
    doubts: Sequence[Doubt],
) -> list[Doubt]:
    """Let a held answer give way to the next, and say what stands against that one.

    It is judged on its own, unless the same sitting sent both: that is one visitor, who does not
    become a person by pressing again.
    """
    against = list(doubts)
    if pressed.sitting and response.sitting == pressed.sitting:
        known = [Doubt(reason) for reason in response.hold_reasons]
        against = [doubt for doubt in Doubt if doubt in known or doubt in doubts]
    before = queries.answers_of(session, response, document)
    if before != answers:
        _keep_revision(
            session, response, before, hold_reasons=response.hold_reasons, now=pressed.pressed_at
        )
    _forget_answers(session, response)
    return against


def _change(
    session: Session,
    response: Response,
    document: Document,
    answers: Answers,
    *,
    now: datetime,
    doubts: Sequence[Doubt] = (),
) -> None:
    """Put new answers in place of the old, which become a revision; equal ones change nothing.

    What a machine may have changed is itself kept as the revision, and the answer stands.
    """
    before = queries.answers_of(session, response, document)
    if before == answers:
        return
    if doubts:
        reasons = [doubt.value for doubt in doubts]
        _keep_revision(session, response, answers, hold_reasons=reasons, now=now)
        return
    held = response.hold_reasons if response.state is ResponseState.HELD else []
    _keep_revision(session, response, before, hold_reasons=held, now=now)
    _forget_answers(session, response)
    _write(session, response, document, answers)
    response.edited_at = now


def _keep_revision(
    session: Session,
    response: Response,
    answers: Answers,
    *,
    hold_reasons: Sequence[str],
    now: datetime,
) -> None:
    earlier = func.count(ResponseRevision.id)
    number = session.scalar(select(earlier).where(ResponseRevision.response_id == response.id))
    session.add(
        ResponseRevision(
            response=response,
            number=(number or 0) + 1,
            answers=dict(answers),
            audience=response.audience,
            hold_reasons=list(hold_reasons),
            replaced_at=now,
        )
    )


def _write(session: Session, response: Response, document: Document, answers: Answers) -> None:
    _describe(response, rules.said(document, answers))
    session.flush()
    rows = [
        {
            "response_id": response.id,
            "question_key": row.question_key,
            "position": row.position,
            "choice_key": row.choice_key,
            "text": row.text,
        }
        for row in rules.to_rows(document, answers)
    ]
    if rows:
        session.connection().execute(insert(_ANSWERS), rows)


def _describe(response: Response, said: Said) -> None:
    response.audience = said.audience
    response.ended = said.ended
    response.may_ask_back = said.may_ask_back
    response.may_tell_changes = said.may_tell_changes
    response.may_write_about_product = said.may_write_about_product


def _forget_draft(session: Session, draft: ResponseDraft) -> None:
    session.expunge(draft)
    mine = _DRAFTS.c.invitation_id == draft.invitation_id
    session.connection().execute(delete(_DRAFTS).where(mine))


def _forget_answers(session: Session, response: Response) -> None:
    session.execute(delete(Answer).where(Answer.response_id == response.id))
