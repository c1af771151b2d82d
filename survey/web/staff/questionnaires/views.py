"""What we ask: each questionnaire as the buyer will see it, with its versions."""

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from survey.company.queries import company
from survey.questionnaires import queries
from survey.questionnaires.models import Version
from survey.web.shared.door import session
from survey.web.staff import access
from survey.web.staff.questionnaires.conditions import Telling
from survey.web.staff.questionnaires.shown import said_afterwards, shown_screens

bp = Blueprint("questionnaires", __name__)


@bp.get("/questionnaires")
@access.signed_in
def index() -> ResponseReturnValue:
    versions = queries.current_versions(session())
    documents = {
        version.id: queries.document_of(session(), version.id, version.document["outcomes"][0])
        for version in versions
    }
    return render_template(
        "staff/questionnaires/index.html", versions=versions, documents=documents
    )


@bp.get("/questionnaires/<key>")
@access.signed_in
def show(key: str) -> ResponseReturnValue:
    questionnaire = queries.questionnaire_by_key(session(), key) or abort(404)
    versions = queries.versions_of(session(), questionnaire)
    version = _asked_for(versions)
    outcomes = version.document["outcomes"]
    outcome = request.args.get("outcome", outcomes[0])
    if outcome not in outcomes:
        abort(404)
    document = queries.document_of(session(), version.id, outcome)
    ours = company(session())
    telling = Telling(document, ours.name if ours else "[company]")
    return render_template(
        "staff/questionnaires/show.html",
        questionnaire=questionnaire,
        version=version,
        versions=versions,
        outcome=outcome,
        screens=shown_screens(document, telling),
        afterwards=said_afterwards(document, telling),
        closed=telling.text(document.phrases.closed),
        first=document.first,
    )


def _asked_for(versions: list[Version]) -> Version:
    """The version whose number stands in the address, else the one in use."""
    number = request.args.get("version", type=int)
    found = [each for each in versions if number is None or each.number == number]
    return found[0] if found else abort(404)
