"""Hostile text through every field that takes words, in every form that a page holds."""

import importlib
import itertools
import json
import pkgutil
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException
from wtforms import StringField
from wtforms.fields.core import UnboundField

from survey import web
from survey.config import Settings
from survey.kit import clock
from survey.team.models import User
from survey.team.rules import LinkPurpose, sign_link
from survey.team.types import Role
from survey.web.shared import guards
from survey.web.shared.forms import StaffForm, stripped
from tests.factories import make_user
from tests.hostile import (
    OURS,
    Form,
    forms_on,
    links_on,
    make_world,
    packs,
    refused_fields,
)
from tests.others import at_hand
from tests.pages import CheckingClient

SignIn = Callable[[Role | User], User]
_RAW = ("Not a valid", "Field cannot", "Number must", "could not coerce", "This field is")
_FILES = {"staff.taxonomy.export", "staff.reports.download", "staff.outbox.html"}
_VISITS = 2
_CHECKED_EACH = 12

Reached = dict[tuple[str, str], set[str]]
"""(form, field) → the texts that came to it."""
READ_FROM_THE_ADDRESS = {
    ("feedback.forms.FeedbackForm", "words"): "/feedback?words={}",
    ("deals.forms.SearchForm", "sort"): "/deals?sort={}",
}
"""Fields that show what the address asked for; the address is what people, or programs, change."""
OUTSIDE = {
    ("sign_in.forms.SignInForm", "email"),
    ("sign_in.forms.SignInForm", "password"),
    ("sign_in.forms.SignInForm", "next"),
    ("sign_in.forms.ForgotForm", "email"),
    ("sign_in.forms.NewPasswordForm", "password"),
    ("sign_in.forms.NewPasswordForm", "again"),
}
"""The fields of who is not signed in yet."""


def strings(source: str) -> list[str]:
    if source == "ours":
        return OURS
    naughty: list[str] = json.loads(at_hand("hostile/blns.json").read_text("utf-8"))
    return naughty


both_lists = pytest.mark.parametrize(
    "source", ["ours", pytest.param("the big list", marks=pytest.mark.slow)]
)


@pytest.fixture
def world(session: Session) -> None:
    make_world(session, now=clock.now())


@pytest.fixture
def reached(monkeypatch: pytest.MonkeyPatch) -> Reached:
    """What arrives in each text field of each form of our own people while a test runs."""
    found: Reached = defaultdict(set)
    process = StaffForm.process

    def noting(form: StaffForm, *given: Any, **named: Any) -> None:
        process(form, *given, **named)
        for field in form:
            if isinstance(field, StringField) and field.raw_data:
                found[_name(type(form)), field.short_name].add(stripped(str(field.raw_data[0])))

    monkeypatch.setattr(StaffForm, "process", noting)
    return found


@both_lists
def test_no_staff_form_breaks(
    world: None, app: Flask, client: CheckingClient, sign_in: SignIn, source: str, reached: Reached
) -> None:
    sign_in(Role.ADMIN)

    for form in forms_of(crawled(app, client, unchecked="checked when the texts stand in them")):
        texts = packs(strings(source), longest=280 if form.is_post else 1500)
        leave_out_what_takes_no_words(client, form, texts[0])
        send_all(client, form, texts)
    crawled(app, client)

    assert unreached(reached, text_fields() - OUTSIDE, strings(source)) == {}


def screen_on(path: str, html: str) -> Form:
    """The form of a screen; beside it stands one for machines only."""
    forms = forms_on(path, html)
    return next((form for form in forms if "screen" in form.fields), forms[-1])


@both_lists
def test_no_form_of_a_buyer_breaks(world: None, client: CheckingClient, source: str) -> None:
    path = "/s/answer-token"
    texts = packs(strings(source), longest=1500)
    form, seen = screen_on(path, client.get(path).text), set[str]()

    while form.fields.get("screen") and form.fields["screen"] not in seen:
        seen.add(form.fields["screen"])
        send_all(client, form, texts)
        answer = client.post(path, data=form.fields | {"then": "on"}, follow_redirects=True)
        form = screen_on(path, answer.text)

    assert len(seen) > 3
    assert client.get("/s/answer-token/thanks").status_code in {200, 303}


@both_lists
def test_no_way_out_of_a_buyer_breaks(world: None, client: CheckingClient, source: str) -> None:
    path = "/o/out-answer-token"
    found = forms_on(path, client.get(path).text)

    assert any(form.typed for form in found)
    for form in found:
        send_all(client, form, packs(strings(source), longest=280))


