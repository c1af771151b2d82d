"""How mail is set up here, as the settings page and `survey doctor` say it alike."""

from datetime import datetime

from sqlalchemy.orm import Session

from survey.config import Settings
from survey.mail.setup import Given, MailSetup, mail_setup


def mail_setup_of(session: Session, settings: Settings, *, now: datetime) -> MailSetup:
    """What the operator must set, here and elsewhere, and what came back lately."""
    given = Given(
        provider=settings.mail_provider.value,
        mail_from=settings.mail_from,
        base_url=settings.base_url,
        webhook_key=settings.sendgrid_webhook_public_key,
    )
    return mail_setup(session, given, now=now)
