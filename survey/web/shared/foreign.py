"""Showing a mail's HTML inside a page of ours: sandboxed, with a policy made for that one mail.

Mail programs know no style sheets, so a mail carries its styles inline. Each of them is named in
the policy by its hash, and nothing else may be loaded, run or sent.
"""

import base64
import hashlib
from html.parser import HTMLParser

from flask import Response
from markupsafe import escape

_REST = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
_SANDBOX = "sandbox allow-popups allow-popups-to-escape-sandbox"


_ABOVE = (
    "margin:0;padding:12px 24px;background:#ffffff;color:#1d2b2a;"
    "font:15px Helvetica,Arial,sans-serif"
)


def mail_page(html: str, *, subject: str = "") -> Response:
    """The mail as an answer of its own, for a frame, under its subject where that is not shown
    elsewhere. Its links open in a new tab.
    """
    shown = html.replace("<head>", '<head><base target="_blank">', 1)
    if subject:
        start, body, rest = shown.partition("<body")
        tag, end, inside = rest.partition(">")
        shown = f"{start}{body}{tag}{end}{_above(f'Subject: {subject}')}{inside}"
    return _framed(shown)


def sentence_page(sentence: str, status: int) -> Response:
    """A sentence in the place of a mail that cannot be shown."""
    response = _framed(f'<!doctype html><html lang="en"><body>{_above(sentence)}</body></html>')
    response.status_code = status
    return response


def _above(sentence: str) -> str:
    return f'<p dir="auto" style="{_ABOVE}">{escape(sentence)}</p>'


def _framed(html: str) -> Response:
    response = Response(html, mimetype="text/html")
    response.headers["Content-Security-Policy"] = policy_of(html)
    return response


def policy_of(html: str) -> str:
    """A content security policy that allows exactly the inline styles of this HTML."""
    styles = _Styles()
    styles.feed(html)
    hashes = " ".join(sorted({_hash(style) for style in styles.found}))
    return f"{_REST}; {_SANDBOX}; style-src 'unsafe-hashes' {hashes}".rstrip()


def _hash(style: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()}'"


class _Styles(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._is_inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._is_inside = tag == "style"
        self.found += [value for name, value in attrs if name == "style" and value]

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002 (the parser's signature)
        self._is_inside = False

    def handle_data(self, data: str) -> None:
        if self._is_inside:
            self.found.append(data)
