"""A manager writes a campaign's mail, and sees it as its buyer would, in a real browser."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.invitations.models import Wording
from survey.kit.clock import now
from survey.questionnaires.documents import shipped_document
from survey.team.models import User
from survey.team.types import Role
from tests.factories import (
    make_campaign,
    make_company,
    make_contact,
    make_deal,
    make_deal_contact,
    make_questionnaire,
    make_version,
)

pytestmark = pytest.mark.browser


def test_the_preview_follows_what_is_typed_and_keeps_nothing(
    page: Page, sign_in_page: Callable[[Page, Role | User], User], session: Session
) -> None:
    make_company(session, name="Northwind")
    not_won = make_questionnaire(session, key="not_won", name="Not won")
    make_version(session, questionnaire=not_won, document=shipped_document("not_won"))
    deal = make_deal(session, closed_on=(now() - timedelta(days=15)).date(), product="Atlas")
    jane = make_contact(session, account=deal.account, name="Jane Doe")
    make_deal_contact(session, deal=deal, contact=jane, is_decider=True)
    campaign = make_campaign(session, questionnaire=not_won)
    sign_in_page(page, Role.MANAGER)

    page.goto(f"/campaigns/{campaign.public_id}/mails/invitation/lost")
    mail = page.frame_locator("#mail-preview").locator("body")
    expect(mail).to_contain_text("Hello Jane")
    page.get_by_label("Text").fill("We met about {product}, and you chose others.")

    expect(mail).to_contain_text("We met about Atlas, and you chose others.")
    page.get_by_label("Text").fill("What became of {prodct}?")
    expect(mail).to_contain_text("{prodct}")
    page.reload()
    expect(mail).not_to_contain_text("others")
    assert session.scalars(select(Wording)).all() == []
