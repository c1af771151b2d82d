"""The web server of `survey serve` and `survey web`."""

import waitress
from flask import Flask
from waitress.server import BaseWSGIServer, MultiSocketServer

from survey.config import Settings

_THREADS = 16


def page_server(
    app: Flask, given: Settings, *, host: str, port: int
) -> BaseWSGIServer | MultiSocketServer:
    """A server that is bound and not yet running."""
    return waitress.create_server(
        app,
        host=host,
        port=port,
        threads=_THREADS,
        ident=None,
        # Waitress takes out what proxies tell of the visitor unless it is told to leave it in.
        clear_untrusted_proxy_headers=given.trusted_proxies == 0,
    )
