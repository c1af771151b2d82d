"""The checking client finds what is wrong with a page."""

import pytest
from flask import Flask, make_response, request
from werkzeug.wrappers import Response

from tests import pages

_WHOLE = """<!doctype html><html lang="en"><head><title>{title}</title></head>
<body><h1>Deals</h1>{body}</body></html>"""


def _fetch(
    body: str, *, title: str = "Deals · Debrief", path: str = "/deals", code: int = 200
) -> None:
    app = Flask(__name__)
    app.secret_key = "only for this test"
    app.test_client_class = pages.CheckingClient

    @app.get("/<path:_path>")
    def show(_path: str) -> Response:
        response = make_response(_WHOLE.format(title=title, body=body), code)
        if "cookie" in request.args:
            response.set_cookie("a", "b")
        return response

    app.test_client().get(path)


def test_check_passes_a_good_page() -> None:
    _fetch('<form><label for="q">Search</label><input id="q" name="q"><button>Go</button></form>')


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ("<h1>Again</h1>", "2 h1"),
        ("<p><b>not closed</p>", "not valid HTML"),
        ('<input name="q">', "a field without a label: q"),
        ('<p id="a"></p><p id="a"></p>', "“a” stands 2 times"),
        ("<style>p{}</style>", "inline style sheet"),
        ('<p style="color:red"></p>', "<p style=…> inline"),
        ("<script>1</script>", "inline script"),
        ('<p onclick="x()"></p>', "<p onclick=…> inline"),
        ('<form method="post"></form>', "without a CSRF token"),
        ('<img src="a.png">', "an image without a text"),
        ('<a href="/x"></a>', "<a> without words"),
        ('<a href="#x">x</a>', "points to nothing"),
        ('<a href="JavaScript:x()">x</a>', "javascript:"),
        ('<script src="https://elsewhere.example/a.js"></script>', "asks another host"),
        ('<label for="zz">x</label>', "for=“zz” points to nothing"),
    ],
)
def test_check_finds_a_fault(body: str, fault: str) -> None:
    with pytest.raises(AssertionError, match=fault):
        _fetch(body)


def test_check_finds_a_title_of_another_page() -> None:
    with pytest.raises(AssertionError, match="does not begin with the h1"):
        _fetch("", title="Debrief · Deals")


def test_check_finds_a_rejected_form_without_a_summary() -> None:
    with pytest.raises(AssertionError, match="without an error summary"):
        _fetch("", code=422)


def test_check_finds_an_error_that_the_summary_does_not_link() -> None:
    body = (
        '<div role="alert">Please look again.</div><form>'
        '<label for="q">Q</label><input id="q" name="q" aria-invalid="true"></form>'
    )
    with pytest.raises(AssertionError, match="not linked from the summary"):
        _fetch(body, code=422)


def test_check_finds_a_cookie_on_a_buyers_page() -> None:
    with pytest.raises(AssertionError, match="sets a cookie"):
        _fetch("", path="/s/token?cookie")
