"""What was decided about asking: who is due, who is skipped and why, who waits."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from survey.deals.types import Outcome
from survey.invitations.types import ContactRule, SkipReason

_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Due:
    """Whom to ask about a deal, and when."""

    deal_id: int
    account_id: int
    contact_id: int
    ready_at: datetime
    """From when on nothing stands in the way but the hour of the day."""
    send_at: datetime
    """The first working hour of the recipient from then on."""
    asked_as: Outcome
    to_address: str

    @property
    def at(self) -> datetime:
        return self.send_at


@dataclass(frozen=True, slots=True)
class ReminderDue:
    """Whom to remind, and when."""

    campaign_id: int
    invitation_id: int
    deal_id: int
    contact_id: int
    number: int
    """The first or the second of this invitation."""
    ready_at: datetime
    send_at: datetime
    """The first working hour of the recipient from `ready_at` on."""

    @property
    def at(self) -> datetime:
        return self.send_at


@dataclass(frozen=True, slots=True)
class Wait:
    """That a mail is still wanted, but not at this hour."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Skip:
    """That a deal's buyer is not asked, and why."""

    deal_id: int
    reason: SkipReason
    contact_id: int | None = None
    """The contact who would have been asked, where one was picked."""
    until: datetime | None = None
    """When the reason ends by itself, where it does; for a paused campaign: when it would ask."""

    @property
    def at(self) -> datetime:
        return self.until or _NEVER


@dataclass(frozen=True, slots=True)
class Plan:
    """Who will be asked when, in that order, and who was skipped and why."""

    due: tuple[Due, ...]
    skipped: tuple[Skip, ...]

    older: Mapping[SkipReason, int] = field(default_factory=dict)
    """Deals that closed too long ago to be looked at one by one, counted by reason."""

    def skips_by_reason(self) -> dict[SkipReason, int]:
        """How many deals each reason holds back, in the order of the reasons."""
        counts = {**dict.fromkeys(SkipReason, 0), **self.older}
        for skip in self.skipped:
            counts[skip.reason] += 1
        return {reason: count for reason, count in counts.items() if count}

    def upcoming(self) -> "list[Due | Skip]":
        """Who will be asked, or would be if the campaign ran, the earliest first."""
        paused = self.skips_for(SkipReason.CAMPAIGN_PAUSED)
        return sorted((*self.due, *paused), key=lambda verdict: (verdict.at, verdict.deal_id))

    def skips_for(self, reason: SkipReason) -> list[Skip]:
        return [skip for skip in self.skipped if skip.reason is reason]


@dataclass(frozen=True, slots=True)
class Invited:
    """What inviting did."""

    invitations: int
    notices: int
    """Deals of which the sellers can see from now on that the buyer will be asked."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Whom of a deal's contacts to ask, and by what rule."""

    contact_id: int
    rule: ContactRule
    chosen_by: str = ""
    """The name of whoever of us chose, where that is known."""

    @property
    def words(self) -> str:
        """The rule as a page says it: “decision maker”, “chosen by Robin Vos”."""
        return f"chosen by {self.chosen_by}" if self.chosen_by else self.rule.words


@dataclass(frozen=True, slots=True)
class DealNames:
    """How a deal is told from others where people read of it."""

    public_id: str
    external_id: str
    name: str
    account: str
    outcome: Outcome
    closed_on: date | None
    seller_id: int | None


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A verdict about a deal, with the names people know it by."""

    deal: DealNames
    verdict: Due | ReminderDue | Skip
    contact: str
    """The name or address of whom is or would be asked; empty where nobody was picked."""


@dataclass(frozen=True, slots=True)
class Ahead:
    """What is to come, for those who may hold or have to choose."""

    due: tuple[PlanRow, ...]
    """Who will be asked, the earliest first."""
    undecided: tuple[PlanRow, ...]
    """Deals of which a person has to say whom to ask, the oldest close first."""
