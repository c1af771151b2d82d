"""The buyer's pages: no account, no cookie, no script needed. The link is the key; GET changes
nothing.
"""

import re

from flask import Blueprint, Response, abort, redirect, render_template, request
from flask.typing import ResponseReturnValue

from survey.company.queries import company
from survey.responses import rules
from survey.responses.actions import answering
from survey.web.respondent import brand, packing, refusals, steady
from survey.web.respondent.forms import clean, read_answers
from survey.web.respondent.opt_out.views import bp as opt_out
from survey.web.respondent.presses import PRESSES, ScreenRefused, go_on
from survey.web.respondent.recap import thank
from survey.web.respondent.screens import show_screen
from survey.web.respondent.visits import linked_choice, note_hidden_link, open_visit
from survey.web.shared import access
from survey.web.shared.door import now, session

_COLOUR = re.compile(r"[0-9a-f]{6}")

bp = Blueprint("respondent", __name__)
bp.register_blueprint(opt_out)
refusals.init_bp(bp)
packing.init_bp(bp)


@bp.get("/s/<token>")
@access.link("answer")
def show(token: str) -> ResponseReturnValue:
    """The screen asked for, else the one where the buyer left off, else the first."""
    visit = open_visit(token)
    answering.refuse_closed(visit.invitation, visit.response, now=now())
    key = request.args.get("screen", "")
    if not key and visit.has_sent and visit.draft is None:
        return redirect(visit.to("thanks"), 303)
    if not key and visit.is_deleted:
        return redirect(visit.to("deleted"), 303)
    linked = "" if key else linked_choice(visit, request.args.get("choice", ""))
    wanted = key or ("" if linked else visit.resumes_at)
    screen = show_screen(visit, visit.answers, wanted, now=now(), linked=linked)
    return render_template("respondent/show.html", visit=visit, screen=screen)


@bp.post("/s/<token>")
@access.link("answer")
def submit(token: str) -> ResponseReturnValue:
    """Take what one screen was given, and do what its button says."""
    visit = open_visit(token)
    known = {screen.key: screen for screen in visit.document.screens}
    posted = known.get(request.form.get("screen", ""))
    if posted is None:
        return redirect(visit.to("show"), 303)
    given = read_answers(posted, request.form)
    press = PRESSES.get(request.form.get("then", ""), go_on)
    try:
        return redirect(press(visit, posted, given), 303)
    except ScreenRefused as refused:
        answers = rules.merge(visit.answers, posted, given)
        screen = show_screen(visit, answers, posted.key, now=now(), problems=refused.problems)
        return render_template("respondent/show.html", visit=visit, screen=screen), 422


@bp.get("/s/<token>/thanks")
@access.link("answer")
def thanks(token: str) -> ResponseReturnValue:
    """What was sent and who can see it, with the ways to change or delete it."""
    visit = open_visit(token)
    answering.refuse_closed(visit.invitation, visit.response, now=now())
    if not visit.is_sent:
        return redirect(visit.to("show"), 303)
    return render_template("respondent/thanks.html", visit=visit, thanks=thank(visit))


@bp.post("/s/<token>/thanks")
@access.link("answer")
def remark(token: str) -> ResponseReturnValue:
    """Take a word about the questions themselves."""
    visit = open_visit(token)
    words = clean(request.form.get(visit.document.phrases.about_us.key, ""))
    answering.add_remark(session(), visit.invitation, visit.document, words, now=now())
    return redirect(visit.to("thanks"), 303)


@bp.post("/s/<token>/delete")
@access.link("answer")
def delete(token: str) -> ResponseReturnValue:
    """Delete everything this buyer said."""
    visit = open_visit(token)
    if not steady.is_sure(visit):
        return steady.ask(visit, "Delete everything you told us?", back=visit.to("thanks"))
    answering.delete_response(session(), visit.invitation, now=now())
    return redirect(visit.to("deleted"), 303)


@bp.get("/s/<token>/deleted")
@access.link("answer")
def deleted(token: str) -> ResponseReturnValue:
    """Nothing is stored any more."""
    visit = open_visit(token)
    answering.refuse_closed(visit.invitation, visit.response, now=now())
    if not visit.is_deleted:
        return redirect(visit.to("show"), 303)
    return render_template("respondent/deleted.html", visit=visit)


@bp.get("/s/<token>/more")
@access.link("answer")
def more(token: str) -> ResponseReturnValue:
    """What stands behind the link that people neither see nor reach: nothing."""
    visit = open_visit(token)
    note_hidden_link(visit)
    return render_template("respondent/more.html", visit=visit, back=visit.to("show"))


@bp.get("/privacy")
@access.public("says how answers are kept, and shows none")
def privacy() -> ResponseReturnValue:
    """How answers are kept, in plain words."""
    our_company = company(session()) or abort(404)
    return render_template("respondent/privacy.html", company=our_company)


@bp.get("/brand/<colour>.css")
@access.public("a colour")
def brand_style(colour: str) -> ResponseReturnValue:
    """The company's colour as a style sheet: the strict page allows no style of its own."""
    if not _COLOUR.fullmatch(colour):
        abort(404)
    response = Response(brand.style_sheet(f"#{colour}"), mimetype="text/css")
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
