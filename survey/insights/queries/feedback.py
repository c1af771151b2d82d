"""The stream of answers that a reader may read, and the answers behind one bar."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, joinedload

from survey.coding.models import Coding
from survey.coding.queries import for_responses
from survey.coding.types import CodingRole, CodingState
from survey.deals.models import Account, Competitor, Deal
from survey.insights.queries.reasons import PRICE_MADE_IT
from survey.insights.queries.voices import closed_in, countable, deal_conditions, told_against
from survey.insights.types import Filter, Step
from survey.invitations.models import Invitation
from survey.kit.paging import Key, Page, read_page
from survey.responses.models import Answer, Response
from survey.responses.types import ResponseState
from survey.responses.visibility import nameless_to, whole_to, without_names
from survey.taxonomy.models import Category, Reason
from survey.team.models import User

PAGE_SIZE = 20
_LONGEST_SEARCH = 200


class Part(StrEnum):
    """Answers with the names of those who gave them, or without."""

    NAMED = "named"
    NAMELESS = "nameless"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which answers are looked for. Empty text: any."""

    filter: Filter
    part: Part = Part.NAMED
    reason: str = ""
    """A reason's code: answers in which it was found."""
    category: str = ""
    """A category's code."""
    group: str = ""
    """A group of the buyer's first screen: `price` is wider than the category of that name."""
    said_price: bool = False
    """Only buyers who said that another price would have changed the decision."""
    is_primary_only: bool = False
    """Only where that reason or category was the primary one."""
    is_by_closing: bool = False
    """The window is that of the deals' closing, as in the funnel, not of the answers' arrival.
    Never for nameless answers: a closing month could point at one person."""
    words: str = ""
    """Part of the account's or deal's name or of the answer; never for nameless answers, whose
    author it could point at."""

    def address(self, **more: str) -> dict[str, str]:
        """What is wanted as an address holds it; `more` adds or replaces."""
        held = {
            "part": self.part.value if self.part is Part.NAMELESS else "",
            "reason": self.reason,
            "category": self.category,
            "group": self.group,
            "said": "price" if self.said_price else "",
            "decisive": "y" if self.is_primary_only else "",
            "step": Step.ANSWERED if self.is_by_closing else "",
            "words": self.words,
        }
        return self.filter.address(**(held | more))


@dataclass(frozen=True, slots=True)
class Heard:
    """One answer of the stream, as much of it as its reader may see."""

    response: Response
    codings: Sequence[Coding]
    words: Sequence[str]
    """What the buyer wrote, without what stands beside a choice; names left out if nameless."""


def feedback(
    session: Session, reader: User, wanted: Wanted, *, cursor: str | None = None
) -> Page[Heard]:
    """A page of answers, the latest first; nameless ones in an order that says nothing.

    The narrowing filters do not touch nameless answers: they could point at one person.
    """
    page = read_page(
        session, _answers(session, reader, wanted), _order(wanted), cursor=cursor, size=PAGE_SIZE
    )
    return Page(_heard(session, page.rows, wanted.part), page.previous, page.following)


def rivals(session: Session) -> list[str]:
    """The names of all competitors."""
    return list(session.scalars(select(Competitor.name).order_by(Competitor.id)))


def names_to_leave_out(response: Response, rivals: Sequence[str]) -> list[str]:
    """Every name by which the words of this answer could betray who gave it, and of rivals."""
    invitation, deal = response.invitation, response.deal
    seller = deal.seller.name if deal.seller else ""
    return [
        invitation.contact.name,
        deal.account.name,
        seller,
        invitation.campaign.sender_name,
        *rivals,
    ]


