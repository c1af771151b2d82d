"""What people do to ask: keep campaigns, invite, hold, choose a contact, make links."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from survey.audit.actions import record
from survey.audit.types import Actor, ActorKind, Subject
from survey.deals.models import Contact, Deal, DealContact
from survey.invitations import queries, rules
from survey.invitations.models import Campaign, Hold, Invitation, Link, Notice
from survey.invitations.types import (
    CampaignState,
    Due,
    Invited,
    LinkPurpose,
    Links,
    Plan,
    SkipReason,
    Terms,
)
from survey.kit.errors import SurveyError
from survey.kit.ids import new_public_id
from survey.kit.tokens import digest, new_token
from survey.mail.actions import enqueue
from survey.mail.queries import of_subject
from survey.questionnaires.actions import freeze_version
from survey.questionnaires.models import Questionnaire
from survey.questionnaires.queries import current_version, document_of
from survey.questionnaires.rules import order_choices
from survey.team.models import User

# Ask after 10, 21 and 30 days: early enough to remember, late enough to talk freely.
_USUAL = (
    ("Lost and undecided deals", "not_won", {"lost_delay_days": 10, "no_decision_delay_days": 30}),
    ("Won deals", "won", {"won_delay_days": 21}),
)

INVITATION = "invitation"
"""The kind of message that asks a buyer; its subject is the invitation."""


class TermsDoNotFit(SurveyError):
    """Some terms of a campaign contradict each other or the questionnaire."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__(" ".join(problems.values()))
        self.problems = problems
        """Name of the term → what is wrong with it."""


class WrongCampaignMove(SurveyError):
    """A campaign was to be started or paused that already was."""


class HoldNeedsReason(SurveyError):
    """A deal was to be held without saying why."""


class DealAlreadyAsked(SurveyError):
    """The buyer has been written to: nothing can be held or chosen any more."""


