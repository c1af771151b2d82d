"""Links that open nothing any more, answered kindly."""

from flask import Blueprint, g, render_template
from flask.typing import ResponseReturnValue

from survey.company.queries import company
from survey.responses.actions.answering import AnsweredByReply, QuestionsClosed
from survey.web.respondent.visits import LinkUnknown
from survey.web.shared.door import session


def init_bp(bp: Blueprint) -> None:
    bp.register_error_handler(LinkUnknown, _unknown)
    bp.register_error_handler(QuestionsClosed, _closed)
    bp.register_error_handler(AnsweredByReply, _answered_by_reply)


def _unknown(_error: LinkUnknown) -> ResponseReturnValue:
    return render_template("respondent/refusals/unknown.html", company=company(session())), 404


def _closed(_error: QuestionsClosed) -> ResponseReturnValue:
    return render_template("respondent/refusals/closed.html", visit=g.visit), 410


def _answered_by_reply(_error: AnsweredByReply) -> ResponseReturnValue:
    return render_template("respondent/refusals/answered_by_reply.html", visit=g.visit), 410
