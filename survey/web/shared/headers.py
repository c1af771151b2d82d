"""Security headers of every answer. A view may set a stricter or its own value beforehand."""

from flask import Flask, Response

from survey.web.shared.access import Way, mark_here
from survey.web.shared.door import settings

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "frame-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "no-store",
}
_HSTS = "max-age=31536000; includeSubDomains"


def init_app(app: Flask) -> None:
    app.after_request(_add_headers)


def _add_headers(response: Response) -> Response:
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Referrer-Policy", _referrer_policy())
    if settings().is_production:
        response.headers.setdefault("Strict-Transport-Security", _HSTS)
    return response


def _referrer_policy() -> str:
    # A buyer's address is a capability: it must not travel. Our own forms need the referrer,
    # because Flask-WTF checks it under https.
    mark = mark_here()
    is_staff = mark is not None and mark.way is not Way.LINK
    return "same-origin" if is_staff else "no-referrer"
