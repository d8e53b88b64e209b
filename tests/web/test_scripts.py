"""The questionnaire's script: made of parts that ship as their sources say, in the page's words, at an address that the page allows."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from importlib import resources

import brotli
import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient

from tests.conftest import LOCALES, SURVEY
from trustsurvey.store.queries import WaveRow
from trustsurvey.web import scripts

FOLDER = resources.files("trustsurvey.web") / "static" / "respond"


def more(client: FlaskClient, locale: str) -> str:
    page = BeautifulSoup(client.get(f"/s/{SURVEY}/{locale}").get_data(as_text=True), "html5lib")
    form = page.find("form", id="survey")
    assert form is not None
    return str(form["data-more"])


def test_what_ships_is_the_source_s_own() -> None:
    for part in scripts.PARTS:
        shipped = (FOLDER / "min" / f"{part}.js").read_text()
        assert hashlib.sha256((FOLDER / f"{part}.js").read_bytes()).hexdigest() in shipped.split("\n", 1)[0], "run scripts/minify.sh"


def test_the_worker_that_ships_is_the_source_s_own(client: FlaskClient) -> None:
    folder = FOLDER.parent  # type: ignore[attr-defined]
    shipped = (folder / "worker.min.js").read_text().split("\n", 1)
    assert hashlib.sha256((folder / "worker.js").read_bytes()).hexdigest() in shipped[0], "run scripts/minify.sh"
    response = client.get("/s/worker.js")
    assert shipped[1] in response.get_data(as_text=True)
    assert (response.mimetype, response.headers["Cache-Control"]) == ("text/javascript", "no-store")
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]


def test_all_that_may_come_later_is_light(client: FlaskClient, wave: WaveRow) -> None:
    """Script in the heaviest language, worker and icon: at most 25 KB together."""
    sizes = [len(client.get(more(client, locale), headers={"Accept-Encoding": "gzip"}).data) for locale in LOCALES]
    rest = [len(client.get(path, headers={"Accept-Encoding": "gzip"}).data) for path in ("/s/worker.js", "/s/icon.svg")]
    assert max(sizes) + sum(rest) < 25 * 1024


def test_a_manifest_opens_the_kiosk_in_its_language(client: FlaskClient, wave: WaveRow) -> None:
    made = client.get(f"/s/manifest.webmanifest?survey={SURVEY}&locale=ar")
    assert (made.mimetype, made.json["start_url"], made.json["lang"]) == ("application/manifest+json", f"/s/{SURVEY}/ar?kiosk=ar", "ar")
    for missing in ("", "?survey=nowhere&locale=en", f"?survey={SURVEY}&locale=xx"):
        assert client.get(f"/s/manifest.webmanifest{missing}").status_code == 404


@pytest.mark.parametrize("locale", LOCALES)
def test_each_language_has_its_own_words(app: Flask, client: FlaskClient, wave: WaveRow, locale: str) -> None:
    address = more(client, locale)
    plain = client.get(address).get_data(as_text=True)
    found = re.match(r'\(\(\)=>\{"use strict";const words=(\{.*\});$', plain, re.MULTILINE)
    assert found is not None
    catalog = app.extensions["trustsurvey"].catalogs[locale]
    assert json.loads(found[1]) == {
        part: {key: catalog.gettext(text) for key, text in words.items()} for part, words in scripts.WORDS.items() if part in scripts.PARTS
    }


def test_it_is_one_script_in_each_coding_and_is_not_kept(client: FlaskClient, wave: WaveRow) -> None:
    address = more(client, "en")
    plain = client.get(address)
    assert (plain.mimetype, plain.headers["Cache-Control"]) == ("text/javascript", "no-store")
    assert gzip.decompress(client.get(address, headers={"Accept-Encoding": "gzip"}).data) == plain.data
    assert brotli.decompress(client.get(address, headers={"Accept-Encoding": "gzip, br"}).data) == plain.data
    assert "Set-Cookie" not in plain.headers


def test_another_version_is_not_there(client: FlaskClient, wave: WaveRow) -> None:
    address = more(client, "en")
    assert client.get(address.replace(".js", "0.js")).status_code == 404
    assert client.get(address.replace("/en.", "/xx.")).status_code == 404


@pytest.mark.parametrize(
    ("host", "allowed"), [("trust.example", "trust.example"), ("trust.example:8080", "trust.example:8080"), ("[::1]:8080", None)]
)
def test_the_page_allows_just_this_script(client: FlaskClient, wave: WaveRow, host: str, allowed: str | None) -> None:
    address = more(client, "en")
    policy = client.get(f"/s/{SURVEY}/en", headers={"Host": host}).headers["Content-Security-Policy"]
    sources = re.search(r"script-src ([^;]*)", policy)
    assert sources is not None
    own, inline = sources[1].split()
    assert inline.startswith("'sha256-")
    assert own == (f"{allowed}{address}" if allowed else "'self'")
