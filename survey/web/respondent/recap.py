"""What the buyer said, said back on the thanks page."""

from dataclasses import dataclass

from survey.kit.clock import Month
from survey.kit.words import month_in_words
from survey.questionnaires import rules
from survey.questionnaires.types import Answers, DetailKind, Question, QuestionKind
from survey.web.respondent.visits import Visit


@dataclass(frozen=True, slots=True)
class Thanks:
    """The words of the thanks page."""

    title: str
    stored: str
    promise: str
    may_change: str
    remark_label: str
    remark: str
    said: tuple[tuple[str, str], ...]
    """Each question that was answered, and the answer."""


def thank(visit: Visit) -> Thanks:
    """Thanks for what was sent. What its sender will do is said only where it is true."""
    answers = visit.sent
    phrases = visit.document.phrases
    about_us = phrases.about_us
    is_read = visit.invitation.campaign.sender_reads_every_answer
    return Thanks(
        title=rules.fill(rules.say(phrases.thanks, answers), visit.fields),
        stored=rules.fill(rules.say(phrases.stored, answers), visit.fields),
        promise=rules.fill(rules.say(phrases.promise, answers), visit.fields) if is_read else "",
        may_change=rules.fill(phrases.may_change, visit.fields),
        remark_label=rules.say(about_us.label, answers),
        remark=rules.text_of(answers, about_us.key),
        said=tuple(_said(visit, answers)),
    )


def _said(visit: Visit, answers: Answers) -> list[tuple[str, str]]:
    asked = rules.questions_of(rules.screens_for(visit.document, answers))
    return [
        (_label(visit, question, answers), _answer(visit, question, answers))
        for question in asked
        if question.key in answers
    ]


def _label(visit: Visit, question: Question, answers: Answers) -> str:
    fields = visit.fields | rules.echoed(visit.document, question, answers)
    return rules.fill(rules.say(question.label, answers), fields)


def _answer(visit: Visit, question: Question, answers: Answers) -> str:
    if question.kind is QuestionKind.TEXT:
        return rules.text_of(answers, question.key)
    taken = rules.chosen(answers, question.key)
    lines = []
    for choice in question.choices:
        if choice.key in taken:
            label = rules.fill(choice.label, visit.fields)
            written = rules.text_of(answers, f"{question.key}.{choice.key}")
            if choice.detail and choice.detail.kind is DetailKind.MONTH and written:
                written = month_in_words(Month.parse(written))
            lines.append(f"{label}: {written}" if written else label)
    return "\n".join(lines)
