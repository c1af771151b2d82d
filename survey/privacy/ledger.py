"""The ledger: a file beside the database that says who was erased, opted out or complained.

A copy of the database that is brought back does not know who said so since; the ledger does. Each
line seals the digest of a mailbox under the secret of this installation, so that the file alone
names nobody, not even to somebody who tries addresses. It is only added to.
"""

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import sha512
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from survey.kit.errors import SurveyError
from survey.mail.types import SuppressionReason
from survey.privacy.types import Entry, Told

_PURPOSE = b"survey ledger\0"
_LIFTED = "lifted"


class LedgerNotUsable(SurveyError):
    """The ledger cannot be read or written, so nobody may rely on it."""


class Ledger:
    """Reads and writes the file. `secrets`: the present one first, then those it followed."""

    def __init__(self, path: Path, secrets: Sequence[str]) -> None:
        self._path = path
        # SIV is made for sealing the same thing to the same text, which a line may repeat.
        self._keys = [AESSIV(sha512(_PURPOSE + secret.encode()).digest()) for secret in secrets]

    def read(self) -> Told:
        """What it says last of each mailbox; nothing where there is no file yet."""
        entries: dict[str, Entry] = {}
        to_seal_anew: set[str] = set()
        unreadable = 0
        for line in self._lines():
            opened = self._opened(line)
            if opened is None:
                unreadable += 1
                continue
            entry, is_present = opened
            known = entries.get(entry.digest)
            if known is None or entry.at >= known.at:
                entries[entry.digest] = entry
                (to_seal_anew.discard if is_present else to_seal_anew.add)(entry.digest)
        return Told(entries, frozenset(to_seal_anew), unreadable)

    def add(self, entries: Iterable[Entry]) -> None:
        """Write lines, on the disk when this returns. Raises `LedgerNotUsable`."""
        lines = "".join(f"{self._line(entry)}\n" for entry in entries).encode()
        if not lines:
            return
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            file = os.open(self._path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                os.write(file, _end_of_torn_line(file) + lines)
                os.fsync(file)
            finally:
                os.close(file)
        except OSError as error:
            raise self._not_usable("written", error) from None

    def _lines(self) -> list[str]:
        try:
            return self._path.read_text(encoding="utf-8", errors="replace").splitlines()
        except FileNotFoundError:
            return []
        except OSError as error:
            raise self._not_usable("read", error) from None

    def _not_usable(self, what: str, error: OSError) -> LedgerNotUsable:
        return LedgerNotUsable(
            f"The ledger “{self._path}” cannot be {what} ({error.strerror}):"
            " see SURVEY_LEDGER_FILE."
        )

    def _line(self, entry: Entry) -> str:
        sealed = self._keys[0].encrypt(bytes.fromhex(entry.digest), None)
        word = entry.reason.value if entry.reason else _LIFTED
        return f"{entry.at.isoformat()} {word} {urlsafe_b64encode(sealed).decode()}"

    def _opened(self, line: str) -> tuple[Entry, bool] | None:
        """What a line says, and whether the present secret opens it; None where none does."""
        try:
            at, word, sealed = line.split()
            reason = None if word == _LIFTED else SuppressionReason(word)
            moment, closed = datetime.fromisoformat(at), urlsafe_b64decode(sealed)
        except ValueError:
            return None
        if moment.tzinfo is None:
            return None
        for number, key in enumerate(self._keys):
            try:
                digest = key.decrypt(closed, None).hex()
            except (InvalidTag, ValueError):
                continue
            return Entry(digest, reason, moment), number == 0
        return None


def _end_of_torn_line(file: int) -> bytes:
    """A line end where a machine died over the last line, so that it spoils no other."""
    size = os.fstat(file).st_size
    return b"\n" if size and os.pread(file, 1, size - 1) != b"\n" else b""
