"""The stream of answers that a reader may read, and the answers behind one bar."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true
from sqlalchemy.orm import Session, joinedload

from survey.coding.models import Coding
from survey.coding.queries import for_responses, names_of_suppliers
from survey.coding.types import CodingState
from survey.company.queries import the_company
from survey.deals.models import Account, Deal
from survey.insights.queries.reasons import PRICE_MADE_IT, reasons_called
from survey.insights.queries.voices import deal_conditions, heirs, primaries, told_against
from survey.insights.types import Filter, Step
from survey.invitations.models import Invitation
from survey.kit.paging import Key, Page, read_page
from survey.questionnaires.queries import documents_of
from survey.questionnaires.rules import fill, questions_of, say
from survey.questionnaires.types import Document
from survey.responses.models import Answer, Response
from survey.responses.types import Channel, ResponseState
from survey.responses.visibility import nameless_to, whole_to, without_names
from survey.taxonomy.queries import Heirs, as_called_in
from survey.team.models import User

PAGE_SIZE = 20
_LONGEST_SEARCH = 200
Versions = Mapping[tuple[int, str], Document]
"""What was asked, by version and outcome."""


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
    release: int | None = None
    """The release whose reason of that code is looked for; None: today's."""
    is_counted: bool = False
    """Only the answers that the dashboard counts, one for each deal: see `queries.bars`. Never for
    nameless answers: they are not narrowed."""
    is_by_closing: bool = False
    """Counted, and the window is that of the deals' closing, as in the funnel, not of the answers'
    arrival."""
    words: str = ""
    """Part of the account's or deal's name or of the answer; never for nameless answers, whose
    author it could point at."""

    @property
    def names_reason(self) -> bool:
        return bool(self.reason or self.category or self.group)

    @property
    def tells_reasons(self) -> bool:
        """Whether an answer that it finds has thereby told of its reasons."""
        return self.names_reason or self.said_price

    def address(self, **more: str) -> dict[str, str]:
        """What is wanted as an address holds it; `more` adds or replaces."""
        held = {
            "part": self.part.value if self.part is Part.NAMELESS else "",
            "reason": self.reason,
            "category": self.category,
            "group": self.group,
            "said": "price" if self.said_price else "",
            "decisive": "y" if self.is_primary_only else "",
            "release": str(self.release) if self.release else "",
            "counted": "y" if self.is_counted and not self.is_by_closing else "",
            "step": Step.ANSWERED if self.is_by_closing else "",
            "words": self.words,
        }
        return self.filter.address(**(held | more))


@dataclass(frozen=True, slots=True)
class Said:
    """The buyer's own words, and what they answer."""

    question: str
    """Empty where its words take up others of the buyer's."""
    words: str


@dataclass(frozen=True, slots=True)
class Heard:
    """One answer of the stream, as much of it as its reader may see."""

    response: Response
    codings: Sequence[Coding]
    said: Sequence[Said]
    """What the buyer wrote, without what stands beside a choice; names left out if nameless."""


def feedback(
    session: Session,
    reader: User,
    wanted: Wanted,
    *,
    among: ColumnElement[bool] | None = None,
    cursor: str | None = None,
) -> Page[Heard]:
    """A page of answers, the latest first; nameless ones in an order that says nothing.

    The narrowing filters do not touch nameless answers: they could point at one person. `among` are
    the answers behind a bar, which has its own way to reasons and months.
    """
    if wanted.part is Part.NAMELESS:
        conditions = _nameless(session, reader, wanted)
    else:
        conditions = _named(reader, wanted)
    rest = [among] if among is not None else _sought(session, wanted)
    page = read_page(
        session, _answers(*conditions, *rest), _order(wanted), cursor=cursor, size=PAGE_SIZE
    )
    return Page(_heard(session, page.rows, wanted.part), page.previous, page.following)


def versions_asked(session: Session, responses: Iterable[Response]) -> Versions:
    """What the buyers of these answers were asked."""
    return documents_of(session, {_version(response) for response in responses})


def question_asked(versions: Versions, response: Response, key: str, *, company: str) -> str:
    """What the words under that key answer, as this buyer's version asks it; empty where the
    question takes up others of the buyer's words, which could name who wrote them.
    """
    if response.channel is Channel.REPLY:
        return "In reply to the mail"
    document = versions[_version(response)]
    asked = (*questions_of(document.screens), document.phrases.about_us)
    question = next((each for each in asked if each.key == key), None)
    if question is None or question.echoes:
        return ""
    told = {"ended": response.ended.value} if response.ended else {}
    return fill(say(question.label, told), {"company": company, "product": company})


