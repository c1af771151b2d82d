"""Public ids: unique, readable aloud, and those of a batch side by side."""

import re

from survey.kit.ids import PUBLIC_ID_LENGTH, new_public_id, new_public_ids

_READABLE = re.compile(f"[2-9a-hjkmnp-z]{{{PUBLIC_ID_LENGTH}}}")


def test_ids_have_no_letters_that_look_alike() -> None:
    for public_id in [new_public_id(), *new_public_ids(100)]:
        assert _READABLE.fullmatch(public_id)


def test_ids_of_a_batch_differ_and_stand_together() -> None:
    batches = [new_public_ids(1000) for _ in range(20)]

    assert all(len({public_id[:4] for public_id in batch}) == 1 for batch in batches)
    assert len({public_id for batch in batches for public_id in batch}) == 20_000


def test_no_ids_are_wanted() -> None:
    assert new_public_ids(0) == []
