"""The whole path on a real city: boundaries, a wave, answers by HTTP in three languages, a release, every format."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.conftest import LOCALES, notice
from trustsurvey.app import Trustsurvey, create_app
from trustsurvey.publish import FORMATS, export
from trustsurvey.questionnaire import loader
from trustsurvey.services import close_wave, create_survey, import_areas, open_wave, publish_release
from trustsurvey.services.import_areas import Properties
from trustsurvey.settings import Settings
from trustsurvey.store import queries

SURVEY = "seattle-trust"
TICKET = re.compile(r'name="ticket"[^>]*value="([^"]+)"')


@pytest.fixture
def seattle(shared: Path, each_settings: Settings) -> Iterator[tuple[Trustsurvey, FlaskClient]]:
    """The site with an open wave in Seattle's 61 neighborhoods, on each database."""
    app = create_app(each_settings)
    site: Trustsurvey = app.extensions["trustsurvey"]
    text = (shared / "data" / "seattle_mcpp.geojson").read_text()
    source, file = loader.source("community-trust")
    with site.engine.begin() as connection:
        wanted = Properties(name="NAME", part_of="PRECINCT")
        import_areas.import_areas(connection, text, file="seattle.geojson", properties=wanted, area_set="seattle", place="Seattle")
        create_survey.create_survey(connection, code=SURVEY, title="Seattle trust survey", area_set="seattle")
        notices = {locale: notice(locale) for locale in LOCALES}
        open_wave.open_wave(
            connection,
            SURVEY,
            questionnaire=source,
            file=file,
            label="October 2026",
            notices=notices,
            opened=date.fromisoformat("2026-10-05"),
        )
    yield site, app.test_client()
    site.engine.dispose()


def send(client: FlaskClient, locale: str, **answers: str | list[str]) -> None:
    address = f"/s/{SURVEY}/{locale}"
    page = client.get(address)
    assert page.status_code == 200
    found = TICKET.search(page.text)
    assert found, "the page carries a ticket"
    response = client.post(address, data={"ticket": found[1], **answers})
    assert response.status_code == 303, response.text[:3000]
    assert response.headers["Location"].endswith(f"{address}/thanks")


def test_from_boundaries_to_every_format(seattle: tuple[Trustsurvey, FlaskClient], tmp_path: Path) -> None:
    site, client = seattle
    for n in range(36):
        area = ("capitol-hill", "ballard-north", "rainier-beach")[n % 3]
        send(
            client, LOCALES[n % 3], area=area, fp_respect=str(n % 5), fp_listen="3", rp_victim=str(n % 2), trust10=str(n % 11), victim="no"
        )
    with site.engine.begin() as connection:
        close_wave.close_wave(connection, SURVEY, closed=date.fromisoformat("2026-10-25"))
        made = publish_release.publish_release(connection, SURVEY, released=date.fromisoformat("2026-11-12"))
    assert made.n == 36
    shown = made.estimate("fair_process", "capitol-hill")
    assert shown is not None
    assert shown.n == 12
    assert not shown.flag.suppressed
    hidden = made.estimate("fair_process", "fremont")
    assert hidden is not None
    assert hidden.flag.suppressed
    for locale in LOCALES:
        catalog = site.catalogs[locale]
        for form in FORMATS:
            data = export(made, form, catalog.locale, catalog)
            (tmp_path / f"{locale}.{form}").write_bytes(data)
            assert len(data) > 1000
    rows = list(csv.DictReader(io.StringIO((tmp_path / "es.csv").read_text(encoding="utf-8-sig"))))
    found = next(row for row in rows if row["area"] == "capitol-hill" and row["measure"] == "fair_process" and not row["group"])
    assert float(found["estimate"]) == shown.estimate
    assert json.loads((tmp_path / "en.geojson").read_text())["features"][0]["properties"]["estimates"]
    words = subprocess.run(["pdftotext", "-layout", tmp_path / "en.pdf", "-"], capture_output=True, text=True, check=True).stdout
    assert "Capitol Hill" in words
    assert "Seattle" in words
    assert "Synthetic" not in words
    page = client.get(f"/results/{SURVEY}?locale=en")
    assert page.status_code == 200
    assert "Capitol Hill" in page.text
    assert "synthetic" not in page.text.lower()
    with site.engine.connect() as connection:
        assert queries.count_responses(connection, 1) == 36


def test_an_area_of_another_city_is_refused_and_nothing_stored(seattle: tuple[Trustsurvey, FlaskClient]) -> None:
    site, client = seattle
    address = f"/s/{SURVEY}/en"
    ticket = TICKET.search(client.get(address).text)
    assert ticket
    response = client.post(address, data={"ticket": ticket[1], "area": "dockside", "fp_respect": "1"})
    assert response.status_code == 422
    with site.engine.connect() as connection:
        assert queries.count_responses(connection, 1) == 0
