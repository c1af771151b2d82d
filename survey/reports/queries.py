"""A month's figures, frozen or of this moment, and the words that may be quoted with them."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, joinedload

from survey.coding.models import Coding
from survey.coding.queries import for_responses
from survey.coding.types import CodingState
from survey.company.queries import the_company
from survey.deals.models import Deal
from survey.deals.types import Outcome
from survey.insights.queries.arrivals import answered_by_month
from survey.insights.queries.feedback import (
    Versions,
    names_to_leave_out,
    question_asked,
    rivals,
    versions_asked,
)
from survey.insights.queries.insight import insight
from survey.insights.queries.voices import countable
from survey.insights.types import Filter, Insight, Scope, Window
from survey.invitations.models import Invitation
from survey.kit.clock import Month
from survey.kit.errors import SurveyError
from survey.questionnaires.models import Questionnaire, Version
from survey.reports.models import Report
from survey.reports.rules import (
    answered_when_frozen,
    headline,
    period,
    restored,
    shown,
    state_of,
)
from survey.reports.types import (
    Card,
    ListedMonth,
    Method,
    MonthFigures,
    MonthReport,
    MonthState,
    QuoteRef,
)
from survey.responses.models import Answer, Response
from survey.responses.types import ResponseState
from survey.responses.visibility import may_be_quoted, visible_to, whole_to, without_names
from survey.taxonomy.queries import newest_release
from survey.team.models import User
from survey.team.types import Role


class MonthNotStarted(SurveyError):
    """A report was asked of a month that lies ahead."""


def frozen_report(session: Session, month: Month) -> Report | None:
    return session.scalar(
        select(Report)
        .where(Report.month_index == month.index)
        .options(joinedload(Report.release), joinedload(Report.frozen_by))
    )


def frozen_reports(session: Session) -> dict[Month, Report]:
    """By month, the latest first."""
    found = session.scalars(
        select(Report).options(joinedload(Report.frozen_by)).order_by(Report.month_index.desc())
    )
    return {Month.of_index(report.month_index): report for report in found}


def listed_months(session: Session, *, now: datetime) -> list[ListedMonth]:
    """Every month that has a report, the latest first, with the answers that its report counts: as
    they were when it was frozen, else as they are now.
    """
    zone = the_company(session).zone
    frozen = frozen_reports(session)
    live = {
        month: ListedMonth(month, answered, state_of(month, zone=zone, now=now))
        for month, answered in answered_by_month(session).items()
    }
    kept = {
        month: ListedMonth(
            month,
            answered_when_frozen(report.figures),
            MonthState.FROZEN,
            frozen_at=report.frozen_at,
            frozen_by=report.frozen_by.name if report.frozen_by else "",
        )
        for month, report in frozen.items()
    }
    return sorted((live | kept).values(), key=lambda each: each.month, reverse=True)


def month_report(
    session: Session, month: Month, *, now: datetime, reader: User | None = None
) -> MonthReport:
    """The month as it was frozen, else as it stands now, with as many answers as `reader` may read;
    without a reader, those that a report may carry anywhere. Raises `MonthNotStarted`.
    """
    frozen = frozen_report(session, month)
    figures = restored(frozen.figures) if frozen else live_figures(session, month, now=now)
    readable = _cards(session, figures.quotes, reader)
    cards = shown(readable, is_few=figures.is_few)
    return MonthReport(
        figures=figures,
        cards=cards,
        frozen_at=frozen.frozen_at if frozen else None,
        unquoted=0 if figures.is_few else len(readable) - len(cards),
    )


def deals_behind(session: Session, cards: Sequence[Card], reader: User) -> dict[str, str]:
    """The name of the deal behind each card whose answer the reader may see with names."""
    rows = session.execute(
        select(Response.public_id, Deal.name)
        .join(Deal, Deal.id == Response.deal_id)
        .where(Response.public_id.in_([card.response for card in cards]), whole_to(reader))
        .order_by(Response.id)
    )
    return {row.public_id: row.name for row in rows}


def live_figures(session: Session, month: Month, *, now: datetime) -> MonthFigures:
    """The figures of this moment. Nothing that arrived after the month is in them."""
    company = the_company(session)
    zone = company.zone
    if month.starts_at(zone) > now:
        raise MonthNotStarted(f"{month} has not begun. Ask for this month or an earlier one.")
    cut_at = min(now, month.ends_at(zone))

    def counted(window: Window) -> Insight:
        scope = Scope(
            filter=Filter(window),
            zone=zone,
            cut_at=cut_at,
            grey_threshold=company.grey_threshold,
            anonymity_threshold=company.anonymity_threshold,
        )
        return insight(session, scope, now=now)

    this_month, year = counted(Window(month, month)), counted(Window.rolling(month))
    release = newest_release(session)
    return MonthFigures(
        month=month,
        headline=headline(this_month, year),
        this_month=period(this_month),
        year=period(year),
        quotes=_quotes(session, month, cut_at=cut_at),
        method=Method(
            answers=this_month.answered,
            cut_at=cut_at,
            release=release.number if release else 0,
            questionnaires=_questionnaires(session, Window.rolling(month)),
            grey_threshold=company.grey_threshold,
            anonymity_threshold=company.anonymity_threshold,
            company=company.name,
            time_zone=company.time_zone,
        ),
    )


def _questionnaires(session: Session, window: Window) -> tuple[str, ...]:
    rows = session.execute(
        select(Questionnaire.key, Version.number)
        .join(Version, Version.questionnaire_id == Questionnaire.id)
        .where(
            Version.id.in_(
                select(Invitation.version_id)
                .join(Response, Response.invitation_id == Invitation.id)
                .where(
                    countable(),
                    Response.month_index.between(window.first.index, window.last.index),
                )
            )
        )
        .order_by(Questionnaire.key, Version.number)
    )
    return tuple(f"{key} {number}" for key, number in rows)


def _quotes(session: Session, month: Month, *, cut_at: datetime) -> tuple[QuoteRef, ...]:
    """For each answer of the month that others may read its telling words, if there are any."""
    rows = session.execute(
        select(Response.public_id, _telling_question())
        .join(Deal, Deal.id == Response.deal_id)
        .where(
            Response.month_index == month.index,
            Response.submitted_at < cut_at,
            Response.state == ResponseState.COUNTED,
            may_be_quoted(),
            Deal.outcome != Outcome.OPEN,
        )
        .order_by(Response.public_id)
    )
    return tuple(QuoteRef(public_id, question or "") for public_id, question in rows)


def _telling_question() -> ColumnElement[str | None]:
    """The question whose words tell most of a response: one a coding rests on, else the first.

    What stands beside a choice is left out: it names rivals.
    """
    quoted = (
        select(Coding.question_key)
        .join(
            Answer,
            (Answer.response_id == Coding.response_id)
            & (Answer.question_key == Coding.question_key),
        )
        .where(
            Coding.response_id == Response.id,
            Coding.state == CodingState.CONFIRMED,
            Coding.quote != "",
            Answer.choice_key.is_(None),
        )
        .order_by(Coding.id)
        .limit(1)
        .scalar_subquery()
    )
    written = (
        select(Answer.question_key)
        .where(Answer.response_id == Response.id, Answer.choice_key.is_(None))
        .order_by(Answer.id)
        .limit(1)
        .scalar_subquery()
    )
    return func.coalesce(quoted, written)


def _cards(session: Session, quotes: Sequence[QuoteRef], reader: User | None) -> tuple[Card, ...]:
    """The answers as they stand today, as far as any manager and the reader may read them, without
    names.

    A report travels; so nobody is named in it, and an answer taken back or closed to others since
    is no longer quoted.
    """
    readers = [User(id=0, role=Role.MANAGER), *([reader] if reader else [])]
    wanted = {quote.response: quote.question_key for quote in quotes}
    responses = session.scalars(
        select(Response)
        .where(
            Response.public_id.in_(wanted),
            *(visible_to(session, each) for each in readers),
        )
        .options(
            joinedload(Response.deal).joinedload(Deal.account),
            joinedload(Response.deal).joinedload(Deal.seller),
            joinedload(Response.invitation).joinedload(Invitation.contact),
            joinedload(Response.invitation).joinedload(Invitation.campaign),
        )
        .order_by(Response.public_id)
    ).all()
    ids, versions = [each.id for each in responses], _asked(session, responses, wanted)
    codings, words = for_responses(session, ids), _words(session, ids)
    others, company = rivals(session, responses), the_company(session).name
    cards = []
    for response in responses:
        key = wanted[response.public_id]
        said = words.get((response.id, key), "")
        cards.append(
            Card(
                outcome=response.deal.outcome,
                question=question_asked(versions, response, key, company=company) if said else "",
                words=without_names(said, names_to_leave_out(response, others)),
                reasons=_reasons(codings[response.id]),
                response=response.public_id,
            )
        )
    return tuple(cards)


def _asked(session: Session, responses: Sequence[Response], keys: Mapping[str, str]) -> Versions:
    quoted = [response for response in responses if keys[response.public_id]]
    return versions_asked(session, quoted)


def _reasons(codings: Sequence[Coding]) -> list[str]:
    """The labels of the standing reasons, the primary first, each once."""
    standing = (coding for coding in codings if coding.state is CodingState.CONFIRMED)
    return list(dict.fromkeys(coding.reason.label for coding in standing))


def _words(session: Session, response_ids: Sequence[int]) -> dict[tuple[int, str], str]:
    rows = session.execute(
        select(Answer.response_id, Answer.question_key, Answer.text)
        .where(Answer.response_id.in_(response_ids), Answer.choice_key.is_(None))
        .order_by(Answer.id)
    )
    words: dict[tuple[int, str], str] = {}
    for response_id, question_key, text in rows:
        words.setdefault((response_id, question_key), text)
    return words
