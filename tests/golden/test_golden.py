"""What other programs rely on: routes, headers, columns.

A change here is a change for somebody else; make it on purpose (`--golden-update`).
"""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from tests.conftest import SURVEY
from trustsurvey.analysis.release import json_schema
from trustsurvey.questionnaire import loader, record
from trustsurvey.services.close_wave import close_wave
from trustsurvey.services.publish_release import publish_release
from trustsurvey.store.queries import WaveRow

HERE = Path(__file__).parent


@pytest.fixture
def golden(request: pytest.FixtureRequest):
    def compare(name: str, text: str) -> None:
        path = HERE / name
        if request.config.getoption("--golden-update"):
            path.write_text(text, encoding="utf-8")
        assert text == path.read_text(encoding="utf-8"), f"{path} differs; if that is meant, run pytest --golden-update"

    return compare


def test_routes(app: Flask, golden) -> None:
    rules = [f"{' '.join(sorted((rule.methods or set()) - {'HEAD', 'OPTIONS'})):<10} {rule.rule}" for rule in app.url_map.iter_rules()]
    golden("routes.txt", "\n".join(sorted(rules, key=lambda line: [*line.split()[1:], line])) + "\n")


def test_headers(client: FlaskClient, wave: WaveRow, golden) -> None:
    """Every header of each kind of page, with what changes from build to build taken out."""
    lines = []
    for path in (
        "/",
        f"/s/{SURVEY}",
        f"/s/{SURVEY}/en",
        f"/s/{SURVEY}/en/thanks",
        f"/s/{SURVEY}/en/privacy",
        script_of(client),
        "/s/worker.js",
        "/s/manifest.webmanifest?survey=" + SURVEY + "&locale=en",
        "/s/icon.svg",
        font_of(client),
        f"/s/{SURVEY}/areas.json",
        f"/s/{SURVEY}/audio/en/none.opus",
        f"/s/{SURVEY}/pass",
        f"/s/{SURVEY}/en/nothing",
        f"/api/v1/surveys/{SURVEY}/responses",
        f"/results/{SURVEY}",
        "/account/login",
    ):
        response = client.get(path)
        lines.append(f"{_steady('', path)} {response.status_code}")
        for name, value in sorted(response.headers.items()):
            value = _steady(name, value)
            lines.append(f"  {name}: {value}")
    golden("headers.txt", "\n".join(lines) + "\n")


def script_of(client: FlaskClient) -> str:
    (found,) = re.findall(r'data-more="([^"]+)"', client.get(f"/s/{SURVEY}/en").get_data(as_text=True))
    return str(found)


def font_of(client: FlaskClient) -> str:
    (found,) = set(re.findall(r"/s/font/[\w.]+", client.get(f"/s/{SURVEY}/am").get_data(as_text=True)))
    return str(found)


def _steady(name: str, value: str) -> str:
    if name in ("Content-Length", "ETag", "Date"):
        return "…"
    if name == "Allow":
        return ", ".join(sorted(value.split(", ")))
    if name == "Set-Cookie":
        return re.sub(r"=[^;]+;", "=…;", value, count=1)
    return re.sub(r"'sha256-[^']+'", "'sha256-…'", re.sub(r"(/s/(?:script|font)/\w+)\.\w+", r"\1.…", value))


def test_csv_columns(client: FlaskClient, wave: WaveRow, sqlite: Engine, golden) -> None:
    with sqlite.begin() as connection:
        close_wave(connection, SURVEY, closed=date(2026, 10, 25))
        publish_release(connection, SURVEY, released=date(2026, 11, 12))
    text = client.get(f"/api/v1/surveys/{SURVEY}/releases/latest.csv").get_data().decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    measures = list(dict.fromkeys(row[3] for row in rows[1:]))
    golden("csv.txt", ",".join(rows[0]) + "\n\n" + "\n".join(measures) + "\n")


@pytest.mark.parametrize("code", loader.library())
def test_record_columns(code: str, golden) -> None:
    found = loader.load(loader.source(code)[0])
    golden(f"record.{code}.txt", f"{found.hash}\n" + "\n".join(f"{c.index:>3} {c.name}" for c in record.columns(found)) + "\n")


def test_release_schema(golden) -> None:
    golden("release.schema.json", json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n")
