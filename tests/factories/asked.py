"""A buyer who holds a link to a shipped questionnaire."""

from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from survey.company.models import Company
from survey.deals.types import Outcome
from survey.invitations.models import Invitation
from survey.invitations.types import LinkPurpose
from survey.kit import clock
from survey.questionnaires.documents import shipped_document
from tests.factories.company import make_company
from tests.factories.deals import make_account, make_contact, make_deal
from tests.factories.invitations import make_campaign, make_invitation, make_link
from tests.factories.questionnaires import make_questionnaire, make_version
from tests.factories.rows import the_only

_SHIPPED = {Outcome.WON: "won", Outcome.LOST: "not_won", Outcome.NO_DECISION: "not_won"}


def make_asked(
    session: Session,
    *,
    token: str = "answer-token",  # noqa: S107 (a link of the tests)
    outcome: Outcome = Outcome.LOST,
    contact_name: str = "Anna Berg",
    campaign: dict[str, Any] | None = None,
    **columns: Any,
) -> Invitation:
    """Anna Berg was asked about a deal a day ago; `token` answers, "out-" + token opts out."""
    if the_only(session, Company) is None:
        make_company(session)
    raw = shipped_document(_SHIPPED[outcome])
    questionnaire = make_questionnaire(session)
    invited_at = columns.get("invited_at") or clock.now() - timedelta(days=1)
    account = make_account(session)
    values: dict[str, Any] = {
        "deal": make_deal(session, account=account, outcome=outcome, product="Planner"),
        "contact": make_contact(session, account=account, name=contact_name),
        "campaign": make_campaign(session, questionnaire=questionnaire, **campaign or {}),
        "version": make_version(
            session, questionnaire=questionnaire, document=raw, frozen_at=invited_at
        ),
        "invited_at": invited_at,
    }
    invitation = make_invitation(session, **values | columns)
    make_link(session, token=token, invitation=invitation)
    make_link(session, token=f"out-{token}", invitation=invitation, purpose=LinkPurpose.OPT_OUT)
    return invitation
