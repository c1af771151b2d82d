"""Which provider hands mails over, by the settings.

It knows neither letters nor tables, or a process that only talks to the provider would load them.
"""

from survey.config import MailProvider, Settings
from survey.kit import clock
from survey.mail.providers.file import FileProvider
from survey.mail.providers.smtp import SmtpProvider
from survey.mail.types import Provider

_NOBODY = "survey@debrief.invalid"


def provider_of(settings: Settings) -> Provider:
    """The provider the settings name; mails in files may come from nobody."""
    match settings.mail_provider:
        case MailProvider.SMTP:
            return SmtpProvider(settings.smtp_url, from_address=settings.mail_from, now=clock.now)
        case MailProvider.SENDGRID:
            from survey.mail.providers.sendgrid import SendGridProvider  # slow import

            return SendGridProvider(
                settings.sendgrid_api_key.get_secret_value(),
                base_url=settings.sendgrid_base_url,
                from_address=settings.mail_from,
            )
        case MailProvider.FILE:
            return FileProvider(
                settings.mail_folder, from_address=settings.mail_from or _NOBODY, now=clock.now
            )
