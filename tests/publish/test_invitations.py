"""Invitations on paper: what is printed can be read, by people and by phones, and nothing leads anywhere unsafe."""

from __future__ import annotations

import csv
import io
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
import segno
from pypdf import PdfReader

from tests.publish.conftest import CATALOGS
from trustsurvey.anonymity import codes
from trustsurvey.errors import StateError
from trustsurvey.publish import invitations
from trustsurvey.publish.invitations import Invitations, Words, site_address, write_csv, write_pdf

KEY = "4f2a91c0d3b85e6617aa2c9b0e55d1f8"
CODES = [codes.write(bytes([n] * 8)) for n in range(1, 12)]


def sheet(locales: Sequence[str] = ("en", "es", "ar"), *, synthetic: bool = False, title: str = "Trust survey") -> Invitations:
    words = [Words(CATALOGS[code], f"{title} {code}", "Harbor College", "555-0142") for code in locales]
    return Invitations("harbor-trust", "Harbor", "https://trust.example.org", KEY, words, synthetic)


def test_the_table_has_a_line_for_each() -> None:
    rows = list(csv.DictReader(io.StringIO(write_csv(sheet(), CODES).decode())))
    assert [row["code"] for row in rows] == CODES
    assert rows[0]["link"] == f"https://trust.example.org/s/harbor-trust#{CODES[0]}.{KEY}"
    assert rows[0]["key"] == "4f2a 91c0 d3b8 5e66 17aa 2c9b 0e55 d1f8"


@pytest.mark.parametrize("paper", ["letter", "a4"])
@pytest.mark.parametrize("locales", [("en",), ("ar", "en"), ("en", "es", "ar")], ids=" ".join)
def test_every_slip_carries_its_code_the_address_and_the_key(tmp_path: Path, locales: Sequence[str], paper: str) -> None:
    (tmp_path / "slips.pdf").write_bytes(write_pdf(sheet(locales), CODES, paper=paper))
    text = subprocess.run(["pdftotext", "-layout", tmp_path / "slips.pdf", "-"], capture_output=True, text=True, check=True).stdout
    for code in CODES:
        assert text.count(code.replace("-", " ")) == 1
    assert text.count("trust.example.org/s/harbor-trust") == len(CODES)
    assert text.count("4f2a 91c0 d3b8 5e66") == text.count("17aa 2c9b 0e55 d1f8") == len(CODES)
    for code in locales:
        assert text.count(f"Trust survey {code}") == len(CODES)
    wide, high = invitations.PAPERS[paper]
    page = PdfReader(tmp_path / "slips.pdf").pages[0].mediabox
    assert (float(page.width), float(page.height)) == pytest.approx((wide, high), abs=0.01)


def test_the_square_on_paper_is_the_link(tmp_path: Path) -> None:
    """Rendered, and read module by module: it is exactly the symbol of the link."""
    (tmp_path / "slip.pdf").write_bytes(write_pdf(sheet(("en",)), CODES[:1]))
    subprocess.run(["pdftoppm", "-r", "720", "-gray", "-l", "1", tmp_path / "slip.pdf", tmp_path / "slip"], check=True)
    wide, high, points = image(next(tmp_path.glob("slip*.pgm")))
    modules = segno.make_qr(f"https://trust.example.org/s/harbor-trust#{CODES[0]}.{KEY}", error="m").matrix
    scale = wide / invitations.PAPERS["letter"][0]
    unit = invitations.QR / (len(modules) + 2)
    left = invitations.PAPERS["letter"][0] - invitations.EDGE - invitations.QR + unit
    top = invitations.EDGE + invitations.ABOVE + unit
    read = [
        [
            int(points[int((top + (y + 0.5) * unit) * scale) * wide + int((left + (x + 0.5) * unit) * scale)] < 128)
            for x in range(len(modules))
        ]
        for y in range(len(modules))
    ]
    assert read == [list(row) for row in modules]
    assert high == pytest.approx(11 / 8.5 * wide, abs=1)


def image(path: Path) -> tuple[int, int, bytes]:
    """Width, height and gray values of a binary PGM."""
    found = re.match(rb"P5\s(\d+)\s(\d+)\s255\s", data := path.read_bytes())
    assert found
    return int(found[1]), int(found[2]), data[found.end() :]


def test_made_up_data_say_so(tmp_path: Path) -> None:
    (tmp_path / "slip.pdf").write_bytes(write_pdf(sheet(("en",), synthetic=True), CODES[:1]))
    text = subprocess.run(["pdftotext", tmp_path / "slip.pdf", "-"], capture_output=True, text=True, check=True).stdout
    assert "Synthetic data" in text


def test_boxes_in_place_of_letters_are_never_printed() -> None:
    with pytest.raises(StateError, match=r"no typeface here has .*which en needs"):
        write_pdf(sheet(("en",), title="\U00013000"), CODES[:1])
    with pytest.raises(StateError, match="40 languages don't fit"):
        write_pdf(sheet(("en",) * 40), CODES[:1])


@pytest.mark.parametrize(
    ("typed", "used"),
    [
        ("https://trust.example.org", "https://trust.example.org"),
        (" https://example.org/city/ ", "https://example.org/city"),
        ("http://127.0.0.1:8000/", "http://127.0.0.1:8000"),
    ],
)
def test_the_address_of_the_site(typed: str, used: str) -> None:
    assert site_address(typed) == used


@pytest.mark.parametrize(
    "typed",
    ["", "trust.example.org", "http://trust.example.org", "ftp://a.org", "https://a.org/?x=1", "https://a.org/#x", "https://u@a.org"],
)
def test_an_address_that_no_phone_opens_safely(typed: str) -> None:
    with pytest.raises(StateError, match=r"site's address|not https"):
        site_address(typed)
