"""What the buyer said, said back on the thanks page."""

from dataclasses import dataclass

from survey.questionnaires import rules
from survey.questionnaires.recap import told
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
        said=tuple(
            (each.label, each.answer) for each in told(visit.document, answers, visit.fields)
        ),
    )
