"""Reports in the background: one process makes it, all see how far it is, and a report that fails says why and can be made again."""

from __future__ import annotations

import json
import os
import signal
import stat
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from tests.publish import sample
from tests.web.shown import store
from tests.web.test_accounts import EMAIL, PASSWORD, sign_in
from trustsurvey.accounts import add_user
from trustsurvey.analysis.release import Release
from trustsurvey.i18n.catalogs import Catalogs
from trustsurvey.i18n.locales import Locale
from trustsurvey.publish import export
from trustsurvey.publish.edition import Edition
from trustsurvey.services import make_file
from trustsurvey.settings import Settings
from trustsurvey.web import made as making
from trustsurvey.web.made import Failed, Made, Making

SURVEY = "larkhaven"
PDF = f"/department/{SURVEY}/releases/3/pdf?locale=en"


@pytest.fixture
def made(settings: Settings) -> Made:
    return Made(settings.instance / "made", settings.translations)


@pytest.fixture
def release() -> Release:
    return sample.one_area()


@pytest.fixture
def edition(settings: Settings, release: Release) -> Edition:
    return Edition(release, Locale("en"), Catalogs(settings.translations)["en"])


def slow(monkeypatch: pytest.MonkeyPatch, folder: Path, then: str) -> Callable[[], int]:
    """A maker that notes its process, says that it is at step 3 of 12, waits to be let go, and then does ``then``."""
    folder.mkdir(parents=True, exist_ok=True)
    script = folder / "maker.py"
    script.write_text(
        "import os, pathlib, sys, time\n"
        "from trustsurvey.services import make_file\n"
        f"folder, path = pathlib.Path({str(folder)!r}), pathlib.Path(sys.argv[1])\n"
        "make_file.atomically(path.with_name(path.name + '.progress'), b'[3, 12]')\n"
        "with (folder / 'makers').open('a') as file: file.write(f'{os.getpid()}\\n')\n"
        "while not (folder / 'go').exists(): time.sleep(0.01)\n"
        f"{then}\n"
    )
    monkeypatch.setattr(making, "MAKER", (sys.executable, str(script)))

    def started() -> int:
        until = time.monotonic() + 30
        while not (folder / "makers").exists() and time.monotonic() < until:
            time.sleep(0.01)
        return int((folder / "makers").read_text().split()[0])

    return started


def gone(process: int) -> None:
    until = time.monotonic() + 30
    while Path(f"/proc/{process}").exists() and time.monotonic() < until:
        time.sleep(0.01)


def test_the_report_is_made_elsewhere_once_and_is_the_same(made: Made, release: Release, edition: Edition) -> None:
    found = made.ask(release, "pdf", "en", patience=60)
    assert found == export(release, "pdf", edition.locale, edition.catalog)
    (kept,) = [path for path in made.folder.iterdir() if path.name != make_file.QUEUE]
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert release.released is not None
    assert datetime.fromtimestamp(kept.stat().st_mtime, UTC).date() == release.released  # not when somebody asked
    assert made.get(release, "pdf", "en", lambda: pytest.fail("it is there already")) == found


def test_other_words_another_release_another_language_are_other_files(made: Made, release: Release, tmp_path: Path) -> None:
    own = tmp_path / "own" / "en" / "LC_MESSAGES" / "messages.po"
    own.parent.mkdir(parents=True)
    own.write_text('msgid ""\nmsgstr ""\n')
    told = Made(made.folder, (*made.translations, tmp_path / "own"))
    keys = [told.key(release, "pdf", "en"), told.key(release, "pdf", "ar"), told.key(release, "pdf-summary", "en")]
    keys.append(told.key(sample.city(24), "pdf", "en"))
    own.write_text('msgid ""\nmsgstr ""\n\nmsgid "City"\nmsgstr "Town"\n')
    keys.append(told.key(release, "pdf", "en"))
    assert len(set(keys)) == 5


