import pytest

from survey.config import Settings
from tests.web.hooks.signing import PUBLIC_KEY


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """The installation knows the key of `signing`."""
    return settings.model_copy(update={"sendgrid_webhook_public_key": PUBLIC_KEY})
