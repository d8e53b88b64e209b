"""Catalogues: one merged catalogue a locale, read from ``<folder>/<locale>/LC_MESSAGES/{messages,questionnaire,areas}.po``.

Later folders win (an installation's own over the shipped). All files of a locale become one catalogue, because gettext takes
the plural rule of whichever was loaded last; here it is CLDR's (``locales.PLURALS``) whatever a file's header says.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from babel.messages.catalog import Catalog as BabelCatalog
from babel.messages.catalog import Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po
from babel.support import NullTranslations, Translations

from trustsurvey.errors import CatalogError, Fault
from trustsurvey.i18n.locales import PLURALS, Locale

DOMAINS = ("messages", "questionnaire", "areas")


@dataclass(frozen=True, slots=True)
class Catalog:
    """The words of one locale. A string without a translation comes back as it went in.

    ``gettext`` and its kin fill named placeholders when given them: ``gettext("%(n)s residents", n="12")``.
    """

    locale: Locale
    translations: NullTranslations = field(repr=False)

    def gettext(self, message: str, **named: object) -> str:
        return _fill(str(self.translations.gettext(message)), named)

    def ngettext(self, singular: str, plural: str, n: int, **named: object) -> str:
        return _fill(str(self.translations.ngettext(singular, plural, n)), {"n": n, **named})

    def pgettext(self, context: str, message: str, **named: object) -> str:
        return _fill(str(self.translations.pgettext(context, message)), named)


def _fill(text: str, named: dict[str, object]) -> str:
    return text % named if named else text


class Catalogs:
    """All locales found in ``folders``, each read when first asked for and kept until ``reload``."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self.folders = tuple(folders)
        self._read: dict[str, Catalog] = {}
        self._lock = threading.Lock()

    def locales(self) -> tuple[str, ...]:
        """Codes of every locale that has a catalogue, English first, then by code."""
        found = {path.parent.parent.name for folder in self.folders for path in folder.glob("*/LC_MESSAGES/messages.po")}
        return ("en", *sorted(found - {"en"}))

    def __getitem__(self, code: str) -> Catalog:
        """The merged catalogue of ``code``. Raises CatalogError when a file can't be read."""
        with self._lock:
            if code not in self._read:
                self._read[code] = Catalog(Locale(code), self._merge(code))
            return self._read[code]

    def reload(self) -> None:
        """Forget what was read: the next look-up reads the files again."""
        with self._lock:
            self._read.clear()

    def _merge(self, code: str) -> NullTranslations:
        words: dict[tuple[object, object], Message] = {}
        for folder in self.folders:
            for domain in DOMAINS:
                path = folder / code / "LC_MESSAGES" / f"{domain}.po"
                if path.is_file():
                    for message in read(path, code):
                        if message.id and message.string and not message.fuzzy:
                            words[message.id, message.context] = message
        merged = BabelCatalog(locale=code, charset="utf-8")
        merged.mime_headers = [("Content-Type", "text/plain; charset=utf-8"), ("Plural-Forms", PLURALS.get(code, PLURALS["en"]))]
        for message in words.values():
            merged.add(message.id, message.string, context=message.context)
        buffer = io.BytesIO()
        write_mo(buffer, merged)
        buffer.seek(0)
        return Translations(fp=buffer)


def read(path: Path, code: str) -> BabelCatalog:
    """One ``.po`` file. Raises CatalogError naming file and line."""
    try:
        with path.open("rb") as file:
            return read_po(file, locale=None, charset="utf-8", abort_invalid=True)
    except PoFileError as error:
        raise CatalogError([Fault(str(error), file=str(path), line=error.lineno or 0, place=code)]) from error
    except UnicodeDecodeError as error:
        raise CatalogError([Fault(f"the file is not UTF-8 (byte {error.start}); save it as UTF-8", file=str(path), place=code)]) from error
