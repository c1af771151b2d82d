"""The wheel carries all it needs and runs outside the checkout."""

import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from tests.house import sources


def _run(*command: str | Path, cwd: Path, **environment: str) -> str:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    done = subprocess.run(
        command,
        cwd=cwd,
        env=kept | environment,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
        timeout=300,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy of what git would commit."""
    checkout = tmp_path_factory.mktemp("checkout")
    for path in sources.files():
        target = checkout / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((sources.ROOT / path).read_bytes())
    _run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", checkout / "dist",
         cwd=checkout)  # fmt: skip
    (built,) = (checkout / "dist").glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment outside the checkout with the wheel; libraries come from this one."""
    folder = tmp_path_factory.mktemp("installed")
    _run(sys.executable, "-m", "venv", "--without-pip", folder / "venv", cwd=folder)
    _run(sys.executable, "-m", "pip", "--python", folder / "venv/bin/python", "install", "--quiet",
         "--no-deps", "--no-index", wheel, cwd=folder)  # fmt: skip
    (packages,) = (folder / "venv/lib").glob("python*/site-packages")
    # The libraries, but not this checkout: a path file below another path file is not read.
    (packages / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder


def test_wheel_carries_templates_and_migrations(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())

    for folder in ("templates", "migrations"):
        ours = {
            f"survey/_shipped/{folder}/{path.relative_to(folder)}"
            for path in sources.files(f"{folder}/*")
        }
        assert ours - names == set()


def test_wheel_carries_everything_of_the_package(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())

    assert {str(path) for path in sources.files("survey/*")} - names == set()


@pytest.mark.slow
def test_demo_runs_from_the_wheel(installed: Path) -> None:
    place = installed / "place"
    place.mkdir()
    told = _run(installed / "venv/bin/survey", "demo", "--no-serve", cwd=place)
    where = _run(installed / "venv/bin/python", "-c", "import survey; print(survey.__file__)",
                 cwd=place)  # fmt: skip

    assert where.startswith(str(installed))
    assert "http://localhost:8000/" in told
