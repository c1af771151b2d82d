"""The pages of our own people, one line each."""

from flask import Blueprint

from survey.web.staff.campaigns.views import bp as campaigns
from survey.web.staff.coding.views import bp as coding
from survey.web.staff.dashboard.views import bp as dashboard
from survey.web.staff.deals.views import bp as deals
from survey.web.staff.feedback.views import bp as feedback
from survey.web.staff.held.views import bp as held
from survey.web.staff.mailbox.views import bp as mailbox
from survey.web.staff.mails.views import bp as mails
from survey.web.staff.outbox.views import bp as outbox
from survey.web.staff.people.views import bp as people
from survey.web.staff.questionnaires.views import bp as questionnaires
from survey.web.staff.reports.views import bp as reports
from survey.web.staff.requests.views import bp as requests
from survey.web.staff.settings.views import bp as settings
from survey.web.staff.sign_in.views import bp as sign_in
from survey.web.staff.suppressions.views import bp as suppressions
from survey.web.staff.taxonomy.views import bp as taxonomy
from survey.web.staff.upcoming.views import bp as upcoming

PAGES = (
    dashboard,
    coding,
    feedback,
    campaigns,
    deals,
    held,
    mailbox,
    mails,
    outbox,
    people,
    questionnaires,
    reports,
    requests,
    settings,
    sign_in,
    suppressions,
    taxonomy,
    upcoming,
)

bp = Blueprint("staff", __name__)
for _page in PAGES:
    bp.register_blueprint(_page)
