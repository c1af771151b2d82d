"""/questionnaires: what there is, and in which version."""

import pytest

from survey.audit.types import Actor, ActorKind
from survey.questionnaires.actions import freeze_version, ship_questionnaires
from survey.taxonomy.actions import ship_release
from survey.team.types import Role

SOMEBODY = Actor(ActorKind.COMMAND, label="tests")


@pytest.mark.parametrize("role", Role)
def test_everybody_signed_in_sees_questionnaires_and_their_state(
    client, sign_in, session, moment, role
):
    ship_release(session, actor=SOMEBODY, now=moment)
    not_won, _won = ship_questionnaires(session, actor=SOMEBODY, now=moment)
    freeze_version(session, not_won, now=moment)
    sign_in(role)

    page = client.get("/questionnaires").text

    assert "“What weighed most in your decision?”" in page
    assert "“What weighed most in choosing us?”" in page
    assert "Frozen 15 October 2026" in page
    assert "Not used yet" in page


def test_no_questionnaires_says_what_to_do(client, sign_in):
    sign_in(Role.ADMIN)

    assert "No questionnaires yet" in client.get("/questionnaires").text
