"""The mails to our own people."""

from survey.kit.words import first_name
from survey.mail.rendering import Stationery
from survey.mail.types import Draft, Letterhead


def password_reset(
    stationery: Stationery,
    letterhead: Letterhead,
    *,
    to_address: str,
    name: str,
    reset_url: str,
    hours: int,
) -> Draft:
    """The link with which a user sets a password; it works once, for that many hours."""
    facts = letterhead.facts | {
        "first_name": first_name(name),
        "reset_url": reset_url,
        "hours": f"{hours} hours",
    }
    words = stationery.write("password_reset", facts)
    return Draft(
        to_address=to_address,
        to_name=name,
        subject=words.subject,
        text=words.text,
        html=words.html,
        from_name=f"Debrief at {letterhead.company}",
        headers={"Auto-Submitted": "auto-generated"},
    )
