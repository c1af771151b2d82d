"""Error pages: what happened and what to do next, in plain words, with the right status."""

from dataclasses import dataclass

from flask import Flask, Response, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import Gone, HTTPException, InternalServerError

from survey.kit.errors import SurveyError


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one error page."""

    title: str
    advice: str


_WORDS = {
    400: Words("We could not read that", "Please go back and try again."),
    403: Words(
        "This page is not for your role", "Ask an admin of your company if you need to see it."
    ),
    404: Words(
        "There is nothing here",
        "The address may be mistyped, or what it showed is gone. Please check it.",
    ),
    405: Words("That is not possible here", "Please go back and use the buttons of the page."),
    410: Words("This is over", "What stood here has been closed. There is nothing more to do."),
    413: Words("That is too large", "Please send a smaller file, or split it into several."),
    422: Words("Something does not fit", "Please go back, check what you entered and try again."),
    429: Words("Too many tries", "Please wait a few minutes and try again."),
    500: Words(
        "Something went wrong on our side",
        "Nothing you entered was kept this time. Please try again in a moment.",
    ),
    503: Words("We are not ready yet", "Please try again in a minute."),
}
_STALE_FORM = Words(
    "This page was open too long",
    "For your safety its form has expired. Please go back, reload the page and try again.",
)


def init_app(app: Flask) -> None:
    app.register_error_handler(HTTPException, _answer)
    app.register_error_handler(CSRFError, _answer_stale_form)
    app.register_error_handler(SurveyError, _answer_survey_error)


def _answer(error: HTTPException) -> Response:
    code = error.code or InternalServerError.code
    # A status without words of its own is the visitor's (4xx) or ours, and keeps its number.
    words = _WORDS.get(code) or _WORDS[400 if code < InternalServerError.code else 500]
    if isinstance(error, Gone) and error.description != Gone.description:
        words = Words(words.title, str(error.description))  # a view says what is over
    response = _page(code, words)
    for name, value in error.get_headers():
        if name not in {"Content-Type", "Content-Length"}:
            response.headers[name] = value
    return response


def _answer_stale_form(_error: CSRFError) -> Response:
    return _page(400, _STALE_FORM)


def _answer_survey_error(error: SurveyError) -> Response:
    """An action refused, and the view had no better place for its sentence."""
    return _page(422, Words(_WORDS[422].title, str(error)))


def _page(code: int, words: Words) -> Response:
    if request.accept_mimetypes.best == "application/json":
        return make_response({"error": words.title, "advice": words.advice}, code)
    page = render_template("errors/error.html", code=code, words=words)
    return make_response(page, code)
