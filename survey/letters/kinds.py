"""The one list of the kinds of mail. Whoever sends, shows or tries a mail asks here.

A new kind is a class in a file of its own that keeps the promises of `Letter`, and a line below.
"""

from collections.abc import Mapping
from functools import cache

from survey.config import Settings, shipped_folder
from survey.invitations.actions.inviting import INVITATION
from survey.invitations.actions.reminding import REMINDER
from survey.invitations.actions.wording import TEST_MAIL
from survey.letters.asking import InvitationLetter
from survey.letters.letter import Letter, Paper
from survey.letters.password import password_letter, welcome_letter
from survey.letters.reminder import ReminderLetter
from survey.letters.report import ReportLetter
from survey.letters.thanks import ThanksLetter
from survey.letters.trying import TrialLetter
from survey.mail.rendering import Stationery
from survey.reports.actions import REPORT_MAIL
from survey.responses.actions.thanks import THANKS
from survey.team.actions import PASSWORD_MAIL, WELCOME_MAIL


def letters_of(settings: Settings) -> Mapping[str, Letter]:
    """Every kind of mail this version can write, by the kind that messages name."""
    paper = paper_of(settings)
    return {
        INVITATION: InvitationLetter(paper),
        PASSWORD_MAIL: password_letter(paper),
        WELCOME_MAIL: welcome_letter(paper),
        REMINDER: ReminderLetter(paper),
        REPORT_MAIL: ReportLetter(paper),
        THANKS: ThanksLetter(paper),
        TEST_MAIL: TrialLetter(paper),
    }


def paper_of(settings: Settings) -> Paper:
    """What all mails are written on."""
    return Paper(settings, _stationery())


@cache
def _stationery() -> Stationery:
    """Compiled once per process, whoever asks."""
    return Stationery(shipped_folder("templates") / "mail")
