"""How often Python looks for objects that only hold each other."""

import gc

_NEW_OBJECTS = 50_000
_ROUNDS = 20


def look_for_cycles_seldom() -> None:
    """Leave what was imported out of the search, and begin it after 50,000 new objects instead of
    700: reading some thousand rows makes as many, nearly all of which end by themselves. Planning
    100,000 deals spent two fifths of its time on searches. Once is enough for a process.
    """
    if gc.get_freeze_count() == 0:
        gc.freeze()
    gc.set_threshold(_NEW_OBJECTS, _ROUNDS, _ROUNDS)
