"""A provider that a process of its own can make, and that leaves its traces in a folder."""

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from survey.mail.types import AttemptOutcome, Draft, Ending, NeverSend

NEVER, BREAKS, KILLS = "never@b.example", "breaks@b.example", "kills@b.example"


@dataclass(frozen=True)
class Clerk:
    """Takes a mail once its gate is open, and answers by address."""

    folder: Path
    name: str = "clerk"

    def hand_over(self, draft: Draft, *, attempt_id: str) -> Ending:
        (self.folder / f"{attempt_id}.begun").write_text(str(os.getpid()))
        while not (self.folder / "open").exists():
            time.sleep(0.01)
        if draft.to_address == NEVER:
            raise NeverSend("No such address.", status_code=400)
        if draft.to_address == BREAKS:
            raise RuntimeError(f"nobody thought of {draft.to_address}")
        if draft.to_address == KILLS:
            os.kill(os.getpid(), signal.SIGKILL)
        (self.folder / f"{attempt_id}.taken").write_text(draft.to_address)
        return Ending(AttemptOutcome.ACCEPTED, provider_message_id=f"their-{attempt_id}")

    def open(self) -> None:
        (self.folder / "open").touch()

    @property
    def begun(self) -> set[str]:
        return {path.stem for path in self.folder.glob("*.begun")}

    @property
    def taken(self) -> set[str]:
        return {path.stem for path in self.folder.glob("*.taken")}

    @property
    def addresses(self) -> list[str]:
        """Of what was taken; twice where it was taken twice."""
        return [path.read_text() for path in self.folder.glob("*.taken")]

    @property
    def pids(self) -> set[int]:
        return {int(text) for path in self.folder.glob("*.begun") if (text := path.read_text())}


def never_made() -> Clerk:
    """What makes no provider."""
    raise RuntimeError("there is none")
