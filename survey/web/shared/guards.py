"""What stands before every view: the true address of the visitor, CSRF, limits on tries."""

from collections.abc import Callable

from flask import Flask, abort, current_app, request
from flask_limiter import Limiter
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from survey.config import Settings
from survey.web.shared.access import View, Way, mark_here

_csrf = CSRFProtect()
_PROVEN_OTHERWISE = frozenset({Way.LINK, Way.SIGNED})
"""Where the address or a signature is what lets in: a browser's cookie plays no part there."""


def visitor() -> str:
    """The visitor's address as our own proxies saw it; what the visitor claims is not read."""
    return request.remote_addr or "unknown"


limiter = Limiter(visitor, strategy="moving-window", headers_enabled=True)
"""Put `@limiter.limit("10 per minute")` on the line above a view's access mark."""


def init_app(app: Flask, settings: Settings) -> None:
    _trust_proxies(app, settings.trusted_proxies)
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    app.config["WTF_CSRF_TIME_LIMIT"] = None  # a token lives as long as its session
    _csrf.init_app(app)
    app.before_request(_refuse_nul)
    app.before_request(_let_in_large_bodies)
    app.before_request(_check_csrf)
    app.config["RATELIMIT_STORAGE_URI"] = settings.limits_url
    limiter.init_app(app)


def _trust_proxies(app: Flask, count: int) -> None:
    # Each trusted proxy appends what it saw, so we count from the right end of the header: what a
    # visitor writes into it stays further left and is never read.
    if count:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]  # Flask's own way to wrap
            app.wsgi_app, x_for=count, x_proto=count, x_host=0, x_port=0, x_prefix=0
        )


def _refuse_nul() -> None:
    """An address with a NUL names nothing, and PostgreSQL would not even look."""
    if "\0" in request.path:
        abort(404)


def largest_body(size: int) -> Callable[[View], View]:
    """Let a view take a body of up to so many bytes; all others take what a form needs.

    Stands under the access mark, because the body is read before the view is asked.
    """

    def put(view: View) -> View:
        view.largest_body = size  # type: ignore[attr-defined]  # a function can carry its mark
        return view

    return put


def _let_in_large_bodies() -> None:
    view = current_app.view_functions.get(request.endpoint or "")
    if (size := getattr(view, "largest_body", None)) is not None:
        request.max_content_length = size


def _check_csrf() -> None:
    mark = mark_here()
    if mark is None or mark.way not in _PROVEN_OTHERWISE:
        _csrf.protect()
