"""Static files: gathered once per process, compressed, and served for ever under their own hash.

Bootstrap comes from the installed Bootstrap-Flask, so nothing of others is copied into the
project. The hash of all files together is part of their address: a new release has new addresses,
and style sheets may name their images relatively.
"""

import atexit
import gzip
import hashlib
import os
import re
import shutil
import tempfile
from functools import cache
from pathlib import Path

import flask_bootstrap
from flask import Flask, Response, current_app
from whitenoise import WhiteNoise

from survey.web.shared import access

_OWN = Path(__file__).resolve().parents[1] / "static"
_BOOTSTRAP = (
    Path(flask_bootstrap.__file__).parent / "static" / "bootstrap5" / "css" / "bootstrap.min.css"
)
_TEXT = {".css", ".js", ".svg", ".txt"}
_HASH_LENGTH = 12


def init_app(app: Flask) -> None:
    folder, edition = _gathered()
    app.static_folder = str(folder)
    app.add_url_rule(f"/static/{edition}/<path:filename>", endpoint="static", view_func=_send)
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]  # Flask's own way to wrap
        app.wsgi_app,
        root=str(folder),
        prefix=f"static/{edition}",
        allow_all_origins=False,
        immutable_file_test=lambda _path, _url: True,
        add_headers_function=lambda headers, _path, _url: headers.add_header(
            "X-Content-Type-Options", "nosniff"
        ),
    )


@access.public("style sheets, scripts and images; WhiteNoise answers before this")
def _send(filename: str) -> Response:
    return current_app.send_static_file(filename)


@cache
def _gathered() -> tuple[Path, str]:
    """A folder of this process with every static file beside its compressed twin, and the hash."""
    sources = {str(path.relative_to(_OWN)): path for path in _OWN.rglob("*") if path.is_file()}
    sources["bootstrap.css"] = _BOOTSTRAP
    folder = Path(tempfile.mkdtemp(prefix="debrief-static-"))
    atexit.register(_remove, folder, os.getpid())
    whole = hashlib.sha256()
    for name, source in sorted(sources.items()):
        content = source.read_bytes()
        if source == _BOOTSTRAP:
            content = _fit_our_policy(content)
        whole.update(name.encode() + b"\0" + content)
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        if target.suffix in _TEXT:
            packed = gzip.compress(content, mtime=0)
            target.with_name(target.name + ".gz").write_bytes(packed)
    return folder, whole.hexdigest()[:_HASH_LENGTH]


def _fit_our_policy(css: bytes) -> bytes:
    """Take out images in data addresses, which `img-src 'self'` refuses (`staff.css` has our own),
    and the name of a map that is not served.
    """
    return re.sub(
        rb"/\*# sourceMappingURL=.*?\*/", b"", re.sub(rb'url\("data:[^"]*"\)', b"none", css)
    )


def _remove(folder: Path, owner: int) -> None:
    # A forked server process inherits this call and must leave the files to its siblings.
    if os.getpid() == owner:
        shutil.rmtree(folder, ignore_errors=True)
