"""Telling a vague answer from one that says something."""

import re

_MOST_WORDS = 6

# Words that point at a subject without saying anything of it, in English.
_SAYS_LITTLE = frozenset(
    re.findall(
        r"[a-z/]+",
        """
    price prices pricing priced cost costs costly expensive cheap cheaper money budget budgets
    value worth terms contract deal offer quote
    product products feature features functionality functions software tool system solution
    platform quality fit fitting match
    support service services help people team sales communication trust experience relationship
    time timing timings timeline deadline schedule priorities priority resources capacity
    security integration integrations implementation onboarding training
    better best good great bad worse worst nice fine okay ok right wrong different difference
    more less lower higher fewer much many lot lots enough too very really quite just simply only
    bit little some something things thing stuff everything
    suitable suited needs need requirements required wanted want needed
    competitor competition alternative alternatives other others another
    internal reasons reason decision management politics circumstances various several
        """,
    )
)
_HOLDS_TOGETHER = frozenset(
    re.findall(
        r"[a-z/]+",
        """
    a an the and or but of for to in on at by with from as than not no
    i we you he she it they us our your their my his its me them this that these those there
    is was are were be been being am has had have do did does would could should might will can
    mainly mostly probably maybe perhaps overall all about so also
        """,
    )
)
# Somebody who has nothing to add has answered; asking on would be pressing.
_NOTHING_TO_ADD = frozenset({"no", "none", "nothing", "n/a", "na", "-", "nope"})


def is_vague(text: str) -> bool:
    """Whether an answer names a subject but says nothing of it: "too expensive", "the features".

    True for at most six words that are all of the general kind. A figure, a name or any other
    word makes it specific; "nothing" is an answer, not a vague one; empty is not vague.
    """
    plain = text.strip().strip(".!?…").lower()
    if not plain or plain in _NOTHING_TO_ADD:
        return False
    words = re.findall(r"[^\W_]+", re.sub(r"n?['\u2019](t|s|re|d)\b", "", plain))
    if not 0 < len(words) <= _MOST_WORDS:
        return False
    return all(word in _SAYS_LITTLE or word in _HOLDS_TOGETHER for word in words) and any(
        word in _SAYS_LITTLE for word in words
    )
