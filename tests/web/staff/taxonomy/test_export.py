"""/taxonomy/export: the table to carry away."""

from survey.audit.types import Actor, ActorKind
from survey.taxonomy.actions import ship_release
from survey.taxonomy.table import shipped_table, written_table
from survey.team.types import Role


def test_export_is_the_table_that_the_command_writes(client, sign_in, session, moment):
    ship_release(session, actor=Actor(ActorKind.COMMAND), now=moment)
    sign_in(Role.ANALYST)

    answer = client.get("/taxonomy/export")

    assert answer.data == written_table(shipped_table()).encode()
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == "attachment; filename=taxonomy-1.csv"
