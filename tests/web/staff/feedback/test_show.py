"""One answer."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from sqlalchemy.orm import Session

from survey.coding.types import CodingRole
from survey.responses.models import Response
from survey.responses.types import Audience
from survey.team.models import User
from survey.team.types import Role
from tests.factories import make_answer, make_coding, make_reason, make_revision
from tests.pages import CheckingClient

Answered = Callable[..., Response]
SignIn = Callable[[Role | User], User]


def test_answer_is_told_in_the_questionnaires_words(
    client: CheckingClient, sign_in: SignIn, answered: Answered
) -> None:
    response = answered("A smaller first package.")
    sign_in(Role.ANALYST)

    page = client.get(f"/feedback/{response.public_id}").text

    assert "Another offer cost less for much the same" in page
    assert "A smaller first package." in page


@pytest.mark.parametrize(
    ("role", "words"),
    [(Role.ANALYST, "Short, said Anna Berg."), (Role.MANAGER, "Short, said […].")],
)
def test_what_the_buyer_says_of_the_questions_is_read_as_the_answer_is(
    client: CheckingClient,
    session: Session,
    sign_in: SignIn,
    answered: Answered,
    role: Role,
    words: str,
) -> None:
    responses = [answered(audience=Audience.SENDER_TEAM) for _ in range(3)]
    responses[0].invitation.contact.name = "Anna Berg"
    make_answer(
        session, response=responses[0], question_key="about_us", text="Short, said Anna Berg."
    )
    sign_in(role)

    told = BeautifulSoup(client.get(f"/feedback/{responses[0].public_id}").text, "html.parser")
    heading = told.find("h3", string="Anything about these questions themselves?")

    assert heading.parent.blockquote.get_text(strip=True) == words
    assert heading.parent.form is None


def test_answer_shows_its_reasons_with_their_quotes(
    client: CheckingClient, session: Session, sign_in: SignIn, answered: Answered
) -> None:
    response = answered()
    reason = make_reason(session, label="First package too large")
    make_coding(session, response=response, reason=reason, quote="A smaller first package")
    sign_in(Role.MANAGER)

    page = client.get(f"/feedback/{response.public_id}").text

    assert "First package too large" in page
    assert page.count("A smaller first package") == 2


def test_reasons_say_which_answer_they_rest_on_and_which_were_said_when_asked_further(
    client: CheckingClient, session: Session, sign_in: SignIn, answered: Answered
) -> None:
    response = answered("too expensive")
    make_answer(
        session, response=response, question_key="different_more", text="Only two of us use it"
    )
    for label, key, quote in (
        ("Beyond what they spend", "different", "too expensive"),
        ("Charged by seat", "different_more", "Only two of us use it"),
    ):
        make_coding(
            session,
            response=response,
            reason=make_reason(session, label=label),
            role=CodingRole.CONTRIBUTING,
            quote=quote,
            question_key=key,
        )
    sign_in(Role.ANALYST)

    page = client.get(f"/feedback/{response.public_id}").text
    reasons = page.split('id="reasons"')[1]
    before, asked_further = reasons.split("Beyond what they spend")[1].split("Charged by seat")

    assert "From: What would have had to be different for you to choose us?" in before
    assert "Said when asked further" not in before
    assert "From: You wrote “too expensive”. How do you mean?" in asked_further
    assert "Said when asked further" in asked_further


def test_answer_tells_what_it_said_before(
    client: CheckingClient, session: Session, sign_in: SignIn, answered: Answered
) -> None:
    response = answered()
    make_revision(session, response=response, answers={"weighed": "people"})
    response.edited_at = response.submitted_at + timedelta(days=1)
    sign_in(Role.ANALYST)

    page = client.get(f"/feedback/{response.public_id}").text

    assert "Said before" in page
    assert "The people we dealt with" in page


@pytest.mark.parametrize("role", [Role.ADMIN, Role.ANALYST, Role.MANAGER, Role.SELLER])
def test_answer_in_totals_only_looks_as_if_it_were_missing(
    client: CheckingClient, sign_in: SignIn, answered: Answered, role: Role
) -> None:
    response = answered(seller=sign_in(role), audience=Audience.TOTALS_ONLY)

    found, missing = (client.get(f"/feedback/{id_}") for id_ in (response.public_id, "nothing"))

    assert (found.status_code, missing.status_code) == (404, 404)


def test_answer_of_anothers_deal_looks_as_if_it_were_missing(
    client: CheckingClient, sign_in: SignIn, answered: Answered
) -> None:
    response = answered()
    sign_in(Role.SELLER)

    assert client.get(f"/feedback/{response.public_id}").status_code == 404


def test_nameless_answer_leaves_out_names_deal_and_day(
    client: CheckingClient, sign_in: SignIn, answered: Answered
) -> None:
    text = "Anna Berg here: your demo missed our case."
    response, *_ = [answered(text, audience=Audience.SENDER_TEAM) for _ in range(3)]
    sign_in(Role.MANAGER)

    page = client.get(f"/feedback/{response.public_id}").text

    assert "[…] here: your demo missed our case." in page
    for name in (response.deal.account.name, response.deal.name, "Anna", "Noor"):
        assert name not in page


def test_only_who_may_code_is_offered_to(
    client: CheckingClient, sign_in: SignIn, answered: Answered
) -> None:
    response = answered()
    offered = {}
    for role in (Role.ANALYST, Role.MANAGER):
        sign_in(role)
        page = client.get(f"/feedback/{response.public_id}").text
        offered[role] = "Find a reason in these words" in page

    assert offered == {Role.ANALYST: True, Role.MANAGER: False}


def test_answer_stands_beside_the_reason_our_records_give(
    client: CheckingClient, sign_in: SignIn, answered: Answered
) -> None:
    response = answered()
    response.deal.crm_reason = "Lost on features"
    sign_in(Role.ANALYST)

    assert "Lost on features" in client.get(f"/feedback/{response.public_id}").text
