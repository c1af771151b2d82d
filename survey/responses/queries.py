"""What people ask of answers: what was drafted, sent and changed."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, or_, select, true
from sqlalchemy.orm import Session, contains_eager, joinedload

from survey.deals.models import Account, Contact, Deal
from survey.invitations.models import Campaign, Invitation
from survey.mail.models import Message
from survey.questionnaires.types import Document
from survey.responses import rules
from survey.responses.models import Answer, Response, ResponseDraft, ResponseRevision
from survey.responses.types import Channel, Ended, Given, GivenAnswers, ResponseState


def find_response(session: Session, public_id: str) -> Response | None:
    """The response with all that its page shows of deal, people, campaign and questionnaire."""
    invitation = joinedload(Response.invitation)
    deal = joinedload(Response.deal)
    return session.scalar(
        select(Response)
        .where(Response.public_id == public_id)
        .options(
            invitation.joinedload(Invitation.contact),
            invitation.joinedload(Invitation.campaign),
            invitation.joinedload(Invitation.version),
            deal.joinedload(Deal.account),
            deal.joinedload(Deal.seller),
        )
    )


def to_thank_for(session: Session, response_id: int) -> Response | None:
    """The response with all that the mail of thanks speaks of."""
    invitation = joinedload(Response.invitation)
    return session.scalar(
        select(Response)
        .where(Response.id == response_id)
        .options(
            invitation.joinedload(Invitation.contact),
            invitation.joinedload(Invitation.campaign),
            invitation.joinedload(Invitation.version),
            invitation.joinedload(Invitation.deal),
        )
    )


def without_thanks(
    session: Session, *, kind: str, since: datetime, limit: int
) -> Sequence[Response]:
    """Answers sent since then that count and whose campaign thanks for them by a mail of that kind,
    which was not decided on yet; the oldest first.
    """
    thanked = select(Message.id).where(Message.kind == kind, Message.subject_id == Response.id)
    return session.scalars(
        select(Response)
        .join(Response.invitation)
        .join(Invitation.campaign)
        .where(
            Response.state == ResponseState.COUNTED,
            Response.channel == Channel.WEB,
            or_(Response.ended.is_(None), Response.ended != Ended.STILL_DECIDING),
            Response.submitted_at >= since,
            Campaign.sends_thanks,
            ~thanked.exists(),
        )
        .options(contains_eager(Response.invitation).joinedload(Invitation.contact))
        .order_by(Response.submitted_at, Response.id)
        .limit(limit)
    ).all()


def find_invitation(session: Session, public_id: str) -> Invitation | None:
    """The invitation with all that recording its reply needs."""
    return session.scalar(
        select(Invitation)
        .where(Invitation.public_id == public_id)
        .options(
            joinedload(Invitation.contact),
            joinedload(Invitation.campaign),
            joinedload(Invitation.version),
            joinedload(Invitation.deal).joinedload(Deal.account),
        )
    )


def unanswered(session: Session, *, find: str, limit: int) -> list[Invitation]:
    """Invitations without an answer, the latest first; `find` is part of a name or address."""
    is_answered = select(Response.id).where(
        Response.invitation_id == Invitation.id, Response.state != ResponseState.DELETED
    )
    words = find.strip().lower()
    named = [
        func.lower(column).contains(words, autoescape=True)
        for column in (Account.name, Deal.name, Contact.name, Contact.email)
        if words
    ]
    return list(
        session.scalars(
            select(Invitation)
            .join(Deal, Deal.id == Invitation.deal_id)
            .join(Account, Account.id == Deal.account_id)
            .join(Contact, Contact.id == Invitation.contact_id)
            .where(~is_answered.exists(), or_(*named) if named else true())
            .options(
                contains_eager(Invitation.deal).contains_eager(Deal.account),
                contains_eager(Invitation.contact),
            )
            .order_by(Invitation.invited_at.desc(), Invitation.id.desc())
            .limit(limit)
        )
    )


def answered_among(session: Session, invitation_ids: Sequence[int]) -> set[int]:
    """Those of the invitations to which something came back, deleted or not."""
    asked = select(Response.invitation_id).where(Response.invitation_id.in_(invitation_ids))
    return set(session.scalars(asked))


def draft_of(session: Session, invitation: Invitation) -> ResponseDraft | None:
    """What the buyer has filled in and not sent. For the buyer's own eyes only."""
    return session.get(ResponseDraft, invitation.id)


def standing(
    session: Session, invitation: Invitation
) -> tuple[Response | None, ResponseDraft | None]:
    """What was sent for an invitation and what is being filled in, asked for together."""
    row = session.execute(
        select(Response, ResponseDraft)
        .select_from(Invitation)
        .outerjoin(Response, Response.invitation_id == Invitation.id)
        .outerjoin(ResponseDraft, ResponseDraft.invitation_id == Invitation.id)
        .where(Invitation.id == invitation.id)
    ).one()
    return row[0], row[1]


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
