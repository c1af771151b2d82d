"""Passwords are kept as argon2id and compared the same way for everybody."""

from survey.kit.passwords import hash_password, is_password


def test_password_fits_its_hash_only() -> None:
    kept = hash_password("correct horse battery")

    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert is_password("correct horse battery", kept)
    assert not is_password("correct horse batterx", kept)


def test_password_of_nobody_fits_nothing() -> None:
    assert not is_password("nobody has this password", None)


def test_damaged_hash_fits_nothing() -> None:
    assert not is_password("anything", "not a hash")
