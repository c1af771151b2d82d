"""What people ask of answers: what was drafted, sent and changed."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.invitations.models import Invitation
from survey.questionnaires.types import Document
from survey.responses import rules
from survey.responses.models import Answer, Response, ResponseDraft, ResponseRevision
from survey.responses.types import Given, GivenAnswers


def for_invitation(session: Session, invitation: Invitation) -> Response | None:
    """What came back for an invitation, deleted or not; None while nothing was sent."""
    return session.scalar(select(Response).where(Response.invitation_id == invitation.id))


def draft_of(session: Session, invitation: Invitation) -> ResponseDraft | None:
    """What the buyer has filled in and not sent. For the buyer's own eyes only."""
    return session.get(ResponseDraft, invitation.id)


def answers_of(session: Session, response: Response, document: Document) -> GivenAnswers:
    """Everything the response says, by the names of its questionnaire."""
    return rules.from_rows(document, rows_of(session, response))


def rows_of(session: Session, response: Response) -> list[Given]:
    """The response's answers as rows, in the order they were given."""
    rows = session.execute(
        select(Answer.question_key, Answer.position, Answer.choice_key, Answer.text)
        .where(Answer.response_id == response.id)
        .order_by(Answer.id)
    )
    return [Given(*row) for row in rows]


def revisions_of(session: Session, response: Response) -> Sequence[ResponseRevision]:
    """What the response said before each change, oldest first."""
    return session.scalars(
        select(ResponseRevision)
        .where(ResponseRevision.response_id == response.id)
        .order_by(ResponseRevision.number)
    ).all()


def given_so_far(
    session: Session,
    draft: ResponseDraft | None,
    response: Response | None,
    document: Document,
) -> GivenAnswers:
    """What the buyer sees filled in: the draft, else what was sent, else nothing."""
    if draft is not None:
        return dict(draft.answers)
    return {} if response is None else answers_of(session, response, document)
