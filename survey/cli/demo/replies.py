"""Buyers answer what they were asked, and an analyst reads it."""

import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from importlib import resources
from random import Random
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.cli.demo.answers import Asked, given, who_answers
from survey.cli.demo.year import ACTOR, Year
from survey.coding.actions import add_coding
from survey.coding.types import CodingRole, Direction
from survey.deals.models import Alternative, Deal
from survey.invitations.models import Invitation
from survey.jobs.code import code_waiting
from survey.kit.clock import Month
from survey.kit.disclosure import Quarter
from survey.mail.models import Suppression
from survey.questionnaires.queries import document_of
from survey.questionnaires.rules import screens_for
from survey.reports.actions import freeze_report
from survey.responses.actions.answering import record_reply, save_draft, submit_response
from survey.responses.models import Answer, Response
from survey.responses.types import Audience
from survey.responses.visibility import has_readers
from survey.taxonomy.models import Reason
from survey.taxonomy.queries import current_release
from survey.taxonomy.types import SaleMoment
from survey.team.models import User
from survey.team.types import Role

_BATCH = 25
_REPLIES_BY_MAIL_EVERY = 40
_DISCREET = 8
_DRAFTS_LEFT = 9
_DRAFT_DAYS = 25
_SELDOM_LATER_THAN_DAYS = 9.0
_MOST_SECONDS = 170


@dataclass(frozen=True, slots=True)
class _Reply:
    """What somebody who was asked answers, and when."""

    invitation_id: int
    script: dict[str, Any]
    at: datetime


def let_buyers_answer(year: Year, *, tell: Callable[[float], None]) -> int:
    """Submit every hand-written answer that fits an invitation; says how many there were."""
    with year.database.reading() as session:
        replies = _replies(session, year)
    for start in range(0, len(replies), _BATCH):
        with year.database.writing() as session:
            for number, reply in enumerate(replies[start : start + _BATCH], start):
                _answer(session, year, reply, turn=number)
        tell(min(1.0, (start + _BATCH) / len(replies)))
    _leave_drafts(year)
    code_waiting(year.database)
    return len(replies)


def let_the_analyst_read(year: Year) -> int:
    """Put in the reasons that a person found in the words; says how many."""
    with year.database.writing() as session:
        analyst = session.scalars(select(User).where(User.role == Role.ANALYST)).one()
        release = current_release(session)
        reasons = {
            reason.code: reason
            for reason in session.scalars(select(Reason).where(Reason.release_id == release.id))
        }
        return sum(_found(session, found, reasons, analyst, year) for found in _codings())


def freeze_earlier_months(year: Year) -> None:
    """Freeze reports as on the first mornings after their months; the last one waits for a person.

    Codings a person made later than that stand in them all the same: the demo's analyst reads the
    whole year in one go.
    """
    last = Month.of(year.today, year.zone).plus(-1)
    for month in (last.plus(-2), last.plus(-1)):
        with year.database.writing() as session:
            frozen_at = month.ends_at(year.zone) + timedelta(hours=8)
            freeze_report(session, month, actor=ACTOR, now=frozen_at)


@cache
def _codings() -> list[dict[str, Any]]:
    text = resources.files(__package__).joinpath("codings.toml").read_text("utf-8")
    codings: list[dict[str, Any]] = tomllib.loads(text)["codings"]
    return codings


def _asked(session: Session) -> list[Asked]:
    """The invitations that went out, to people who did not opt out since."""
    rivals = {
        alternative.deal_id: alternative.competitor.name
        for alternative in session.scalars(select(Alternative).order_by(Alternative.id))
        if alternative.competitor is not None
    }
    gone = set(session.scalars(select(Suppression.address)))
    sent = session.execute(
        select(Invitation, Deal)
        .join(Invitation.deal)
        .where(Invitation.cancelled_at.is_(None))
        .order_by(Invitation.id)
    )
    return [
        Asked(
            invitation.id,
            invitation.sent_at,
            invitation.asked_as.value,
            deal.product,
            rivals.get(deal.id, ""),
            deal.region,
            deal.account.name,
        )
        for invitation, deal in sent
        if invitation.sent_at is not None and invitation.contact.email not in gone
    ]


def _replies(session: Session, year: Year) -> list[_Reply]:
    pairs = who_answers(_asked(session))
    rng = Random(pairs[0][0].invitation_id) if pairs else Random()  # noqa: S311 (no secret)
    replies = [
        _Reply(asked.invitation_id, script, _moment_of_answer(asked.sent_at, year.today, rng))
        for asked, script in pairs
    ]
    return _with_discretion(replies, year, rng)


