"""The wheel carries all it needs and runs outside the checkout."""

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

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


def _locked() -> list[Requirement]:
    """What `requirements.lock` names for this machine, each with its one version."""
    lines = (sources.ROOT / "requirements.lock").read_text("utf-8").splitlines()
    named = [Requirement(line.rstrip(" \\")) for line in lines if re.match(r"[a-z0-9]", line)]
    return [each for each in named if each.marker is None or each.marker.evaluate()]


def _put_in(library: Requirement, packages: Path) -> None:
    """The library's own files, as its RECORD lists them; what starts programs is left out."""
    found = metadata.distribution(library.name)
    assert found.version in library.specifier, f"{library}: {found.version} is installed"
    for file in found.files or ():
        if ".." in file.parts or file.suffix == ".pyc":
            continue
        target = packages / file
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(file.locate(), target)
        except OSError:  # another disk
            shutil.copy2(file.locate(), target)


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment outside the checkout: the wheel, what `requirements.lock` names, and
    nothing else. No network: the libraries' files come from this environment.
    """
    folder = tmp_path_factory.mktemp("installed")
    _run(sys.executable, "-m", "venv", "--without-pip", folder / "venv", cwd=folder)
    (packages,) = (folder / "venv/lib").glob("python*/site-packages")
    for library in _locked():
        _put_in(library, packages)
    _run(sys.executable, "-m", "pip", "--python", folder / "venv/bin/python", "install", "--quiet",
         "--no-deps", "--no-index", wheel, cwd=folder)  # fmt: skip
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
def test_wheel_needs_nothing_but_what_is_locked(installed: Path) -> None:
    """Nothing that it declares lacks, and none of what only tests need is there."""
    python = installed / "venv/bin/python"
    told = _run(sys.executable, "-m", "pip", "--python", python, "check", cwd=installed)
    found = _run(
        python, "-c", "import importlib.util as u; print(u.find_spec('pytest'))", cwd=installed
    )
    listed = json.loads(
        _run(sys.executable, "-m", "pip", "--python", python, "list", "--format", "json",
             "--disable-pip-version-check", cwd=installed)
    )  # fmt: skip

    assert (told.strip(), found.strip()) == ("No broken requirements found.", "None")
    assert {canonicalize_name(each["name"]) for each in listed} == {
        "debrief-survey",
        *(canonicalize_name(each.name) for each in _locked()),
    }


@pytest.mark.slow
def test_every_module_of_the_wheel_can_be_imported(installed: Path) -> None:
    """Also those that the demo does not reach: nothing of them leans on what only tests need."""
    walk = (
        "import importlib, pkgutil, survey\n"
        "for each in pkgutil.walk_packages(survey.__path__, 'survey.'):\n"
        "    if not each.name.endswith('.__main__'):  # that starts the program\n"
        "        importlib.import_module(each.name)\n"
        "        print(each.name)\n"
    )
    imported = _run(installed / "venv/bin/python", "-c", walk, cwd=installed).split()

    files = sources.files("survey/*.py")
    started = [path for path in files if path.name == "__main__.py"]
    assert len(imported) == len(files) - len(started) - 1  # and without `survey` itself


@pytest.mark.slow
def test_demo_runs_from_the_wheel(installed: Path) -> None:
    place = installed / "place"
    place.mkdir()
    told = _run(installed / "venv/bin/survey", "demo", "--no-serve", cwd=place)
    where = _run(installed / "venv/bin/python", "-c", "import survey; print(survey.__file__)",
                 cwd=place)  # fmt: skip

    assert where.startswith(str(installed))
    assert "http://localhost:8000/" in told
