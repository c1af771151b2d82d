"""Whatever a buyer types into any field runs nowhere: not on the buyer's pages, nor on ours."""

import json
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from itertools import cycle
from typing import Any

import pytest
import time_machine
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.deals.types import Outcome
from survey.invitations.models import Referral
from survey.responses.models import Response
from survey.team.models import User
from survey.team.types import Role
from tests.factories import make_deal
from tests.factories.asked import make_asked
from tests.hostile import packs
from tests.journeys.watching import Watch
from tests.others import at_hand

pytestmark = pytest.mark.browser

SignIn = Callable[[Page, Role | User], User]
Texts = dict[int, Iterator[str]]


@dataclass(frozen=True)
class Way:
    """What a buyer chooses, and so which fields come."""

    outcome: Outcome
    weighed: str
    choices: dict[str, str] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)
    """What goes into a field instead, so that the next question comes."""


LOST, WON = Outcome.LOST, Outcome.WON
SUPPLIER, RIVAL = {"ended": "chose_supplier"}, {"closest": "competitor"}
WAYS = (
    Way(LOST, "product", SUPPLIER | {"about": "missing"}),
    Way(LOST, "people", SUPPLIER | {"about": "mistake"}),
    Way(LOST, "price", SUPPLIER | {"about": "something_else"}, {"different": "too expensive"}),
    Way(LOST, "something_else", {"ended": "kept_current"}),
    Way(WON, "product", RIVAL | {"about": "had_it"}),
    Way(WON, "people", RIVAL | {"about": "something_else"}),
    Way(WON, "something_else", RIVAL),
)
READERS = {"readers": "people_dealt_with"}


@pytest.fixture
def texts() -> Texts:
    """Packs of what the big list has of markup and script, by how much a field takes."""
    told: list[str] = json.loads(at_hand("hostile/blns.json").read_text("utf-8"))
    worst = [each for each in told if "<" in each or "script" in each.lower()]
    assert len(worst) > 200
    return {most: cycle(packs(worst, longest=most)) for most in (300, 4000)}


def ask(session: Session, ways: Sequence[Way]) -> list[str]:
    """The link of a buyer for each way; those of one outcome speak about one deal."""
    deals = {outcome: make_deal(session, outcome=outcome) for outcome in (LOST, WON)}
    for number, way in enumerate(ways):
        make_asked(session, token=f"way-{number}", outcome=way.outcome, deal=deals[way.outcome])
    session.commit()
    return [f"way-{number}" for number in range(len(ways))]


@pytest.mark.parametrize(
    "ways", [WAYS[1:2], pytest.param(WAYS, marks=pytest.mark.slow)], ids=["one", "every"]
)
def test_what_a_buyer_types_runs_nowhere(
    ways: Sequence[Way],
    texts: Texts,
    watched: Watch,
    page: Page,
    session: Session,
    clock: time_machine.Traveller,
    sign_in_page: SignIn,
) -> None:
    links = ask(session, ways)
    typed = [answered(page, *each, texts, clock) for each in zip(ways, links, strict=True)]
    sign_in_page(page, Role.ADMIN)
    lacking = []
    responses = session.scalars(select(Response).order_by(Response.id)).all()

    for response, words in zip(responses, typed, strict=True):
        main = shown(page, f"/feedback/{response.public_id}")
        lacking += [name for name in words if squeezed(words[name]) not in main]
    for path in ("/feedback", "/coding", *{f"/deals/{each.deal.public_id}" for each in responses}):
        page.goto(path)

    assert lacking == []
    assert watched == Watch()
    if len(ways) == len(WAYS):
        assert set().union(*typed) == fields_of("not_won") | fields_of("won")


def answered(
    page: Page, way: Way, token: str, texts: Texts, clock: time_machine.Traveller
) -> dict[str, str]:
    """Answer from the mail's link to the last field; field → what was typed."""
    typed: dict[str, str] = {}
    page.goto(f"/s/{token}?choice={way.weighed}")
    while not page.get_by_role("heading", name="Thank you, Anna.").count():
        for question, choice in (way.choices | READERS).items():
            for box in page.locator(f'[name="{question}"][value="{choice}"]').all():
                box.check()
        typed |= filled(page.locator("main"), texts, way.words)
        clock.shift(20)
        with page.expect_navigation():  # what is looked for next is not in half a page
            page.locator("button.send").click()
    page.get_by_text("Anything about these questions themselves?").first.click()
    typed |= filled(page.locator("main"), texts, {})
    page.get_by_role("button", name="Send this too").click()
    expect(page.locator("#about_us")).to_have_value(typed["about_us"])
    return typed


def filled(within: Locator, texts: Texts, instead: dict[str, str]) -> dict[str, str]:
    """Type into every field of words that can be seen; field → what was typed."""
    typed = {}
    for each in within.locator("input[type=text]:visible, textarea:visible").all():
        name, most = each.get_attribute("name") or "", int(each.get_attribute("maxlength") or 0)
        typed[name] = instead.get(name) or next(texts[most])
        each.fill(typed[name])
    return typed


def shown(page: Page, path: str) -> str:
    if not page.url.endswith(path):
        page.goto(path)
    return squeezed(page.inner_text("main"))


def squeezed(text: str) -> str:
    return "".join(sign for sign in text if sign.isprintable() and not sign.isspace())


def fields_of(document: str) -> set[str]:
    """Every field of words of a questionnaire, as its file names them."""
    file = files("survey.questionnaires").joinpath("shipped", f"{document}.toml")
    raw: dict[str, Any] = tomllib.loads(file.read_text("utf-8"))
    questions = [question for screen in raw["screens"] for question in screen["questions"]]
    return {
        raw["phrases"]["about_us"]["key"],
        *(question["key"] for question in questions if question["kind"] == "text"),
        *(
            f"{question['key']}.{choice['key']}"
            for question in questions
            for choice in question.get("choices", [])
            if choice.get("detail", {}).get("kind", "text") == "text" and "detail" in choice
        ),
    }


def test_what_a_buyer_types_of_a_colleague_runs_nowhere(
    texts: Texts,
    watched: Watch,
    page: Page,
    session: Session,
    clock: time_machine.Traveller,
    sign_in_page: SignIn,
) -> None:
    make_asked(session)
    session.commit()

    page.goto("/o/out-answer-token")
    page.get_by_text("Ask my colleague").click()
    typed = filled(page.locator("main"), texts, {})
    page.get_by_label("E-mail address").fill("no address <script>alert(1)</script>")
    clock.shift(20)
    page.get_by_role("button", name="Suggest this person").click()
    expect(page.get_by_label("Name", exact=True)).to_have_value(typed["name"])
    page.get_by_label("E-mail address").fill("bea@nordlicht.example")
    page.get_by_role("button", name="Suggest this person").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you for the suggestion")
    sign_in_page(page, Role.ADMIN)

    assert squeezed(typed["name"]) in shown(page, "/requests")
    assert session.scalars(select(Referral)).one().email == "bea@nordlicht.example"
    assert watched == Watch()
