"""Keeping campaigns: making, changing, starting and pausing them."""

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.audit.actions import record
from survey.audit.types import Actor, Subject
from survey.invitations.models import Campaign
from survey.invitations.queries import campaigns
from survey.invitations.rules.terms import check_terms
from survey.invitations.types import CampaignState, Terms
from survey.kit.errors import SurveyError
from survey.questionnaires.models import Questionnaire

_USUAL = (("Lost and undecided deals", "not_won"), ("Won deals", "won"))


class TermsDoNotFit(SurveyError):
    """Some terms of a campaign contradict each other or the questionnaire."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__(" ".join(problems.values()))
        self.problems = problems
        """Name of the term → what is wrong with it."""


class WrongCampaignMove(SurveyError):
    """A campaign was to be started or paused that already was."""


def create_campaign(session: Session, terms: Terms, *, actor: Actor, now: datetime) -> Campaign:
    """Make a campaign that waits to be started. Raises `TermsDoNotFit`."""
    _check(session, terms, campaign=None)
    campaign = Campaign(**_columns(terms), created_at=now, changed_at=now)
    session.add(campaign)
    session.flush()
    _note(session, actor, "campaign_created", campaign, now)
    return campaign


def ship_campaigns(session: Session, *, now: datetime) -> list[Campaign]:
    """Lay out the two usual campaigns as drafts where there is none yet: they lack only the person
    who signs, without whom they cannot be started.
    """
    if campaigns.campaigns(session):
        return []
    questionnaires = {each.key: each for each in session.scalars(select(Questionnaire))}
    drafts = [
        Campaign(
            name=name,
            questionnaire=questionnaires[key],
            **campaigns.usual_delays(session, questionnaires[key]),
            sender_name="",
            sender_role="",
            reply_to="",
            created_at=now,
            changed_at=now,
        )
        for name, key in _USUAL
        if key in questionnaires
    ]
    session.add_all(drafts)
    session.flush()
    return drafts


def change_campaign(
    session: Session, campaign: Campaign, terms: Terms, *, actor: Actor, now: datetime
) -> Campaign:
    """Set other terms, which count from the next planning on. Raises `TermsDoNotFit`."""
    _check(session, terms, campaign=campaign)
    for name, value in _columns(terms).items():
        setattr(campaign, name, value)
    campaign.changed_at = now
    session.flush()
    _note(session, actor, "campaign_changed", campaign, now)
    return campaign


def start_campaign(
    session: Session, campaign: Campaign, *, actor: Actor, now: datetime
) -> Campaign:
    """Let a campaign ask from now on. Raises `TermsDoNotFit`, `WrongCampaignMove`."""
    if campaign.state is CampaignState.RUNNING:
        raise WrongCampaignMove(f"“{campaign.name}” is running already.")
    _check(session, campaigns.terms_of(campaign), campaign=campaign)
    campaign.state = CampaignState.RUNNING
    campaign.started_at = campaign.started_at or now
    session.flush()
    _note(session, actor, "campaign_started", campaign, now)
    return campaign


def pause_campaign(
    session: Session, campaign: Campaign, *, actor: Actor, now: datetime
) -> Campaign:
    """Ask nobody further, not even those whose mail waits in the outbox: it is cancelled when it is
    taken up, and made anew once the campaign runs again. Raises `WrongCampaignMove`.
    """
    if campaign.state is not CampaignState.RUNNING:
        raise WrongCampaignMove(f"“{campaign.name}” is not running.")
    campaign.state = CampaignState.PAUSED
    session.flush()
    _note(session, actor, "campaign_paused", campaign, now)
    return campaign


def _check(session: Session, terms: Terms, *, campaign: Campaign | None) -> None:
    questionnaire = session.get(Questionnaire, terms.questionnaire_id)
    problems = check_terms(terms, campaigns.outcomes_asked(session, questionnaire))
    if campaigns.name_is_taken(session, terms.name, besides=campaign):
        problems["name"] = "Another campaign has this name."
    if problems:
        raise TermsDoNotFit(problems)


def _columns(terms: Terms) -> dict[str, object]:
    return asdict(terms) | {"regions": list(terms.regions), "products": list(terms.products)}


def _note(session: Session, actor: Actor, action: str, campaign: Campaign, now: datetime) -> None:
    record(session, actor, action, Subject("campaign", campaign.id), now=now)
