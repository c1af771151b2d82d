"""`survey doctor`: what is unsafe, unset or falling behind."""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

import click
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from survey.cli.door import settings, unchecked
from survey.company.queries import company
from survey.config import Settings, shipped_folder, unknown_names, unsafe
from survey.jobs.ledger import ledger_of
from survey.kit import clock, schema
from survey.kit.db import Database
from survey.letters.setup import mail_setup_of
from survey.mail import queries as mail
from survey.mail.setup import MailSetup
from survey.mail.types import MessageState
from survey.privacy.ledger import LedgerNotUsable

_MAIL_MAY_WAIT = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Findings:
    """Everything at once, so that nobody mends one setting per restart."""

    environment: str
    unsafe: list[str]
    """What production refuses."""
    unknown: list[str]
    broken: list[str]
    """What does not work now, whatever the environment."""
    mail: MailSetup | None = None
    """None while the database cannot tell."""

    @property
    def is_well(self) -> bool:
        may_be_unsafe = self.environment != "production"
        return not self.broken and (may_be_unsafe or not self.unsafe)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="For scripts.")
@click.pass_context
def doctor(ctx: click.Context, as_json: bool) -> None:
    """Tell everything that is unsafe, unset or falling behind, at once."""
    given = settings()
    findings = examine(given)
    if as_json:
        told = {**asdict(findings), "is_well": findings.is_well}
        click.echo(json.dumps(told, indent=2, default=str))
    else:
        _tell(findings)
    ctx.exit(0 if findings.is_well else 1)


def examine(given: Settings) -> Findings:
    """Look at the settings, the variables around them and the database."""
    broken, mail_found = _looked_at(given)
    return Findings(
        environment=given.environment.value,
        unsafe=unsafe(given),
        unknown=[
            f"{name} is not a setting: see .env.example." for name in unknown_names(os.environ)
        ],
        broken=broken,
        mail=mail_found,
    )


def _looked_at(given: Settings) -> tuple[list[str], MailSetup | None]:
    with unchecked(given) as database:
        try:
            schema.refuse_old_server(database)
            if schema.current(database) != schema.newest(shipped_folder("migrations")):
                return ["The database is not up to date: run “survey db upgrade”."], None
            return _falling_behind(database, given)
        except (schema.DatabaseOutOfReach, schema.ServerTooOld) as error:
            return [str(error)], None
        except SQLAlchemyError:
            return ["The database does not answer: check SURVEY_DATABASE_URL and its server."], None


def _falling_behind(database: Database, given: Settings) -> tuple[list[str], MailSetup]:
    with database.reading() as session:
        found = []
        if company(session) is None:
            found.append("There is no company yet: run “survey db upgrade”.")
        now = clock.now()
        mail_found = mail_setup_of(session, given, now=now)
        held_up = [*_mail_held_up(session, now), *_ledger_away(given)]
        return [*found, *held_up, *mail_found.broken], mail_found


def _mail_held_up(session: Session, now: datetime) -> Iterator[str]:
    stop = mail.queue_stop(session)
    if stop is not None:
        yield f"No mail leaves: {stop.reason} Release it on the page “Outbox”."
    elif (overdue := mail.count_overdue(session, since=now - _MAIL_MAY_WAIT)) > 0:
        yield f"{overdue} in the outbox should have left: is the worker running?"
    if (uncertain := mail.count_by_state(session)[MessageState.UNCERTAIN]) > 0:
        yield f"{uncertain} in the outbox may have left or not: settle that on the page “Outbox”."


def _ledger_away(given: Settings) -> Iterator[str]:
    try:
        ledger_of(given).read()
    except LedgerNotUsable as error:
        yield f"{error} Nobody can be erased, nor a stopped outbox released."


def _tell(findings: Findings) -> None:
    refused = "Production refuses:" if findings.environment == "production" else "For production:"
    for heading, sentences in (
        ("Broken:", findings.broken),
        (refused, findings.unsafe),
        ("Not known:", findings.unknown),
    ):
        if sentences:
            click.echo(heading)
            for sentence in sentences:
                click.echo(f"  - {sentence}")
    if findings.mail:
        _tell_mail(findings.mail)
    if findings.is_well and not findings.unsafe:
        click.echo("All is well.")


def _tell_mail(setup: MailSetup) -> None:
    click.echo(f"Mail ({setup.provider}):")
    for sentence in setup.advice:
        click.echo(f"  - {sentence}")
    for each in setup.records:
        click.echo(f"  - {each.kind} {each.name}: {each.look_for}")
    if setup.webhook:
        click.echo(f"  - Event Webhook: {setup.webhook.address}")
        click.echo(f"  - Verification key: {setup.webhook.key_words}")
        click.echo(f"  - Last receipt: {setup.heard.last_receipt_at or 'none yet'}")
        heard = setup.heard
        click.echo(f"  - Heard of {heard.heard_of} of {heard.accepted} mails of the last 24 hours")
