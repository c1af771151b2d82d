"""What people ask of answers: what was drafted, sent and changed."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, func, or_, select, true
from sqlalchemy.orm import Session, contains_eager, joinedload

from survey.deals.models import Account, Contact, Deal
from survey.invitations.models import Campaign, Invitation, Link
from survey.kit.tokens import digest
from survey.mail.models import Message
from survey.mail.queries import handed_over_at
from survey.questionnaires.types import Document
from survey.responses import rules
from survey.responses.models import (
    Answer,
    PageVisit,
    Response,
    ResponseDraft,
    ResponseRevision,
)
from survey.responses.types import (
    Channel,
    Ended,
    Footprint,
    Given,
    GivenAnswers,
    Opened,
    ResponseState,
)


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
    """Invitations without an answer that counts, the latest first; `find` is part of a name or
    address.
    """
    is_answered = select(Response.id).where(
        Response.invitation_id == Invitation.id, Response.state == ResponseState.COUNTED
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


def held(session: Session) -> list[Response]:
    """The answers that a machine may have sent, the latest first, with deal and campaign."""
    deal = joinedload(Response.deal)
    return list(
        session.scalars(
            select(Response)
            .where(Response.state == ResponseState.HELD)
            .options(
                deal.joinedload(Deal.account),
                deal.joinedload(Deal.seller),
                joinedload(Response.invitation).joinedload(Invitation.contact),
            )
            .order_by(Response.submitted_at.desc(), Response.id.desc())
        )
    )


def count_of_held(session: Session) -> int:
    """How many answers wait for a person to look."""
    held_ones = select(func.count(Response.id)).where(Response.state == ResponseState.HELD)
    return session.scalar(held_ones) or 0


def answered() -> Select[int]:
    """The numbers of all invitations to which something came back, deleted, held or counted."""
    return select(Response.invitation_id)


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


def is_found_in(kept: ResponseDraft | Response, sitting: str) -> bool:
    """Whether a visitor finds it filled in: what a machine seems to have left, only in the sitting
    that left it; a draft that has died, never.
    """
    if isinstance(kept, ResponseDraft) and kept.is_empty:
        return False
    is_doubted = (
        kept.is_doubted if isinstance(kept, ResponseDraft) else kept.state is ResponseState.HELD
    )
    return not is_doubted or (sitting != "" and kept.sitting == sitting)


def given_in(
    session: Session,
    draft: ResponseDraft | None,
    response: Response | None,
    document: Document,
    *,
    sitting: str,
) -> GivenAnswers:
    """What this visitor finds filled in: the draft, else what was sent, else nothing."""
    if draft is not None and is_found_in(draft, sitting):
        return dict(draft.answers)
    if response is not None and is_found_in(response, sitting):
        return answers_of(session, response, document)
    return {}


def footprint(
    session: Session,
    token: str,
    *,
    sitting: str,
    document: Document,
    is_driven: bool,
    now: datetime,
) -> Footprint:
    """What is known of whoever presses now with this link."""
    choices = document.question(document.first).choices
    return Footprint(
        pressed_at=now,
        sitting=sitting,
        opened=_opened(session, token, sitting) if sitting else (),
        carried=frozenset(choice.key for choice in choices),
        handed_over_at=_handed_over_at(session, token),
        is_driven=is_driven,
    )


def _opened(session: Session, token: str, sitting: str) -> tuple[Opened, ...]:
    """What the links of this token's invitation opened around the beginning of the sitting, and
    what the sitting itself opened.
    """
    invitation_id = (
        select(Link.invitation_id).where(Link.token_digest == digest(token)).scalar_subquery()
    )
    visits = (
        select(PageVisit.door, PageVisit.choice, PageVisit.sitting, PageVisit.visited_at)
        .join(Link, Link.id == PageVisit.link_id)
        .where(Link.invitation_id == invitation_id)
        .order_by(PageVisit.visited_at, PageVisit.id)
    )
    began_at = session.scalar(
        select(func.min(PageVisit.visited_at))
        .join(Link, Link.id == PageVisit.link_id)
        .where(Link.invitation_id == invitation_id, PageVisit.sitting == sitting)
    )
    if began_at is None:
        return ()
    around = PageVisit.visited_at.between(began_at - rules.BURST, began_at + rules.BURST)
    found = session.execute(visits.where(or_(PageVisit.sitting == sitting, around)))
    return tuple(Opened(*row) for row in found)


def _handed_over_at(session: Session, token: str) -> datetime | None:
    """When the provider took the mail that carried this link; while it has not said so, when the
    mail was claimed. None for a link that no mail carried.
    """
    link = session.execute(
        select(Link.attempt_id, Invitation.sent_at)
        .join(Invitation, Invitation.id == Link.invitation_id)
        .where(Link.token_digest == digest(token))
    ).one_or_none()
    if link is None or link.attempt_id is None:
        return link.sent_at if link else None
    return handed_over_at(session, link.attempt_id)
