"""Codings of responses, what waits to be coded, and how often clicks and readers agree."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Label, and_, func, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from survey.coding.models import CodedResponse, Coding, SupplierName
from survey.coding.rules import ALTERNATIVE_QUESTIONS, alternative_named, names_in
from survey.coding.types import CodingRole, CodingSource, CodingState
from survey.deals.models import Competitor, Deal
from survey.deals.rules import NamedAlternative, name_key
from survey.invitations.models import Invitation
from survey.responses.models import Answer, Response
from survey.responses.types import ResponseState
from survey.responses.visibility import may_be_read
from survey.taxonomy.models import Reason
from survey.taxonomy.queries import Heirs, as_called_in


@dataclass(frozen=True, slots=True)
class Agreement:
    """How often a person's primary reason was the buyer's own click: `same` of `both`."""

    same: int
    both: int


def find_coding(session: Session, public_id: str) -> Coding | None:
    return session.scalar(
        select(Coding)
        .where(Coding.public_id == public_id)
        .options(joinedload(Coding.response), joinedload(Coding.reason))
    )


def for_response(session: Session, response: Response) -> list[Coding]:
    """Its codings, the primary first, rejected ones last."""
    return for_responses(session, [response.id])[response.id]


def for_responses(session: Session, response_ids: Sequence[int]) -> dict[int, list[Coding]]:
    """The codings of many responses in one query; a response without any has an empty list."""
    found: defaultdict[int, list[Coding]] = defaultdict(list)
    for coding in session.scalars(
        select(Coding)
        .where(Coding.response_id.in_(response_ids))
        .options(joinedload(Coding.reason).joinedload(Reason.category), joinedload(Coding.coded_by))
        .order_by(
            Coding.state == CodingState.REJECTED,
            Coding.role != CodingRole.PRIMARY,
            Coding.source != CodingSource.PERSON,
            Coding.id,
        )
    ):
        found[coding.response_id].append(coding)
    return found


def with_unread_clicks(session: Session, *, limit: int) -> list[Response]:
    """Responses whose clicks were not read since they were sent, changed, released or deleted."""
    last_said = func.coalesce(Response.edited_at, Response.submitted_at)
    return list(
        session.scalars(
            select(Response)
            .outerjoin(CodedResponse, CodedResponse.response_id == Response.id)
            .where(
                or_(
                    CodedResponse.response_id.is_(None),
                    CodedResponse.as_of_at < last_said,
                    CodedResponse.state != Response.state,
                )
            )
            .options(joinedload(Response.invitation).joinedload(Invitation.version))
            .order_by(Response.id)
            .limit(limit)
        )
    )


def alternatives_told(
    session: Session, deal_ids: Iterable[int]
) -> dict[int, list[NamedAlternative]]:
    """What buyers had instead, as counted answers say; deals of which none says so are left out.

    Never from answers given “only in totals”: an alternative stands on the deal's own page.
    """
    told: defaultdict[int, list[NamedAlternative]] = defaultdict(list)
    for deal_id, question, choice, words in session.execute(
        select(Response.deal_id, Answer.question_key, Answer.choice_key, Answer.text)
        .join(Response, Response.id == Answer.response_id)
        .where(
            Response.deal_id.in_(deal_ids),
            Response.state == ResponseState.COUNTED,
            may_be_read(),
            Answer.question_key.in_(ALTERNATIVE_QUESTIONS),
        )
        .order_by(Response.deal_id, Answer.id)
    ):
        alternative = alternative_named(question, choice, words)
        if alternative:
            told[deal_id].append(alternative)
    meant = _meant_by(session, {each.name_key for named in told.values() for each in named})
    return {
        deal_id: [
            each._replace(name_key=meant[each.name_key]) if each.name_key in meant else each
            for each in named
        ]
        for deal_id, named in told.items()
    }


def _meant_by(session: Session, name_keys: Iterable[str]) -> dict[str, str]:
    """The key of the competitor that somebody said these names mean; others are left out."""
    asked = (
        select(SupplierName.name_key, Competitor.name_key)
        .join(Competitor, Competitor.id == SupplierName.competitor_id)
        .where(SupplierName.name_key.in_(name_keys))
    )
    return dict(iter(session.execute(asked)))


@dataclass(frozen=True, slots=True)
class Supplier:
    """A supplier's name as a buyer wrote it beside a choice, and whom of our list it means."""

    question_key: str
    written: str
    competitor: Competitor | None
    is_as_listed: bool
    """Written as our list has it, so that nobody has to say who it is."""


def suppliers_written(session: Session, response: Response) -> list[Supplier]:
    """The suppliers an answer names beside a choice, known or not."""
    answers = session.execute(
        select(Answer.question_key, Answer.choice_key, Answer.text)
        .where(Answer.response_id == response.id, Answer.question_key.in_(ALTERNATIVE_QUESTIONS))
        .order_by(Answer.id)
    )
    written = [
        (question, named)
        for question, choice, words in answers
        if (named := alternative_named(question, choice, words)) and named.name_key
    ]
    listed, meant = _called(session, {named.name_key for _, named in written})
    return [
        Supplier(
            question,
            named.name,
            listed.get(named.name_key) or meant.get(named.name_key),
            named.name_key in listed,
        )
        for question, named in written
    ]


