"""Mail that stays here: one file per mail in a folder, to read in the pages while developing."""

import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from survey.mail.providers import mime
from survey.mail.types import AttemptOutcome, Draft, Ending, ProviderAway


class FileProvider:
    """Writes each mail as `<moment>-<attempt>.eml`, whole or not at all."""

    name = "file"

    def __init__(self, folder: Path, *, from_address: str, now: Callable[[], datetime]) -> None:
        self._folder = folder
        self._from_address = from_address
        self._now = now

    def hand_over(self, draft: Draft, *, attempt_id: str) -> Ending:
        now = self._now()
        mail = mime.sealed(draft, from_address=self._from_address, attempt_id=attempt_id, now=now)
        path = self._folder / f"{now:%Y%m%dT%H%M%S%f}-{attempt_id}.eml"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            _write(path, mail.content)
        except OSError as error:
            raise ProviderAway(f"The mailbox folder cannot be written: {error.strerror}") from error
        return Ending(AttemptOutcome.ACCEPTED, provider_message_id=mail.message_id)


def _write(path: Path, content: bytes) -> None:
    unfinished = path.with_suffix(".part")
    with unfinished.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
