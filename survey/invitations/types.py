"""The words of asking, and the facts a decision about it rests on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from survey.deals.types import Outcome


class CampaignState(StrEnum):
    DRAFT = "draft"
    RUNNING = "running"
    PAUSED = "paused"


class LinkPurpose(StrEnum):
    """What a token opens; it is refused for any other."""

    ANSWER = "answer"
    OPT_OUT = "opt_out"


class MailKind(StrEnum):
    """The mails that ask a buyer. Their words may be a campaign's own."""

    INVITATION = "invitation"
    REMINDER = "reminder"


@dataclass(frozen=True, slots=True)
class MailWords:
    """What can be written anew of a mail, with fields in braces; an empty part is ours."""

    subject: str = ""
    body: str = ""
    """Paragraphs, with an empty line between."""


@dataclass(frozen=True, slots=True)
class Links:
    """The tokens of one mail. They live in memory while it is sent and are never stored."""

    answer: str = field(repr=False)
    opt_out: str = field(repr=False)


class DeclineReason(StrEnum):
    """Why a buyer would rather not answer about a deal, in one press."""

    NOT_INVOLVED = "not_involved"
    NO_TIME = "no_time"
    LEFT_COMPANY = "left_company"
    ASK_COLLEAGUE = "ask_colleague"

    @property
    def sentence(self) -> str:
        return _DECLINED[self]


_DECLINED = {
    DeclineReason.NOT_INVOLVED: "Was not involved in the decision.",
    DeclineReason.NO_TIME: "Has no time for it.",
    DeclineReason.LEFT_COMPANY: "Has left the company.",
    DeclineReason.ASK_COLLEAGUE: "Says that a colleague knows more.",
}


class ReferralState(StrEnum):
    """Where a suggestion to ask somebody else stands; nobody is asked before a person confirms."""

    WAITING = "waiting"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"


class SkipReason(StrEnum):
    """Why a deal's buyer is not asked."""

    NOT_CLOSED = "not_closed"
    OUTCOME_NOT_ASKED = "outcome_not_asked"
    ALREADY_ASKED = "already_asked"
    TOO_OLD = "too_old"
    REGION_OUTSIDE = "region_outside"
    PRODUCT_OUTSIDE = "product_outside"
    AMOUNT_OUTSIDE = "amount_outside"
    NOT_SAMPLED = "not_sampled"
    BOUGHT_SINCE = "bought_since"
    SIBLING_OPEN = "sibling_open"
    HELD = "held"
    OUTCOME_CHANGED = "outcome_changed"
    NO_CONTACT = "no_contact"
    CONTACT_UNDECIDED = "contact_undecided"
    CONTACT_CHANGED = "contact_changed"
    DECLINED = "declined"
    SHARED_ADDRESS = "shared_address"
    OPTED_OUT = "opted_out"
    ADDRESS_BOUNCED = "address_bounced"
    SUPPRESSED = "suppressed"
    MAY_NOT_ASK = "may_not_ask"
    COUNTRY_RULE = "country_rule"
    COUNTRY_UNKNOWN = "country_unknown"
    PERSON_QUARANTINED = "person_quarantined"
    ACCOUNT_QUARANTINED = "account_quarantined"
    CAMPAIGN_PAUSED = "campaign_paused"

    # Why somebody who was asked is not reminded.
    NOT_SENT = "not_sent"
    TAKEN_BACK = "taken_back"
    ANSWERED = "answered"
    REMINDER_WAITS = "reminder_waits"
    REMINDED_ENOUGH = "reminded_enough"
    CLOSES_SOON = "closes_soon"

    @property
    def sentence(self) -> str:
        return _SENTENCES[self]


_SENTENCES = {
    SkipReason.NOT_CLOSED: "The deal is still open.",
    SkipReason.OUTCOME_NOT_ASKED: "This campaign does not ask about this outcome.",
    SkipReason.ALREADY_ASKED: "Somebody was asked about this deal already.",
    SkipReason.TOO_OLD: "The deal closed too long ago.",
    SkipReason.REGION_OUTSIDE: "The region is not one this campaign asks in.",
    SkipReason.PRODUCT_OUTSIDE: "The product is not one this campaign asks about.",
    SkipReason.AMOUNT_OUTSIDE: "The amount is outside the range, unknown, or in another currency.",
    SkipReason.NOT_SAMPLED: "The deal was not drawn into the sample.",
    SkipReason.BOUGHT_SINCE: "The account bought from us after this deal closed.",
    SkipReason.SIBLING_OPEN: "Another deal with the same account is still open.",
    SkipReason.HELD: "Somebody asked us to hold, and said why.",
    SkipReason.OUTCOME_CHANGED: "The deal's outcome was changed after the mail was planned.",
    SkipReason.NO_CONTACT: "The deal has no contact with an address.",
    SkipReason.CONTACT_UNDECIDED: "Several contacts could be asked: a person has to choose one.",
    SkipReason.CONTACT_CHANGED: "The deal has another contact or address than when it was planned.",
    SkipReason.DECLINED: "This person would rather not answer about this deal.",
    SkipReason.SHARED_ADDRESS: "The address belongs to several people, not to one.",
    SkipReason.OPTED_OUT: "This person asked not to be written to.",
    SkipReason.ADDRESS_BOUNCED: "Mail to this address came back.",
    SkipReason.SUPPRESSED: "This address is on the list of addresses never to mail.",
    SkipReason.MAY_NOT_ASK: "This contact may not be asked.",
    SkipReason.COUNTRY_RULE: "Nobody has stated why asking is allowed in this country.",
    SkipReason.COUNTRY_UNKNOWN: (
        "Country unknown: import the deal’s country, or let the settings allow asking without it."
    ),
    SkipReason.PERSON_QUARANTINED: "This person was asked a short while ago.",
    SkipReason.ACCOUNT_QUARANTINED: "Somebody at this account was asked a short while ago.",
    SkipReason.CAMPAIGN_PAUSED: "The campaign is not running.",
    SkipReason.NOT_SENT: "It is not certain that the invitation has left.",
    SkipReason.TAKEN_BACK: "The invitation was taken back.",
    SkipReason.ANSWERED: "The buyer has answered already.",
    SkipReason.REMINDER_WAITS: "A reminder is under way already.",
    SkipReason.REMINDED_ENOUGH: "No more reminders were promised or wanted.",
    SkipReason.CLOSES_SOON: "Too little time would be left to answer.",
}


