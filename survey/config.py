"""Settings: typed, read once at the start, and loud when something is missing or unsafe."""

import re
from collections.abc import Iterator, Mapping
from email.utils import parseaddr
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from survey.kit.clock import zone_names

DEVELOPMENT_SECRET = "development-only-secret-that-production-refuses"  # noqa: S105
_PREFIX = "SURVEY_"
_SECRET_LENGTH = 32
_LOCAL_HOSTS = {"localhost", "127.0.0.1", "::1", "0.0.0.0"}  # noqa: S104 (names, not a binding)
_MACHINE_NAMES = re.compile(r".*\b(no|do-?not|donot)[-_.]?reply", re.IGNORECASE)
_HERE = Path(__file__).resolve().parent


class Environment(StrEnum):
    PRODUCTION = "production"
    DEVELOPMENT = "development"
    TEST = "test"


class MailProvider(StrEnum):
    FILE = "file"
    SMTP = "smtp"
    SENDGRID = "sendgrid"


class WrongSetting(ValueError):
    """A setting cannot be read. The sentence names it and never shows its value."""


def _zone_name(name: str) -> str:
    if name not in zone_names():
        raise ValueError("is not the name of a time zone; write it as Europe/Berlin")
    return name


def _without_slash(address: str) -> str:
    return address.rstrip("/")


def _split_at_commas(text: object) -> object:
    return tuple(part.strip() for part in text.split(",")) if isinstance(text, str) else text


Address = Annotated[str, AfterValidator(_without_slash)]


class Settings(BaseSettings):
    """Every setting, from `SURVEY_…` variables or `.env`; `.env.example` explains each one."""

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX,
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    environment: Environment = Environment.DEVELOPMENT
    debug: bool = False
    base_url: Address = "http://localhost:8000"
    trusted_proxies: Annotated[int, Field(ge=0, le=5)] = 0

    secret_key: SecretStr = SecretStr(DEVELOPMENT_SECRET)
    secret_key_fallbacks: Annotated[
        tuple[SecretStr, ...], NoDecode, BeforeValidator(_split_at_commas)
    ] = ()

    # Addresses of services may hold a password: they stay out of `repr` and of every message.
    database_url: str = Field("sqlite:///instance/survey.db", repr=False)
    queue_url: str = Field("", repr=False)
    limits_url: str = Field("memory://", repr=False)
    ledger_file: Path | None = None

    mail_provider: MailProvider = MailProvider.FILE
    mail_from: str = ""
    mail_reply_to: str = ""
    mail_folder: Path = Path("instance/mailbox")
    mail_threads: Annotated[int, Field(ge=1, le=64)] = 8
    mail_process_from: Annotated[int, Field(ge=1)] = 1000
    postal_address: str = ""
    sendgrid_api_key: SecretStr = SecretStr("")
    sendgrid_base_url: Address = "https://api.sendgrid.com"
    sendgrid_webhook_public_key: str = ""
    smtp_url: str = Field("", repr=False)

    timezone: Annotated[str, AfterValidator(_zone_name)] = "UTC"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def is_production(self) -> bool:
        return self.environment is Environment.PRODUCTION

    @property
    def keeps_mail_here(self) -> bool:
        """Whether mails stay in a folder, to be read on the page “Mailbox”."""
        return self.mail_provider is MailProvider.FILE and not self.is_production

    @property
    def host(self) -> str:
        """The host (with its port, if any) under which people reach us."""
        return urlsplit(self.base_url).netloc

    @property
    def secret(self) -> str:
        """The secret that signs cookies and links, in the clear: for signing only."""
        return self.secret_key.get_secret_value()

    @property
    def secrets(self) -> list[str]:
        """The present secret and those it followed: what any of them signed still holds."""
        return [self.secret, *(key.get_secret_value() for key in self.secret_key_fallbacks)]

    @property
    def is_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")

    @property
    def ledger(self) -> Path:
        """Where it is kept, outside the database, who is never to be mailed again."""
        if self.ledger_file is not None:
            return self.ledger_file
        url = self.database_url.partition("?")[0]
        path = url.partition("///")[2] if self.is_sqlite else f"instance/{url.rpartition('/')[2]}"
        return Path(path).with_suffix(".ledger")


def read_settings(**given: Any) -> Settings:
    """The settings of this process. Raises `WrongSetting` with one sentence for each bad value."""
    try:
        return Settings(**given)
    except ValidationError as error:
        sentences = [_sentence(dict(fault)) for fault in error.errors(include_input=False)]
        raise WrongSetting(" ".join(sentences)) from None


def _sentence(fault: Mapping[str, Any]) -> str:
    name = _PREFIX + "_".join(str(part) for part in fault["loc"][:1]).upper()
    return f"{name}: {fault['msg'].removeprefix('Value error, ')}."


def unknown_names(environ: Mapping[str, str]) -> list[str]:
    """Variables that look like settings and are none: mostly a slip of the pen."""
    known = {_PREFIX + field.upper() for field in Settings.model_fields}
    return sorted(
        name
        for name in environ
        if name.startswith(_PREFIX) and name not in known and not name.startswith("SURVEY_TEST_")
    )


