"""Who may read what a buyer said: the one rule, asked by every page, export and mail.

The buyer decides. "The people I dealt with": the deal's seller, their managers and the sender's
team. "Only the sender's team": they read it whole; others read it without name or company, and
only in batches of three, because nameless words still betray their author in a small company.
Nothing chosen: the sender's team only. "Totals only": nobody. The sender's team are the analysts
and the admin: the people outside sales. Viewers read figures, never answers.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, false, func, or_, select, true
from sqlalchemy.orm import Session

from survey.deals.models import Deal
from survey.responses.models import Response
from survey.responses.types import Audience, ResponseState
from survey.team.models import User
from survey.team.types import Role

BATCH = 3
"""Nameless answers reach their readers when this many have come together."""

_SENDER_TEAM = frozenset({Role.ADMIN, Role.ANALYST})
_LEFT_OUT = "[…]"
_ADDRESS = re.compile(r"\S+@\S+|https?://\S+|www\.\S+|\+?\d[\d ()/-]{6,}\d")
_SHORTEST_NAME = 3


class Sight(StrEnum):
    """How much of an answer one reader sees."""

    WHOLE = "whole"
    NAMELESS = "nameless"
    """Reasons and words, without names, company, deal and day."""
    NOTHING = "nothing"


_OTHERS: Mapping[tuple[Role, Audience], Sight] = {
    (Role.MANAGER, Audience.PEOPLE_DEALT_WITH): Sight.WHOLE,
    (Role.MANAGER, Audience.SENDER_TEAM): Sight.NAMELESS,
    (Role.SELLER, Audience.SENDER_TEAM): Sight.NAMELESS,
}


def has_readers(audience: Audience) -> bool:
    """Whether anybody at all may read an answer with that audience; `may_be_read` in Python."""
    return audience is not Audience.TOTALS_ONLY


def may_be_read() -> ColumnElement[bool]:
    """The condition on `Response` under which anybody at all may read it: not “only in totals”.

    What stands in figures, lists and words beside each other asks this; who reads, `visible_to`.
    """
    return Response.audience != Audience.TOTALS_ONLY


def may_be_quoted() -> ColumnElement[bool]:
    """The condition on `Response` under which its words may be passed on: the buyer chose readers.

    Where nothing was chosen the sender's team reads, and quotes nothing.
    """
    return Response.audience.in_((Audience.PEOPLE_DEALT_WITH, Audience.SENDER_TEAM))


def sight(role: Role, audience: Audience, *, is_own_deal: bool, state: ResponseState) -> Sight:
    """How much a reader of that role sees of an answer with that audience; batches apart."""
    if not has_readers(audience) or state is ResponseState.DELETED:
        return Sight.NOTHING
    if role in _SENDER_TEAM:
        return Sight.WHOLE
    if state is ResponseState.HELD:
        # Managers release what a machine may have sent, so they see what they would see then.
        may_read = role is Role.MANAGER and audience is Audience.PEOPLE_DEALT_WITH
        return Sight.WHOLE if may_read else Sight.NOTHING
    if role is Role.SELLER and audience is Audience.PEOPLE_DEALT_WITH and is_own_deal:
        return Sight.WHOLE
    return _OTHERS.get((role, audience), Sight.NOTHING)


def visible_to(session: Session, reader: User) -> ColumnElement[bool]:
    """The condition on `Response` under which the reader may see it, whole or nameless."""
    return or_(whole_to(reader), nameless_to(session, reader))


def whole_to(reader: User) -> ColumnElement[bool]:
    """The condition on `Response` under which the reader sees it with names.

    Pages whose filters could point at one person (a region, a competitor, a seller) use this one.
    """
    own = Response.deal_id.in_(select(Deal.id).where(Deal.seller_id == reader.id))
    return or_(
        false(),
        *(
            and_(
                Response.audience == audience,
                Response.state == state,
                true() if _is_whole(reader.role, audience, state, is_own_deal=False) else own,
            )
            for audience in Audience
            for state in ResponseState
            if _is_whole(reader.role, audience, state, is_own_deal=True)
        ),
    )


def all_told_to(reader: User) -> ColumnElement[bool]:
    """The condition on `Deal` under which the reader sees every answer about it with names.

    True of no deal without an answer; those given “only in totals” tell nobody anything.
    """
    telling = select(Response.deal_id).where(Response.state == ResponseState.COUNTED, may_be_read())
    return Deal.id.in_(telling) & Deal.id.not_in(telling.where(~whole_to(reader)))


def hears_all_about(session: Session, deal: Deal, reader: User) -> bool:
    """Whether the reader sees every answer about the deal with names, and there is one."""
    asked = select(Deal.id).where(Deal.id == deal.id, all_told_to(reader))
    return session.scalar(asked) is not None


def sight_of(session: Session, reader: User, response: Response) -> Sight:
    """How much this reader sees of this response, batches included."""
    seen = sight(
        reader.role,
        response.audience,
        is_own_deal=response.deal.seller_id == reader.id,
        state=response.state,
    )
    if seen is Sight.NAMELESS and response.id > _last_in_a_full_batch(session):
        return Sight.NOTHING
    return seen


def named_responses_about(session: Session, deal: Deal, reader: User) -> Sequence[Response]:
    """The responses about a deal that the reader may see with names, the earliest first."""
    return session.scalars(
        select(Response)
        .where(Response.deal_id == deal.id, whole_to(reader))
        .order_by(Response.submitted_at, Response.id)
    ).all()


def _is_whole(role: Role, audience: Audience, state: ResponseState, *, is_own_deal: bool) -> bool:
    return sight(role, audience, is_own_deal=is_own_deal, state=state) is Sight.WHOLE


def nameless_to(session: Session, reader: User) -> ColumnElement[bool]:
    """The condition on `Response` under which the reader sees it without names."""
    audiences = [
        audience
        for audience in Audience
        if sight(reader.role, audience, is_own_deal=False, state=ResponseState.COUNTED)
        is Sight.NAMELESS
    ]
    if not audiences:
        return false()
    return and_(
        Response.audience.in_(audiences),
        Response.state == ResponseState.COUNTED,
        Response.id <= _last_in_a_full_batch(session),
    )


def _last_in_a_full_batch(session: Session) -> int:
    """The highest response number that stands in a full batch of nameless answers; 0 for none."""
    nameless = (
        Response.audience == Audience.SENDER_TEAM,
        Response.state == ResponseState.COUNTED,
    )
    count = session.scalar(select(func.count()).select_from(Response).where(*nameless)) or 0
    full = count - count % BATCH
    if full == 0:
        return 0
    last = session.scalar(
        select(Response.id).where(*nameless).order_by(Response.id).offset(full - 1).limit(1)
    )
    return last or 0


def without_names(words: str, names: Iterable[str]) -> str:
    """The words with every given name, and every address and number to reach someone, left out.

    A name of several words goes whole and word by word; words under three letters stay.
    """
    shorter = _ADDRESS.sub(_LEFT_OUT, words)
    parts = {part for name in names for part in (name.strip(), *re.split(r"[\s.,&-]+", name))}
    known = sorted((part for part in parts if len(part) >= _SHORTEST_NAME), key=len, reverse=True)
    if not known:
        return shorter
    pattern = r"(?<!\w)(?:" + "|".join(re.escape(part) for part in known) + r")(?!\w)"
    return re.sub(pattern, _LEFT_OUT, shorter, flags=re.IGNORECASE)
