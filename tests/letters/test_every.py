"""What holds for every mail, whatever its kind: its foot, its two readings, its weight."""

import re
import unicodedata

import pytest
from bs4 import BeautifulSoup

from survey.config import Settings
from survey.letters.kinds import letters_of
from survey.mail.providers.mime import sealed
from survey.mail.types import Draft
from tests.letters.samples import LETTERHEAD, SENT_AT, every_mail
from tests.mail.snapshots import links_in_html, links_in_text

MAILS = every_mail()
TO_BUYERS = {"invitation", "reminder", "thanks"}
HEAVIEST_BYTES = 30_000
every = pytest.mark.parametrize(
    ("kind", "draft"),
    [pytest.param(kind, draft, id=f"{kind} {way}".strip()) for (kind, way), draft in MAILS.items()],
)


def words_of_text(draft: Draft) -> str:
    """What the text says, without the addresses of its links and its rulers."""
    said = re.sub(r"https?://\S+|^--$|^- ", " ", draft.text, flags=re.MULTILINE)
    return letters_of_words(said)


def words_of_html(draft: Draft, *, with_labels: bool = True) -> str:
    """What the HTML shows; without what links are labelled, where the text has their addresses."""
    soup = BeautifulSoup(re.sub(r"<!--.*?-->", "", draft.html, flags=re.DOTALL), "html.parser")
    for unseen in soup(["style", "title"]):
        unseen.decompose()
    for link in [] if with_labels else soup("a"):
        link.replace_with(". ")
    return letters_of_words(soup.body.get_text(" ") if soup.body else "")


def letters_of_words(said: str) -> str:
    return " ".join(unicodedata.normalize("NFC", said).split())


def sentences(said: str) -> set[str]:
    return {each.strip(" .:?,") for each in re.split(r"(?<=[.?:!])\s", said)} - {""}


def test_every_kind_is_looked_at(settings: Settings):
    assert {kind for kind, _ in MAILS} == set(letters_of(settings)) - {"test"}


@every
def test_text_and_html_hold_the_same_links(kind: str, draft: Draft):
    assert links_in_text(draft) == links_in_html(draft)


@every
def test_what_the_text_says_stands_in_the_html(kind: str, draft: Draft):
    shown = words_of_html(draft)

    assert {each for each in sentences(words_of_text(draft)) if each not in shown} == set()


@every
def test_what_the_html_says_stands_in_the_text(kind: str, draft: Draft):
    """But for the letterhead."""
    shown = words_of_html(draft, with_labels=False).removeprefix(f"{LETTERHEAD.company} ")
    said = words_of_text(draft)

    assert {each for each in sentences(shown) if each not in said} == set()


@every
def test_the_foot_says_why_and_from_where(kind: str, draft: Draft):
    for words in (draft.text, draft.html):
        assert "You receive this because " in words
        assert "Northwind Planning B.V., Kade 12, 1011 AB Amsterdam" in words


@every
def test_only_mail_to_buyers_is_a_list_with_a_way_out(kind: str, draft: Draft):
    is_to_buyer = kind in TO_BUYERS

    assert bool(draft.list_id) is is_to_buyer
    assert bool(draft.opt_out_url) is is_to_buyer
    assert bool(draft.reply_to) is is_to_buyer
    assert draft.headers.get("Auto-Submitted") == (None if is_to_buyer else "auto-generated")


@every
def test_a_mail_is_light_and_loads_nothing(kind: str, draft: Draft):
    mail = sealed(draft, from_address="survey@northwind.example", attempt_id="a" * 30, now=SENT_AT)

    soup = BeautifulSoup(draft.html, "html.parser")
    assert len(mail.content) <= HEAVIEST_BYTES
    assert soup.find_all(["img", "link", "script", "form", "iframe"]) == []
    assert "url(" not in draft.html


@every
def test_links_lead_to_our_own_pages(kind: str, draft: Draft):
    assert all(link.startswith(f"{LETTERHEAD.base_url}/") for link in links_in_html(draft))
