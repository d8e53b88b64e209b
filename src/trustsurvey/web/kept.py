"""What was made of a release, kept in memory: a release never changes, so a page or a file of it is made once in each language."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from trustsurvey.analysis.release import Release
from trustsurvey.i18n.catalogs import Catalog


@dataclass(frozen=True, slots=True)
class _Entry:
    release: Release  # held, as is the catalogue, so that another one is never taken for it
    catalog: Catalog
    content: bytes


class Kept:
    """The ``most`` answers last used. Safe to share between threads; two that ask at once may both make it."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._entries: OrderedDict[tuple[str | None, int | None, str, str], _Entry] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, release: Release, catalog: Catalog, what: str, make: Callable[[], bytes]) -> bytes:
        """``what`` of ``release`` in the language of ``catalog``, made by ``make`` unless it is kept already."""
        key = (release.survey, release.number, catalog.locale.code, what)
        with self._lock:
            found = self._entries.get(key)
            if found is not None and found.catalog is catalog and (found.release is release or found.release == release):
                self._entries.move_to_end(key)
                return found.content
        made = make()
        with self._lock:
            self._entries[key] = _Entry(release, catalog, made)
            self._entries.move_to_end(key)
            while len(self._entries) > self._most:
                self._entries.popitem(last=False)
        return made
