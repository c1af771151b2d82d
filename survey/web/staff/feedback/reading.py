"""One answer as its reader may see it: the words of the questionnaire, names left out or not."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from survey.company.queries import the_company
from survey.insights.queries.feedback import names_to_leave_out, rivals
from survey.invitations.models import Invitation
from survey.invitations.queries import asked
from survey.kit.clock import Month
from survey.kit.words import month_in_words
from survey.questionnaires import queries as questionnaires
from survey.questionnaires.recap import Told, told, told_of_us
from survey.questionnaires.types import Answers, Document
from survey.responses.models import Response, ResponseRevision
from survey.responses.queries import answers_of, revisions_of
from survey.responses.visibility import Sight, without_names
from survey.web.shared.door import session


@dataclass(frozen=True, slots=True)
class Reading:
    """What the response page shows of one answer."""

    response: Response
    is_nameless: bool
    told: Sequence[Told]
    of_us: Told | None
    """What the buyer says of the questions themselves."""
    earlier: Sequence[tuple[ResponseRevision, Sequence[Told]]]
    """What it said before each change; nothing for who reads it nameless."""


def read(response: Response, sight: Sight) -> Reading:
    """The response as `sight` allows."""
    invitation = response.invitation
    document = document_of(invitation)
    answers = answers_of(session(), response, document)
    fields = fields_of(invitation)
    if sight is Sight.NAMELESS:
        return _nameless(response, document, answers)
    earlier = [
        (revision, told(document, revision.answers, fields))
        for revision in revisions_of(session(), response)
    ]
    of_us = told_of_us(document, answers, fields)
    return Reading(response, False, told(document, answers, fields), of_us, earlier)


def month_of(response: Response) -> str:
    """The month in which it arrived, in words: all that a nameless answer says of its time."""
    return month_in_words(Month.of_index(response.month_index))


def document_of(invitation: Invitation) -> Document:
    return questionnaires.document_of(session(), invitation.version_id, invitation.asked_as)


def fields_of(invitation: Invitation) -> dict[str, str]:
    """What the questionnaire's words were filled with for this buyer."""
    return asked.fields_of(invitation, the_company(session()))


def _nameless(response: Response, document: Document, answers: Answers) -> Reading:
    """Choices and scrubbed words. What stands beside a choice goes: it names rivals and months."""
    bare = {name: given for name, given in answers.items() if "." not in name}
    ours = the_company(session()).name
    fields = {
        "company": ours,
        "product": ours,
        "sender_name": response.invitation.campaign.sender_name,
    }
    names = names_to_leave_out(response, rivals(session(), [response]))

    def scrubbed(each: Told) -> Told:
        return replace(each, answer=without_names(each.answer, names))

    said = [
        each if each.question.choices else scrubbed(each) for each in told(document, bare, fields)
    ]
    of_us = told_of_us(document, bare, fields)
    return Reading(response, True, said, scrubbed(of_us) if of_us else None, ())
