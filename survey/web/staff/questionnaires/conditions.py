"""When something is asked or said, in words for those who read the questionnaire."""

from collections.abc import Sequence

from survey.questionnaires.rules import fill, say
from survey.questionnaires.types import Condition, Document, Match, Question

FIELDS = {
    "product": "[product]",
    "sender_name": "[sender]",
    "first_name": "[first name]",
    "choice": "[what was chosen]",
    "written": "[what was written]",
    "date": "[last day]",
}
"""What stands on the page where the buyer's page has a name of its own."""


class Telling:
    """Tells the conditions of one document in words."""

    def __init__(self, document: Document, company: str) -> None:
        self.document = document
        self.fields = {**FIELDS, "company": company}

    def text(self, words: str) -> str:
        """Words of the document with what stands for its fields."""
        return fill(words, self.fields)

    def when(self, condition: Condition) -> str:
        """“After “Price” and “Chose another supplier””; empty where it always holds."""
        when = [self._row(row) for row in condition.when if self._can_hold(row)]
        unless = [self._row(row) for row in condition.unless if self._can_hold(row)]
        parts = []
        if when:
            parts.append("after " + "; or after ".join(when))
        if unless:
            parts.append("not after " + "; nor after ".join(unless))
        if condition.vague:
            asked = self.text(say(self.document.question(condition.vague).label, {}))
            parts.append(f"once, if the answer to “{asked}” says little, such as “too expensive”")
        told = ", and ".join(parts)
        return told[:1].upper() + told[1:]

    def _can_hold(self, row: Sequence[Match]) -> bool:
        """Whether buyers of this outcome are offered what the row asks for."""
        return all(self._meant(match) for match in row)

    def _row(self, row: Sequence[Match]) -> str:
        return " and ".join(self._match(match) for match in row)

    def _meant(self, match: Match) -> list[str]:
        choices = self.document.question(match.question).choices
        return [choice.key for choice in choices if choice.key in match.choices]

    def _match(self, match: Match) -> str:
        question = self.document.question(match.question)
        meant = self._meant(match)
        others = [choice.key for choice in question.choices if choice.key not in meant]
        if not others:
            return f"any choice under “{self.text(say(question.label, {}))}”"
        if len(others) == 1 and len(meant) > 1:
            return f"any choice but {self._quoted(question, others)}"
        return self._quoted(question, meant)

    def _quoted(self, question: Question, keys: Sequence[str]) -> str:
        labels = [f"“{self.text(c.label)}”" for c in question.choices if c.key in keys]
        return labels[0] if len(labels) == 1 else f"{', '.join(labels[:-1])} or {labels[-1]}"
