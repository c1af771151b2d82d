"""What was answered, said back in words: to the buyer on the thanks page, to staff who read it."""

from collections.abc import Mapping
from dataclasses import dataclass

from survey.kit.clock import Month
from survey.kit.words import month_in_words
from survey.questionnaires import rules
from survey.questionnaires.types import (
    Answers,
    Detail,
    DetailKind,
    Document,
    Question,
    QuestionKind,
)


@dataclass(frozen=True, slots=True)
class Told:
    """One question that was answered, and the answer, line by line."""

    question: Question
    label: str
    answer: str
    is_probe: bool = False
    """Said when asked further about words that said little."""


def told(document: Document, answers: Answers, fields: Mapping[str, str]) -> list[Told]:
    """Every answered question on the path, in order; `fields` fill the words."""
    return [
        Told(
            question,
            label=_label(document, question, answers, fields),
            answer=_answer(question, answers, fields),
            is_probe=screen.is_probe,
        )
        for screen in rules.screens_for(document, answers)
        for question in screen.questions
        if question.key in answers
    ]


def told_of_us(document: Document, answers: Answers, fields: Mapping[str, str]) -> Told | None:
    """What the buyer says of the questions themselves, if anything: it stands on no screen."""
    question = document.phrases.about_us
    words = rules.text_of(answers, question.key)
    return Told(question, _label(document, question, answers, fields), words) if words else None


def _label(
    document: Document, question: Question, answers: Answers, fields: Mapping[str, str]
) -> str:
    echoed = rules.echoed(document, question, answers)
    return rules.fill(rules.say(question.label, answers), {**fields, **echoed})


def _answer(question: Question, answers: Answers, fields: Mapping[str, str]) -> str:
    if question.kind is QuestionKind.TEXT:
        return rules.text_of(answers, question.key)
    taken = rules.chosen(answers, question.key)
    lines = []
    for choice in question.choices:
        if choice.key in taken:
            label = rules.fill(choice.label, fields)
            written = rules.text_of(answers, f"{question.key}.{choice.key}")
            lines.append(_with_detail(label, choice.detail, written))
    return "\n".join(lines)


def _with_detail(label: str, detail: Detail | None, written: str) -> str:
    """A choice and what was written beside it; a month ends the choice's own sentence."""
    if detail is None or not written:
        return label
    if detail.kind is DetailKind.MONTH:
        return f"{label.removesuffix('…')} {month_in_words(Month.parse(written))}"
    return f"{label}: {written}"