def _called(
    session: Session, name_keys: Collection[str]
) -> tuple[dict[str, Competitor], dict[str, Competitor]]:
    """The competitors that our list calls so, and those whom somebody said that names mean."""
    listed, meant = {}, {}
    asked = (
        select(Competitor, SupplierName.name_key)
        .outerjoin(
            SupplierName,
            (SupplierName.competitor_id == Competitor.id) & SupplierName.name_key.in_(name_keys),
        )
        .where(or_(Competitor.name_key.in_(name_keys), SupplierName.id.is_not(None)))
        .order_by(Competitor.id, SupplierName.id)
    )
    for competitor, written in session.execute(asked):
        if competitor.name_key in name_keys:
            listed[competitor.name_key] = competitor
        if written is not None:
            meant[written] = competitor
    return listed, meant


def competitors_by_name(session: Session) -> dict[str, str]:
    """The list of competitors: public id → name, by name."""
    asked = select(Competitor.public_id, Competitor.name).order_by(Competitor.name, Competitor.id)
    return dict(iter(session.execute(asked)))


def find_competitor(session: Session, public_id: str) -> Competitor | None:
    return _competitor(session, Competitor.public_id == public_id)


def _competitor(session: Session, condition: ColumnElement[bool]) -> Competitor | None:
    return session.scalar(select(Competitor).where(condition))


def deals_that_name(session: Session, key: str) -> list[int]:
    """The deals of which a buyer wrote a supplier's name so, but for letter case and spaces."""
    asked = Answer.question_key.in_(ALTERNATIVE_QUESTIONS) & (Answer.text != "")
    ways = session.scalars(select(Answer.text).distinct().where(asked))
    same = [words for words in ways if name_key(words) == key]
    return list(
        session.scalars(
            select(Response.deal_id)
            .distinct()
            .join(Answer, Answer.response_id == Response.id)
            .where(asked, Answer.text.in_(same))
            .order_by(Response.deal_id)
        )
    )


def names_of_suppliers(session: Session, deal_ids: Iterable[int]) -> list[str]:
    """Our list's suppliers, however they are written, and what buyers of these deals wrote."""
    listed = session.scalars(select(Competitor.name).order_by(Competitor.id)).all()
    meant = session.scalars(select(SupplierName.name_key).order_by(SupplierName.id)).all()
    written = session.scalars(
        select(Answer.text)
        .join(Response, Response.id == Answer.response_id)
        .where(
            Response.deal_id.in_(deal_ids),
            Answer.question_key.in_(ALTERNATIVE_QUESTIONS),
            Answer.text != "",
        )
        .order_by(Answer.id)
    ).all()
    return [*listed, *(name for each in (*meant, *written) for name in names_in(each))]


def awaiting_a_reader(session: Session) -> list[Response]:
    """Responses with words that may be read and that no person has coded yet, oldest first."""
    has_words = (
        select(Answer.id).where(Answer.response_id == Response.id, Answer.text != "").exists()
    )
    has_reader = (
        select(Coding.id)
        .where(Coding.response_id == Response.id, Coding.source == CodingSource.PERSON)
        .exists()
    )
    return list(
        session.scalars(
            select(Response)
            .where(
                Response.state == ResponseState.COUNTED,
                may_be_read(),
                has_words,
                ~has_reader,
            )
            .options(
                joinedload(Response.deal).joinedload(Deal.account), joinedload(Response.invitation)
            )
            .order_by(Response.submitted_at, Response.id)
        )
    )


def uses_by_reason(session: Session, heirs: Heirs) -> dict[int, int]:
    """How often each reason stands confirmed in counted answers that may be read.

    Those of earlier releases count as what they have become. Answers given for totals only are
    left out: this is a figure of no closed quarter.
    """
    reason_id: Label[int] = as_called_in(heirs, Coding.reason_id).label("reason_id")
    rows = session.execute(
        select(reason_id, func.count(Coding.response_id.distinct()).label("uses"))
        .join(Response, Response.id == Coding.response_id)
        .where(
            Coding.state == CodingState.CONFIRMED,
            Response.state == ResponseState.COUNTED,
            may_be_read(),
        )
        .group_by(reason_id)
        .order_by(reason_id)
    )
    return {row.reason_id: row.uses for row in rows}


def agreement(session: Session) -> Agreement:
    """Compares standing primaries of counted responses that have both a click and a reader's."""
    clicked, read = aliased(Coding), aliased(Coding)

    def stands(coding: type[Coding], source: CodingSource) -> ColumnElement[bool]:
        return and_(
            coding.source == source,
            coding.role == CodingRole.PRIMARY,
            coding.state == CodingState.CONFIRMED,
        )

    same, both = session.execute(
        select(
            func.count().filter(clicked.reason_id == read.reason_id),
            func.count(),
        )
        .select_from(clicked)
        .join(read, read.response_id == clicked.response_id)
        .join(Response, Response.id == clicked.response_id)
        .where(
            stands(clicked, CodingSource.BUYER),
            stands(read, CodingSource.PERSON),
            Response.state == ResponseState.COUNTED,
        )
    ).one()
    return Agreement(same=same, both=both)
