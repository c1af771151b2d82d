"""The mail that says a month's report is ready."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session

from survey.kit.clock import Month
from survey.letters.letter import Paper, subject_of
from survey.mail.models import Claimed, Message
from survey.mail.types import AttemptOutcome, Compose, Draft, Ending
from survey.reports import emails
from survey.reports.queries import frozen_report
from survey.reports.rules import restored
from survey.team.models import User
from survey.team.rules import may_get_report

_NOT_WANTED = "The user is gone, has another address, or does not get the report any more."
_NOT_FROZEN = "The report is gone."


class ReportLetter:
    """Tells a user that a month is frozen, with its headline."""

    name = "Monthly report"

    def __init__(self, paper: Paper) -> None:
        self._paper = paper

    def ready(
        self, session: Session, attempts: Sequence[Claimed], *, now: datetime
    ) -> Mapping[str, Compose | Ending]:
        del now
        return {
            attempt.attempt_id: self._refused(session, attempt.message)
            or self._written(session, attempt.message)
            or Ending(AttemptOutcome.NOT_WANTED, _NOT_FROZEN)
            for attempt in attempts
        }

    def accepted(self, session: Session, subjects: Sequence[int], *, now: datetime) -> None:
        """Nothing hangs on it."""

    def shown(self, session: Session, message: Message) -> Draft | None:
        write = self._written(session, message)
        return write() if write else None

    def _refused(self, session: Session, message: Message) -> Ending | None:
        user = session.get(User, subject_of(message))
        wants = (
            user is not None
            and user.is_active
            and user.gets_report
            and may_get_report(user.role)
            and user.email == message.to_address
        )
        return None if wants else Ending(AttemptOutcome.NOT_WANTED, _NOT_WANTED)

    def _written(self, session: Session, message: Message) -> Compose | None:
        user = session.get(User, subject_of(message))
        report = frozen_report(session, Month.parse(message.facts["month"]))
        if user is None or report is None:
            return None
        return partial(
            emails.month_ready,
            self._paper.stationery,
            self._paper.letterhead(session),
            to_address=message.to_address,
            name=user.name,
            figures=restored(report.figures),
        )
