"""The list of addresses never to mail, as a file: writing it, and reading it back or another's.

Erased people stand in it by digest alone, so that the list can be kept, and taken in again, without
keeping them.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Final

from survey.kit.tables import FileNotReadable, open_table, write_csv
from survey.mail import rules
from survey.mail.models import Suppression
from survey.mail.types import SuppressionReason

COLUMNS: Final = ("address", "digest", "reason", "note", "suppressed_at")
_ALSO_ADDRESS: Final = frozenset({"address", "email", "emailaddress", "e-mail"})
_DIGEST = re.compile(r"[0-9a-f]{64}")
_LONGEST_NOTE = 280
_LONGEST_ADDRESS = 320


@dataclass(frozen=True, slots=True)
class Listed:
    """One address that a list says never to mail."""

    digest: str
    address: str | None
    """None where only its digest is known."""
    reason: SuppressionReason
    note: str = ""
    suppressed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one line of a list."""

    line: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Listing:
    """A list as it was read: what is good of it, and what is not."""

    entries: tuple[Listed, ...]
    faults: tuple[Fault, ...]


class NotListed(ValueError):
    """A line names nobody. The sentence says why."""


def write_listing(file: IO[str], suppressions: Iterable[Suppression]) -> None:
    """Write the list as CSV. Open the file with `newline=""`, as `utf-8-sig`."""
    rows = (
        (
            each.address or "",
            each.address_digest,
            each.reason.value,
            each.note,
            each.suppressed_at.isoformat(),
        )
        for each in suppressions
    )
    write_csv(file, COLUMNS, rows)


def listed_of(suppression: Suppression) -> Listed:
    """One row of our own list, as another database can take it in."""
    return Listed(
        suppression.address_digest,
        suppression.address,
        suppression.reason,
        suppression.note,
        suppression.suppressed_at,
    )


def read_listing(path: Path) -> Listing:
    """Read a list of our own, or any with one column of addresses, with a header or without.

    Raises `FileNotReadable`.
    """
    table = open_table(path)
    names = [_plain(name) for name in table.header]
    entries: dict[str, Listed] = {}
    faults = []
    for line, cells in [*_first_row(table.header, names), *table.rows()]:
        told = dict(zip(names, (_typed(cell) for cell in cells), strict=False))
        try:
            listed = _listed(told)
        except NotListed as error:
            faults.append(Fault(line, str(error)))
        else:
            entries.setdefault(listed.digest, listed)
    return Listing(tuple(entries.values()), tuple(faults))


def _first_row(header: Sequence[str], names: list[str]) -> Iterator[tuple[int, list[str]]]:
    """Without a header the first line is an address like any other; `names` is put right."""
    if len(header) == 1 and "@" in header[0]:
        names[:] = ["address"]
        yield 1, list(header)
    elif not {"address", "digest"} & set(names):
        raise FileNotReadable("The list has no column “address”. Name the column in its first row.")


def _listed(told: dict[str, str]) -> Listed:
    address = told.get("address", "").lower()
    digest = told.get("digest", "").lower()
    if address and (len(address) > _LONGEST_ADDRESS or not rules.is_one_address(address)):
        raise NotListed("This is not one e-mail address.")
    if not address and not digest:
        raise NotListed("There is no address.")
    if not address and not _DIGEST.fullmatch(digest):
        raise NotListed("This digest is not one of an address: it has 64 characters, 0–9 and a–f.")
    reason = _reason_of(told.get("reason", ""), is_known=bool(address))
    return Listed(
        rules.address_digest(address) if address else digest,
        address if address and reason is not SuppressionReason.ERASED else None,
        reason,
        rules.told(told.get("note", ""))[:_LONGEST_NOTE],
        _moment_of(told.get("suppressedat", "")),
    )


def _reason_of(told: str, *, is_known: bool) -> SuppressionReason:
    if not told:
        return SuppressionReason.ADDED_BY_PERSON if is_known else SuppressionReason.ERASED
    try:
        return SuppressionReason(told.lower())
    except ValueError:
        known = ", ".join(reason.value for reason in SuppressionReason)
        raise NotListed(f"The reason is none of {known}.") from None


def _moment_of(told: str) -> datetime | None:
    if not told:
        return None
    try:
        moment = datetime.fromisoformat(told)
    except ValueError:
        raise NotListed("The moment is not written as 2026-10-15T10:30:00+00:00.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _plain(name: str) -> str:
    plain = re.sub(r"[\s_]", "", name.lower())
    return "address" if plain in _ALSO_ADDRESS else plain


def _typed(cell: str) -> str:
    """A cell as it was before our own export kept it from being a formula."""
    return cell.strip().removeprefix("'")