def _answers(session: Session, reader: User, wanted: Wanted) -> Select[Response]:
    conditions = [*_of_its_time(wanted), Response.state == ResponseState.COUNTED]
    if wanted.part is Part.NAMED:
        conditions += [
            whole_to(reader),
            *deal_conditions(wanted.filter),
            told_against(reader, wanted.filter.competitor),
            *_holding(wanted.words),
        ]
    else:
        conditions += [nameless_to(session, reader), ~whole_to(reader)]
        if wanted.filter.outcome:
            conditions.append(Deal.outcome == wanted.filter.outcome)
    if wanted.reason or wanted.category or wanted.group:
        conditions.append(_coded(wanted))
    if wanted.said_price:
        conditions.append(_said_price())
    return (
        select(Response)
        .join(Deal, Deal.id == Response.deal_id)
        .join(Account, Account.id == Deal.account_id)
        .where(*conditions)
        .options(
            joinedload(Response.deal).joinedload(Deal.account),
            joinedload(Response.deal).joinedload(Deal.seller),
            joinedload(Response.invitation).joinedload(Invitation.contact),
            joinedload(Response.invitation).joinedload(Invitation.campaign),
        )
    )


def _of_its_time(wanted: Wanted) -> list[ColumnElement[bool]]:
    window = wanted.filter.window
    if wanted.is_by_closing:
        return [countable(), *closed_in(window)]
    return [Response.month_index.between(window.first.index, window.last.index)]


def _order(wanted: Wanted) -> list[Key]:
    if wanted.part is Part.NAMELESS:
        return [Key(Response.month_index, True), Key(Response.public_id)]
    return [Key(Response.submitted_at, True), Key(Response.id, True)]


def _coded(wanted: Wanted) -> ColumnElement[bool]:
    found = (
        select(Coding.id)
        .join(Reason, Reason.id == Coding.reason_id)
        .join(Category, Category.id == Reason.category_id)
        .where(Coding.response_id == Response.id, Coding.state == CodingState.CONFIRMED)
    )
    if wanted.reason:
        found = found.where(Reason.code == wanted.reason)
    if wanted.category:
        found = found.where(Category.code == wanted.category)
    if wanted.group:
        found = found.where(Reason.screen_group == wanted.group)
    if wanted.is_primary_only:
        found = found.where(Coding.role == CodingRole.PRIMARY)
    return found.exists()


def _said_price() -> ColumnElement[bool]:
    clicked = (
        and_(Answer.question_key == question, Answer.choice_key == choice)
        for question, choice in PRICE_MADE_IT
    )
    return select(Answer.id).where(Answer.response_id == Response.id, or_(*clicked)).exists()


def _holding(words: str) -> list[ColumnElement[bool]]:
    words = words.strip()[:_LONGEST_SEARCH].lower()
    if not words:
        return []
    said = select(Answer.id).where(Answer.response_id == Response.id, _contains(Answer.text, words))
    return [or_(_contains(Account.name, words), _contains(Deal.name, words), said.exists())]


def _contains(column: object, words: str) -> ColumnElement[bool]:
    return func.lower(column).contains(words, autoescape=True)


def _heard(session: Session, responses: Sequence[Response], part: Part) -> list[Heard]:
    ids = [response.id for response in responses]
    codings = for_responses(session, ids)
    written = _written(session, ids)
    others = rivals(session) if part is Part.NAMELESS else []
    heard = []
    for response in responses:
        words = written.get(response.id, [])
        if part is Part.NAMELESS:
            names = names_to_leave_out(response, others)
            words = [without_names(text, names) for text in words]
        heard.append(Heard(response, codings[response.id], words))
    return heard


def _written(session: Session, response_ids: Sequence[int]) -> Mapping[int, list[str]]:
    """The answers in the buyer's own words; a rival's name beside a choice is not among them."""
    written: dict[int, list[str]] = {}
    for response_id, text in session.execute(
        select(Answer.response_id, Answer.text)
        .where(Answer.response_id.in_(response_ids), Answer.choice_key.is_(None))
        .order_by(Answer.id)
    ):
        written.setdefault(response_id, []).append(text)
    return written