def _version(response: Response) -> tuple[int, str]:
    return response.invitation.version_id, response.invitation.asked_as


def rivals(session: Session, responses: Iterable[Response]) -> list[str]:
    """The names of all competitors, and of suppliers that buyers of the same deals wrote down."""
    return names_of_suppliers(session, {response.deal_id for response in responses})


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


def _answers(*conditions: ColumnElement[bool]) -> Select[Response]:
    return (
        select(Response)
        .join(Deal, Deal.id == Response.deal_id)
        .join(Account, Account.id == Deal.account_id)
        .where(Response.state == ResponseState.COUNTED, *conditions)
        .options(
            joinedload(Response.deal).joinedload(Deal.account),
            joinedload(Response.deal).joinedload(Deal.seller),
            joinedload(Response.invitation).joinedload(Invitation.contact),
            joinedload(Response.invitation).joinedload(Invitation.campaign),
        )
    )


def _named(reader: User, wanted: Wanted) -> list[ColumnElement[bool]]:
    return [
        whole_to(reader),
        *deal_conditions(wanted.filter, reader),
        told_against(reader, wanted.filter.competitor),
        *_holding(wanted.words),
    ]


def _nameless(session: Session, reader: User, wanted: Wanted) -> list[ColumnElement[bool]]:
    outcome = wanted.filter.outcome
    return [
        nameless_to(session, reader),
        ~whole_to(reader),
        Deal.outcome == outcome if outcome else true(),
    ]


def _sought(session: Session, wanted: Wanted) -> list[ColumnElement[bool]]:
    """Every answer of these months in which the reason was found, whichever of a deal's it is."""
    window = wanted.filter.window
    conditions: list[ColumnElement[bool]] = [
        Response.month_index.between(window.first.index, window.last.index)
    ]
    if wanted.names_reason:
        conditions.append(_coded(heirs(session), wanted))
    if wanted.said_price:
        conditions.append(_said_price())
    return conditions


def _order(wanted: Wanted) -> list[Key]:
    if wanted.part is Part.NAMELESS:
        return [Key(Response.month_index, True), Key(Response.public_id)]
    return [Key(Response.submitted_at, True), Key(Response.id, True)]


def _coded(called_today: Heirs, wanted: Wanted) -> ColumnElement[bool]:
    """Whether the reason was found in it; if only as primary, as the primary that counts."""
    asked = reasons_called(code=wanted.reason, category=wanted.category, group=wanted.group)
    if wanted.is_primary_only:
        primary = primaries(called_today)
        return Response.id.in_(select(primary.c.response_id).where(primary.c.reason_id.in_(asked)))
    found = select(Coding.id).where(
        Coding.response_id == Response.id,
        Coding.state == CodingState.CONFIRMED,
        as_called_in(called_today, Coding.reason_id).in_(asked),
    )
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
    if not responses:
        return []
    ids = [response.id for response in responses]
    codings = for_responses(session, ids)
    written = _written(session, ids)
    versions = versions_asked(session, (each for each in responses if each.id in written))
    is_nameless = part is Part.NAMELESS
    others = rivals(session, responses) if is_nameless else []
    company = the_company(session).name
    heard = []
    for response in responses:
        names = names_to_leave_out(response, others)
        said = [
            Said(
                question_asked(versions, response, key, company=company),
                without_names(words, names) if is_nameless else words,
            )
            for key, words in written.get(response.id, [])
        ]
        heard.append(Heard(response, codings[response.id], said))
    return heard


def _written(session: Session, response_ids: Sequence[int]) -> Mapping[int, list[tuple[str, str]]]:
    """The answers in the buyer's own words, each with its question's key; a rival's name beside a
    choice is not among them.
    """
    written: dict[int, list[tuple[str, str]]] = {}
    for response_id, key, text in session.execute(
        select(Answer.response_id, Answer.question_key, Answer.text)
        .where(Answer.response_id.in_(response_ids), Answer.choice_key.is_(None))
        .order_by(Answer.id)
    ):
        written.setdefault(response_id, []).append((key, text))
    return written
