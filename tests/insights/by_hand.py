"""The figures once more, counted row by row in plain Python: slow, plain, and without any SQL."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.coding.models import Coding
from survey.deals.models import Alternative, Deal, DealContact
from survey.insights.types import Filter, Scope, Window
from survey.invitations.models import Hold, Invitation
from survey.kit.clock import Month
from survey.responses.models import Answer, Response, ResponseDraft
from survey.taxonomy.models import Reason, ReasonMapping, Release

SOURCES = ["person", "model", "buyer"]
DIRECTION = {"won": "for_us", "lost": "against_us", "no_decision": "against_us"}
DISPUTED = {
    "won": {"chose_supplier", "kept_current", "in_house", "put_off", "still_deciding"},
    "lost": {"put_off", "still_deciding", "chose_us"},
    "no_decision": {"chose_supplier", "in_house", "still_deciding", "chose_us"},
}
PRICE_MADE_IT = {("same_cost", "us"), ("cost_less", "yes"), ("still_chosen", "no")}


@dataclass
class Voice:
    """What one deal says."""

    deal: Deal
    response: Response
    primary: Coding | None
    reason: Reason | None
    codings: list[Coding]
    is_divided: bool

    @property
    def outcome(self) -> str:
        return self.deal.outcome.value

    @property
    def explains(self) -> bool:
        return self.primary is not None and self.primary.direction == DIRECTION[self.outcome]


class ByHand:
    """Every table read once, then looked at."""

    def __init__(self, session: Session) -> None:
        self.deals = session.scalars(select(Deal).order_by(Deal.id)).all()
        self.responses = session.scalars(select(Response).order_by(Response.id)).all()
        self.codings = session.scalars(select(Coding).order_by(Coding.id)).all()
        self.answers = session.scalars(select(Answer).order_by(Answer.id)).all()
        self.drafts = session.scalars(select(ResponseDraft)).all()
        self.holds = session.scalars(select(Hold)).all()
        self.invitations = session.scalars(select(Invitation)).all()
        self.alternatives = session.scalars(select(Alternative)).all()
        self.deciders = {
            (row.deal_id, row.contact_id)
            for row in session.scalars(select(DealContact))
            if row.is_decider
        }
        mappings = session.scalars(select(ReasonMapping)).all()
        newest = max(session.scalars(select(Release.number)), default=0)
        self.heir = {}
        for mapping in mappings:
            later = [m.later for m in mappings if m.earlier_id == mapping.earlier_id]
            if len(later) == 1 and later[0].release.number == newest:
                self.heir[mapping.earlier_id] = later[0]

    def called_today(self, coding: Coding) -> Reason:
        return self.heir.get(coding.reason_id, coding.reason)

    def wanted(self, deal: Deal, wanted: Filter) -> bool:
        rivals = {a.competitor.public_id for a in self.alternatives_of(deal) if a.competitor}
        return (
            (wanted.outcome is None or deal.outcome is wanted.outcome)
            and (not wanted.competitor or wanted.competitor in rivals)
            and wanted.region in ("", deal.region)
            and wanted.product in ("", deal.product)
            and wanted.segment in ("", deal.segment)
            and (
                not wanted.team
                or bool(deal.seller and deal.seller.team and deal.seller.team.name == wanted.team)
            )
            and (not wanted.seller or bool(deal.seller and deal.seller.public_id == wanted.seller))
        )

    def alternatives_of(self, deal: Deal) -> list[Alternative]:
        return [each for each in self.alternatives if each.deal_id == deal.id]

    def voices(self, scope: Scope, window: Window) -> list[Voice]:
        """The voices whose answer arrived in the window, totals-only left out."""
        found = []
        for deal in self.deals:
            if deal.outcome.value == "open" or not self.wanted(deal, scope.filter):
                continue
            said = [r for r in self.responses if r.deal_id == deal.id and self.counts(r, scope)]
            if said:
                voice = self.voice(deal, said)
                if Month.of_index(voice.response.month_index) in window:
                    found.append(voice)
        return found

    def counts(self, response: Response, scope: Scope) -> bool:
        return (
            response.state.value == "counted"
            and response.audience.value != "totals_only"
            and response.submitted_at < scope.cut_at
        )

    def voice(self, deal: Deal, said: list[Response]) -> Voice:
        deciders = [r for r in said if (deal.id, r.invitation.contact_id) in self.deciders] or said
        speaker = max(deciders, key=lambda r: (r.submitted_at, r.id))
        primaries = [p for p in map(self.primary, said) if p]
        primary = self.primary(speaker)
        return Voice(
            deal=deal,
            response=speaker,
            primary=primary,
            reason=self.called_today(primary) if primary else None,
            codings=[
                coding
                for coding in self.codings
                if coding.response_id == speaker.id
                and coding.state == "confirmed"
                and coding.direction == DIRECTION[deal.outcome.value]
            ],
            is_divided=len({self.called_today(p).id for p in primaries}) > 1,
        )

    def primary(self, response: Response) -> Coding | None:
        standing = [
            coding
            for coding in self.codings
            if coding.response_id == response.id
            and coding.role == "primary"
            and coding.state == "confirmed"
        ]
        return min(standing, key=lambda c: (SOURCES.index(c.source), c.id), default=None)

    def clicked(self, voice: Voice, *, made_it: bool) -> bool:
        questions = {question for question, _ in PRICE_MADE_IT}
        return any(
            (answer.question_key, answer.choice_key) in PRICE_MADE_IT
            if made_it
            else answer.question_key in questions
            for answer in self.answers
            if answer.response_id == voice.response.id
        )

    def closings(self, scope: Scope) -> list[Deal]:
        first, last = scope.filter.window.first, scope.filter.window.last
        return [
            deal
            for deal in self.deals
            if deal.outcome.value != "open"
            and deal.closed_on is not None
            and first <= Month(deal.closed_on.year, deal.closed_on.month) <= last
            and self.wanted(deal, scope.filter)
        ]

    def funnel(self, scope: Scope) -> dict[str, int]:
        steps: Counter[str] = Counter()
        for deal in self.closings(scope):
            answered = any(self.counts(r, scope) for r in self.responses if r.deal_id == deal.id)
            unsent = [
                draft
                for draft in self.drafts
                if draft.invitation.deal_id == deal.id
                and not any(r.invitation_id == draft.invitation_id for r in self.responses)
            ]
            invitations = [i for i in self.invitations if i.deal_id == deal.id]
            started = answered or bool(unsent)
            delivered = started or any(i.sent_at for i in invitations)
            reached = {
                "closed": True,
                "invited": delivered or bool(invitations),
                "delivered": delivered,
                "started": started,
                "answered": answered,
                "held": any(hold.deal_id == deal.id for hold in self.holds),
            }
            steps.update(step for step, is_reached in reached.items() if is_reached)
        return dict(steps)


def by_reason(voices: Iterable[Voice], outcome: str) -> Counter[int]:
    return Counter(
        voice.reason.id
        for voice in voices
        if voice.outcome == outcome and voice.explains and voice.reason
    )
