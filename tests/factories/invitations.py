"""Campaigns, invitations, reminders, links, holds, notices."""

from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from survey.deals.types import Outcome
from survey.invitations.models import (
    Campaign,
    ErasureRequest,
    Hold,
    Invitation,
    Link,
    Notice,
    Referral,
    Reminder,
    Wording,
)
from survey.invitations.types import CampaignState, LinkPurpose, MailKind
from survey.kit.tokens import digest, new_token
from tests.factories.deals import make_contact, make_deal
from tests.factories.questionnaires import make_questionnaire, make_version
from tests.factories.rows import MOMENT, added, next_number
from tests.factories.team import make_user


def make_campaign(session: Session, **columns: Any) -> Campaign:
    """A running campaign about lost deals, ten days after the close."""
    values: dict[str, Any] = {
        "name": f"Campaign {next_number()}",
        "state": CampaignState.RUNNING,
        "questionnaire": columns.get("questionnaire") or make_questionnaire(session),
        "lost_delay_days": 10,
        "sender_name": "Noor de Wit",
        "sender_role": "Head of Research",
        "reply_to": "noor@northwind.example",
        "created_at": MOMENT,
        "changed_at": MOMENT,
        "started_at": MOMENT,
    }
    return added(session, Campaign(**values | columns))


def make_invitation(session: Session, **columns: Any) -> Invitation:
    """An invitation of the campaign's questionnaire, sent an hour after it was decided."""
    deal = columns.get("deal") or make_deal(session)
    campaign = columns.get("campaign") or make_campaign(session)
    invited_at = columns.get("invited_at", MOMENT)
    values: dict[str, Any] = {
        "campaign": campaign,
        "deal": deal,
        "contact": columns.get("contact") or make_contact(session, account=deal.account),
        "asked_as": deal.outcome,
        "invited_at": invited_at,
        "closes_at": invited_at + timedelta(days=30),
        "sent_at": invited_at + timedelta(hours=1),
    }
    if "version" not in columns:
        values["version"] = make_version(session, questionnaire=campaign.questionnaire)
    return added(session, Invitation(**values | columns))


def make_reminder(session: Session, **columns: Any) -> Reminder:
    """The first reminder of an invitation, sent an hour after it was decided."""
    invitation = columns.get("invitation") or make_invitation(session)
    reminded_at = columns.get("reminded_at", MOMENT)
    values: dict[str, Any] = {
        "invitation": invitation,
        "number": 1,
        "reminded_at": reminded_at,
        "sent_at": reminded_at + timedelta(hours=1),
    }
    return added(session, Reminder(**values | columns))


def make_link(session: Session, *, token: str | None = None, **columns: Any) -> Link:
    """A link that `token` opens; tests that open it give their own token."""
    values: dict[str, Any] = {
        "invitation": columns.get("invitation") or make_invitation(session),
        "purpose": LinkPurpose.ANSWER,
        "token_digest": digest(token or new_token()),
        "minted_at": MOMENT,
    }
    return added(session, Link(**values | columns))


def make_hold(session: Session, **columns: Any) -> Hold:
    values: dict[str, Any] = {
        "deal": columns.get("deal") or make_deal(session),
        "held_by": columns.get("held_by") or make_user(session),
        "reason": "We are talking to them about a second project.",
        "held_at": MOMENT,
    }
    return added(session, Hold(**values | columns))


def make_notice(session: Session, **columns: Any) -> Notice:
    values: dict[str, Any] = {
        "deal": columns.get("deal") or make_deal(session),
        "seller": columns.get("seller") or make_user(session),
        "noticed_at": MOMENT,
    }
    return added(session, Notice(**values | columns))


def make_referral(session: Session, **columns: Any) -> Referral:
    """A colleague whom a buyer named; nobody has settled it yet."""
    number = next_number()
    values: dict[str, Any] = {
        "invitation": columns.get("invitation") or make_invitation(session),
        "name": "Mila Jansen",
        "email": f"mila.jansen{number}@buyer.example",
        "referred_at": MOMENT,
    }
    return added(session, Referral(**values | columns))


def make_erasure_request(session: Session, **columns: Any) -> ErasureRequest:
    values: dict[str, Any] = {
        "contact": columns.get("contact") or make_contact(session),
        "requested_at": MOMENT,
    }
    return added(session, ErasureRequest(**values | columns))


def make_wording(session: Session, **columns: Any) -> Wording:
    values: dict[str, Any] = {
        "campaign": columns.get("campaign") or make_campaign(session),
        "kind": MailKind.INVITATION,
        "asked_as": Outcome.LOST,
        "subject": "Two minutes about {product}?",
        "changed_at": MOMENT,
    }
    return added(session, Wording(**values | columns))
