"""Who stands at the buyer's door: the invitation a link opens, and the words it is asked in."""

from dataclasses import dataclass
from functools import cached_property
from typing import cast
from zoneinfo import ZoneInfo

from flask import current_app, g

from survey.company.models import Company
from survey.company.queries import company
from survey.invitations import queries as invitations
from survey.invitations.models import Invitation
from survey.invitations.types import LinkPurpose
from survey.kit.errors import SurveyError
from survey.kit.words import day_in_words, first_name
from survey.questionnaires.documents import read_document
from survey.questionnaires.rules import next_screen
from survey.questionnaires.types import Document
from survey.responses import queries as responses
from survey.responses.models import Response, ResponseDraft
from survey.responses.types import GivenAnswers, ResponseState
from survey.web.shared.door import session


class LinkUnknown(SurveyError):
    """No invitation has this link, or it opens something else."""


@dataclass(frozen=True)
class Visit:
    """One request of a buyer."""

    token: str
    invitation: Invitation
    document: Document
    company: Company

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.company.time_zone)

    @cached_property
    def response(self) -> Response | None:
        return responses.for_invitation(session(), self.invitation)

    @cached_property
    def draft(self) -> ResponseDraft | None:
        return responses.draft_of(session(), self.invitation)

    @cached_property
    def answers(self) -> GivenAnswers:
        """What the buyer finds filled in."""
        return responses.given_so_far(session(), self.draft, self.response, self.document)

    @property
    def sent(self) -> GivenAnswers:
        """What stands, whatever the buyer has begun to change."""
        if self.response is None:
            return {}
        return responses.answers_of(session(), self.response, self.document)

    @property
    def is_sent(self) -> bool:
        return self.response is not None and self.response.state is not ResponseState.DELETED

    @property
    def is_deleted(self) -> bool:
        return self.response is not None and not self.is_sent and self.draft is None

    @property
    def resumes_at(self) -> str:
        """The key of the screen where the buyer left off; empty at the beginning."""
        if self.draft is None:
            return ""
        after = next_screen(self.document, self.answers, self.draft.screen)
        return after.key if after else self.draft.screen

    @cached_property
    def fields(self) -> dict[str, str]:
        """What the questionnaire's words may be filled with, all of it known to this buyer."""
        campaign = self.invitation.campaign
        return {
            "company": self.company.name,
            "first_name": first_name(self.invitation.contact.name),
            "product": self.invitation.deal.product or self.company.name,
            "sender_name": campaign.sender_name,
            "sender_role": campaign.sender_role,
            "phone": campaign.phone,
            "date": day_in_words(self.invitation.closes_at.astimezone(self.zone).date()),
        }


def open_visit(token: str, purpose: LinkPurpose = LinkPurpose.ANSWER) -> Visit:
    """The visit that a link begins. Raises `LinkUnknown`: foreign and missing look the same."""
    invitation = invitations.find_by_token(session(), token, purpose=purpose)
    our_company = company(session())
    if invitation is None or our_company is None:
        raise LinkUnknown("This link does not open anything.")
    g.visit = Visit(token, invitation, _document_of(invitation), our_company)
    return cast("Visit", g.visit)


def _document_of(invitation: Invitation) -> Document:
    """The questionnaire in this buyer's words; read once per process, as its version is frozen."""
    version = invitation.version
    if version.frozen_at is None:
        return read_document(version.document, invitation.asked_as)
    read: dict[tuple[int, str], Document]
    read = current_app.extensions.setdefault("respondent_documents", {})
    key = (version.id, invitation.asked_as)
    if key not in read:
        read[key] = read_document(version.document, invitation.asked_as)
    return read[key]
