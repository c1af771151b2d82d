"""Hostile text, the forms it is typed into, and a company in which every page shows something."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html.parser import HTMLParser
from xml.etree.ElementTree import Element, SubElement

from sqlalchemy.orm import Session

from survey.audit.types import Actor, ActorKind
from survey.kit import clock
from survey.taxonomy.actions import ship_release
from tests.factories import (
    make_account,
    make_answer,
    make_coding,
    make_contact,
    make_deal,
    make_deal_contact,
    make_message,
    make_reason,
    make_response,
    make_suppression,
)
from tests.factories.asked import make_asked

_LONGEST_LABEL = 200
"""What the columns of product and region hold; PostgreSQL refuses more."""

OURS = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>'",
    "</textarea></title></style><svg onload=alert(1)>",
    "{{ 7 * 7 }} {% raw %} ${7*7} %(name)s {0}",
    "javascript:alert(1)",
    "'; DROP TABLE deal; --",
    "nul \x00 bell \x07 escape \x1b",
    "line\r\nX-Forged: yes",
    "\u202eright to left\u202c \u200f\ufeff",
    '=HYPERLINK("http://x.example","y")',
    "Z\u0351\u036b\u0343a\u0363\u033d\u0322l\u0358g\u0355o",
    "👩‍👩‍👧 ﷽ 田中さん ٣ \U0001f3f3\ufe0f",
]
_TYPED = {"text", "tel", "search", "url", "textarea", "password"}
_VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
_PLAIN = {"email": "somebody@nordlicht.example", "number": "10", "color": "#123456"}


def packs(strings: Sequence[str], longest: int = 280) -> list[str]:
    """The strings, several in one text, none longer than asked for unless one alone is."""
    packed = [""]
    for each in strings:
        if len(packed[-1]) + len(each) + 1 > longest:
            packed.append("")
        packed[-1] = f"{packed[-1]} {each}".lstrip(" ")
    return packed


@dataclass
class Form:
    """A form as a page holds it."""

    page: str
    action: str
    is_post: bool
    fields: dict[str, str] = field(default_factory=dict)
    """Every field with what a person who changes nothing would send."""
    typed: set[str] = field(default_factory=set)
    """Those that take words."""

    @property
    def others(self) -> set[str]:
        """Those that take no words: a program can send some all the same."""
        return self.fields.keys() - self.typed - {"csrf_token"}

    def filled(self, texts: Iterator[str], *, into: set[str] | None = None) -> dict[str, str]:
        """A text in each of these fields (those that take words), the rest as the page has it."""
        names = self.typed if into is None else into
        return {
            name: next(texts) if name in names else value for name, value in self.fields.items()
        }


class _Reader(HTMLParser):
    """Reads a page that the checking client has found, or will find, to be valid.

    Ten times as fast as the checking client's own reader, which minds every rule of HTML.
    """

    def __init__(self) -> None:
        super().__init__()
        self.within = [Element("page")]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = SubElement(self.within[-1], tag, {name: value or "" for name, value in attrs})
        if tag not in _VOID:
            self.within.append(element)

    def handle_endtag(self, tag: str) -> None:
        if any(element.tag == tag for element in self.within):
            while self.within.pop().tag != tag:
                pass

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_data(self, data: str) -> None:
        if len(self.within[-1]):
            self.within[-1][-1].tail = (self.within[-1][-1].tail or "") + data
        else:
            self.within[-1].text = (self.within[-1].text or "") + data


def parsed(html: str) -> Element:
    reader = _Reader()
    reader.feed(html)
    return reader.within[0]


def links_on(html: str) -> list[str]:
    """The pages of ours that a page leads to."""
    hrefs = [link.get("href", "") for link in parsed(html).iter("a")]
    return [href for href in hrefs if href.startswith("/") and not href.startswith("//")]


def detail_of(start: str, html: str) -> str:
    """The first page beneath, files left out."""
    beneath = (link for link in links_on(html) if start != "/" and link.startswith(f"{start}/"))
    return next((link for link in beneath if "." not in link and "export" not in link), "")


def forms_on(page: str, html: str) -> list[Form]:
    return [_form(page, element) for element in parsed(html).iter("form")]


def refused_fields(html: str) -> set[str]:
    """The fields that a page says something is wrong with."""
    wrong = (each for each in parsed(html).iter() if each.get("aria-invalid") == "true")
    return {each.get("name", "") for each in wrong}


def _form(page: str, element: Element) -> Form:
    is_post = element.get("method", "get").lower() == "post"
    form = Form(page, element.get("action") or page, is_post)
    for each in element.iter():
        name, kind = each.get("name"), each.get("type", "text")
        if not name or each.tag not in {"input", "textarea", "select"}:
            continue
        if each.tag == "select":
            form.fields[name] = _selected(each)
        elif each.tag == "textarea" or kind in _TYPED:
            form.typed.add(name)
            form.fields[name] = "".join(each.itertext()) or each.get("value", "")
        elif kind in {"radio", "checkbox"}:
            if kind == "radio" or each.get("checked") is not None:
                form.fields.setdefault(name, each.get("value", "y"))
        else:
            form.fields[name] = each.get("value") or _PLAIN.get(kind, "")
    return form


def _selected(element: Element) -> str:
    options = list(element.iter("option"))
    chosen = next((each for each in options if each.get("selected") is not None), None)
    first = next((each for each in options if each.get("value")), None)
    found = chosen if chosen is not None and chosen.get("value") else first
    return found.get("value", "") if found is not None else ""


def make_world(session: Session, *, now: datetime, words: str = "Words") -> None:
    """Something of everything that pages show, all of it called by these words.

    `answer-token` opens the questions of a buyer who has not answered.
    """
    ship_release(session, actor=Actor(ActorKind.COMMAND), now=now)
    asked = make_asked(session, contact_name=words)
    make_message(session, subject_id=asked.id)
    make_suppression(session)
    answered = make_asked(session, token="answered", contact_name=words)
    answered.deal.name = answered.deal.account.name = words
    recently = now - timedelta(days=1)
    response = make_response(session, invitation=answered, submitted_at=recently)
    make_answer(session, response=response, question_key="different", text=words)
    make_answer(
        session,
        response=response,
        question_key="ended",
        choice_key="chose_supplier",
        text=f"Another than {words}"[:_LONGEST_LABEL],
    )
    make_coding(session, response=response, reason=make_reason(session, label=words), quote=words)
    account = make_account(session, name=words)
    closed_on = (clock.now() - timedelta(days=15)).date()
    deal = make_deal(
        session,
        account=account,
        name=words,
        product=words[:_LONGEST_LABEL],
        region=words[:_LONGEST_LABEL],
        crm_reason=words,
        closed_on=closed_on,
    )
    make_deal_contact(
        session, deal=deal, contact=make_contact(session, account=account, name=words)
    )
