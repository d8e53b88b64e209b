"""The pictures of the README: the phone page in English and Arabic, the public results, pages of the report.

Run: python scripts/pictures.py
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import threading
from pathlib import Path

from playwright.sync_api import sync_playwright
from werkzeug.serving import make_server

from trustsurvey.anonymity import sealing
from trustsurvey.app import Trustsurvey, create_app
from trustsurvey.publish import export
from trustsurvey.services import build_demo, read_releases
from trustsurvey.settings import Settings
from trustsurvey.store import migrate

OUT = Path(__file__).resolve().parents[1] / "docs" / "pictures"
PAGES = (
    ("phone-en", f"/s/{build_demo.SURVEY}/en", 360, 720, 2),
    ("phone-ar", f"/s/{build_demo.SURVEY}/ar", 360, 720, 2),
    ("results", f"/results/{build_demo.SURVEY}?locale=en", 1280, 1150, 1),
)


def main() -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Settings(instance=Path(folder)))
        site: Trustsurvey = app.extensions["trustsurvey"]
        migrate.upgrade(site.engine, site.settings.migrations)
        with site.engine.begin() as connection:
            build_demo.build_demo(connection, locales=["en", "es", "ar"], comment_key=sealing.make_keys().public)
            release = read_releases.latest(connection, build_demo.SURVEY)
        server = make_server("127.0.0.1", 0, app, threaded=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        pages(f"http://127.0.0.1:{server.server_port}")
        server.shutdown()
        if release is None:
            raise SystemExit("the demo has no release")
        catalog = site.catalogs["en"]
        report = Path(folder) / "report.pdf"
        report.write_bytes(export(release, "pdf", catalog.locale, catalog))
        for page, name in ((1, "report-cover"), (4, "report-ranking")):
            subprocess.run(
                ["pdftoppm", "-r", "72", "-f", str(page), "-l", str(page), "-singlefile", "-png", report, OUT / name], check=True
            )
        site.engine.dispose()


def pages(address: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"])
        for name, path, width, height, scale in PAGES:
            context = browser.new_context(viewport={"width": width, "height": height}, device_scale_factor=scale)
            page = context.new_page()
            page.goto(address + path)
            page.screenshot(path=OUT / f"{name}.png")
            context.close()
        browser.close()


if __name__ == "__main__":
    main()