def unsafe(settings: Settings) -> list[str]:
    """What production refuses, one sentence each; an empty list means safe."""
    return [*_secrets(settings), *_addresses(settings), *_mail(settings), *_provider(settings)]


def unsafe_to_split(settings: Settings) -> list[str]:
    """What forbids running `survey web` and `survey worker` apart; `survey serve` is the way."""
    sentence = (
        "SURVEY_DATABASE_URL is SQLite, which one process at a time should write: "
        "run “survey serve”, or move to PostgreSQL before you split web and worker."
    )
    return [sentence] if settings.is_sqlite else []


def _secrets(settings: Settings) -> Iterator[str]:
    if settings.secret == DEVELOPMENT_SECRET:
        yield (
            "SURVEY_SECRET_KEY is not set: make one with "
            "“python -c 'import secrets; print(secrets.token_urlsafe(48))'”."
        )
    elif len(settings.secret) < _SECRET_LENGTH:
        yield f"SURVEY_SECRET_KEY is shorter than {_SECRET_LENGTH} characters: make a longer one."
    elif len(set(settings.secret)) < _SECRET_LENGTH // 4:
        yield "SURVEY_SECRET_KEY repeats a few characters: make a random one."
    for fallback in settings.secret_key_fallbacks:
        secret = fallback.get_secret_value()
        if secret == DEVELOPMENT_SECRET or len(secret) < _SECRET_LENGTH:
            yield "SURVEY_SECRET_KEY_FALLBACKS holds a default or short secret: take it out."
    if settings.debug:
        yield "SURVEY_DEBUG is on: it shows the inside of errors to everyone; switch it off."


def _addresses(settings: Settings) -> Iterator[str]:
    base = urlsplit(settings.base_url)
    if base.scheme != "https":
        yield "SURVEY_BASE_URL does not begin with https: links in mails would travel in the open."
    if base.hostname is None or base.hostname in _LOCAL_HOSTS:
        yield "SURVEY_BASE_URL points to this machine: give the address that buyers can reach."
    if base.path or base.query or base.fragment:
        yield "SURVEY_BASE_URL has a path: give only https:// and the host."
    if base.scheme == "https" and settings.trusted_proxies == 0:
        yield (
            "SURVEY_TRUSTED_PROXIES is 0 though https ends at a proxy: say how many proxies "
            "stand in front, or all visitors share one limit."
        )


def _mail(settings: Settings) -> Iterator[str]:
    if not settings.postal_address.strip():
        yield "SURVEY_POSTAL_ADDRESS is not set: the law asks for it in every mail."
    for name, address in (
        ("SURVEY_MAIL_FROM", settings.mail_from),
        ("SURVEY_MAIL_REPLY_TO", settings.mail_reply_to),
    ):
        if not address:
            yield f"{name} is not set: give an address of your own domain that a person reads."
        elif not _is_address(address):
            yield f"{name} is not a mail address: write it as research@your-company.example."
        elif _MACHINE_NAMES.match(address):
            yield f"{name} is a no-reply address: buyers answer by reply, so a person must read it."


def _provider(settings: Settings) -> Iterator[str]:
    match settings.mail_provider:
        case MailProvider.FILE:
            yield "SURVEY_MAIL_PROVIDER is file: mails would stay here; use smtp or sendgrid."
        case MailProvider.SMTP:
            yield from _smtp(settings)
        case MailProvider.SENDGRID:
            yield from _sendgrid(settings)


def _smtp(settings: Settings) -> Iterator[str]:
    if not settings.smtp_url:
        yield "SURVEY_SMTP_URL is not set: write it as smtps://name:password@mail.example:465."
    elif urlsplit(settings.smtp_url).hostname is None:
        yield "SURVEY_SMTP_URL names no server: write it as smtps://name:password@mail.example:465."


def _sendgrid(settings: Settings) -> Iterator[str]:
    if not settings.sendgrid_api_key.get_secret_value():
        yield "SURVEY_SENDGRID_API_KEY is not set: make one at SendGrid that may only send mail."
    if not settings.sendgrid_webhook_public_key:
        yield (
            "SURVEY_SENDGRID_WEBHOOK_PUBLIC_KEY is not set: switch on the signed event webhook "
            "at SendGrid and copy its verification key."
        )
    if urlsplit(settings.sendgrid_base_url).scheme != "https":
        yield "SURVEY_SENDGRID_BASE_URL is not https: the key would travel in the open."


def _is_address(text: str) -> bool:
    _, address = parseaddr(text)
    name, _, domain = address.rpartition("@")
    return bool(name) and "." in domain


def shipped_folder(name: Literal["templates", "migrations"]) -> Path:
    """Where the pages or the migrations are: beside the checkout, or inside the installed wheel."""
    in_wheel = _HERE / "_shipped" / name
    return in_wheel if in_wheel.is_dir() else _HERE.parent / name
