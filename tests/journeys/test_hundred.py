"""The main job, end to end: a hundred deals in, mails out, twelve answers back, reasons out."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
import time_machine
from click.testing import CliRunner
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from survey.audit.types import Actor, ActorKind
from survey.cli.main import main
from survey.config import Settings
from survey.jobs.code import code_waiting
from survey.kit.db import Database
from survey.questionnaires.actions import ship_questionnaires
from survey.taxonomy.actions import ship_release
from survey.team.types import Role
from tests.factories import make_company
from tests.journeys import hundred
from tests.journeys.conftest import PHONE

pytestmark = pytest.mark.browser

Open = Callable[..., Page]
SignIn = Callable[[Page, Role], object]
_THURSDAY_MORNING = datetime(2026, 10, 15, 8, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def october() -> Any:
    with time_machine.travel(_THURSDAY_MORNING, tick=True):
        yield


@pytest.fixture(autouse=True)
def founded(session: Session, october: None) -> None:
    make_company(session)
    actor = Actor(ActorKind.COMMAND)
    ship_release(session, actor=actor, now=_THURSDAY_MORNING)
    ship_questionnaires(session, actor=actor, now=_THURSDAY_MORNING)
    session.commit()


@pytest.fixture
def run(settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., str]:
    """Run a command of the product in an empty folder, on this test's database."""
    monkeypatch.chdir(tmp_path)
    for name, value in {
        "SURVEY_ENVIRONMENT": "test",
        "SURVEY_DATABASE_URL": settings.database_url,
        "SURVEY_QUEUE_URL": settings.queue_url,
        "SURVEY_MAIL_FOLDER": str(settings.mail_folder),
        "SURVEY_BASE_URL": settings.base_url,
        "SURVEY_MAIL_FROM": settings.mail_from,
    }.items():
        monkeypatch.setenv(name, str(value))

    def ran(*words: str) -> str:
        result = CliRunner().invoke(main, words)
        assert result.exit_code == 0, result.output
        return result.stdout

    return ran


def _start_campaign(page: Page, name: str, questionnaire: str, **delays: str) -> None:
    page.goto("/campaigns/new")
    page.get_by_label("Name of the campaign").fill(name)
    page.get_by_label("Questionnaire").select_option(label=questionnaire)
    for outcome in ("Lost", "No decision", "Won"):
        page.get_by_label(outcome, exact=True).fill(
            delays.get(outcome.lower().replace(" ", "_"), "")
        )
    page.get_by_label("Notice to sellers").fill("0")
    page.get_by_label("Name", exact=True).fill("Noor de Wit")
    page.get_by_label("Role", exact=True).fill("Head of Research")
    page.get_by_label("Reply address").fill("noor@northwind.example")
    page.get_by_role("button", name=re.compile("Save|Create|Make")).first.click()
    page.get_by_role("button", name=re.compile("Start")).first.click()
    expect(page.get_by_text("Running").first).to_be_visible()


def _links(mailbox: Path) -> dict[str, dict[str, str]]:
    """Each buyer's links from the mail they got: choice key → address; "" is without a choice."""
    found = {}
    for file in mailbox.rglob("*.eml"):
        mail = message_from_bytes(file.read_bytes(), policy=policy.default)
        body = mail.get_body(("plain",))
        assert body is not None
        urls = re.findall(r"https?://\S+/s/\S+", body.get_content())
        found[mail["To"].addresses[0].addr_spec] = {
            url.partition("choice=")[2]: url for url in urls
        }
    return found


def _answer(page: Page, links: dict[str, str], said: hundred.Said) -> None:
    response = page.goto(links[said.first])
    assert response is not None and response.ok, response and response.status
    page.get_by_role("button", name="Continue").click()
    page.get_by_label(said.ended, exact=True).check()
    page.get_by_role("button", name="Continue").click()
    if said.about:
        page.get_by_label(said.about, exact=True).check()
        page.get_by_role("button", name="Continue").click()
    if said.words:
        page.get_by_role("textbox").first.fill(said.words)
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("The people I dealt with").check()
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Thank you")


def test_a_hundred_deals_become_the_months_reasons(
    open_page: Open,
    run: Callable[..., str],
    sign_in_page: SignIn,
    settings: Settings,
    database: Database,
    tmp_path: Path,
) -> None:
    deals = hundred.write_deals(tmp_path / "deals.csv")

    imported = json.loads(run("import", str(deals), "--json"))
    assert imported["added"] == 100, imported
    again = json.loads(run("import", str(deals), "--json"))
    assert (again["added"], again["unchanged"]) == (0, 100)

    page = open_page()
    sign_in_page(page, Role.MANAGER)
    _start_campaign(page, "Not won", "Not won", lost="10", no_decision="30")
    _start_campaign(page, "Won", "Won", won="21")

    assert json.loads(run("invite", "--json"))["invitations"] == 100
    assert json.loads(run("invite", "--json"))["invitations"] == 0
    assert json.loads(run("deliver", "--once", "--json"))["accepted"] == 100
    links = _links(settings.mail_folder)
    assert len(links) == 100

    phone = open_page(viewport=PHONE, java_script_enabled=False)
    answers = (*hundred.LOST_ANSWERS, *hundred.WON_ANSWERS, *hundred.NO_DECISION_ANSWERS)
    for said in answers:
        _answer(phone, links[hundred.address_of(said.deal)], said)
    assert code_waiting(database) == 12
