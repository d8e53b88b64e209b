"""Make one file of a release in a process of its own, so that a server goes on answering.

``python -m trustsurvey.services.make_file FILE``: ``FILE.job`` says what to make; ``FILE.progress`` says how far it is; ``FILE`` appears
when it is whole, or ``FILE.failed`` with the reason.
"""

from __future__ import annotations

import datetime
import fcntl
import json
import os
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

from trustsurvey.analysis.release import from_json
from trustsurvey.i18n.catalogs import Catalogs
from trustsurvey.i18n.locales import Locale
from trustsurvey.publish import chosen
from trustsurvey.publish.edition import Edition
from trustsurvey.publish.pdf.report import PAGES, Page, write_pages

JOB, PROGRESS, FAILED, QUEUE = ".job", ".progress", ".failed", "queue.lock"

Step = Callable[[int, int], None]


def atomically(path: Path, content: bytes, *, day: datetime.date | None = None) -> None:
    """Write a file that is there whole or not at all, readable by its owner only. It bears the date ``day``, not when it was asked for."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    if day is not None:
        seconds = datetime.datetime.combine(day, datetime.time(), datetime.UTC).timestamp()
        os.utime(part, (seconds, seconds))
    part.replace(path)


def make(path: Path) -> None:
    """Make ``path`` as its job says. One process at a time works for all that wait. Whatever goes wrong ends in ``FILE.failed``."""

    def beside(ending: str) -> Path:
        return path.with_name(path.name + ending)

    def step(done: int, of: int) -> None:
        atomically(beside(PROGRESS), json.dumps([done, of]).encode())

    job: dict[str, Any] = json.loads(beside(JOB).read_bytes())
    try:
        with path.with_name(QUEUE).open("wb") as queue:
            fcntl.flock(queue, fcntl.LOCK_EX)
            release = from_json(job["release"])
            catalog = Catalogs([Path(folder) for folder in job["translations"]])[job["locale"]]
            atomically(path, written(Edition(release, Locale(job["locale"]), catalog), job["format"], step), day=release.released)
    except Exception as error:  # noqa: BLE001 - whoever waits is told; nobody else is there to catch it
        atomically(beside(FAILED), f"{type(error).__name__}: {error}".encode())
    for ending in (JOB, PROGRESS, ".lock"):
        beside(ending).unlink(missing_ok=True)


def written(edition: Edition, format: str, step: Step) -> bytes:
    """The release in ``format``; ``step`` hears of each part of the report when it begins, and of how many there are."""
    if format != "pdf":
        return chosen(format).write(edition)
    total = len(PAGES) + 1

    def told(number: int, page: Page) -> Page:
        @wraps(page)
        def turn(*given: Any) -> None:
            step(number, total)
            page(*given)
            if number == total - 2:
                step(total - 1, total)

        return turn

    return write_pages(edition, [told(number, page) for number, page in enumerate(PAGES)])


if __name__ == "__main__":
    os.nice(10)  # who answers the survey comes first
    make(Path(sys.argv[1]))
