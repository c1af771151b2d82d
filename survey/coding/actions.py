"""Reasons found in answers: by the buyer's clicks, and by a person who rests on a quote."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from survey.coding.models import CodedResponse, Coding, SupplierName
from survey.coding.queries import alternatives_told, deals_that_name
from survey.coding.rules import may_move, stands_in
from survey.coding.types import CodingRole, CodingSource, CodingState, Direction
from survey.deals.actions import keep_buyers_alternatives
from survey.deals.models import Competitor
from survey.deals.rules import name_key
from survey.kit.errors import SurveyError
from survey.questionnaires.types import NamedReason
from survey.responses.models import Answer, Response
from survey.responses.types import ResponseState
from survey.responses.visibility import has_readers
from survey.taxonomy.models import Reason
from survey.taxonomy.types import SaleMoment
from survey.team.models import User

_Key = tuple[int, Direction]
"""A reason's number and its direction: a source codes both at most once."""


class QuoteNotInAnswer(SurveyError):
    """A coding rests on words the buyer did not write."""


class WrongMove(SurveyError):
    """A coding was moved to a state it cannot reach."""


class AlreadyListed(SurveyError):
    """A supplier was said to be somebody else, but is on our list by its own name."""


class NoName(SurveyError):
    """Nothing was written that could name a supplier."""


class NotReadable(SurveyError):
    """The buyer let nobody read this answer, or took it back."""


def code_clicks(
    session: Session,
    response: Response,
    *,
    named: Iterable[NamedReason],
    reasons: Mapping[str, Reason],
) -> list[Coding]:
    """Make the buyer's codings say what the buyer's clicks say now. Safe to repeat.

    `reasons` holds the release's reasons by code. A coding whose click was taken back goes; one
    that a person rejected stays rejected.
    """
    read_as_of = response.edited_at or response.submitted_at
    standing = _standing_clicks(session, response)
    wanted = {(reasons[name.code].id, _direction(name)): name for name in named}
    for key in standing.keys() - wanted.keys():
        session.delete(standing.pop(key))
    for coding in standing.values():
        # First out of the way, so that a moved primary never meets the old one.
        coding.role = CodingRole.CONTRIBUTING
    session.flush()
    codings = []
    for key, name in wanted.items():
        coding = standing.get(key) or _clicked(response, key, at=read_as_of)
        coding.role = CodingRole.PRIMARY if name.is_primary else CodingRole.CONTRIBUTING
        coding.question_key = name.question_key
        codings.append(coding)
    session.add_all(codings)
    _mark_read(session, response)
    return codings


def forget_codings(session: Session, response: Response) -> None:
    """Take away all that was found in an answer the buyer deleted: quotes are the buyer's words."""
    session.execute(delete(Coding).where(Coding.response_id == response.id))
    _mark_read(session, response)


def _mark_read(session: Session, response: Response) -> None:
    read_as_of = response.edited_at or response.submitted_at
    session.merge(CodedResponse(response_id=response.id, as_of_at=read_as_of, state=response.state))
    session.flush()


def _standing_clicks(session: Session, response: Response) -> dict[_Key, Coding]:
    return {
        (coding.reason_id, coding.direction): coding
        for coding in session.scalars(
            select(Coding)
            .where(Coding.response_id == response.id, Coding.source == CodingSource.BUYER)
            .order_by(Coding.id)
        )
    }


def _direction(name: NamedReason) -> Direction:
    return Direction.FOR_US if name.is_for_us else Direction.AGAINST_US


def _clicked(response: Response, key: _Key, *, at: datetime) -> Coding:
    reason_id, direction = key
    return Coding(
        response_id=response.id,
        reason_id=reason_id,
        direction=direction,
        source=CodingSource.BUYER,
        state=CodingState.CONFIRMED,
        coded_at=at,
        decided_at=at,
    )


def add_coding(
    session: Session,
    response: Response,
    *,
    reason: Reason,
    role: CodingRole,
    direction: Direction,
    quote: str,
    question_key: str,
    coder: User,
    now: datetime,
    moment: SaleMoment | None = None,
) -> Coding:
    """A person finds a reason in the buyer's words. Adding it again brings it up to date.

    A new primary makes the person's earlier primary contributing. Raises `QuoteNotInAnswer`,
    `NotReadable`.
    """
    _check_readable(response)
    _check_quote(session, response, quote=quote, question_key=question_key)
    if role is CodingRole.PRIMARY:
        _step_back(session, response)
    coding = _same_by_person(session, response, reason=reason, direction=direction)
    if coding is None:
        coding = Coding(
            response_id=response.id,
            reason_id=reason.id,
            direction=direction,
            source=CodingSource.PERSON,
            coded_at=now,
            coded_by_id=coder.id,
        )
        session.add(coding)
    coding.role, coding.state = role, CodingState.CONFIRMED
    coding.quote, coding.question_key = quote.strip(), question_key
    coding.moment = moment
    coding.decided_at = now
    coding.decided_by_id = coder.id
    session.flush()
    return coding


