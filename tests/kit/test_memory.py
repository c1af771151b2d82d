"""Looking for cycles seldom: after many new objects, and without what was imported."""

import subprocess
import sys

_TWICE = """
import gc
from survey.kit.memory import look_for_cycles_seldom

look_for_cycles_seldom()
frozen = gc.get_freeze_count()
later = [[]]
look_for_cycles_seldom()
print(frozen > 1000, gc.get_freeze_count() == frozen, gc.get_threshold())
"""


def test_what_was_imported_is_left_out_once():
    """What is made later must be found, so a second call leaves nothing more out."""
    program = [sys.executable, "-c", _TWICE]

    told = subprocess.run(program, capture_output=True, text=True, check=True)

    assert told.stdout == "True True (50000, 20, 20)\n"
