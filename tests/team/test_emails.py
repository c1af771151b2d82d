"""The mails to our own people."""

from survey.config import shipped_folder
from survey.mail.rendering import Stationery
from survey.mail.types import Letterhead
from survey.team import emails
from survey.team.types import Role
from tests.mail.snapshots import assert_as_approved, links_in_html, links_in_text

LETTERHEAD = Letterhead(
    company="Northwind",
    postal_address="Kade 12\nAmsterdam",
    colour="#1f5f5b",
    base_url="https://survey.northwind.example",
)


def test_welcome_reads_as_approved():
    draft = emails.welcome(
        Stationery(shipped_folder("templates") / "mail"),
        LETTERHEAD,
        to_address="sam@northwind.example",
        name="Sam Okafor",
        role=Role.SELLER,
        reset_url="https://survey.northwind.example/reset/TOKEN",
        hours=24,
    )

    assert_as_approved(draft, "welcome")


def test_password_reset_reads_as_approved():
    draft = emails.password_reset(
        Stationery(shipped_folder("templates") / "mail"),
        LETTERHEAD,
        to_address="sam@northwind.example",
        name="Sam Okafor",
        reset_url="https://survey.northwind.example/reset/TOKEN",
        hours=24,
    )

    assert_as_approved(draft, "password_reset")
    assert links_in_text(draft) == {"https://survey.northwind.example/reset/TOKEN"}
    assert links_in_html(draft) == links_in_text(draft)
    assert draft.opt_out_url is None
