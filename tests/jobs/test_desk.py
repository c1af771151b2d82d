"""What delivering stands on, by the settings."""

from survey.config import Settings
from survey.jobs.desk import desk_of
from survey.kit.db import Database


def test_as_many_threads_talk_to_the_provider_as_the_settings_say(
    settings: Settings, database: Database
):
    wished = settings.model_copy(update={"mail_threads": 32})

    desk = desk_of(wished, database)

    assert (desk.threads, desk.most_begun) == (32, 64)
