"""Lighthouse's scores of the survey's page, as the program serves it: `python scripts/lighthouse.py en ar`.

By hand, not a test: `npx` fetches Lighthouse 12.8.2 the first time. Needs Node 18 or newer and Chromium. Performance is of a throttled
phone and varies by a few points on a busy computer; accessibility and best practices don't.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks import page  # noqa: E402 - found once the checkout is on the path

LIGHTHOUSE = "lighthouse@12.8.2"
CATEGORIES = ("performance", "accessibility", "best-practices")


def main(locales: list[str]) -> int:
    """Print the scores and what costs points; 1 where accessibility or best practices aren't 100."""
    perfect = True
    with tempfile.TemporaryDirectory() as folder, page.served(Path(folder)) as (address, _offered):
        for locale in locales:
            where = f"{address}/s/{page.SURVEY}/{locale}"
            with urlopen(where):  # the page is made once an hour, by whoever comes first
                pass
            found = measure(where, Path(folder) / f"{locale}.json")
            scores = {name: round(100 * found["categories"][name]["score"]) for name in CATEGORIES}
            print(locale, *(f"{name} {score}" for name, score in scores.items()), sep="  ")
            for audit in found["audits"].values():
                if audit["scoreDisplayMode"] in ("binary", "numeric", "metricSavings") and (audit["score"] or 0) < 0.9:
                    print(f"    {audit['id']}: {audit.get('displayValue', audit['title'])}")
            perfect = perfect and all(scores[name] == 100 for name in CATEGORIES[1:])
    return 0 if perfect else 1


def measure(address: str, report: Path) -> Any:
    """Lighthouse's report on the page at ``address``."""
    subprocess.run(
        [
            "npx",
            "--yes",
            LIGHTHOUSE,
            address,
            "--output=json",
            f"--output-path={report}",
            f"--only-categories={','.join(CATEGORIES)}",
            "--chrome-flags=--headless=new --no-sandbox --disable-gpu",
            "--quiet",
        ],
        env={**os.environ, "CHROME_PATH": shutil.which("chromium") or ""},
        check=True,
    )
    return json.loads(report.read_text())


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:] or ["en", "ar"]))
