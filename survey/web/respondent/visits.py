"""Who stands at the buyer's door: the invitation a link opens, and the words it is asked in."""

import re
import secrets
from dataclasses import dataclass
from functools import cached_property, partial
from zoneinfo import ZoneInfo

from flask import g, request, url_for

from survey.company.models import Company
from survey.company.queries import company
from survey.invitations.models import Invitation
from survey.invitations.queries import asked
from survey.invitations.types import LinkPurpose
from survey.kit.errors import SurveyError
from survey.questionnaires.queries import document_of
from survey.questionnaires.rules import next_screen
from survey.questionnaires.types import Document
from survey.responses import queries as responses
from survey.responses.actions.held import note_visit
from survey.responses.models import Response, ResponseDraft
from survey.responses.types import Door, Footprint, GivenAnswers, ResponseState
from survey.web.shared.door import append_later, now, session

_SITTING = re.compile(r"[0-9a-f]{12}")
_SITTING_BYTES = 6
_DOORS = {LinkPurpose.ANSWER: Door.ANSWER, LinkPurpose.OPT_OUT: Door.OPT_OUT}


class LinkUnknown(SurveyError):
    """No invitation has this link, or it opens something else."""


@dataclass(frozen=True)
class Visit:
    """One request of a buyer, or of a machine that has the link."""

    token: str
    invitation: Invitation
    document: Document
    sitting: str
    """Travels in the addresses of the pages in place of a cookie; empty for a press that came from
    no page of ours.
    """

    def to(self, page: str, screen: str | None = None) -> str:
        """The address of another of the buyer's pages, in the same sitting."""
        known = self.sitting or None
        return url_for(f"respondent.{page}", token=self.token, screen=screen, v=known)

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
        """What this visitor finds begun."""
        draft = self._standing[1]
        return draft if draft and responses.is_found_in(draft, self.sitting) else None

    @cached_property
    def answers(self) -> GivenAnswers:
        """What this visitor finds filled in."""
        return responses.given_in(
            session(), self.draft, self.response, self.document, sitting=self.sitting
        )

    @property
    def is_driven(self) -> bool:
        """Whether the browser said that a program drives it."""
        return bool(request.form.get("driven"))

    @cached_property
    def footprint(self) -> Footprint:
        """What is known of whoever presses."""
        return responses.footprint(
            session(),
            self.token,
            sitting=self.sitting,
            document=self.document,
            is_driven=self.is_driven,
            now=now(),
        )

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
    def has_sent(self) -> bool:
        """Whether this visitor finds an answer sent. One that is held looks so to its own sitting
        only: whoever comes with the same link later is asked.
        """
        return (
            self.is_sent
            and self.response is not None
            and responses.is_found_in(self.response, self.sitting)
        )

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
        return asked.fields_of(self.invitation, self.company)


def open_visit(token: str, purpose: LinkPurpose = LinkPurpose.ANSWER) -> Visit:
    """The visit that a link begins. Raises `LinkUnknown`: foreign and missing look the same."""
    is_post = request.method == "POST"
    invitation = asked.find_by_token(
        session(), token, purpose=purpose, is_shown=request.method == "GET"
    )
    if invitation is None:
        raise LinkUnknown("This link does not open anything.")
    travelled = request.args.get("v", "")
    is_known = _SITTING.fullmatch(travelled) is not None
    begun = "" if is_post else secrets.token_hex(_SITTING_BYTES)
    document = document_of(session(), invitation.version_id, invitation.asked_as)
    visit = Visit(token, invitation, document, travelled if is_known else begun)
    g.visit = visit
    if not is_post and not is_known:
        _note(visit, _DOORS[purpose], choice=linked_choice(visit, request.args.get("choice", "")))
    return visit


def note_hidden_link(visit: Visit) -> None:
    """Somebody opened what people neither see nor reach."""
    _note(visit, Door.HIDDEN)


def linked_choice(visit: Visit, key: str) -> str:
    """The key, if it is a choice of the question that the mail asks; else nothing."""
    choices = visit.document.question(visit.document.first).choices
    return key if key in {choice.key for choice in choices} else ""


def _note(visit: Visit, door: Door, *, choice: str = "") -> None:
    append_later(
        partial(
            note_visit,
            token=visit.token,
            door=door,
            choice=choice,
            sitting=visit.sitting,
            now=now(),
        )
    )
