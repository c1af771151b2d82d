"""The stream of answers."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.coding.types import CodingRole, CodingSource
from survey.deals.types import Outcome
from survey.responses.models import Response
from survey.responses.types import Audience, Channel
from survey.taxonomy.models import Reason
from survey.team.models import User
from survey.team.types import Role
from tests import databases
from tests.factories import (
    make_alternative,
    make_answer,
    make_coding,
    make_company,
    make_competitor,
    make_response,
    make_team,
    make_user,
)
from tests.factories.asked import make_asked
from tests.pages import CheckingClient

Answered = Callable[..., Response]
SignIn = Callable[[Role | User], User]


def _reason(session: Session, code: str) -> Reason:
    return session.scalars(select(Reason).where(Reason.code == code)).one()


def test_feedback_shows_what_buyers_wrote(
    client: CheckingClient, sign_in: SignIn, answered: Answered
) -> None:
    response = answered("A connector for our warehouse.")
    sign_in(Role.ANALYST)

    page = client.get("/feedback").text

    assert "A connector for our warehouse." in page
    assert response.deal.account.name in page


def test_each_quote_stands_under_the_question_that_it_answers(
    client: CheckingClient, session: Session, sign_in: SignIn
) -> None:
    won = make_response(session, invitation=make_asked(session, outcome=Outcome.WON))
    make_answer(session, response=won, question_key="nearly", text="The price, for a week.")
    make_coding(session, response=won, reason=_reason(session, "PRD-01"))
    sign_in(Role.ANALYST)

    assert _quotes(client, "/feedback") == [("What nearly stopped you?", "The price, for a week.")]


def test_a_quote_of_a_reply_says_that_it_was_one(
    client: CheckingClient, sign_in: SignIn, answered: Answered
) -> None:
    answered("You were too late.", channel=Channel.REPLY)
    sign_in(Role.ANALYST)

    assert _quotes(client, "/feedback") == [("In reply to the mail", "You were too late.")]


def test_a_nameless_quote_does_not_repeat_in_its_question_what_the_buyer_wrote(
    client: CheckingClient, session: Session, sign_in: SignIn, answered: Answered
) -> None:
    for _ in range(3):
        response = answered("Ask Anna Berg.", audience=Audience.SENDER_TEAM)
        make_answer(session, response=response, question_key="different_more", text="By phone.")
    sign_in(Role.MANAGER)

    shown = _quotes(client, "/feedback?part=nameless")

    asked = "What would have had to be different for you to choose us?"
    assert shown == [(asked, "Ask […]."), ("Asked further", "By phone.")] * 3


def _quotes(client: CheckingClient, address: str) -> list[tuple[str, str]]:
    page = BeautifulSoup(client.get(address).text, "html.parser")
    return [
        (quote.find_previous_sibling("p").get_text(), quote.get_text())
        for quote in page.select(".heard .quote")
    ]


def test_feedback_says_what_to_do_where_there_is_none(
    client: CheckingClient, sign_in: SignIn
) -> None:
    sign_in(Role.ANALYST)

    assert "No answers found" in client.get("/feedback").text


def test_feedback_shows_sellers_their_own_deals_only(
    client: CheckingClient, sign_in: SignIn, answered: Answered
) -> None:
    seller = sign_in(Role.SELLER)
    answered("Said to my own seller.", seller=seller)
    answered("Said to somebody else.")

    page = client.get("/feedback").text

    assert "Said to my own seller." in page
    assert "Said to somebody else." not in page


@pytest.mark.parametrize("audience", [Audience.TOTALS_ONLY])
@pytest.mark.parametrize("role", [Role.ADMIN, Role.ANALYST, Role.MANAGER, Role.SELLER])
def test_feedback_never_shows_what_counts_in_totals_only(
    client: CheckingClient, sign_in: SignIn, answered: Answered, role: Role, audience: Audience
) -> None:
    answered("Nobody may read this.", seller=sign_in(role), audience=audience)

    for address in ("/feedback", "/feedback?part=nameless", "/feedback?words=nobody"):
        assert "Nobody may read this." not in client.get(address).text


def test_nameless_answers_leave_out_every_name(
    client: CheckingClient, sign_in: SignIn, answered: Answered
) -> None:
    shown = [
        answered("Anna Berg here: your demo missed our case.", audience=Audience.SENDER_TEAM)
        for _ in range(3)
    ]
    sign_in(Role.MANAGER)

    page = client.get("/feedback?part=nameless").text

    assert page.count("[…] here: your demo missed our case.") == 3
    for response in shown:
        assert response.deal.account.name not in page
        assert response.deal.name not in page


def test_nameless_answers_ignore_filters_that_point_at_somebody(
    client: CheckingClient, sign_in: SignIn, answered: Answered
) -> None:
    for _ in range(3):
        answered("Too slow for us.", audience=Audience.SENDER_TEAM)
    sign_in(Role.MANAGER)

    page = client.get("/feedback?part=nameless&region=Nowhere&words=xyz").text

    assert page.count("Too slow for us.") == 3


def test_feedback_filters_by_the_decisive_reason(
    client: CheckingClient, session: Session, sign_in: SignIn, answered: Answered
) -> None:
    decided, contributed = answered("It decided."), answered("It only contributed.")
    price = _reason(session, "PRI-01")
    make_coding(session, response=decided, reason=price)
    make_coding(session, response=contributed, reason=price, role=CodingRole.CONTRIBUTING)
    answered("Something else altogether.")
    sign_in(Role.ANALYST)

    named = client.get("/feedback?reason=PRI-01").text
    decisive = client.get("/feedback?reason=PRI-01&decisive=y").text

    assert ("It only contributed." in named, "It only contributed." in decisive) == (True, False)
    assert "It decided." in decisive
    assert "Something else altogether." not in named


@pytest.mark.parametrize("words", ["warehouse", "WAREHOUSE", "100%"])
def test_feedback_searches_words(
    client: CheckingClient, sign_in: SignIn, answered: Answered, words: str
) -> None:
    answered("Our warehouse needs it 100% of the time.")
    answered("Nothing to add.")
    sign_in(Role.ANALYST)

    page = client.get("/feedback", query_string={"words": words}).text

    assert "Our warehouse" in page
    assert "Nothing to add." not in page


@pytest.mark.parametrize(
    "address", ["outcome=maybe", "from=2026-13", "from=2026-05&to=2026-01", "page=nonsense"]
)
def test_feedback_of_an_address_that_means_nothing_is_not_found(
    client: CheckingClient, sign_in: SignIn, address: str
) -> None:
    sign_in(Role.ANALYST)

    assert client.get(f"/feedback?{address}").status_code == 404


def test_feedback_is_not_for_viewers(client: CheckingClient, sign_in: SignIn) -> None:
    sign_in(Role.VIEWER)

    assert client.get("/feedback").status_code == 403


def test_feedback_costs_the_same_queries_for_one_and_three_answers(
    client: CheckingClient, session: Session, sign_in: SignIn, answered: Answered
) -> None:
    database = client.application.extensions["survey"].database
    sign_in(Role.ANALYST)
    answered()
    with databases.queries_counted(database) as one:
        client.get("/feedback")
    answered()
    answered()

    with databases.queries_counted(database) as three:
        client.get("/feedback")

    assert len(three) == len(one)


def test_feedback_pages_through_many_answers(
    client: CheckingClient, sign_in: SignIn, answered: Answered
) -> None:
    for number in range(22):
        answered(f"Answer number {number:02}.")
    sign_in(Role.ANALYST)

    first = client.get("/feedback").text

    assert first.count("Answer number") == 20
    assert 'rel="next"' in first


def test_a_reason_found_by_buyer_and_reader_is_told_once(
    client: CheckingClient, session: Session, sign_in: SignIn, answered: Answered
) -> None:
    response, price = answered(), _reason(session, "PRI-01")
    for source in (CodingSource.BUYER, CodingSource.PERSON):
        make_coding(session, response=response, reason=price, source=source)
    sign_in(Role.ANALYST)

    page = client.get("/feedback").text

    assert page.count(f"Weighed most: {price.label}") == 1


def test_the_price_bars_lead_to_their_answers(
    client: CheckingClient, session: Session, sign_in: SignIn, answered: Answered
) -> None:
    decided, named, other = answered("It decided."), answered("It was named."), answered("Neither.")
    make_coding(session, response=decided, reason=_reason(session, "PRI-01"))
    bundled = _reason(session, "ALT-03")  # of another category, but in the buyer's price group
    make_coding(session, response=named, reason=bundled, role=CodingRole.CONTRIBUTING)
    make_coding(session, response=other, reason=_reason(session, "PRD-01"))
    make_answer(session, response=named, question_key="same_cost", choice_key="us", text="")
    sign_in(Role.ANALYST)

    shown = {
        address: [
            words
            for words in ("It decided.", "It was named.", "Neither.")
            if words in client.get(f"/feedback?{address}").text
        ]
        for address in ("group=price", "group=price&decisive=y", "said=price")
    }

    assert shown == {
        "group=price": ["It decided.", "It was named."],
        "group=price&decisive=y": ["It decided."],
        "said=price": ["It was named."],
    }


def test_a_group_that_is_none_is_not_found(client: CheckingClient, sign_in: SignIn) -> None:
    sign_in(Role.ANALYST)

    assert client.get("/feedback?group=weather").status_code == 404


def test_answers_behind_the_funnel_are_those_of_deals_that_closed_then(
    client: CheckingClient, session: Session, sign_in: SignIn, answered: Answered
) -> None:
    make_company(session)
    answered("Closed in August.").deal.closed_on = date(2026, 8, 20)
    answered("Closed in May.").deal.closed_on = date(2026, 5, 20)
    for _ in range(3):
        answered("For fewer.", audience=Audience.SENDER_TEAM).deal.closed_on = date(2026, 8, 21)
    answered("In totals.", audience=Audience.TOTALS_ONLY).deal.closed_on = date(2026, 8, 22)
    sign_in(Role.MANAGER)

    page = client.get("/feedback?step=answered&from=2026-08&to=2026-08").text

    assert "Closed in August." in page
    assert "Closed in May." not in page
    assert "For fewer." not in page
    assert "This bar counts 4 answers; 3 are not listed for you: their buyers" in page
    assert "part=nameless&amp;step" not in page


def test_an_overruled_click_is_no_longer_behind_its_bar(
    client: CheckingClient, session: Session, sign_in: SignIn, answered: Answered
) -> None:
    make_company(session)
    response = answered("It was the support, in truth.")
    clicked, read = _reason(session, "PRI-01"), _reason(session, "PRD-01")
    make_coding(session, response=response, reason=clicked, source=CodingSource.BUYER)
    make_coding(session, response=response, reason=read, source=CodingSource.PERSON)
    sign_in(Role.ANALYST)

    shown = {
        code: "in truth" in client.get(f"/feedback?reason={code}&decisive=y{counted}").text
        for code in ("PRI-01", "PRD-01")
        for counted in ("", "&counted=y")
    }

    assert shown == {"PRI-01": False, "PRD-01": True}


def test_two_people_of_one_deal_are_one_answer_behind_a_bar(
    client: CheckingClient, session: Session, sign_in: SignIn, answered: Answered
) -> None:
    make_company(session)
    first, second = answered("Said in May."), answered("Said in June.")
    second.deal = second.invitation.deal = first.deal
    second.submitted_at = first.submitted_at + timedelta(hours=1)
    sign_in(Role.ANALYST)

    stream, counted = client.get("/feedback").text, client.get("/feedback?counted=y").text

    assert ("Said in May." in stream, "Said in May." in counted) == (True, False)
    assert "Said in June." in counted
    assert "This bar counts 1 answer, and lists them all." in counted


def test_filters_without_a_field_are_kept_and_can_be_taken_away(
    client: CheckingClient, session: Session, sign_in: SignIn, answered: Answered
) -> None:
    make_company(session)
    north = make_team(session, name="North")
    seller = make_user(session, name="Femke", team=north)
    answered("Sold by Femke.", seller=seller)
    answered("Sold by another.")
    sign_in(Role.MANAGER)

    page = client.get(f"/feedback?team=North&seller={seller.public_id}&category=PRI&counted=y")
    named = client.get(f"/feedback?team=North&seller={seller.public_id}").text

    shown = BeautifulSoup(page.text, "html.parser")
    chips = {chip.contents[0]: chip["href"] for chip in shown.select(".chips a")}
    fields = {field["name"]: field["value"] for field in shown.select("input[type=hidden]")}
    fields |= {
        box["name"]: box.find("option", selected=True)["value"]
        for box in shown.select(".filters select")
    }
    assert ("Sold by Femke." in named, "Sold by another." in named) == (True, False)
    assert {"Team: North", "Seller: Femke"} <= chips.keys()
    assert "team=" not in chips["Team: North"]
    assert f"seller={seller.public_id}" in chips["Team: North"]
    asked = {"team": "North", "seller": seller.public_id, "category": "PRI", "counted": "y"}
    assert asked.items() <= fields.items()


@pytest.mark.parametrize("release", ["-1", "x", "²", "9" * 12])
def test_a_release_that_is_none_is_not_found(
    client: CheckingClient, sign_in: SignIn, release: str
) -> None:
    sign_in(Role.ANALYST)

    assert client.get("/feedback", query_string={"release": release}).status_code == 404


def test_seller_is_told_of_no_bar_against_a_competitor_met_in_two_deals(
    client: CheckingClient, session: Session, sign_in: SignIn, answered: Answered
) -> None:
    make_company(session)
    rival, seller = make_competitor(session), make_user(session, team=make_team(session))
    address = f"/feedback?competitor={rival.public_id}&counted=y"
    sign_in(seller)
    status = []
    for _ in range(3):
        deal = answered(seller=seller).deal
        deal.closed_on = date(2026, 8, 20)
        make_alternative(session, deal=deal, competitor=rival)
        status.append(client.get(address).status_code)

    assert status == [404, 404, 200]
