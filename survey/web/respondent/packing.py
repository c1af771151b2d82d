"""The buyer's pages leave compressed: they are opened on phones, on the way, on bad networks."""

import gzip

from flask import Blueprint, Response, request

_LEVEL = 6
_WORTH_IT = 512


def init_bp(bp: Blueprint) -> None:
    bp.after_request(_pack)


def _pack(response: Response) -> Response:
    # Compressing beside a secret leaks it only where an attacker's own words stand in the same
    # page; here the link itself is the secret, and who holds it may write what they like.
    response.vary.add("Accept-Encoding")
    is_packable = not response.direct_passthrough and "Content-Encoding" not in response.headers
    if is_packable and request.accept_encodings["gzip"] and response.calculate_content_length():
        content = response.get_data()
        if len(content) > _WORTH_IT:
            response.set_data(gzip.compress(content, _LEVEL, mtime=0))
            response.headers["Content-Encoding"] = "gzip"
    return response
