"""An analyst reads an answer for reasons; a seller reads what the buyer let them read."""

from collections.abc import Callable
from datetime import datetime

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.audit.types import Actor, ActorKind
from survey.coding.models import Coding
from survey.coding.types import CodingRole, CodingSource
from survey.responses.models import Response
from survey.responses.types import Audience
from survey.taxonomy.actions import ship_release
from survey.team.models import User
from survey.team.types import Role
from tests.factories import make_answer, make_response, make_user
from tests.factories.asked import make_asked
from tests.journeys.conftest import PHONE

pytestmark = pytest.mark.browser

Open = Callable[..., Page]
SignIn = Callable[[Page, Role | User], User]
Axe = Callable[[Page], list[str]]

_WORDS = "Nice people, but there was no connector for our warehouse, so IT said no."


def _answered(session: Session, *, link: str = "one", seller: User, **columns: object) -> Response:
    invitation = make_asked(session, token=link)
    invitation.deal.seller = seller
    response = make_response(session, invitation=invitation, **columns)
    make_answer(session, response=response, question_key="weighed", choice_key="systems", text="")
    make_answer(session, response=response, question_key="different", text=_WORDS)
    session.commit()
    return response


@pytest.fixture(autouse=True)
def taxonomy(session: Session, moment: datetime) -> None:
    ship_release(session, actor=Actor(ActorKind.COMMAND), now=moment)
    session.commit()


@pytest.mark.parametrize("options", [{}, {"viewport": PHONE, "color_scheme": "dark"}])
def test_an_analyst_finds_the_reason_in_the_buyers_words(
    open_page: Open, session: Session, sign_in_page: SignIn, axe: Axe, options: dict[str, object]
) -> None:
    _answered(session, seller=make_user(session))
    page = open_page(**options)
    sign_in_page(page, Role.ANALYST)

    page.goto("/coding")
    page.get_by_role("link", name="Read the answer").click()
    page.get_by_text("Find a reason in these words").click()
    assert axe(page) == []
    page.get_by_label("The words it rests on").fill("no connector for our warehouse")
    page.get_by_label("Reason", exact=True).select_option(label="Integrations")
    page.get_by_label("It decided").check()
    page.get_by_role("button", name="Add this reason").click()

    expect(page.get_by_text("The reason is added.")).to_be_visible()
    assert axe(page) == []
    page.goto("/feedback?reason=TEC-01&decisive=y")
    expect(page.get_by_text("Weighed most: Integrations")).to_be_visible()
    coding = session.scalars(select(Coding)).one()
    assert (coding.source, coding.role) == (CodingSource.PERSON, CodingRole.PRIMARY)
    page.goto("/coding")
    expect(page.get_by_text("All read")).to_be_visible()


def test_a_quote_the_buyer_did_not_write_is_refused_and_nothing_typed_is_lost(
    open_page: Open, session: Session, sign_in_page: SignIn
) -> None:
    response = _answered(session, seller=make_user(session))
    page = open_page(java_script_enabled=False)
    sign_in_page(page, Role.ANALYST)

    page.goto(f"/feedback/{response.public_id}")
    page.get_by_text("Find a reason in these words").click()
    page.get_by_label("The words it rests on").fill("no ERP connector")
    page.get_by_label("Reason", exact=True).select_option(label="Integrations")
    page.get_by_role("button", name="Add this reason").click()

    expect(page.get_by_role("alert")).to_contain_text("letter for letter")
    expect(page.get_by_label("The words it rests on")).to_have_value("no ERP connector")
    expect(page.get_by_label("Reason", exact=True)).to_have_value("TEC-01")


def test_a_seller_reads_own_buyers_as_each_allowed(
    open_page: Open, session: Session, sign_in_page: SignIn, axe: Axe
) -> None:
    seller = make_user(session, role=Role.SELLER)
    allowed = _answered(session, seller=seller)
    private = _answered(session, link="two", seller=seller, audience=Audience.SENDER_TEAM)
    page = open_page(viewport=PHONE)
    sign_in_page(page, seller)

    page.goto("/feedback")

    expect(page.get_by_role("article")).to_have_count(1)
    page.get_by_role("link", name=allowed.deal.account.name).click()
    expect(page.get_by_text(_WORDS)).to_be_visible()
    expect(page.get_by_text("Find a reason in these words")).to_have_count(0)
    assert axe(page) == []
    missing = page.goto(f"/feedback/{private.public_id}")
    assert missing is not None
    assert missing.status == 404