def _with_discretion(replies: list[_Reply], year: Year, rng: Random) -> list[_Reply]:
    """In the last whole quarter so many ask to count in totals only that they hide each other: the
    demo shows a quarter which counts them, whatever day it is. Not who named a supplier: an analyst
    is to say who is meant.
    """
    last_quarter = Quarter.of(Quarter.of(Month.of(year.today, year.zone)).first_month.plus(-1))
    may_ask_for_it = [
        reply
        for reply in replies
        if Quarter.of(Month.of(reply.at, year.zone)) == last_quarter
        and "readers" in reply.script
        and "named" not in reply.script
    ]
    asking = rng.sample(may_ask_for_it, min(_DISCREET, len(may_ask_for_it)))
    discreet = {"readers": Audience.TOTALS_ONLY.value}
    return [
        replace(reply, script=reply.script | discreet) if reply in asking else reply
        for reply in replies
    ]


def _answer(session: Session, year: Year, reply: _Reply, *, turn: int) -> None:
    by_mail = turn % _REPLIES_BY_MAIL_EVERY == _REPLIES_BY_MAIL_EVERY - 1
    invitation = session.get_one(Invitation, reply.invitation_id)
    document = document_of(session, invitation.version_id, invitation.asked_as)
    answers = given(reply.script, Month.of(reply.at, year.zone))
    if by_mail and "readers" in reply.script:
        record_reply(session, invitation, document, answers, now=reply.at, zone=year.zone)
        return
    screens = screens_for(document, answers)
    asked_last = {question.key for question in screens[-1].questions}
    if document.readers in asked_last - answers.keys():
        screens = screens[:-1]  # who does not say who may read it has stopped before that screen
    for number, screen in enumerate(screens[:-1]):
        started = timedelta(seconds=_MOST_SECONDS * (len(screens) - number) / len(screens))
        save_draft(session, invitation, document, answers, screen=screen, now=reply.at - started)
    submit_response(
        session, invitation, document, answers, screen=screens[-1], now=reply.at, zone=year.zone
    )


def _moment_of_answer(sent_at: datetime, today: datetime, rng: Random) -> datetime:
    """Most answer within two days, hardly anybody after nine; nobody tomorrow."""
    days = min(rng.expovariate(0.5), _SELDOM_LATER_THAN_DAYS)
    at = sent_at + timedelta(days=days, minutes=rng.randint(20, 300))
    return at if at < today else sent_at + (today - sent_at) * rng.uniform(0.1, 0.9)


def _leave_drafts(year: Year) -> None:
    """Some began, and were interrupted."""
    with year.database.writing() as session:
        for invitation in _unanswered(session, since=year.today - timedelta(days=_DRAFT_DAYS)):
            document = document_of(session, invitation.version_id, invitation.asked_as)
            screen = document.screens[0]
            answers = {document.first: screen.questions[0].choices[0].key}
            assert invitation.sent_at is not None  # noqa: S101 (see the query)
            at = min(invitation.sent_at + timedelta(hours=5), year.today)
            save_draft(session, invitation, document, answers, screen=screen, now=at)


def _unanswered(session: Session, *, since: datetime) -> Iterator[Invitation]:
    answered = select(Response.invitation_id)
    return iter(
        session.scalars(
            select(Invitation)
            .where(Invitation.sent_at >= since, Invitation.id.not_in(answered))
            .order_by(Invitation.id)
            .limit(_DRAFTS_LEFT)
        )
    )


def _found(
    session: Session,
    found: dict[str, Any],
    reasons: dict[str, Reason],
    analyst: User,
    year: Year,
) -> bool:
    answer = session.scalars(
        select(Answer).where(Answer.text.contains(found["quote"], autoescape=True)).limit(1)
    ).first()
    if answer is None or not has_readers(answer.response.audience):
        return False
    add_coding(
        session,
        answer.response,
        reason=reasons[found["code"]],
        role=CodingRole(found["role"]),
        direction=Direction.FOR_US if found.get("for_us") else Direction.AGAINST_US,
        quote=found["quote"],
        question_key=answer.question_key,
        coder=analyst,
        now=min(answer.response.submitted_at + timedelta(days=2), year.today),
        moment=SaleMoment(found["moment"]) if "moment" in found else None,
    )
    return True