def confirm_coding(session: Session, coding: Coding, *, decider: User, now: datetime) -> Coding:
    """A person says the reason is right. Raises `WrongMove`."""
    if coding.role is CodingRole.PRIMARY and coding.source is CodingSource.PERSON:
        _step_back(session, coding.response, but=coding)
    return _move(session, coding, CodingState.CONFIRMED, decider=decider, now=now)


def reject_coding(session: Session, coding: Coding, *, decider: User, now: datetime) -> Coding:
    """A person says the reason is not in the answer. Raises `WrongMove`."""
    return _move(session, coding, CodingState.REJECTED, decider=decider, now=now)


def _move(
    session: Session, coding: Coding, state: CodingState, *, decider: User, now: datetime
) -> Coding:
    if coding.state is state:
        return coding
    if not may_move(coding.state, state):
        raise WrongMove(f"A {coding.state} reason cannot become {state}.")
    coding.state = state
    coding.decided_at = now
    coding.decided_by_id = decider.id
    session.flush()
    return coding


def _step_back(session: Session, response: Response, *, but: Coding | None = None) -> None:
    """Make the person's standing primary contributing, so that another may take its place."""
    for coding in session.scalars(
        select(Coding)
        .where(
            Coding.response_id == response.id,
            Coding.source == CodingSource.PERSON,
            Coding.role == CodingRole.PRIMARY,
            Coding.state == CodingState.CONFIRMED,
        )
        .order_by(Coding.id)
    ):
        if coding is not but:
            coding.role = CodingRole.CONTRIBUTING
    session.flush()


def _same_by_person(
    session: Session, response: Response, *, reason: Reason, direction: Direction
) -> Coding | None:
    return session.scalar(
        select(Coding).where(
            Coding.response_id == response.id,
            Coding.reason_id == reason.id,
            Coding.direction == direction,
            Coding.source == CodingSource.PERSON,
        )
    )


def _check_readable(response: Response) -> None:
    if not has_readers(response.audience) or response.state is ResponseState.DELETED:
        raise NotReadable("The buyer asked that nobody read this answer; it counts in totals only.")
    if response.state is ResponseState.HELD:
        raise NotReadable("A machine may have sent this answer. Release it first.")


def _check_quote(session: Session, response: Response, *, quote: str, question_key: str) -> None:
    words = session.scalars(
        select(Answer.text).where(
            Answer.response_id == response.id, Answer.question_key == question_key
        )
    )
    if not any(stands_in(quote, text) for text in words):
        raise QuoteNotInAnswer(
            "The quote must stand in the answer letter for letter. Copy it from the buyer’s words."
        )


def name_supplier(session: Session, *, written: str, competitor: Competitor) -> SupplierName:
    """A person says whom buyers mean by a supplier's name that is not on our list.

    It holds for every answer that writes it so, also for those that come later. Saying it again
    corrects it. Raises `AlreadyListed`, `NoName`.
    """
    key = name_key(written)
    if not key:
        raise NoName("The buyer wrote no name.")
    if session.scalar(select(Competitor.id).where(Competitor.name_key == key)):
        raise AlreadyListed(f"“{written.strip()}” is on the list of competitors already.")
    named = session.scalar(select(SupplierName).where(SupplierName.name_key == key))
    if named is None:
        named = SupplierName(name_key=key)
        session.add(named)
    named.competitor = competitor
    session.flush()
    keep_alternatives(session, deals_that_name(session, key))
    return named


def list_supplier(session: Session, *, written: str, name: str) -> Competitor:
    """A person puts a supplier whom a buyer named on the list of competitors.

    Where the list has the name already, that competitor is meant. What the buyer wrote is taken to
    mean it from now on.
    """
    key = name_key(name)
    competitor = session.scalar(select(Competitor).where(Competitor.name_key == key))
    if competitor is None:
        competitor = Competitor(name=" ".join(name.split()), name_key=key)
        session.add(competitor)
        session.flush()
    if name_key(written) == key:
        keep_alternatives(session, deals_that_name(session, key))
    else:
        name_supplier(session, written=written, competitor=competitor)
    return competitor


def keep_alternatives(session: Session, deal_ids: Sequence[int]) -> None:
    """Make what these deals' buyers had instead say what their answers say now."""
    told = alternatives_told(session, deal_ids)
    for deal_id in deal_ids:
        keep_buyers_alternatives(session, deal_id, told.get(deal_id, ()))
