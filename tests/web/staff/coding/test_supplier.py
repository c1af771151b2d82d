"""A supplier the buyer typed: an analyst says who it is, and it counts by that name."""

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.audit.models import AuditEntry
from survey.deals.models import Alternative, Competitor
from survey.deals.types import Source
from survey.jobs.code import code_waiting
from survey.kit.db import Database
from survey.responses.models import Answer, Response
from survey.responses.types import Audience
from survey.team.models import User
from survey.team.types import Role
from tests.factories import make_answer, make_competitor
from tests.pages import CheckingClient

Answered = Callable[..., Response]
SignIn = Callable[[Role | User], User]


@pytest.fixture
def naming(session: Session, answered: Answered) -> Callable[..., Response]:
    """Make an answer that names a supplier beside “Chose another supplier”."""

    def make(written: str, **columns: object) -> Response:
        response = answered(**columns)
        clicked = select(Answer).where(
            Answer.response_id == response.id, Answer.question_key == "ended"
        )
        session.scalars(clicked).one().text = written
        session.commit()
        return response

    return make


def say(client: CheckingClient, response: Response, **filled: str) -> int:
    given = {f"ended-{name}": value for name, value in filled.items()}
    return client.post(f"/coding/suppliers/{response.public_id}/ended", data=given).status_code


def chosen_by_buyers(session: Session) -> list[str | None]:
    return list(
        session.scalars(
            select(Competitor.name)
            .select_from(Alternative)
            .outerjoin(Alternative.competitor)
            .where(Alternative.source == Source.BUYER)
            .order_by(Alternative.deal_id)
        )
    )


def test_the_list_is_offered_with_what_is_written_much_alike_first(
    client: CheckingClient, session: Session, sign_in: SignIn, naming: Answered
) -> None:
    make_competitor(session, name="Acme")
    make_competitor(session, name="Trailhead Systems")
    response = naming("Trailhead")
    sign_in(Role.ANALYST)

    page = client.get(f"/feedback/{response.public_id}").text

    assert "Not on our list of competitors" in page
    alike = page.index("Written much alike")
    assert alike < page.index("Trailhead Systems") < page.index("All others") < page.index("Acme")


def test_a_name_once_explained_counts_in_earlier_and_later_answers(
    client: CheckingClient,
    session: Session,
    database: Database,
    sign_in: SignIn,
    naming: Answered,
) -> None:
    trailhead = make_competitor(session, name="Trailhead Systems")
    first, second = naming("Trailhaed"), naming(" TRAILHAED ")
    code_waiting(database)
    assert chosen_by_buyers(session) == [None, None]
    sign_in(Role.ANALYST)

    assert say(client, first, competitor=trailhead.public_id) == 303

    assert chosen_by_buyers(session) == ["Trailhead Systems"] * 2
    naming("trailhaed")
    code_waiting(database)
    assert chosen_by_buyers(session) == ["Trailhead Systems"] * 3
    assert "Counts as Trailhead Systems" in client.get(f"/feedback/{second.public_id}").text
    assert session.scalars(select(AuditEntry.action)).all()[-1] == "supplier_named"


def test_the_longest_name_a_buyer_may_type_is_explained_and_counts(
    client: CheckingClient, session: Session, sign_in: SignIn, naming: Answered
) -> None:
    """Three hundred letters, each of which becomes two signs when it becomes small."""
    trailhead = make_competitor(session, name="Trailhead Systems")
    response = naming("İ" * 300)
    sign_in(Role.ANALYST)

    assert say(client, response, competitor=trailhead.public_id) == 303
    assert chosen_by_buyers(session) == ["Trailhead Systems"]


def test_the_longest_name_an_analyst_may_give_is_put_on_the_list(
    client: CheckingClient, session: Session, sign_in: SignIn, naming: Answered
) -> None:
    response = naming("İ" * 300)
    sign_in(Role.ANALYST)

    assert say(client, response, name="İ" * 200) == 303
    assert chosen_by_buyers(session) == ["İ" * 200]


def test_a_supplier_is_put_on_the_list(
    client: CheckingClient, session: Session, sign_in: SignIn, naming: Answered
) -> None:
    response = naming("the basecampers")
    sign_in(Role.ANALYST)

    assert say(client, response, name="  Base  Camp ") == 303

    assert chosen_by_buyers(session) == ["Base Camp"]
    assert session.scalars(select(Competitor.name)).all() == ["Base Camp"]


def test_a_supplier_is_put_on_the_list_as_it_was_written(
    client: CheckingClient, session: Session, sign_in: SignIn, naming: Answered
) -> None:
    response = naming("Base Camp")
    sign_in(Role.ANALYST)

    assert say(client, response, name="base camp") == 303
    assert say(client, response, name="Other") == 404  # it is on the list now

    assert chosen_by_buyers(session) == ["base camp"]


def test_a_wrong_explanation_is_corrected(
    client: CheckingClient, session: Session, sign_in: SignIn, naming: Answered
) -> None:
    acme, other = make_competitor(session, name="Acme"), make_competitor(session, name="Other")
    response = naming("Akme")
    sign_in(Role.ANALYST)

    say(client, response, competitor=other.public_id)
    say(client, response, competitor=acme.public_id)

    assert chosen_by_buyers(session) == ["Acme"]


def test_nobody_chosen_is_told(
    client: CheckingClient, sign_in: SignIn, session: Session, naming: Answered
) -> None:
    response = naming("Akme")
    sign_in(Role.ANALYST)

    assert say(client, response) == 422
    assert session.scalars(select(AuditEntry.action)).all() == ["taxonomy_released"]


def test_what_counts_in_totals_only_is_explained_by_nobody(
    client: CheckingClient, sign_in: SignIn, naming: Answered
) -> None:
    response = naming("Akme", audience=Audience.TOTALS_ONLY)
    sign_in(Role.ANALYST)

    assert say(client, response, name="Akme") == 404


def test_sellers_explain_nothing(client: CheckingClient, sign_in: SignIn, naming: Answered) -> None:
    response = naming("Akme")
    sign_in(Role.SELLER)

    assert say(client, response, name="Akme") == 403


@pytest.mark.parametrize(
    ("written", "said", "read"),
    [
        ("Trailhead", "Trailhead was simpler", "[…] was simpler"),
        ("trail head ltd", "Trail Head was simpler", "[…] […] was simpler"),
        ("the one from Acme we met in May", "Acme is one we met", "[…] is one we met"),
    ],
)
def test_a_typed_supplier_is_left_out_of_nameless_words(
    client: CheckingClient,
    session: Session,
    sign_in: SignIn,
    naming: Answered,
    written: str,
    said: str,
    read: str,
) -> None:
    nameless = [naming("", audience=Audience.SENDER_TEAM) for _ in range(2)]
    nameless.append(naming(written, text=said, audience=Audience.SENDER_TEAM))
    make_answer(session, response=nameless[0], question_key="well", text="Nothing of note")
    session.commit()
    sign_in(Role.SELLER)

    page = client.get(f"/feedback/{nameless[2].public_id}").text
    stream = client.get("/feedback?part=nameless").text

    assert read in page
    assert read in stream
    assert said not in page + stream
