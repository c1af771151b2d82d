"""What delivering stands on, by the settings."""

from functools import partial

from survey.config import Settings
from survey.jobs.deliver import Apart, Desk
from survey.jobs.provider import provider_of
from survey.kit.db import Database
from survey.letters.kinds import letters_of


def desk_of(settings: Settings, database: Database) -> Desk:
    return Desk(
        database,
        provider_of(settings),
        letters_of(settings),
        threads=settings.mail_threads,
        apart=Apart(partial(provider_of, settings), settings.mail_process_from),
    )
