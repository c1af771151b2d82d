"""Mails as our own people see them: by name, and written anew with masked links."""

from survey.letters.kinds import letters_of
from survey.mail.models import Message
from survey.mail.types import Draft
from survey.web.shared.door import session, settings


def draft_of(message: Message) -> Draft | None:
    """The mail as it would be written today; None where what it speaks of is gone."""
    letter = letters_of(settings()).get(message.kind)
    return letter.shown(session(), message) if letter else None


def kind_name(kind: str) -> str:
    """What we call a kind of mail; its own name where another version made it."""
    letter = letters_of(settings()).get(kind)
    return letter.name if letter else kind
