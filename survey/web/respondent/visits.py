"""Who stands at the buyer's door: the invitation a link opens, and the words it is asked in."""

from dataclasses import dataclass
from functools import cached_property
from typing import cast
from zoneinfo import ZoneInfo

from flask import g, request

from survey.company.models import Company
from survey.company.queries import company
from survey.invitations import queries as invitations
from survey.invitations.models import Invitation
from survey.invitations.types import LinkPurpose
from survey.kit.errors import SurveyError
from survey.questionnaires.queries import document_of
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

    @cached_property
    def zone(self) -> ZoneInfo:
        """The company's, in which months are counted."""
        return self.company.zone

    @cached_property
    def company(self) -> Company:
        """Whose questions these are. Raises `LinkUnknown` before there is a company."""
        found = company(session())
        if found is None:
            raise LinkUnknown("This link does not open anything yet.")
        return found

    @cached_property
    def _standing(self) -> tuple[Response | None, ResponseDraft | None]:
        return responses.standing(session(), self.invitation)

    @property
    def response(self) -> Response | None:
        return self._standing[0]

    @property
    def draft(self) -> ResponseDraft | None:
        return self._standing[1]

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
        return invitations.fields_of(self.invitation, self.company)


def open_visit(token: str, purpose: LinkPurpose = LinkPurpose.ANSWER) -> Visit:
    """The visit that a link begins. Raises `LinkUnknown`: foreign and missing look the same."""
    invitation = invitations.find_by_token(
        session(), token, purpose=purpose, is_shown=request.method == "GET"
    )
    if invitation is None:
        raise LinkUnknown("This link does not open anything.")
    g.visit = Visit(
        token, invitation, document_of(session(), invitation.version_id, invitation.asked_as)
    )
    return cast("Visit", g.visit)
