"""Files made of releases, kept in the instance folder for all of a server's processes, and reports made in a process of their own.

A report in the making holds a lock, which ends with its process, whatever ends that: so nobody waits for a report that nobody makes, and
no two processes make one. Nothing here says who asked or when: a file bears the day of its release.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import trustsurvey
from trustsurvey.analysis.release import Release, to_json
from trustsurvey.services.make_file import FAILED, JOB, PROGRESS, atomically

MOST = 4000
"""Files kept; those of the oldest releases go first. A city of a hundred neighborhoods has 1,600 previews in sixteen languages: with fewer
places they would drive its reports out."""

MAKER = (sys.executable, "-m", "trustsurvey.services.make_file")
LOCK = ".lock"


@dataclass(frozen=True, slots=True)
class Making:
    """A report in the making: ``step`` of ``steps`` is done; no steps while it waits for its turn."""

    step: int
    steps: int


@dataclass(frozen=True, slots=True)
class Failed:
    """A report that couldn't be made. ``why`` is the program's own words, empty when the process was stopped from outside."""

    why: str


@dataclass(frozen=True, slots=True)
class Made:
    """The files of one installation: ``folder`` holds them, ``translations`` are the catalogues that their words come from."""

    folder: Path
    translations: Sequence[Path]

    def key(self, release: Release, what: str, locale: str) -> str:
        """The name of ``what`` of ``release`` in the language ``locale``: another one when the words or the program change."""
        words = [
            (str(path), path.stat().st_mtime_ns, path.stat().st_size)
            for folder in self.translations
            for path in sorted((folder / locale / "LC_MESSAGES").glob("*.po"))
        ]
        parts = repr((what, locale, words, _program())).encode()
        return hashlib.sha256(to_json(release) + parts).hexdigest()[:40]

    def get(self, release: Release, what: str, locale: str, make: Callable[[], bytes]) -> bytes:
        """The file, made here and now unless it is kept."""
        path = self.folder / self.key(release, what, locale)
        if (content := _content(path)) is not None:
            return content
        content = make()
        self._folder()
        atomically(path, content, day=release.released)
        self._tidy()
        return content

    def ask(self, release: Release, what: str, locale: str, *, patience: float) -> bytes | Making | Failed:
        """The file; where there is none yet, its making begins, and after ``patience`` seconds the answer says how far that is."""
        key = self.key(release, what, locale)
        until = time.monotonic() + patience
        found = self._state(key)
        if found is None:
            self._start(release, what, locale, key)
            found = self._state(key)
        while not isinstance(found, bytes | Failed) and time.monotonic() < until:
            time.sleep(0.05)
            found = self._state(key)
        return found if found is not None else Failed("")

    def forget(self, release: Release, what: str, locale: str) -> None:
        """Forget that it failed: it is made anew when it is asked for again. One in the making goes on."""
        key = self.key(release, what, locale)
        if isinstance(self._state(key), Failed):
            for ending in (FAILED, PROGRESS, JOB):
                self._beside(key, ending).unlink(missing_ok=True)

    def _state(self, key: str) -> bytes | Making | Failed | None:
        """None: nobody has begun it."""
        if (ended := self._ended(key)) is not None:
            return ended
        if self._locked(key):
            return self._progress(key)
        if (ended := self._ended(key)) is not None:  # while we looked
            return ended
        return Failed("") if self._beside(key, JOB).exists() else None

    def _ended(self, key: str) -> bytes | Failed | None:
        if (content := _content(self.folder / key)) is not None:
            return content
        why = _content(self._beside(key, FAILED))
        return None if why is None else Failed(why.decode())

    def _progress(self, key: str) -> Making:
        try:
            step, steps = json.loads(self._beside(key, PROGRESS).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return Making(0, 0)
        return Making(step, steps)

    def _locked(self, key: str) -> bool:
        try:
            handle = os.open(self._beside(key, LOCK), os.O_RDWR)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(handle)
        return False

    def _start(self, release: Release, what: str, locale: str, key: str) -> None:
        """Begin it in a process of its own, which inherits the lock; nothing happens where another process was faster."""
        self._folder()
        handle = os.open(self._beside(key, LOCK), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            return
        try:
            if (self.folder / key).exists():
                return
            job: dict[str, object] = {"release": to_json(release).decode(), "format": what, "locale": locale}
            job["translations"] = [str(folder.absolute()) for folder in self.translations]
            atomically(self._beside(key, JOB), json.dumps(job).encode())
            maker = subprocess.Popen([*MAKER, str((self.folder / key).absolute())], pass_fds=(handle,), stdin=subprocess.DEVNULL)  # noqa: S603
            threading.Thread(target=maker.wait, daemon=True).start()
            self._tidy()
        finally:
            os.close(handle)

    def _beside(self, key: str, ending: str) -> Path:
        return self.folder / f"{key}{ending}"

    def _folder(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def _tidy(self) -> None:
        files = sorted((path.stat().st_mtime, path) for path in self.folder.iterdir() if not path.suffix)
        for _, path in files[: max(len(files) - MOST, 0)]:
            path.unlink(missing_ok=True)


def _content(path: Path) -> bytes | None:
    """What is in the file, if it is there: another process may have tidied it away a moment ago."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


@lru_cache
def _program() -> str:
    """The program as it is installed: a new version makes new files."""
    root = Path(trustsurvey.__file__).parent
    newest = max(path.stat().st_mtime_ns for path in root.rglob("*.py"))
    return f"{trustsurvey.__version__} {newest}"
