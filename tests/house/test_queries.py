"""Each page of our people asks the database as often for three of everything as for one."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from survey.audit.types import Actor, ActorKind
from survey.config import Settings
from survey.deals.models import Deal
from survey.invitations.models import Campaign, ErasureRequest, Invitation
from survey.kit import clock
from survey.kit.db import Database
from survey.mail.models import Message, Suppression
from survey.mail.providers.file import FileProvider
from survey.mail.types import AttemptOutcome, MessageState
from survey.questionnaires.queries import document_of
from survey.responses.models import Response
from survey.responses.types import Ended, ResponseState
from survey.taxonomy.actions import ship_release
from survey.team.models import User
from survey.team.types import Role
from tests import factories as make
from tests.databases import queries_counted
from tests.factories.asked import make_asked
from tests.mail.providers.drafts import ATTEMPT, FROM, a_draft
from tests.pages import CheckingClient

SignIn = Callable[[Role | User], User]
WITHOUT_ROWS = {
    "staff.sign_in.show": "sends on who is signed in",
    "staff.sign_in.forgot": "a form of who is not signed in",
    "staff.sign_in.look_around": "leads in and shows nothing",
    "staff.sign_in.reset": "a form of who is not signed in",
    "staff.mailbox.html": "a mail as it was sent, from a file",
}
"""Pages that are not asked for, each with the reason."""


@dataclass
class World:
    """What the pages of one thing are about; more and more hangs on each."""

    session: Session
    settings: Settings
    campaign: Campaign
    deal: Deal
    asked: Invitation
    response: Response
    message: Message
    undecided: Deal
    suppression: Suppression
    user: User
    erasure: ErasureRequest

    def addresses(self) -> dict[str, str]:
        """Page → its address, for every page about one thing."""
        campaign, words = self.campaign.public_id, "invitation/lost"
        return {
            "staff.campaigns.edit": f"/campaigns/{campaign}/edit",
            "staff.campaigns.show": f"/campaigns/{campaign}",
            "staff.deals.show": f"/deals/{self.deal.public_id}",
            "staff.feedback.reply": f"/feedback/replies/{self.asked.public_id}",
            "staff.feedback.show": f"/feedback/{self.response.public_id}",
            "staff.mailbox.show": f"/mailbox/20261015T103000000000-{ATTEMPT}",
            "staff.mails.index": f"/campaigns/{campaign}/mails",
            "staff.mails.preview": f"/campaigns/{campaign}/mails/{words}/preview",
            "staff.mails.show": f"/campaigns/{campaign}/mails/{words}",
            "staff.outbox.html": f"/outbox/{self.message.public_id}/html",
            "staff.outbox.show": f"/outbox/{self.message.public_id}",
            "staff.people.edit": f"/people/{self.user.public_id}",
            "staff.questionnaires.show": f"/questionnaires/{self.campaign.questionnaire.key}",
            "staff.reports.download": "/reports/2026-10.json",
            "staff.reports.show": "/reports/2026-10",
            "staff.requests.erasure": f"/requests/erasures/{self.erasure.public_id}",
            "staff.suppressions.show": f"/suppressions/{self.suppression.address_digest}",
            "staff.upcoming.contact": f"/upcoming/{self.undecided.public_id}/contact",
            "staff.upcoming.show": f"/upcoming/{self.undecided.public_id}",
        }


@pytest.fixture
def world(session: Session, settings: Settings) -> World:
    ship_release(session, actor=Actor(ActorKind.COMMAND), now=clock.now())
    _write_mail(settings, make.MOMENT)
    asked = make_asked(session, campaign={"won_delay_days": 10, "no_decision_delay_days": 10})
    answered = make_asked(session, token="answered", campaign_id=asked.campaign_id)
    for each in (asked, answered):  # a process reads a version once: no page is to pay for that
        document_of(session, each.version_id, each.asked_as)
    undecided = make.make_deal(session, account=asked.deal.account, closed_on=_lately())
    make.make_deal_contact(session, deal=undecided, is_decider=False)
    return World(
        session,
        settings,
        campaign=asked.campaign,
        deal=answered.deal,
        asked=asked,
        response=make.make_response(session, invitation=answered),
        message=make.make_message(session, subject_id=asked.id),
        undecided=undecided,
        suppression=make.make_suppression(session),
        user=make.make_user(session),
        erasure=make.make_erasure_request(session),
    )


@pytest.fixture
def pages(app: Flask, world: World) -> dict[str, str]:
    """Page → address: lists need none of their own, pages about one thing are named above."""
    addresses = world.addresses()
    return {
        rule.endpoint: addresses.get(rule.endpoint, rule.rule)
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("staff.") and "GET" in (rule.methods or ())
        if rule.endpoint not in WITHOUT_ROWS
    }


def test_every_page_costs_as_much_for_three_of_everything_as_for_one(
    client: CheckingClient,
    sign_in: SignIn,
    database: Database,
    world: World,
    pages: dict[str, str],
) -> None:
    sign_in(Role.ADMIN)
    one_more(world)
    for_one = {page: _cost(client, database, path) for page, path in pages.items()}
    one_more(world)
    one_more(world)
    for_three = {page: _cost(client, database, path) for page, path in pages.items()}

    dearer = {page: added for page in pages if (added := for_three[page] - for_one[page])}
    assert dearer == {}


def _cost(client: CheckingClient, database: Database, path: str) -> int:
    assert "<" not in path, f"{path}: say in World.addresses() where this page is"
    with queries_counted(database) as statements:
        answer = client.get(path, unchecked="its own tests check it")
    assert answer.status_code == 200, path
    return len(statements)


_numbers = count(1)


def _lately() -> date:
    return (clock.now() - timedelta(days=15)).date()


def one_more(world: World) -> None:
    """One more of everything, on the things that pages are about and beside them."""
    session, number = world.session, next(_numbers)
    _more_people(world)
    for deal in (world.deal, make.make_deal(session, product=f"P{number}", region=f"R{number}")):
        make.make_alternative(session, deal=deal)
        _more_answers(world, deal)
    _more_mails(world)
    make.make_deal_contact(session, deal=make.make_deal(session, closed_on=_lately()))
    make.make_deal_contact(session, deal=world.undecided, is_decider=False)
    make.make_report(
        session, month_index=make.MOMENT.year * 12 - number, figures={"method": {"answers": 1}}
    )
    make.make_country_rule(session, country=f"A{chr(64 + number % 26)}")
    _write_mail(world.settings, make.MOMENT + timedelta(hours=number))


def _write_mail(settings: Settings, moment: datetime) -> None:
    provider = FileProvider(settings.mail_folder, from_address=FROM, now=lambda: moment)
    provider.hand_over(a_draft(), attempt_id=ATTEMPT)


def _more_people(world: World) -> None:
    session = world.session
    make.make_user(session, team=make.make_team(session))
    make.make_suppression(session)
    make.make_audit_entry(session)
    make.make_version(session, document=world.asked.version.document)
    make.make_campaign(session)
    make.make_hold(session, deal=make.make_deal(session, closed_on=_lately()))
    make.make_notice(session)
    make.make_erasure_request(session)
    named_by = make.make_invitation(session, campaign=world.campaign, version=world.asked.version)
    make.make_referral(session, invitation=named_by)


def _more_answers(world: World, deal: Deal) -> None:
    session = world.session
    for state in (ResponseState.COUNTED, ResponseState.HELD):
        invitation = make.make_invitation(
            session, deal=deal, campaign=world.campaign, version=world.asked.version
        )
        make.make_reminder(session, invitation=invitation)
        make.make_visit(session, link=make.make_link(session, invitation=invitation))
        response = make.make_response(session, invitation=invitation, state=state)
        _fill(session, response)
        make.make_answer(
            session,
            response=response,
            question_key="ended",
            position=0,
            choice_key=Ended.CHOSE_SUPPLIER,
            text=f"Supplier {response.id}",
        )
        make.make_coded_response(session, response=response)
    _fill(session, world.response)
    _name_supplier(session, world.response)
    waiting = make.make_invitation(session, deal=deal, version=world.asked.version)
    make.make_draft(session, invitation=waiting)


def _fill(session: Session, response: Response) -> None:
    reason, number = make.make_reason(session), next(_numbers)
    make.make_answer(session, response=response, position=number)
    make.make_coding(
        session, response=response, reason=reason, role="contributing", question_key="different"
    )
    make.make_revision(session, response=response, number=number)


def _name_supplier(session: Session, response: Response) -> None:
    """Another supplier that the buyer typed and our list knows by another name."""
    number = next(_numbers)
    make.make_supplier_name(session, name_key=f"rival {number}")
    make.make_answer(
        session,
        response=response,
        question_key="ended",
        position=number,
        choice_key=Ended.CHOSE_SUPPLIER,
        text=f"Rival {number}",
    )


def _more_mails(world: World) -> None:
    """Mails of every state, in an hour of their own."""
    session, hour = world.session, make.MOMENT - timedelta(hours=next(_numbers))
    for state in MessageState:
        message = make.make_message(
            session, subject_id=world.asked.id, state=state, state_reason="For a reason."
        )
        for each in (message, world.message):
            outcome = AttemptOutcome.ACCEPTED
            make.make_attempt(
                session, message=each, claimed_at=hour, finished_at=hour, outcome=outcome
            )
            make.make_receipt(session, message=each)
            make.make_settlement(session, message=each)