@dataclass(frozen=True, slots=True)
class Terms:
    """What a person decides about a campaign."""

    name: str
    questionnaire_id: int
    sender_name: str
    sender_role: str
    reply_to: str
    phone: str = ""
    sender_is_not_in_sales: bool = False
    sender_reads_every_answer: bool = False
    sends_thanks: bool = False
    lost_delay_days: int | None = None
    won_delay_days: int | None = None
    no_decision_delay_days: int | None = None
    stop_after_days: int = 60
    notice_days: int = 3
    amount_from_minor: int | None = None
    amount_to_minor: int | None = None
    amount_currency: str | None = None
    regions: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    sample_percent: int = 100
    person_quarantine_days: int = 90
    account_quarantine_days: int = 90
    answer_days: int = 30
    reminders: int = 1
    reminder_days: int = 5
    reminder_gap_days: int = 3

    @property
    def delay_days(self) -> dict[Outcome, int]:
        """Days from the close to the asking, for each outcome it asks about."""
        delays = {
            Outcome.LOST: self.lost_delay_days,
            Outcome.WON: self.won_delay_days,
            Outcome.NO_DECISION: self.no_decision_delay_days,
        }
        return {outcome: days for outcome, days in delays.items() if days is not None}


class ContactRule(StrEnum):
    """By what a deal's contact is the one to ask, the strongest first."""

    CHOSEN = "chosen"
    DECIDER = "decider"
    PRIMARY = "primary"
    ONLY = "only"
    LAST_ACTIVE = "last_active"

    @property
    def words(self) -> str:
        return _RULES[self]


_RULES = {
    ContactRule.CHOSEN: "chosen by one of us",
    ContactRule.DECIDER: "decision maker",
    ContactRule.PRIMARY: "primary contact",
    ContactRule.ONLY: "the only contact",
    ContactRule.LAST_ACTIVE: "last active",
}


@dataclass(frozen=True, slots=True)
class ContactFacts:
    """What counts about one contact of a deal."""

    id: int
    address: str
    is_chosen: bool = False
    """A person chose this contact."""
    is_decider: bool = False
    is_primary: bool = False
    """The CRM calls this contact the primary one."""
    last_active_on: date | None = None
    may_ask: bool | None = None
    """Null: nobody said, the country's rule decides."""
    barred_by: SkipReason | None = None
    """Why the address is never to be mailed, if it is not."""
    accounts: int = 1
    """With how many accounts this address has deals."""


@dataclass(frozen=True, slots=True)
class DealFacts:
    """What counts about one deal."""

    id: int
    public_id: str
    account_id: int
    outcome: Outcome
    closed_on: date | None
    amount_minor: int | None = None
    currency: str | None = None
    region: str = ""
    product: str = ""
    country: str | None = None
    has_seller: bool = False
    noticed_at: datetime | None = None
    """Since when the seller could see that the buyer will be asked."""
    is_held: bool = False
    was_asked: bool = False
    has_open_sibling: bool = False
    account_bought_on: date | None = None
    """When the account last closed another deal as won."""
    contacts: tuple[ContactFacts, ...] = ()


@dataclass(frozen=True, slots=True)
class CampaignFacts:
    """What a campaign asks for, and what the company allows."""

    public_id: str
    is_running: bool
    delay_days: Mapping[Outcome, int]
    """Days from the close to the asking, for each outcome it asks about."""
    stop_after_days: int
    notice_days: int
    """Working days."""
    sample_percent: int
    person_quarantine_days: int
    account_quarantine_days: int
    zone: ZoneInfo
    """The company's own."""
    amount_from_minor: int | None = None
    amount_to_minor: int | None = None
    amount_currency: str | None = None
    regions: frozenset[str] = frozenset()
    products: frozenset[str] = frozenset()
    may_ask_in: Mapping[str, bool] = field(default_factory=dict)
    """The countries' rules; a country without one may be asked."""
    asks_unknown_countries: bool = False
    """Whether those are asked whose country nobody knows, though some countries may not be."""
    reminders: int = 1
    reminder_days: int = 5
    """Working days from the invitation to the first reminder."""
    reminder_gap_days: int = 3


@dataclass(frozen=True, slots=True)
class Past:
    """Who was last asked when, whichever the campaign."""

    person_asked_at: Mapping[int, datetime] = field(default_factory=dict)
    account_asked_at: Mapping[int, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AskedFacts:
    """What counts about one invitation when it comes to reminding."""

    invitation_id: int
    campaign_id: int
    contact_id: int
    address: str
    deal: DealFacts
    asked_as: Outcome
    sent_at: datetime | None
    closes_at: datetime
    is_answered: bool = False
    is_declined: bool = False
    is_taken_back: bool = False
    reminders_at_most: int = 1
    """What the mails have promised so far."""
    reminded_at: tuple[datetime | None, ...] = ()
    """When each reminder so far was sent; null: it has not left yet, or not for certain."""
