"""`survey`: every command, one line each."""

import click

from survey.cli import (
    db,
    deliver,
    doctor,
    import_,
    invite,
    person,
    report,
    serve,
    taxonomy,
    user,
    web,
    worker,
)
from survey.cli.demo.command import demo
from survey.cli.door import Commands, version
from survey.kit.memory import look_for_cycles_seldom


@click.group(cls=Commands)
@click.version_option(version(), message="%(version)s")
def main() -> None:
    """Debrief: ask the buyers of closed deals why, and learn from the answers."""
    look_for_cycles_seldom()


main.add_command(db.db)
main.add_command(deliver.deliver)
main.add_command(demo)
main.add_command(doctor.doctor)
main.add_command(import_.import_)
main.add_command(invite.invite)
main.add_command(person.person)
main.add_command(report.report)
main.add_command(serve.serve)
main.add_command(taxonomy.taxonomy)
main.add_command(user.user)
main.add_command(web.web)
main.add_command(worker.worker)
