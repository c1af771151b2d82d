"""The same answers as the feedback pages'."""

from tests.web.staff.feedback.conftest import answered, taxonomy

__all__ = ["answered", "taxonomy"]
