"""Keeping campaigns, holding deals, choosing whom to ask."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.audit.models import AuditEntry
from survey.audit.types import Actor, ActorKind
from survey.invitations.actions.campaigns import (
    TermsDoNotFit,
    WrongCampaignMove,
    change_campaign,
    create_campaign,
    pause_campaign,
    ship_campaigns,
    start_campaign,
)
from survey.invitations.actions.holds import (
    ContactNotOfDeal,
    DealAlreadyAsked,
    HoldNeedsReason,
    choose_contact,
    hold_deal,
    release_hold,
)
from survey.invitations.queries.asked import hold_of
from survey.invitations.queries.campaigns import campaigns, terms_of
from survey.invitations.rules.terms import check_terms
from survey.invitations.types import CampaignState, Terms
from survey.questionnaires.documents import shipped_document
from survey.questionnaires.models import Questionnaire
from tests.factories import (
    make_campaign,
    make_contact,
    make_deal,
    make_deal_contact,
    make_invitation,
    make_questionnaire,
    make_user,
    make_version,
)

ACTOR = Actor(ActorKind.USER, 1, "u1")


@pytest.fixture
def not_won(session: Session) -> Questionnaire:
    questionnaire = make_questionnaire(session, key="not_won", name="Not won")
    make_version(session, questionnaire=questionnaire, document=shipped_document("not_won"))
    return questionnaire


@pytest.fixture
def terms(not_won: Questionnaire) -> Terms:
    return Terms(
        sender_is_not_in_sales=True,
        name="Losses",
        questionnaire_id=not_won.id,
        sender_name="Noor de Wit",
        sender_role="Head of Research",
        reply_to="noor@northwind.example",
        lost_delay_days=10,
        no_decision_delay_days=30,
    )


def test_created_campaign_is_a_draft_with_its_terms(
    session: Session, terms: Terms, moment: datetime
) -> None:
    campaign = create_campaign(session, terms, actor=ACTOR, now=moment)

    assert campaign.state == CampaignState.DRAFT
    assert terms_of(campaign) == terms
    assert session.scalars(select(AuditEntry.action)).all() == ["campaign_created"]


def test_campaign_needs_words_for_its_outcomes(
    session: Session, terms: Terms, moment: datetime
) -> None:
    with pytest.raises(TermsDoNotFit) as refused:
        create_campaign(session, replace(terms, won_delay_days=21), actor=ACTOR, now=moment)

    assert list(refused.value.problems) == ["won_delay_days"]


@pytest.mark.parametrize(
    ("change", "term"),
    [
        ({"lost_delay_days": None, "no_decision_delay_days": None}, "lost_delay_days"),
        ({"lost_delay_days": 60}, "lost_delay_days"),
        (
            {"amount_from_minor": 2, "amount_to_minor": 1, "amount_currency": "EUR"},
            "amount_to_minor",
        ),
        ({"amount_from_minor": 2}, "amount_currency"),
        ({"sender_name": " "}, "sender_name"),
        ({"reply_to": ""}, "reply_to"),
        ({"person_quarantine_days": 89}, "person_quarantine_days"),
        ({"reminders": 3}, "reminders"),
        ({"reminder_days": 2}, "reminder_days"),
        ({"reminder_gap_days": 2}, "reminder_gap_days"),
        ({"answer_days": 9}, "answer_days"),
        ({"reply_to": "noor@x.example\r\nBcc: all@y.example"}, "reply_to"),
        ({"reply_to": "Noor <noor@x.example>"}, "reply_to"),
    ],
)
def test_terms_that_contradict_each_other_are_refused(
    session: Session, terms: Terms, moment: datetime, change: dict[str, object], term: str
) -> None:
    with pytest.raises(TermsDoNotFit) as refused:
        create_campaign(session, replace(terms, **change), actor=ACTOR, now=moment)

    assert list(refused.value.problems) == [term]


def test_name_of_a_campaign_is_given_once(session: Session, terms: Terms, moment: datetime) -> None:
    campaign = create_campaign(session, terms, actor=ACTOR, now=moment)

    with pytest.raises(TermsDoNotFit):
        create_campaign(session, terms, actor=ACTOR, now=moment)
    changed = replace(terms, sample_percent=50)
    assert change_campaign(session, campaign, changed, actor=ACTOR, now=moment) is campaign
    assert campaign.sample_percent == 50


def test_campaign_starts_pauses_and_starts_again(
    session: Session, terms: Terms, moment: datetime
) -> None:
    campaign = create_campaign(session, terms, actor=ACTOR, now=moment)

    start_campaign(session, campaign, actor=ACTOR, now=moment)
    pause_campaign(session, campaign, actor=ACTOR, now=moment)
    start_campaign(session, campaign, actor=ACTOR, now=moment + timedelta(days=1))

    assert campaign.state == CampaignState.RUNNING
    assert campaign.started_at == moment


def test_wrong_moves_are_refused(session: Session, terms: Terms, moment: datetime) -> None:
    campaign = create_campaign(session, terms, actor=ACTOR, now=moment)

    with pytest.raises(WrongCampaignMove):
        pause_campaign(session, campaign, actor=ACTOR, now=moment)
    start_campaign(session, campaign, actor=ACTOR, now=moment)
    with pytest.raises(WrongCampaignMove):
        start_campaign(session, campaign, actor=ACTOR, now=moment)


def test_usual_campaigns_are_drafts_that_lack_a_sender(
    session: Session, not_won: Questionnaire, moment: datetime
) -> None:
    shipped = ship_campaigns(session, now=moment)

    again = ship_campaigns(session, now=moment)
    with pytest.raises(TermsDoNotFit) as refused:
        start_campaign(session, shipped[0], actor=ACTOR, now=moment)

    assert campaigns(session) == shipped
    assert again == []
    assert shipped[0].lost_delay_days == 10
    assert set(refused.value.problems) == {
        "sender_name",
        "sender_role",
        "reply_to",
        "sender_is_not_in_sales",
    }


@pytest.mark.parametrize(
    ("address", "is_read"),
    [
        ("noor@northwind.example", True),
        ("research@northwind.example", True),
        ("noreen@northwind.example", True),
        ("noreply@northwind.example", False),
        ("No-Reply@northwind.example", False),
        ("no.reply+survey@northwind.example", False),
        ("do_not_reply@northwind.example", False),
        ("donotreply-surveys@northwind.example", False),
        ("bounces@northwind.example", False),
    ],
)
def test_reply_address_is_one_that_somebody_reads(
    terms: Terms, address: str, *, is_read: bool
) -> None:
    problems = check_terms(replace(terms, reply_to=address), {"lost", "no_decision", "won"})

    told = f"Nobody reads “{address}”. Give the address of a person who reads the replies."
    assert problems == ({} if is_read else {"reply_to": told})


def test_sender_has_to_be_outside_sales(terms: Terms) -> None:
    seller = replace(terms, sender_is_not_in_sales=False)

    assert list(check_terms(seller, {"lost", "no_decision", "won"})) == ["sender_is_not_in_sales"]


def test_hold_keeps_its_reason_and_the_last_word(session: Session, moment: datetime) -> None:
    deal, seller, other = make_deal(session), make_user(session), make_user(session)

    hold_deal(session, deal, by=seller, reason=" New project. ", now=moment)
    hold = hold_deal(session, deal, by=other, reason="They asked for quiet.", now=moment)

    assert hold_of(session, deal) is hold
    assert (hold.held_by, hold.reason) == (other, "They asked for quiet.")


def test_hold_says_why(session: Session, moment: datetime) -> None:
    with pytest.raises(HoldNeedsReason):
        hold_deal(session, make_deal(session), by=make_user(session), reason="  ", now=moment)


def test_hold_comes_too_late_once_the_mail_has_left(session: Session, moment: datetime) -> None:
    invitation = make_invitation(session)

    with pytest.raises(DealAlreadyAsked):
        hold_deal(session, invitation.deal, by=make_user(session), reason="Wait.", now=moment)


def test_released_deal_is_held_no_more(session: Session, moment: datetime) -> None:
    deal = make_deal(session)
    hold_deal(session, deal, by=make_user(session), reason="Wait.", now=moment)

    for _ in range(2):
        release_hold(session, deal, by=make_user(session), now=moment)

    assert hold_of(session, deal) is None
    actions = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions == ["deal_held", "hold_lifted"]


def test_person_chooses_one_contact(session: Session, moment: datetime) -> None:
    deal, by = make_deal(session), make_user(session)
    first, second = (make_deal_contact(session, deal=deal) for _ in range(2))

    choose_contact(session, deal, first.contact, by=by, now=moment)
    choose_contact(session, deal, second.contact, by=by, now=moment)

    assert (first.is_chosen_to_ask, second.is_chosen_to_ask) == (False, True)


def test_stranger_cannot_be_chosen(session: Session, moment: datetime) -> None:
    deal, stranger = make_deal_contact(session).deal, make_contact(session)

    with pytest.raises(ContactNotOfDeal):
        choose_contact(session, deal, stranger, by=make_user(session), now=moment)


def test_nobody_is_chosen_after_the_mail_has_left(session: Session, moment: datetime) -> None:
    asked = make_invitation(session)

    with pytest.raises(DealAlreadyAsked):
        choose_contact(session, asked.deal, asked.contact, by=make_user(session), now=moment)


def test_usual_campaigns_do_not_join_others(session: Session, moment: datetime) -> None:
    make_campaign(session)

    assert ship_campaigns(session, now=moment) == []
