"""The checking client: every HTML page that a test fetches must be a page we could show anybody."""

import re
import secrets
from collections import Counter
from collections.abc import Iterator
from typing import Any, cast
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

import html5lib
from flask.testing import FlaskClient
from html5lib.html5parser import ParseError
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

_BUYER_PAGES = re.compile(r"^/(s|o)/|^/privacy")
_UNLABELLED = {"hidden", "submit", "button", "image", "reset"}
_DATA_BLOCKS = {"application/json", "application/ld+json"}
_FORBIDDEN = 422


class CheckingClient(FlaskClient):
    """Checks each page it fetches, and fills in the CSRF token as a browser's form would.

    `client.get(path, unchecked="a mail as it was sent")` leaves the checks out, with the reason;
    `client.post(path, csrf=False)` sends no token.
    """

    arranging: Session | None = None
    """The test's own session: committed before each request, refreshed after it."""

    def open(
        self, *args: Any, unchecked: str = "", csrf: bool = True, **kwargs: Any
    ) -> TestResponse:
        path = args[0] if args and isinstance(args[0], str) else kwargs.get("path", "/")
        if self.arranging is not None:
            self.arranging.commit()
        if csrf and not _BUYER_PAGES.match(path) and kwargs.get("method", "GET") != "GET":
            kwargs["headers"] = {**dict(kwargs.get("headers") or {}), "X-CSRFToken": self._token()}
        response = super().open(*args, **kwargs)
        if self.arranging is not None:
            self.arranging.expire_all()
        if not unchecked:
            check(response)
        return response

    def _token(self) -> str:
        """The token that the forms of this client's pages hold."""
        with self.session_transaction() as cookie:
            raw = cookie.setdefault("csrf_token", secrets.token_hex(20))
        signer = URLSafeTimedSerializer(str(self.application.secret_key), salt="wtf-csrf-token")
        return str(signer.dumps(raw))


def check(response: TestResponse) -> None:
    """Raise an `AssertionError` that lists what is wrong with the page."""
    if response.mimetype != "text/html" or response.status_code in {301, 302, 303, 307, 308}:
        return
    path = urlsplit(response.request.url).path
    wrong = list(_faults(response, is_buyer=bool(_BUYER_PAGES.match(path))))
    assert not wrong, f"{response.request.method} {path}: " + "; ".join(wrong)


def _faults(response: TestResponse, *, is_buyer: bool) -> Iterator[str]:
    parser = html5lib.HTMLParser(namespaceHTMLElements=False, strict=True)
    try:
        page = cast("Element", parser.parse(response.get_data(as_text=True)))
    except ParseError as error:
        line, column = parser.errors[-1][0] if parser.errors else (0, 0)
        yield f"not valid HTML at line {line}, column {column}: {error}"
        return
    yield from _headings(page)
    yield from _fields(page)
    yield from _addresses(page)
    yield from _inline(page)
    yield from _names(page)
    if response.status_code == _FORBIDDEN:
        yield from _error_summary(page)
    if is_buyer:
        if response.headers.getlist("Set-Cookie"):
            yield "a buyer's page sets a cookie"
    else:
        yield from _tokens(page)


def as_read(page: TestResponse) -> str:
    """A page's text without the places where a long address may break."""
    return page.text.replace("<wbr>", "")


def words_of(element: Element) -> str:
    """All text inside, with single spaces."""
    return " ".join("".join(element.itertext()).split())


def _headings(page: Element) -> Iterator[str]:
    if not page.get("lang"):
        yield "no language on <html>"
    headings = [words_of(heading) for heading in page.iter("h1")]
    if len(headings) != 1:
        yield f"{len(headings)} h1 instead of one: {headings}"
        return
    title = next((words_of(title) for title in page.iter("title")), "")
    if not re.sub(r"^[^:]*: ", "", title).startswith(headings[0]) and not title.startswith(
        headings[0]
    ):
        yield f"the title “{title}” does not begin with the h1 “{headings[0]}”"


def _fields(page: Element) -> Iterator[str]:
    labelled = {label.get("for") for label in page.iter("label")}
    wrapped = {field for label in page.iter("label") for field in label.iter()}
    for field in _all(page, "input", "select", "textarea"):
        if field.get("type", "text") in _UNLABELLED and field.tag == "input":
            continue
        has_own = field.get("aria-label") or field.get("aria-labelledby")
        if field.get("id") not in labelled - {None} and field not in wrapped and not has_own:
            yield f"a field without a label: {field.get('name') or field.get('id')}"


def _addresses(page: Element) -> Iterator[str]:
    ids = Counter(element.get("id") for element in page.iter() if element.get("id"))
    for name, count in ids.items():
        if count > 1:
            yield f"the id “{name}” stands {count} times"
    for element in page.iter():
        for attribute in ("for", "aria-labelledby", "aria-describedby", "aria-controls"):
            for name in (element.get(attribute) or "").split():
                if name not in ids:
                    yield f"{attribute}=“{name}” points to nothing"
    for link in page.iter("a"):
        href = link.get("href", "")
        if href.startswith("#") and len(href) > 1 and href[1:] not in ids:
            yield f"the link “{href}” points to nothing"


def _inline(page: Element) -> Iterator[str]:
    if any(True for _ in page.iter("style")):
        yield "an inline style sheet"
    for script in page.iter("script"):
        if not script.get("src") and script.get("type") not in _DATA_BLOCKS:
            yield "an inline script"
    for element in page.iter():
        for name, value in element.attrib.items():
            if name == "style" or name.startswith("on"):
                yield f"<{element.tag} {name}=…> inline"
            if name in {"href", "src", "action"} and value.strip().lower().startswith(
                "javascript:"
            ):
                yield f"<{element.tag} {name}=“javascript:…”>"
    for element in _all(page, "script", "link", "img", "iframe", "source"):
        address = element.get("src") or element.get("href") or ""
        if urlsplit(address).netloc:
            yield f"<{element.tag}> asks another host: {address}"


def _names(page: Element) -> Iterator[str]:
    for image in page.iter("img"):
        if image.get("alt") is None:
            yield f"an image without a text: {image.get('src')}"
    for element in _all(page, "a", "button"):
        texts = [words_of(element), element.get("aria-label"), element.get("aria-labelledby")]
        texts += [image.get("alt") for image in element.iter("img")]
        if not any(texts):
            yield f"<{element.tag}> without words: {element.get('href') or element.get('name')}"


def _error_summary(page: Element) -> Iterator[str]:
    summaries = [element for element in page.iter() if element.get("role") == "alert"]
    if not summaries:
        yield "a rejected form without an error summary (role=alert)"
    linked = {link.get("href", "")[1:] for summary in summaries for link in summary.iter("a")}
    for field in _all(page, "input", "select", "textarea"):
        same_name = {
            other.get("id")
            for other in page.iter(field.tag)
            if other.get("name") == field.get("name")
        }
        if field.get("aria-invalid") == "true" and not linked & same_name:
            yield f"the error of “{field.get('name')}” is not linked from the summary"


def _tokens(page: Element) -> Iterator[str]:
    for form in page.iter("form"):
        names = {field.get("name"): field.get("value") for field in form.iter("input")}
        if form.get("method", "get").lower() == "post" and not names.get("csrf_token"):
            yield f"a form without a CSRF token: {form.get('action')}"


def _all(page: Element, *tags: str) -> Iterator[Element]:
    return (element for element in page.iter() if element.tag in tags)
