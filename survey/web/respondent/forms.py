"""What a posted screen says: read and cleaned, not judged."""

import re

from werkzeug.datastructures import MultiDict

from survey.questionnaires.rules import check_answers
from survey.questionnaires.types import Answers, Document, Problem, QuestionKind, Screen
from survey.responses.types import GivenAnswers

_PLANES = 17
_NOT_TEXT = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ufdd0-\ufdef"
    + "".join(chr(plane << 16 | last) for plane in range(_PLANES) for last in (0xFFFE, 0xFFFF))
    + "]"
)
"""Control characters and noncharacters: PostgreSQL refuses some, HTML the others."""


def read_answers(screen: Screen, form: MultiDict[str, str]) -> GivenAnswers:
    """What the form gives to this screen's questions; other fields are not looked at."""
    answers: GivenAnswers = {}
    for question in screen.questions:
        given = [text for value in form.getlist(question.key) if (text := clean(value))]
        if given:
            is_single = question.kind is not QuestionKind.SEVERAL and len(given) == 1
            answers[question.key] = given[0] if is_single else given
        for choice in question.choices:
            name = f"{question.key}.{choice.key}"
            is_taken = choice.key in given
            if choice.detail and is_taken and (detail := clean(form.get(name, ""))):
                answers[name] = detail
    return answers


def clean(text: str) -> str:
    """The text without what is no text, with plain line ends, and without blank ends."""
    return _NOT_TEXT.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def problems_with(document: Document, screen: Screen, given: Answers) -> list[Problem]:
    """What keeps a screen from being left: misfits, and an empty press on the mail's question.

    Every other question may be left out.
    """
    keys = {question.key for question in screen.questions}
    if document.first in keys and not given.get(document.first):
        return [Problem(document.first, document.phrases.please_choose)]
    return check_answers(document, given)
