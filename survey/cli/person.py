"""`survey person`: what is held about somebody, and forgetting them."""

import json
from pathlib import Path

import click

from survey.cli.door import Commands, actor, fail, opened, settings
from survey.jobs.ledger import ledger_of
from survey.kit import clock
from survey.kit.addresses import read_address
from survey.kit.words import counted
from survey.privacy.actions import erase_person
from survey.privacy.queries import find_person, held_about
from survey.privacy.types import Agreed

_UNOPENED = (
    "Lines of the ledger that SURVEY_SECRET_KEY does not open: {}. If they are not from before a"
    " rotation, add their key to SURVEY_SECRET_KEY_FALLBACKS, or those people may be mailed again."
)


@click.group(cls=Commands)
def person() -> None:
    """A buyer's own data: tell everything that is held, or forget it."""


@person.command()
@click.argument("email")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Not the screen.")
def export(email: str, output: Path | None) -> None:
    """Write everything that is held about a person, as JSON."""
    address = read_address(email)
    with opened() as database, database.reading() as session:
        held = held_about(session, find_person(session, address))
    if not held:
        fail("Nothing is held about this address.")
    text = json.dumps({"address": address, **held}, indent=2, ensure_ascii=False, default=str)
    if output is None:
        click.echo(text)
        return
    output.write_text(text + "\n", encoding="utf-8")
    output.chmod(0o600)
    click.echo(f"Written to {output}.")


@person.command()
@click.argument("email")
@click.option("--yes", is_flag=True, help="Do not ask whether you are sure.")
def erase(email: str, yes: bool) -> None:
    """Forget a person for ever; what was counted stays counted."""
    address = read_address(email)
    if not yes:
        click.confirm("Erase this person for ever?", abort=True)
    given = settings()
    with opened(given) as database, database.writing() as session:
        done = erase_person(
            session, address, ledger=ledger_of(given), actor=actor(), now=clock.now()
        )
    click.echo(
        f"Erased: {counted(done.contacts, 'contact')}, the words of"
        f" {counted(done.answers, 'answer')}, the reader of {counted(done.mails, 'mail')}."
        f" Still counted, without the person: {counted(done.codings, 'coding')}."
        " Erase them in your CRM too."
    )


def tell_agreed(agreed: Agreed) -> None:
    """Say what the ledger knew better, where it did."""
    if agreed.taken_in:
        click.echo(f"Never mailed again, as the ledger says: {agreed.taken_in} more.", err=True)
    if agreed.erased:
        click.echo(f"Erased again, as the ledger says: {agreed.erased}.", err=True)
    if agreed.unreadable:
        click.echo(_UNOPENED.format(agreed.unreadable), err=True)
