"""What delivering stands on, by the settings."""

import pickle

from survey.config import Settings
from survey.jobs.desk import desk_of
from survey.kit.db import Database


def test_as_many_threads_talk_to_the_provider_as_the_settings_say(
    settings: Settings, database: Database
):
    wished = settings.model_copy(update={"mail_threads": 32})

    desk = desk_of(wished, database)

    assert desk.threads == 32


def test_a_process_of_its_own_makes_the_provider_of_the_settings(
    settings: Settings, database: Database
):
    wished = settings.model_copy(update={"mail_process_from": 250})

    desk = desk_of(wished, database)

    assert desk.apart is not None
    assert desk.apart.from_mails == 250
    made = pickle.loads(pickle.dumps(desk.apart.make))()  # noqa: S301 (as it travels)
    assert type(made) is type(desk.provider)
