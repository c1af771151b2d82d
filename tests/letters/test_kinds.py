"""Every kind of mail keeps the same promises."""

from survey.config import Settings
from survey.letters.kinds import letters_of


def test_every_kind_has_a_name_of_its_own(settings: Settings):
    names = [letter.name for letter in letters_of(settings).values()]

    assert all(names)
    assert len(set(names)) == len(names)