@both_lists
def test_no_way_in_breaks(
    client: CheckingClient,
    session: Session,
    settings: Settings,
    source: str,
    reached: Reached,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(guards.limiter, "enabled", False)  # we come more often than a person
    user = make_user(session)
    token = sign_link(
        LinkPurpose.SET_PASSWORD,
        public_id=user.public_id,
        session_key=user.session_key,
        secret=settings.secret,
        now=clock.now(),
    )

    for path in ("/sign-in?next=/deals", "/forgot", f"/reset/{token}"):
        form = forms_on(path.partition("?")[0], client.get(path).text)[0]
        form.typed |= form.others
        send_all(client, form, packs(strings(source), longest=240))

    assert unreached(reached, OUTSIDE, strings(source)) == {}
    assert client.get(f"/reset/{token}").status_code == 200, "two different texts set no password"


@pytest.mark.parametrize("door", ["/o/{}", "/s/{}", "/reset/{}", "/sign-in?next={}"])
@both_lists
def test_no_address_of_a_visitor_breaks(client: CheckingClient, door: str, source: str) -> None:
    open_all(client, door, strings(source))


@both_lists
def test_no_address_of_our_people_breaks(
    world: None, client: CheckingClient, sign_in: SignIn, source: str
) -> None:
    sign_in(Role.ADMIN)

    for door in READ_FROM_THE_ADDRESS.values():
        open_all(client, door, strings(source))
    for door in ("/deals/{}", "/deals?page={}", "/reports/{}"):
        open_all(client, door, OURS)


def open_all(client: CheckingClient, door: str, texts: list[str]) -> None:
    for text in texts:
        path = door.format(quote(text, safe=""))
        answer = client.get(path, unchecked="many are no page of ours")
        assert answer.status_code < 500, path


def text_fields() -> set[tuple[str, str]]:
    """Each text field of each form that a person of ours meets, from the classes themselves."""
    for module in pkgutil.walk_packages(web.__path__, "survey.web."):
        importlib.import_module(module.name)
    return {
        (_name(form), name)
        for form in _below(StaffForm)
        for name, made in ((name, getattr(form, name)) for name in dir(form))
        if isinstance(made, UnboundField) and issubclass(made.field_class, StringField)
    } - READ_FROM_THE_ADDRESS.keys()


def _below(form: type[StaffForm]) -> Iterator[type[StaffForm]]:
    """The forms that pages show: one that others are made from is shown as one of these."""
    for each in form.__subclasses__():
        yield from _below(each) if each.__subclasses__() else [each]


def _name(form: type[StaffForm]) -> str:
    return f"{form.__module__}.{form.__name__}".removeprefix("survey.web.staff.")


def unreached(
    reached: Reached, fields: set[tuple[str, str]], texts: list[str]
) -> dict[tuple[str, str], list[str]]:
    """Field → the texts that never came to it."""
    missing: dict[tuple[str, str], list[str]] = {}
    for field in sorted(fields):
        came = "\n".join(reached.get(field, ()))
        lost = [text for text in texts if stripped(text) not in came]
        if lost:
            missing[field] = lost[:3]
    return missing


def crawled(app: Flask, client: CheckingClient, *, unchecked: str = "") -> dict[str, str]:
    """The pages that a signed-in person comes to, at most a few of a kind."""
    pages: dict[str, str] = {}
    visits: dict[str, int] = {}
    waiting = ["/"]
    while waiting:
        path = waiting.pop(0)
        kind = endpoint(app, path, "GET")
        if path in pages or kind in _FILES or visits.get(kind, 0) >= _VISITS:
            continue
        visits[kind] = visits.get(kind, 0) + 1
        answer = client.get(path, unchecked=unchecked)
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


def leave_out_what_takes_no_words(client: CheckingClient, form: Form, hostile: str) -> None:
    """Send it with plain words, and stop typing into fields that want something else, after they
    too were given a hostile text.
    """
    if not form.is_post:
        return
    answer = client.post(form.action, data=form.filled(itertools.repeat("Words")))
    picky = refused_fields(answer.text) & form.typed if answer.status_code == 422 else set()
    if picky:
        send(client, form, itertools.repeat(hostile))
        send(client, form, itertools.repeat("Words"), unchecked="it was checked")
    form.typed -= picky


def send_all(client: CheckingClient, form: Form, texts: list[str]) -> None:
    """Send every text through every field: those that take words together, then the others."""
    for into in filter(None, (form.typed, form.others)):
        for turn in range(len(texts)):
            unchecked = "" if turn % _CHECKED_EACH == 0 else "checking takes longer than answering"
            turned = itertools.cycle(texts[turn:] + texts[:turn])
            send(client, form, turned, into=into, unchecked=unchecked)


def send(
    client: CheckingClient,
    form: Form,
    texts: Iterator[str],
    *,
    into: set[str] | None = None,
    unchecked: str = "",
) -> None:
    data = form.filled(texts, into=into)
    if form.is_post:
        answer = client.post(form.action, data=data, unchecked=unchecked)
    else:
        answer = client.get(form.action, query_string=data, unchecked=unchecked)
    assert answer.status_code < 500, (form.action, data)
    assert not any(raw in answer.text for raw in _RAW), (form.action, data)
