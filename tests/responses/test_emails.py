"""The mail that thanks for an answer: its words."""

from tests.letters.samples import thanks
from tests.mail.snapshots import assert_as_approved


def test_thanks_reads_as_approved():
    assert_as_approved(thanks(), "thanks")
