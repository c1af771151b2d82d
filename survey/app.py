"""The application, step by step."""

from flask import Flask

from survey.config import Settings, shipped_folder, unsafe
from survey.kit.db import Database
from survey.kit.errors import SurveyError
from survey.kit.queue import Queue, beside
from survey.web.hooks.views import bp as hooks
from survey.web.respondent.views import bp as respondent
from survey.web.shared import assets, door, errors, guards, headers, health, logs, words
from survey.web.staff import doors as staff
from survey.web.staff import navigation
from survey.web.staff.sign_in import adapter

_LARGEST_FORM = 1024 * 1024


class UnsafeSettings(SurveyError):
    """Production refuses to start like this."""


def create_app(
    settings: Settings, database: Database | None = None, queue: Queue | None = None
) -> Flask:
    """A web application on these settings. Raises `UnsafeSettings` in production."""
    refuse_unsafe(settings)
    logs.set_up(settings)
    app = Flask("survey.web", template_folder=str(shipped_folder("templates")), static_folder=None)
    configure(app, settings)
    door.init_app(app, stand_on(settings, database, queue))
    logs.init_app(app)
    headers.init_app(app)
    guards.init_app(app, settings)
    adapter.init_app(app, settings)
    errors.init_app(app)
    assets.init_app(app)
    words.init_app(app)
    navigation.init_app(app)
    app.register_blueprint(health.bp)
    app.register_blueprint(hooks)
    app.register_blueprint(respondent)
    app.register_blueprint(staff.bp)
    return app


def stand_on(settings: Settings, database: Database | None, queue: Queue | None) -> door.Survey:
    return door.Survey(
        settings,
        database or Database(settings.database_url),
        queue or Queue(settings.queue_url or beside(settings.database_url)),
    )


def refuse_unsafe(settings: Settings) -> None:
    if settings.is_production and (reasons := unsafe(settings)):
        raise UnsafeSettings("\n".join(["Production cannot start like this:", *reasons]))


def configure(app: Flask, settings: Settings) -> None:
    app.config.update(
        DEBUG=settings.debug,
        TESTING=False,
        MAX_CONTENT_LENGTH=_LARGEST_FORM,
        MAX_FORM_MEMORY_SIZE=_LARGEST_FORM,
        PREFERRED_URL_SCHEME=settings.base_url.partition(":")[0],
    )
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
