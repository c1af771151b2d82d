"""Who acted, and on what, as plain values."""

from dataclasses import dataclass
from enum import StrEnum


class ActorKind(StrEnum):
    USER = "user"
    BUYER = "buyer"
    COMMAND = "command"
    JOB = "job"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acted. A value, not a foreign key: it survives erasure."""

    kind: ActorKind
    id: int | None = None
    label: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """What was acted on: a table's name and a row's number."""

    kind: str
    id: int | None = None
