"""Runs the migrations on the connection `survey.kit.schema` opened, or on SURVEY_DATABASE_URL."""

import importlib
import importlib.util
import os
import pkgutil

from alembic import context
from sqlalchemy import Connection

import survey
from survey.kit.db import Base, Database


def import_models() -> None:
    """Make every package's tables known, whichever packages there are."""
    for package in pkgutil.iter_modules(survey.__path__):
        name = f"survey.{package.name}.models"
        if package.ispkg and importlib.util.find_spec(name):
            importlib.import_module(name)


def migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        compare_type=True,
        transaction_per_migration=False,
    )
    with context.begin_transaction():
        context.run_migrations()


import_models()
given = context.config.attributes.get("connection")
if given is not None:
    migrate(given)
else:
    address = os.environ.get("SURVEY_DATABASE_URL", "sqlite:///instance/survey.db")
    with Database(address).engine.begin() as opened:
        migrate(opened)
