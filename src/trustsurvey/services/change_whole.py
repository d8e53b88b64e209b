"""A change of the database and of the catalogs that happens whole or not at all.

A database commits by itself, and a file is renamed by itself. So what the files said before is kept beside them until the database has
committed, as databases do it themselves. When the commit fails, the files get it back; when the machine stopped in between, they get it
back at the next start or the next change, unless the database holds the change.
"""

from __future__ import annotations

import contextlib
import json
import logging
from collections.abc import Iterator, Mapping
from pathlib import Path

from sqlalchemy import Connection, Engine

from trustsurvey.i18n import pofiles
from trustsurvey.store import wordings
from trustsurvey.store.engine import writing

BEFORE = ".before-"
"""Begins the name of the file that holds what a language's own files said before a change: ``.before-es``."""

log = logging.getLogger(__name__)


@contextlib.contextmanager
def changing(engine: Engine, folder: Path, locale: str) -> Iterator[Connection]:
    """One transaction, alone with the catalogs in ``folder`` until it is committed; ``locale`` is the language whose files may change.

    When it fails, at whatever point, the database and the files of ``locale`` in ``folder`` are what they were before.
    """
    with pofiles.locked(folder):
        mend(engine, folder)
        before = folder / f"{BEFORE}{locale}"
        try:
            with writing(engine).begin() as connection:
                _keep(connection, before, locale)
                yield connection
        except BaseException:
            mend(engine, folder)
            raise
        before.unlink()


def mend(engine: Engine, folder: Path) -> tuple[str, ...]:
    """Give the catalogs back what they said before changes that the database does not hold. Returns the languages that this concerned."""
    if not any(folder.glob(f"{BEFORE}*")):
        return ()
    mended = []
    with pofiles.locked(folder):
        for before in sorted(folder.glob(f"{BEFORE}*")):
            kept, locale = json.loads(before.read_text(encoding="utf-8")), before.name.removeprefix(BEFORE)
            with engine.connect() as connection:
                made = wordings.revisions(connection, locale=locale, after=kept["last"])
            if not any(one.source == "workbench" for one in made) and _restored(folder / locale / "LC_MESSAGES", kept["files"]):
                log.warning("catalogs of %s say again what they said before a change that was not finished", locale)
                mended.append(locale)
            before.unlink()
    return tuple(mended)


def _keep(connection: Connection, before: Path, locale: str) -> None:
    last = next((one.id for one in wordings.revisions(connection, limit=1)), 0)
    files = {path.name: path.read_bytes().decode("latin-1") for path in _files(before.parent / locale / "LC_MESSAGES")}
    pofiles.put(before, json.dumps({"last": last, "files": files}).encode())


def _restored(folder: Path, files: Mapping[str, str]) -> bool:
    """Make the catalogs in ``folder`` what ``files`` says (content by name, a letter a byte); whether they were anything else."""
    now = {path.name: path.read_bytes() for path in _files(folder)}
    then = {name: text.encode("latin-1") for name, text in files.items()}
    for name in now.keys() - then.keys():
        (folder / name).unlink()
    for name, data in then.items():
        if now.get(name) != data:
            pofiles.put(folder / name, data)
    return now != then


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.glob("*") if not path.name.startswith(".")]
