"""What people ask about campaigns."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from survey.invitations.facts.asked import HAS_ASKED
from survey.invitations.models import Campaign, Invitation, Reminder
from survey.invitations.rules.terms import USUAL_DELAYS
from survey.invitations.types import CampaignState, Terms
from survey.questionnaires.models import Questionnaire
from survey.questionnaires.queries import current_version


def campaigns(session: Session) -> list[Campaign]:
    """All campaigns, the oldest first: the order in which they ask."""
    asked = select(Campaign).options(joinedload(Campaign.questionnaire)).order_by(Campaign.id)
    return list(session.scalars(asked))


def running_campaigns(session: Session) -> list[Campaign]:
    return [each for each in campaigns(session) if each.state is CampaignState.RUNNING]


def campaign(session: Session, public_id: str) -> Campaign | None:
    return session.scalar(select(Campaign).where(Campaign.public_id == public_id))


def outcomes_asked(session: Session, questionnaire: Questionnaire | None) -> frozenset[str]:
    """The outcomes that the questionnaire's current version has words for."""
    version = current_version(session, questionnaire) if questionnaire else None
    return frozenset(version.document["outcomes"]) if version else frozenset()


def usual_delays(session: Session, questionnaire: Questionnaire | None) -> dict[str, int]:
    """The usual delay for each outcome that the questionnaire asks about, by its term's name."""
    asks = outcomes_asked(session, questionnaire)
    return {f"{each}_delay_days": days for each, days in USUAL_DELAYS.items() if each in asks}


def name_is_taken(session: Session, name: str, *, besides: Campaign | None) -> bool:
    other = session.scalar(select(Campaign).where(Campaign.name == name))
    return other is not None and other is not besides


def terms_of(campaign: Campaign) -> Terms:
    """What a person decided about the campaign."""
    columns = {name: getattr(campaign, name) for name in Terms.__slots__}
    lists = {"regions": tuple(campaign.regions), "products": tuple(campaign.products)}
    return Terms(**columns | lists)


def lock_campaigns(session: Session) -> None:
    """Let one scheduler ask at a time; SQLite's writers take turns anyway."""
    session.execute(select(Campaign.id).order_by(Campaign.id).with_for_update())


def asked_by_campaign(session: Session) -> dict[int, int]:
    """How many invitations each campaign has made that left or will leave."""
    asked = (
        select(Invitation.campaign_id, func.count())
        .where(HAS_ASKED)
        .group_by(Invitation.campaign_id)
    )
    return dict(iter(session.execute(asked)))


def reminded_by_campaign(session: Session) -> dict[int, int]:
    """How many reminders of each campaign have left."""
    asked = (
        select(Invitation.campaign_id, func.count())
        .join(Reminder, Reminder.invitation_id == Invitation.id)
        .where(Reminder.sent_at.is_not(None))
        .group_by(Invitation.campaign_id)
    )
    return dict(iter(session.execute(asked)))
