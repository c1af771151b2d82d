"""Every table has its factory, and each makes a row by itself on both databases."""

import inspect

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey.kit.db import Base
from tests import databases, factories

MAKERS = {name: make for name, make in vars(factories).items() if name.startswith("make_")}


def _made_by(name: str) -> type[Base]:
    made: type[Base] = inspect.signature(MAKERS[name], eval_str=True).return_annotation
    return made


@pytest.mark.parametrize("name", MAKERS)
def test_factory_makes_a_row_by_itself(name: str, session: Session) -> None:
    MAKERS[name](session)

    assert session.scalar(select(func.count()).select_from(_made_by(name))) == 1


def test_every_table_has_its_factory() -> None:
    databases.import_all_models()
    made = {_made_by(name).__tablename__ for name in MAKERS}

    assert {table.name for table in Base.metadata.sorted_tables} - made == set()
