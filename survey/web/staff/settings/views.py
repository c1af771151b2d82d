"""The settings of the company, and its rule for each country."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from survey.company import actions, queries
from survey.company.types import CompanySettings
from survey.kit.clock import zone_names
from survey.kit.errors import SurveyError
from survey.letters.setup import mail_setup_of
from survey.team.types import Role
from survey.web.shared.door import now, session, settings
from survey.web.shared.forms import UNPROCESSABLE, SelectChoice
from survey.web.staff import access
from survey.web.staff.door import actor
from survey.web.staff.settings.forms import CompanyForm, CountryForm

bp = Blueprint("settings", __name__)


@bp.get("/settings")
@access.allows(Role.ADMIN)
def show() -> ResponseReturnValue:
    form = _with_zones(CompanyForm(obj=queries.the_company(session())))
    return _page(form, CountryForm(formdata=None))


@bp.post("/settings")
@access.allows(Role.ADMIN)
def change() -> ResponseReturnValue:
    form = _with_zones(CompanyForm())
    if form.validate():
        try:
            actions.change_company(session(), _wanted(form), actor=actor(), now=now())
        except SurveyError as error:
            form.refuse("name", str(error))
        else:
            flash("The settings are saved.", "done")
            return redirect(url_for("staff.settings.show"), 303)
    return _page(form, CountryForm(formdata=None)), UNPROCESSABLE


@bp.post("/settings/countries")
@access.allows(Role.ADMIN)
def set_country() -> ResponseReturnValue:
    form = CountryForm()
    if form.validate():
        try:
            rule = actions.set_country_rule(
                session(),
                form.country.data or "",
                may_ask=bool(form.may_ask.data),
                basis=form.basis.data or "",
                actor=actor(),
                now=now(),
            )
        except actions.BasisMissing as error:
            form.refuse("basis", str(error))
        except SurveyError as error:
            form.refuse("country", str(error))
        else:
            flash(f"The rule for {rule.country} is saved.", "done")
            return redirect(url_for("staff.settings.show"), 303)
    company_form = _with_zones(CompanyForm(formdata=None, obj=queries.the_company(session())))
    return _page(company_form, form), UNPROCESSABLE


def _wanted(form: CompanyForm) -> CompanySettings:
    return CompanySettings(
        name=form.name.data or "",
        time_zone=form.time_zone.data,
        postal_address=form.postal_address.data or "",
        privacy_contact=form.privacy_contact.data or None,
        brand_colour=form.brand_colour.data or "",
        anonymity_threshold=form.anonymity_threshold.data or 0,
        grey_threshold=form.grey_threshold.data or 0,
        retention_months=form.retention_months.data or 0,
        asks_unknown_countries=bool(form.asks_unknown_countries.data),
    )


def _with_zones(form: CompanyForm) -> CompanyForm:
    form.time_zone.choices = [SelectChoice(zone, zone) for zone in sorted(zone_names())]
    return form


def _page(form: CompanyForm, country_form: CountryForm) -> str:
    return render_template(
        "staff/settings/show.html",
        form=form,
        country_form=country_form,
        rules=queries.country_rules(session()),
        mail=mail_setup_of(session(), settings(), now=now()),
    )
