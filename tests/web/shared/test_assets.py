"""Static files: compressed, kept for ever under their hash, nothing foreign in them."""

import gzip
import re

import pytest
from flask.testing import FlaskClient

SHEETS = ("bootstrap", "theme", "frame", "forms", "parts", "telling")


def _address(client: FlaskClient, name: str) -> str:
    found = re.search(rf'"(/static/[0-9a-f]{{12}}/{name})"', client.get("/sign-in").text)
    assert found, name
    return found.group(1)


@pytest.mark.parametrize("name", SHEETS)
def test_sheets_are_packed_and_kept_for_ever(client: FlaskClient, name: str) -> None:
    address = _address(client, f"{name}.css")

    packed = client.get(address, headers={"Accept-Encoding": "gzip"}, buffered=True)
    plain = client.get(address, buffered=True)

    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert "immutable" in plain.headers["Cache-Control"]
    assert plain.headers["X-Content-Type-Options"] == "nosniff"
    assert plain.mimetype == "text/css"


@pytest.mark.parametrize("name", SHEETS)
def test_sheets_ask_for_our_own_images_only(client: FlaskClient, name: str) -> None:
    address = _address(client, f"{name}.css")
    sheet = client.get(address, buffered=True).text

    images = re.findall(r"url\(\"?([^)\"]*)\"?\)", sheet)

    assert "@import" not in sheet
    for image in images:
        assert image.startswith("images/")
        found = client.get(f"{address.rpartition('/')[0]}/{image}", buffered=True)
        assert found.status_code == 200
        assert found.mimetype == "image/svg+xml"


def test_files_of_another_release_are_not_found(client: FlaskClient) -> None:
    assert client.get("/static/0123456789ab/theme.css").status_code == 404
    address = _address(client, "theme.css").rpartition("/")[0]
    assert client.get(f"{address}/../../config.py").status_code == 404
