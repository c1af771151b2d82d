"""Hostile text through every field that takes words, in every form that a page holds."""

import itertools
import json
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException

from survey.kit import clock
from survey.team.models import User
from survey.team.types import Role
from tests.hostile import (
    NAUGHTY,
    OURS,
    Form,
    forms_on,
    links_on,
    make_world,
    packs,
    refused_fields,
)
from tests.pages import CheckingClient

SignIn = Callable[[Role | User], User]
_RAW = ("Not a valid", "Field cannot", "Number must", "could not coerce", "This field is")
_FILES = {"staff.taxonomy.export", "staff.reports.download", "staff.outbox.html"}
_VISITS = 2
_CHECKED_EACH = 12


def strings(source: str) -> list[str]:
    if source == "ours":
        return OURS
    if not NAUGHTY.exists():
        pytest.skip("the big list of naughty strings is not at hand")
    naughty: list[str] = json.loads(NAUGHTY.read_text("utf-8"))
    return naughty


both_lists = pytest.mark.parametrize(
    "source", ["ours", pytest.param("the big list", marks=pytest.mark.slow)]
)


@pytest.fixture
def world(session: Session) -> None:
    make_world(session, now=clock.now())


@both_lists
def test_no_staff_form_breaks(
    world: None, app: Flask, client: CheckingClient, sign_in: SignIn, source: str
) -> None:
    sign_in(Role.ADMIN)
    found = forms_of(crawled(app, client))

    assert {"staff.settings.change", "staff.people.create", "staff.coding.add"} <= {
        endpoint(app, form.action, "POST") for form in found if form.is_post
    }
    for form in found:
        leave_out_what_takes_no_words(client, form)
        send_all(client, form, packs(strings(source), longest=280 if form.is_post else 1500))
    crawled(app, client)


@both_lists
def test_no_form_of_a_buyer_breaks(world: None, client: CheckingClient, source: str) -> None:
    path = "/s/answer-token"
    texts = packs(strings(source), longest=1500)
    form, seen = forms_on(path, client.get(path).text)[0], set[str]()

    while form.fields.get("screen") and form.fields["screen"] not in seen:
        seen.add(form.fields["screen"])
        send_all(client, form, texts)
        answer = client.post(path, data=form.fields | {"then": "on"}, follow_redirects=True)
        form = forms_on(path, answer.text)[0]

    assert len(seen) > 3
    assert client.get("/s/answer-token/thanks").status_code in {200, 303}


@pytest.mark.parametrize("path", ["/sign-in", "/forgot"])
def test_no_way_in_breaks(client: CheckingClient, path: str) -> None:
    form = forms_on(path, client.get(path).text)[0]
    form.typed.add("email")
    form.typed.add("next")

    for text in packs(OURS, longest=120)[:4]:
        send(client, form, itertools.repeat(text))


def crawled(app: Flask, client: CheckingClient) -> dict[str, str]:
    """The pages that a signed-in person comes to, at most a few of a kind; each is checked."""
    pages: dict[str, str] = {}
    visits: dict[str, int] = {}
    waiting = ["/"]
    while waiting:
        path = waiting.pop(0)
        kind = endpoint(app, path, "GET")
        if path in pages or kind in _FILES or visits.get(kind, 0) >= _VISITS:
            continue
        visits[kind] = visits.get(kind, 0) + 1
        answer = client.get(path)
        assert answer.status_code < 500, path
        pages[path] = answer.text
        waiting += links_on(answer.text)
    return pages


def forms_of(pages: dict[str, str]) -> list[Form]:
    """One form of each kind that takes words, however many pages hold it."""
    found: dict[tuple[str, ...], Form] = {}
    for page, html in pages.items():
        for form in forms_on(page.partition("?")[0], html):
            if form.typed:
                found.setdefault((form.action, *sorted(form.fields)), form)
    return list(found.values())


def endpoint(app: Flask, path: str, method: str) -> str:
    try:
        return str(app.url_map.bind("").match(path.partition("?")[0], method=method)[0])
    except HTTPException:
        return ""


def leave_out_what_takes_no_words(client: CheckingClient, form: Form) -> None:
    """Send it once with plain words, and stop typing into fields that want something else."""
    answer = client.post(form.action, data=form.filled(itertools.repeat("Words")))
    picky = refused_fields(answer.text) & form.typed if answer.status_code == 422 else set()
    for text in (*OURS[:2], "Words"):
        data = form.filled(itertools.repeat(text))
        assert client.post(form.action, data=data).status_code < 500
    form.typed -= picky


def send_all(client: CheckingClient, form: Form, texts: list[str]) -> None:
    """Send every text through the form, each of its fields another one at a time."""
    for turn in range(0, len(texts) if form.typed else 0, max(len(form.typed), 1)):
        unchecked = "" if turn % _CHECKED_EACH == 0 else "checking takes longer than answering"
        send(client, form, itertools.cycle(texts[turn:] + texts[:turn]), unchecked=unchecked)


def send(client: CheckingClient, form: Form, texts: Iterator[str], *, unchecked: str = "") -> None:
    data = form.filled(texts)
    if form.is_post:
        answer = client.post(form.action, data=data, unchecked=unchecked)
    else:
        answer = client.get(form.action, query_string=data, unchecked=unchecked)
    assert answer.status_code < 500, (form.action, data)
    assert not any(raw in answer.text for raw in _RAW), (form.action, data)
