"""What runs by itself, and how often. Each job scans for its work, so it may run at any time."""

from collections.abc import Callable

from survey.config import Settings
from survey.jobs.code import code_waiting
from survey.jobs.deliver import deliver_due
from survey.jobs.desk import desk_of
from survey.jobs.forget import forget_old_drafts
from survey.jobs.invite import invite_all
from survey.jobs.ledger import agree_with_ledger, forget_erased
from survey.jobs.remind import remind_all
from survey.jobs.report import report_month
from survey.jobs.thank import thank_waiting
from survey.kit import clock
from survey.kit.db import Database
from survey.kit.queue import Job, Queue

INVITE_EVERY_MINUTES = 10
REPORT_EVERY_MINUTES = 30
FORGET_EVERY_MINUTES = 60


def register(queue: Queue, settings: Settings, database: Database) -> None:
    """Let the worker of this process do all jobs."""
    desk = desk_of(settings, database)

    def go_on() -> bool:
        return not queue.stopping.is_set()

    def deliver(_row_id: int | None) -> None:
        deliver_due(desk, go_on=go_on)

    def invite(_row_id: int | None) -> None:
        invited, reminded = invite_all(database, go_on=go_on), remind_all(database, go_on=go_on)
        if invited.invitations or reminded:
            queue.wake("deliver")

    def code(_row_id: int | None) -> None:
        code_waiting(database)

    def mailing(work: Callable[..., object]) -> Job:
        """A job after whose work mails may wait in the outbox."""

        def done(_row_id: int | None) -> None:
            if work(database, now=clock.now()):
                queue.wake("deliver")

        return done

    queue.every("deliver", deliver)
    queue.every("invite", invite, minutes=INVITE_EVERY_MINUTES)
    queue.every("code", code)
    queue.every("thank", mailing(thank_waiting))
    queue.every("report", mailing(report_month), minutes=REPORT_EVERY_MINUTES)
    queue.every("ledger", _timed(agree_with_ledger, database, settings))
    queue.every(
        "forget", _timed(forget_old_drafts, database, go_on=go_on), minutes=FORGET_EVERY_MINUTES
    )
    queue.every("erase", _timed(forget_erased, database), minutes=FORGET_EVERY_MINUTES)


def _timed(work: Callable[..., object], *stands_on: object, **how: object) -> Job:
    """A job that only needs to know what time it is."""

    def done(_row_id: int | None) -> None:
        work(*stands_on, now=clock.now(), **how)

    return done
