"""One function per table: `make_deal(session, outcome=Outcome.WON)` makes the rest by itself."""

from tests.factories.audit import make_audit_entry
from tests.factories.coding import make_coded_response, make_coding, make_supplier_name
from tests.factories.company import make_company, make_country_rule
from tests.factories.deals import (
    make_account,
    make_alternative,
    make_competitor,
    make_contact,
    make_deal,
    make_deal_contact,
)
from tests.factories.invitations import (
    make_campaign,
    make_erasure_request,
    make_hold,
    make_invitation,
    make_link,
    make_notice,
    make_referral,
    make_reminder,
    make_wording,
)
from tests.factories.mail import (
    make_attempt,
    make_message,
    make_queue_pause,
    make_queue_stop,
    make_receipt,
    make_reprieve,
    make_settlement,
    make_suppression,
)
from tests.factories.questionnaires import make_questionnaire, make_version
from tests.factories.reports import make_report
from tests.factories.responses import (
    make_answer,
    make_draft,
    make_response,
    make_revision,
    make_visit,
)
from tests.factories.rows import MOMENT
from tests.factories.taxonomy import make_category, make_mapping, make_reason, make_release
from tests.factories.team import make_team, make_user

__all__ = [
    "MOMENT",
    "make_account",
    "make_alternative",
    "make_answer",
    "make_attempt",
    "make_audit_entry",
    "make_campaign",
    "make_category",
    "make_coded_response",
    "make_coding",
    "make_company",
    "make_competitor",
    "make_contact",
    "make_country_rule",
    "make_deal",
    "make_deal_contact",
    "make_draft",
    "make_erasure_request",
    "make_hold",
    "make_invitation",
    "make_link",
    "make_mapping",
    "make_message",
    "make_notice",
    "make_questionnaire",
    "make_queue_pause",
    "make_queue_stop",
    "make_reason",
    "make_receipt",
    "make_referral",
    "make_release",
    "make_reminder",
    "make_report",
    "make_reprieve",
    "make_response",
    "make_revision",
    "make_settlement",
    "make_supplier_name",
    "make_suppression",
    "make_team",
    "make_user",
    "make_version",
    "make_visit",
    "make_wording",
]
