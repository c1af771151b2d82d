"""Every way through a questionnaire, for tests that must not miss one."""

from collections.abc import Iterator
from functools import cache

from hypothesis import strategies as st

from survey.questionnaires.documents import SHIPPED, read_document, shipped_document
from survey.questionnaires.rules import questions_of, screens_for
from survey.questionnaires.types import Answers, Document, Question, QuestionKind

VAGUE = "too expensive"
LEFT_OUT = ""
CLEAR = "A connector for our ERP"


def shipped_documents() -> list[Document]:
    """Each shipped questionnaire as the buyers of each outcome see it."""
    raws = [shipped_document(key) for key in SHIPPED]
    return [read_document(raw, outcome) for raw in raws for outcome in raw["outcomes"]]


def every_walk(document: Document) -> list[dict[str, str]]:
    """All combinations of single choices, and of vague and clear words where a probe may follow.

    The first question is left out too: who opens the page without the mail's choice may skip it.
    """
    return _walks(document.key, document.outcome)


@cache
def _walks(key: str, outcome: str) -> list[dict[str, str]]:
    document = read_document(shipped_document(key), outcome)
    return list(_walks_on(document, {}, frozenset()))


def _walks_on(
    document: Document, answers: dict[str, str], asked: frozenset[str]
) -> Iterator[dict[str, str]]:
    for question in questions_of(screens_for(document, answers)):
        if question.key not in asked and (given := _given(document, question)):
            for answer in given:
                answered = {**answers, question.key: answer} if answer else answers
                yield from _walks_on(document, answered, asked | {question.key})
            return
    yield answers


def _given(document: Document, question: Question) -> list[str]:
    if question.kind is QuestionKind.ONE:
        # Who may read it changes nothing on the way: one of its choices stands for all.
        keys = [choice.key for choice in question.choices]
        if question.key == document.readers:
            return keys[:1]
        return [*keys, LEFT_OUT] if question.key == document.first else keys
    is_probed = any(screen.condition.vague == question.key for screen in document.screens)
    return [VAGUE, CLEAR] if is_probed else []


def some_answers(document: Document) -> st.SearchStrategy[Answers]:
    """Any answers a browser could post: to any questions, on the path or not."""
    return st.fixed_dictionaries(
        {}, optional={q.key: _some(q) for q in questions_of(document.screens)}
    )


def _some(question: Question) -> st.SearchStrategy[str | list[str]]:
    keys = [choice.key for choice in question.choices]
    if question.kind is QuestionKind.TEXT:
        return st.sampled_from(["", "  ", VAGUE, CLEAR, "nothing", "{company}", "<b>"])
    if question.kind is QuestionKind.ONE:
        return st.sampled_from(keys)
    return st.lists(st.sampled_from(keys), unique=True)
