"""A campaign's mails: which there are, what each says, how it looks, and one to oneself."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from survey.deals.models import Deal
from survey.deals.types import Outcome
from survey.invitations.actions import wording
from survey.invitations.models import Campaign
from survey.invitations.queries import campaigns
from survey.invitations.queries.wordings import deals_to_try, wordings
from survey.invitations.rules.wording import check_words, fields_for
from survey.invitations.types import MailKind, MailWords
from survey.kit.errors import SurveyError
from survey.letters.kinds import paper_of
from survey.letters.trying import tried
from survey.team.types import Role
from survey.web.shared.door import now, session, settings, wake
from survey.web.shared.foreign import mail_page, sentence_page
from survey.web.shared.forms import UNPROCESSABLE
from survey.web.staff import access
from survey.web.staff.door import actor, reader
from survey.web.staff.mails.forms import DealForm, WordsForm

bp = Blueprint("mails", __name__)

_WRITERS = (Role.ADMIN, Role.MANAGER)
_ONE = "/campaigns/<public_id>/mails/<kind>/<asked_as>"


@dataclass(frozen=True, slots=True)
class _Mail:
    """Which mail of which campaign an address means."""

    campaign: Campaign
    kind: MailKind
    asked_as: Outcome

    @property
    def address(self) -> dict[str, Any]:
        """What stands in the address of its pages."""
        campaign, kind, asked_as = self.campaign.public_id, self.kind.value, self.asked_as.value
        return {"public_id": campaign, "kind": kind, "asked_as": asked_as}


@bp.get("/campaigns/<public_id>/mails")
@access.allows(*_WRITERS)
def index(public_id: str) -> ResponseReturnValue:
    campaign = campaigns.campaign(session(), public_id) or abort(404)
    mails = [_Mail(campaign, kind, each) for kind in MailKind for each in campaign.delay_days]
    said = wordings(session(), [campaign.id])
    return render_template("staff/mails/index.html", campaign=campaign, mails=mails, said=said)


@bp.get(_ONE)
@access.allows(*_WRITERS)
def show(public_id: str, kind: str, asked_as: str) -> ResponseReturnValue:
    mail = _found(public_id, kind, asked_as)
    words = _said(mail)
    form = WordsForm(subject=words.subject, body=words.body, deal=request.args.get("deal"))
    return _page(form, mail)


@bp.post(_ONE)
@access.allows(*_WRITERS)
def save(public_id: str, kind: str, asked_as: str) -> ResponseReturnValue:
    mail = _found(public_id, kind, asked_as)
    form = WordsForm()
    if not _kept(form, mail):
        return _page(form, mail), UNPROCESSABLE
    flash("Saved. Mails that leave from now on say it so.", "done")
    return _back(form, mail)


@bp.get(f"{_ONE}/preview")
@access.allows(*_WRITERS)
def preview(public_id: str, kind: str, asked_as: str) -> Response:
    mail = _found(public_id, kind, asked_as)
    form = DealForm(request.args)
    _offer(form, mail)
    return _looks(mail, _said(mail), form)


@bp.post(f"{_ONE}/preview")
@access.allows(*_WRITERS)
def look(public_id: str, kind: str, asked_as: str) -> Response:
    """How the words would look that were typed so far. Nothing is kept."""
    mail = _found(public_id, kind, asked_as)
    form = WordsForm()
    _offer(form, mail)
    problems = check_words(form.words, kind=mail.kind)
    if problems or not form.validate():
        sentences = [*problems.values(), *(str(each[0]) for each in form.errors.values())]
        return sentence_page(" ".join(sentences), UNPROCESSABLE)
    return _looks(mail, form.words, form)


@bp.post(f"{_ONE}/test")
@access.allows(*_WRITERS)
def test(public_id: str, kind: str, asked_as: str) -> ResponseReturnValue:
    mail = _found(public_id, kind, asked_as)
    form = WordsForm()
    if not _kept(form, mail):
        return _page(form, mail), UNPROCESSABLE
    try:
        _send_test(form, mail)
    except SurveyError as error:
        flash(f"The words are saved, but no test was sent. {error}", "problem")
    else:
        wake("deliver")
        flash(f"Saved, and a test is on its way to {reader().email}.", "done")
    return _back(form, mail)


@bp.post(f"{_ONE}/reset")
@access.allows(*_WRITERS)
def reset(public_id: str, kind: str, asked_as: str) -> ResponseReturnValue:
    mail = _found(public_id, kind, asked_as)
    _reword(mail, MailWords())
    flash("The mail says what it said at first.", "done")
    return redirect(url_for(".show", **mail.address), 303)


def _found(public_id: str, kind: str, asked_as: str) -> _Mail:
    campaign = campaigns.campaign(session(), public_id) or abort(404)
    if kind not in set(MailKind) or asked_as not in campaign.delay_days:
        abort(404)
    return _Mail(campaign, MailKind(kind), Outcome(asked_as))


def _said(mail: _Mail) -> MailWords:
    said = wordings(session(), [mail.campaign.id])
    return said.of(mail.campaign, mail.kind, mail.asked_as)


def _offer(form: DealForm, mail: _Mail) -> None:
    form.offer(deals_to_try(session(), mail.campaign, asked_as=mail.asked_as))


def _chosen(form: DealForm, mail: _Mail) -> Deal | None:
    deals = deals_to_try(session(), mail.campaign, asked_as=mail.asked_as)
    return next((deal for deal, _ in deals if deal.public_id == form.deal.data), None)


def _kept(form: WordsForm, mail: _Mail) -> bool:
    """Keep the words; where they do not fit, the form says why."""
    _offer(form, mail)
    if not form.validate():
        return False
    try:
        _reword(mail, form.words)
    except wording.WordsDoNotFit as error:
        for name, sentence in error.problems.items():
            form.refuse(name, sentence)
        return False
    return True


def _reword(mail: _Mail, words: MailWords) -> None:
    wording.reword(
        session(),
        mail.campaign,
        kind=mail.kind,
        asked_as=mail.asked_as,
        words=words,
        actor=actor(),
        now=now(),
    )


def _send_test(form: WordsForm, mail: _Mail) -> None:
    wording.send_test(
        session(),
        mail.campaign,
        kind=mail.kind,
        asked_as=mail.asked_as,
        deal=_chosen(form, mail),
        to=reader(),
        now=now(),
    )


def _looks(mail: _Mail, words: MailWords, form: DealForm) -> Response:
    draft = tried(
        session(),
        paper_of(settings()),
        mail.campaign,
        kind=mail.kind,
        asked_as=mail.asked_as,
        words=words,
        deal=_chosen(form, mail),
    )
    if draft is None:
        return sentence_page("The questionnaire has no words for this outcome.", 404)
    return mail_page(draft.html, subject=draft.subject)


def _page(form: WordsForm, mail: _Mail) -> str:
    _offer(form, mail)
    said = wordings(session(), [mail.campaign.id])
    return render_template(
        "staff/mails/show.html",
        form=form,
        mail=mail,
        fields=fields_for(mail.kind),
        is_own=said.is_own(mail.campaign, mail.kind, mail.asked_as),
    )


def _back(form: WordsForm, mail: _Mail) -> ResponseReturnValue:
    return redirect(url_for(".show", **mail.address, deal=form.deal.data or None), 303)
