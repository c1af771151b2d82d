"""What waits for a reader, and the reader's decisions."""

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.audit.models import AuditEntry
from survey.coding.models import Coding
from survey.coding.types import CodingSource, CodingState
from survey.responses.models import Response
from survey.responses.types import Audience
from survey.team.models import User
from survey.team.types import Role
from tests.factories import make_coding
from tests.pages import CheckingClient

Answered = Callable[..., Response]
SignIn = Callable[[Role | User], User]


def _form(**changed: str) -> dict[str, str]:
    filled = {
        "quote": "A smaller first package",
        "reason": "PRI-04",
        "role": "primary",
        "direction": "against_us",
        "moment": "proposal",
    } | changed
    return {f"different-{name}": value for name, value in filled.items()}


def test_coding_lists_what_waits_for_a_reader(
    client: CheckingClient, sign_in: SignIn, answered: Answered
) -> None:
    response = answered()
    sign_in(Role.ANALYST)

    assert response.deal.account.name in client.get("/coding").text


def test_coding_says_so_when_all_is_read(client: CheckingClient, sign_in: SignIn) -> None:
    sign_in(Role.ANALYST)

    assert "All read" in client.get("/coding").text


def test_analyst_adds_a_reason_with_its_quote(
    client: CheckingClient, session: Session, sign_in: SignIn, answered: Answered
) -> None:
    response = answered()
    analyst = sign_in(Role.ANALYST)

    answer = client.post(f"/coding/answers/{response.public_id}/different", data=_form())

    coding = session.scalars(select(Coding)).one()
    assert answer.status_code == 303
    assert (coding.reason.code, coding.quote, coding.source, coding.coded_by_id) == (
        "PRI-04",
        "A smaller first package",
        CodingSource.PERSON,
        analyst.id,
    )
    assert session.scalars(select(AuditEntry.action)).all()[-1] == "coding_added"


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"quote": "A much smaller package"}, "letter for letter"),
        ({"quote": ""}, "Please keep the words that show it."),
        ({"reason": ""}, "Please choose a reason."),
        ({"reason": "ZZZ-99"}, "Please choose from the list."),
    ],
)
def test_reason_that_cannot_stand_is_refused_with_what_to_do(
    client: CheckingClient,
    session: Session,
    sign_in: SignIn,
    answered: Answered,
    changed: dict[str, str],
    sentence: str,
) -> None:
    response = answered()
    sign_in(Role.ANALYST)

    answer = client.post(f"/coding/answers/{response.public_id}/different", data=_form(**changed))

    assert answer.status_code == 422
    assert sentence in answer.text
    assert session.scalars(select(Coding)).all() == []


def test_analyst_rejects_and_confirms(
    client: CheckingClient, session: Session, sign_in: SignIn, answered: Answered
) -> None:
    coding = make_coding(session, response=answered())
    sign_in(Role.ANALYST)

    states = []
    for step in ("reject", "confirm"):
        client.post(f"/coding/{coding.public_id}/{step}")
        session.refresh(coding)
        states.append(coding.state)

    assert states == [CodingState.REJECTED, CodingState.CONFIRMED]


@pytest.mark.parametrize("role", [Role.MANAGER, Role.SELLER, Role.VIEWER])
def test_coding_is_for_the_senders_team_only(
    client: CheckingClient, session: Session, sign_in: SignIn, answered: Answered, role: Role
) -> None:
    coding = make_coding(session, response=answered())
    sign_in(role)

    answer = client.post(f"/coding/{coding.public_id}/reject")

    assert answer.status_code == 403
    session.refresh(coding)
    assert coding.state is CodingState.CONFIRMED


def test_answers_nobody_may_read_cannot_be_coded(
    client: CheckingClient, sign_in: SignIn, answered: Answered
) -> None:
    response = answered(audience=Audience.TOTALS_ONLY)
    sign_in(Role.ADMIN)

    answer = client.post(f"/coding/answers/{response.public_id}/different", data=_form())

    assert answer.status_code == 404


@pytest.mark.parametrize(
    "code",
    ["SAL-08", "ALT-07", "ALT-08", "BUY-09", "BUY-10", "BUY-11", "COM-05", "COM-06", "SAL-09"],
)
def test_any_reason_may_be_found_however_the_deal_ended(
    client: CheckingClient, session: Session, sign_in: SignIn, answered: Answered, code: str
) -> None:
    # The buyer chose another supplier: several of these are typical of other endings only.
    response = answered()
    sign_in(Role.ANALYST)

    client.post(f"/coding/answers/{response.public_id}/different", data=_form(reason=code))

    assert session.scalars(select(Coding)).one().reason.code == code
