"""Real processes of the product, on a database and servers of the test's own."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]


@contextmanager
def survey(*arguments: str, **settings: str) -> Iterator[subprocess.Popen[str]]:
    """`survey …` as its own process, ended when the block ends."""
    environment = {
        name: text for name, text in os.environ.items() if not name.startswith("SURVEY_")
    }
    environment |= {f"SURVEY_{name.upper()}": text for name, text in settings.items()}
    environment |= {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", "SURVEY_ENVIRONMENT": "test"}
    process = subprocess.Popen(
        [sys.executable, "-m", "survey.cli", *arguments],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate(timeout=10)
