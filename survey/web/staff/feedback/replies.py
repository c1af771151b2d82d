"""A reply by mail, put where the questionnaire would have asked for it."""

from survey.questionnaires.rules import questions_of, screens_for
from survey.questionnaires.types import Document, Question, QuestionKind
from survey.responses.types import GivenAnswers
from survey.web.staff.feedback.forms import ReplyForm

_SECOND = ("ended", "closest")
_NOT_ASKED = (
    "After this choice the questionnaire asks nothing more, so the words would be lost. "
    "Choose “Not said” there; the words tell it."
)


def second_question(document: Document) -> Question | None:
    """What the buyer did in the end or had beside us, where the questionnaire asks it."""
    asked = {question.key: question for question in questions_of(document.screens)}
    return next((asked[key] for key in _SECOND if key in asked), None)


def answers_from(form: ReplyForm, document: Document) -> GivenAnswers:
    """The reply as answers; empty, with the form refused, where the words have no place."""
    answers: GivenAnswers = {}
    if form.first.data:
        answers[document.first] = form.first.data
    second = second_question(document)
    if second is not None and form.second.data:
        answers[second.key] = form.second.data
    asked = questions_of(screens_for(document, answers))
    place = next((q for q in asked if q.kind is QuestionKind.TEXT and not q.is_optional), None)
    if place is None:
        form.refuse("second", _NOT_ASKED)
        return {}
    return answers | {place.key: form.words.data or ""}