@pytest.mark.slow
def test_many_ask_at_once_and_one_makes_it(made: Made, release: Release, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    slow(monkeypatch, tmp_path / "w", "make_file.atomically(path, b'report')")
    found: list[object] = []
    asking = [threading.Thread(target=lambda: found.append(made.ask(release, "pdf", "en", patience=60))) for _ in range(6)]
    for thread in asking:
        thread.start()
    time.sleep(0.3)
    (tmp_path / "w" / "go").touch()
    for thread in asking:
        thread.join()
    assert found == [b"report"] * 6
    assert len((tmp_path / "w" / "makers").read_text().split()) == 1


def test_old_files_go(made: Made, release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "MOST", 2)
    for what in ("a", "b", "c"):
        made.get(release, what, "en", what.encode)
    assert len(list(made.folder.iterdir())) == 2


def test_what_goes_wrong_is_written_down(tmp_path: Path) -> None:
    path = tmp_path / "report"
    path.with_name("report.job").write_text(json.dumps({"release": "{}", "format": "pdf", "locale": "en", "translations": []}))
    make_file.make(path)
    assert path.with_name("report.failed").read_text().startswith("ReleaseError: this is not a release")
    assert sorted(found.name for found in tmp_path.iterdir()) == ["queue.lock", "report.failed"]


def test_steps_are_told_in_order(edition: Edition) -> None:
    told: list[tuple[int, int]] = []
    assert make_file.written(edition, "pdf", lambda *step: told.append(step)).startswith(b"%PDF")
    assert [step for step, _ in told] == list(range(len(told)))
    assert {of for _, of in told} == {len(told)}


# ---------------------------------------------------------------- on the page


@pytest.fixture
def staff(app: Flask, page_client: FlaskClient, sqlite: Engine) -> FlaskClient:
    app.config["PATIENCE"] = 0.05
    store(sqlite, sample.one_area(), survey=SURVEY)
    add_user(app, EMAIL, PASSWORD, ["department"])
    sign_in(page_client)
    return page_client


def test_a_page_says_how_far_it_is_and_then_the_file_comes(staff: FlaskClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    started = slow(monkeypatch, tmp_path / "w", "make_file.atomically(path, b'report')")
    staff.get(PDF)
    process = started()
    answer = staff.get(PDF)
    assert answer.status_code == 202
    assert answer.headers["Progress"] == "3/12"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Content-Disposition" not in answer.headers
    page = BeautifulSoup(answer.get_data(as_text=True), "html5lib")
    assert page.select_one("noscript meta[http-equiv=refresh]")["content"] == "2"
    assert (page.progress["value"], page.progress["max"]) == ("3", "12")
    (tmp_path / "w" / "go").touch()
    gone(process)
    answer = staff.get(PDF)
    assert (answer.status_code, answer.data) == (200, b"report")
    assert answer.headers["Content-Disposition"].startswith("attachment; ")


def test_a_report_that_fails_says_why_and_can_be_made_again(staff: FlaskClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fails = "make_file.atomically(path.with_name(path.name + '.failed'), b'ReleaseError: no <figures>')"
    started = slow(monkeypatch, tmp_path / "w", fails)
    staff.get(PDF)
    process = started()
    (tmp_path / "w" / "go").touch()
    gone(process)
    answer = staff.get(PDF)
    assert answer.status_code == 500
    page = BeautifulSoup(answer.get_data(as_text=True), "html5lib")
    assert "ReleaseError: no <figures>" in page.main.get_text()
    assert staff.get(PDF).status_code == 500  # not made again behind one's back
    form = page.select_one("main form")
    assert staff.post(form["action"]).status_code == 303
    assert staff.get(PDF).status_code == 500  # a form of another site has no token
    slow(monkeypatch, tmp_path / "v", "make_file.atomically(path, b'report')")
    (tmp_path / "v" / "go").touch()
    again = staff.post(form["action"], data={"csrf_token": form.select_one("[name=csrf_token]")["value"]})
    assert again.status_code == 303
    until = time.monotonic() + 30
    while (answer := staff.get(again.location)).status_code == 202 and time.monotonic() < until:
        pass
    assert answer.data == b"report"


def test_states(made: Made, release: Release, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    started = slow(monkeypatch, tmp_path / "w", "make_file.atomically(path, b'report')")
    assert made.ask(release, "pdf", "en", patience=0) == Making(0, 0)  # it waits for its turn
    process = started()
    assert made.ask(release, "pdf", "en", patience=0) == Making(3, 12)
    made.forget(release, "pdf", "en")
    assert made.ask(release, "pdf", "en", patience=0) == Making(3, 12)  # what is in the making goes on
    os.kill(process, signal.SIGKILL)
    gone(process)
    assert made.ask(release, "pdf", "en", patience=0) == Failed("")