class ContactNotOfDeal(SurveyError):
    """The person to ask is not a contact of the deal."""


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
    if queries.campaigns(session):
        return []
    questionnaires = {each.key: each for each in session.scalars(select(Questionnaire))}
    drafts = [
        Campaign(
            name=name,
            questionnaire=questionnaires[key],
            **delays,
            sender_name="",
            sender_role="",
            reply_to="",
            created_at=now,
            changed_at=now,
        )
        for name, key, delays in _USUAL
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
    _check(session, queries.terms_of(campaign), campaign=campaign)
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


def invite_due(session: Session, *, now: datetime, limit: int = 200) -> Invited:
    """Ask those whose time has come, at most `limit` of them, and note for the deals to come since
    when their sellers can see it.

    Each invitation and its mail stand in this one transaction, and schedulers take turns: two at
    once ask nobody twice.
    """
    queries.lock_campaigns(session)
    plans = queries.plan_all(session, now)
    noticed = _give_notices(session, plans, now=now)
    invitations: list[Invitation] = []
    for campaign, plan in plans:
        ready = [due for due in plan.due if due.ready_at <= now][: limit - len(invitations)]
        invitations += _invite(session, campaign, ready, now=now)
    session.flush()
    return Invited(len(invitations), noticed, is_all=len(invitations) < limit)


def cancel_invitation(
    session: Session, invitation: Invitation, *, reason: SkipReason, now: datetime
) -> Invitation:
    """Take back an invitation whose mail has not left, and say why."""
    invitation.cancelled_at = now
    invitation.cancel_reason = reason
    session.flush()
    return invitation


def note_sent(session: Session, invitation_ids: Sequence[int], *, now: datetime) -> None:
    """Keep when the provider first took the mail of each of these invitations."""
    session.execute(
        update(Invitation)
        .where(Invitation.id.in_(invitation_ids), Invitation.sent_at.is_(None))
        .values(sent_at=now)
    )


def hold_deal(session: Session, deal: Deal, *, by: User, reason: str, now: datetime) -> Hold:
    """Do not ask about this deal, for a stated reason. A second hold replaces the first's words.

    Raises `HoldNeedsReason`, `DealAlreadyAsked`.
    """
    if not reason.strip():
        raise HoldNeedsReason("Say in a few words why this buyer should not be asked.")
    _refuse_if_asked(session, deal)
    hold = queries.hold_of(session, deal) or Hold(deal=deal)
    hold.held_by, hold.reason, hold.held_at = by, reason.strip(), now
    session.add(hold)
    session.flush()
    _note_on_deal(session, by, "deal_held", deal, now)
    return hold


def release_hold(session: Session, deal: Deal, *, by: User, now: datetime) -> None:
    """Let the deal be asked about again. Nothing happens where it was not held."""
    hold = queries.hold_of(session, deal)
    if hold is not None:
        session.delete(hold)
        session.flush()
        _note_on_deal(session, by, "hold_lifted", deal, now)


def choose_contact(
    session: Session, deal: Deal, contact: Contact, *, by: User, now: datetime
) -> None:
    """Let this contact be the one to ask. Raises `ContactNotOfDeal`, `DealAlreadyAsked`."""
    _refuse_if_asked(session, deal)
    parts = session.scalars(select(DealContact).where(DealContact.deal_id == deal.id)).all()
    if contact.id not in {part.contact_id for part in parts}:
        raise ContactNotOfDeal("This person is not a contact of the deal. Choose one who is.")
    for part in parts:
        part.is_chosen_to_ask = part.contact_id == contact.id
    session.flush()
    _note_on_deal(session, by, "contact_chosen", deal, now)


def mint_links(
    session: Session, invitation: Invitation, *, attempt_id: str | None, now: datetime
) -> Links:
    """Make the tokens that one mail carries, one per purpose; only their digests are kept.

    Tokens of earlier mails stay valid: people click the first mail too.
    """
    return mint_links_of_all(session, [(invitation, attempt_id)], now=now)[0]


def mint_links_of_all(
    session: Session, carried: Sequence[tuple[Invitation, str | None]], *, now: datetime
) -> list[Links]:
    """`mint_links` for several mails in one statement: invitation and attempt id of each."""
    minted = [Links(answer=new_token(), opt_out=new_token()) for _ in carried]
    rows = [
        {
            "invitation_id": invitation.id,
            "purpose": purpose,
            "token_digest": digest(token),
            "attempt_id": attempt_id,
            "minted_at": now,
        }
        for (invitation, attempt_id), links in zip(carried, minted, strict=True)
        for purpose, token in (
            (LinkPurpose.ANSWER, links.answer),
            (LinkPurpose.OPT_OUT, links.opt_out),
        )
    ]
    if rows:
        session.execute(insert(Link), rows)
    return minted


def _check(session: Session, terms: Terms, *, campaign: Campaign | None) -> None:
    questionnaire = session.get(Questionnaire, terms.questionnaire_id)
    version = current_version(session, questionnaire) if questionnaire else None
    asks = frozenset(version.document["outcomes"]) if version else frozenset()
    problems = rules.check_terms(terms, asks)
    if queries.name_is_taken(session, terms.name, besides=campaign):
        problems["name"] = "Another campaign has this name."
    if problems:
        raise TermsDoNotFit(problems)


def _columns(terms: Terms) -> dict[str, object]:
    return asdict(terms) | {"regions": list(terms.regions), "products": list(terms.products)}


def _note(session: Session, actor: Actor, action: str, campaign: Campaign, now: datetime) -> None:
    record(session, actor, action, Subject("campaign", campaign.id), now=now)


def _note_on_deal(session: Session, by: User, action: str, deal: Deal, now: datetime) -> None:
    actor = Actor(ActorKind.USER, by.id, by.public_id)
    record(session, actor, action, Subject("deal", deal.id), now=now)


def _refuse_if_asked(session: Session, deal: Deal) -> None:
    if queries.was_mailed(session, deal):
        raise DealAlreadyAsked(
            "This buyer has been written to already, so it is too late for that."
        )


def _give_notices(session: Session, plans: list[tuple[Campaign, Plan]], *, now: datetime) -> int:
    wanted = {due.deal_id for _, plan in plans for due in plan.due}
    unseen = [row for row in queries.deals_without_notice(session) if row[0] in wanted]
    session.add_all(
        Notice(deal_id=deal_id, seller_id=seller_id, noticed_at=now)
        for deal_id, seller_id in unseen
    )
    return len(unseen)


def _invite(
    session: Session, campaign: Campaign, ready: list[Due], *, now: datetime
) -> list[Invitation]:
    version = current_version(session, campaign.questionnaire) if ready else None
    if version is None:
        return []
    freeze_version(session, version, now=now)
    documents = {outcome: document_of(version, outcome) for outcome in campaign.delay_days}
    asked = []
    for due, deal, contact, taken_back in queries.to_invite(session, ready):
        invitation = taken_back or Invitation(public_id=new_public_id(), deal=deal, contact=contact)
        invitation.campaign = campaign
        invitation.version = version
        invitation.asked_as = deal.outcome
        invitation.choice_order = order_choices(documents[deal.outcome], invitation.public_id)
        invitation.invited_at = now
        invitation.closes_at = due.send_at + timedelta(days=campaign.answer_days)
        invitation.cancelled_at, invitation.cancel_reason = None, ""
        asked.append((invitation, due.send_at, taken_back is not None))
    session.add_all(invitation for invitation, _, _ in asked)
    session.flush()
    for invitation, send_at, is_again in asked:
        _put_in_outbox(session, invitation, send_at=send_at, is_again=is_again, now=now)
    return [invitation for invitation, _, _ in asked]


def _put_in_outbox(
    session: Session, invitation: Invitation, *, send_at: datetime, is_again: bool, now: datetime
) -> None:
    earlier = of_subject(session, kind=INVITATION, subject_id=invitation.id) if is_again else []
    enqueue(
        session,
        key=f"{INVITATION}:{invitation.public_id}:{len(earlier) + 1}",
        kind=INVITATION,
        subject_id=invitation.id,
        to_address=invitation.contact.email,
        send_after_at=send_at,
        now=now,
    )
