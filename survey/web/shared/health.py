"""For machines that watch us: are we alive, and are we ready to serve?"""

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from survey.config import shipped_folder
from survey.kit import schema
from survey.web.shared import access
from survey.web.shared.door import database
from survey.web.shared.guards import limiter

bp = Blueprint("health", __name__)


@bp.get("/healthz")
@limiter.exempt
@access.public("a watcher learns only that the process runs")
def alive() -> ResponseReturnValue:
    """The process runs; a watcher restarts it when this stays out."""
    return jsonify(status="alive")


@bp.get("/readyz")
@limiter.exempt
@access.public("a watcher learns only whether the database answers and is up to date")
def ready() -> ResponseReturnValue:
    """The database answers and has seen every migration; a balancer sends visitors only then."""
    try:
        seen = schema.current(database())
    except schema.DatabaseOutOfReach:
        return jsonify(status="the database does not answer"), 503
    if seen != schema.newest(shipped_folder("migrations")):
        return jsonify(status="the database needs “survey db upgrade”"), 503
    return jsonify(status="ready")
