from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from survey.config import Settings
from survey.jobs.desk import Desk, desk_of
from survey.kit.db import Database
from tests.factories import MOMENT


@pytest.fixture
def desk(settings: Settings, database: Database, tmp_path: Path) -> Desk:
    """Hands mails over into a folder, an hour after they were decided on."""
    given = settings.model_copy(
        update={"mail_folder": tmp_path / "mailbox", "mail_from": "research@northwind.example"}
    )
    return replace(desk_of(given, database), now=lambda: MOMENT + timedelta(hours=1), threads=2)
