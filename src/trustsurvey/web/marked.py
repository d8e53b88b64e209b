"""A page whose every word knows which catalogue entry it came from, for translators' previews alone.

``MarkedCatalog`` puts marks, which are characters that no language uses, round each text that it gives out; the page is then made as for
anyone; ``Linked`` takes the marks away and makes each text a link to its entry. Residents' pages come from an unmarked catalogue, so not a
byte of theirs changes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from html import escape
from html.parser import HTMLParser
from itertools import groupby
from operator import itemgetter

from babel.support import NullTranslations

from trustsurvey.i18n.catalogs import Catalog

Key = tuple[str, str]
"""``(context, source text)`` of an entry; the context is empty where there is none."""

Address = Callable[[Key], "tuple[str, str] | None"]
"""From an entry to its ``(id, address)``; None for text that no catalogue has. The first link to it gets the id ``w-<id>``."""

_BEGIN, _BEGIN_AFTER_ONE, _END, _ZERO = "\ue000", "\ue001", "\ue002", 0xE010
_MARK = re.compile(r"[\ue000\ue001][\ue010-\ue019]+|\ue002")
_PIECE = re.compile(
    r"(?P<first>&#?\w+;|[^\ue000-\ue019])?\ue001(?P<late>[\ue010-\ue019]+)|\ue000(?P<begin>[\ue010-\ue019]+)|(?P<end>\ue002)"
)
_HREF = re.compile(r'\s(?:href|target|rel|formaction|action|method|type|form|name)="[^"]*"')

PLAIN = frozenset({"title", "option", "select", "textarea"})
"""Elements that can't hold a link."""

DROPPED = frozenset({"script"})
"""Elements that a preview leaves out: it keeps nothing and sends nothing."""


class _Translations(NullTranslations):
    def __init__(self, plain: NullTranslations, keys: dict[Key, int]) -> None:
        super().__init__()
        self._plain, self._keys = plain, keys

    def gettext(self, message: str) -> str:
        return self._marked("", message, self._plain.gettext(message))

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self._marked("", msgid1, self._plain.ngettext(msgid1, msgid2, n))

    def pgettext(self, context: str, message: str) -> str:
        return self._marked(context, message, self._plain.pgettext(context, message))

    def npgettext(self, context: str, singular: str, plural: str, num: int) -> str:
        return self._marked(context, singular, self._plain.npgettext(context, singular, plural, num))

    ugettext, ungettext, upgettext, unpgettext = gettext, ngettext, pgettext, npgettext

    def _marked(self, context: str, message: str, text: object) -> str:
        said = str(text)
        if not said:
            return said
        number = "".join(chr(_ZERO + int(digit)) for digit in str(self._keys.setdefault((context, message), len(self._keys))))
        if said[0] == "%":
            return f"{_BEGIN}{number}{said}{_END}"
        return f"{said[0]}{_BEGIN_AFTER_ONE}{number}{said[1:]}{_END}"  # so that a sentence can still be given a capital


@dataclass(frozen=True, slots=True)
class MarkedCatalog:
    """``catalog`` gives the words of another catalogue, marked; ``keys`` fills with what was asked for, in order."""

    catalog: Catalog
    keys: dict[Key, int]

    @classmethod
    def of(cls, plain: Catalog) -> MarkedCatalog:
        keys: dict[Key, int] = {}
        return cls(Catalog(plain.locale, _Translations(plain.translations, keys)), keys)


@dataclass(frozen=True, slots=True)
class LinkedPage:
    """``html`` without marks; ``shown`` are the entries that stand on it, in order, those in no visible text (titles, labels) too."""

    html: str
    shown: tuple[Key, ...]


def unmarked(text: str) -> str:
    """``text`` without the marks of a preview."""
    return _MARK.sub("", text)


def linked(html: str, keys: Mapping[Key, int], address: Address) -> LinkedPage:
    """``html`` with each marked text a link to ``address`` of its entry (plain text where that is None).

    Links and buttons of the page lead to the entry of their words instead; all others lead nowhere. Scripts are left out.
    """
    parser = _Linker({number: key for key, number in keys.items()}, address)
    parser.feed(html)
    parser.close()
    parser.flush()
    return LinkedPage("".join(parser.out), tuple(parser.shown))


class _Linker(HTMLParser):
    def __init__(self, keys: Mapping[int, Key], address: Address) -> None:
        super().__init__(convert_charrefs=False)
        self._keys, self._address = keys, address
        self.out: list[str] = []
        self.shown: dict[Key, None] = {}
        self._run: list[str] = []
        self._path: list[str] = []
        self._holder: tuple[str, int] | None = None  # the open link or button: its tag, and where its start stands in ``out``
        self._dropping = ""
        self._anchors: set[str] = set()

    # what comes in

    def handle_starttag(self, tag: str, _attributes: object) -> None:
        self.flush()
        raw = self.get_starttag_text() or ""
        if tag in DROPPED:
            self._dropping = tag
        if self._dropping:
            return
        for mark in _MARK.findall(raw):
            self._see(mark)
        raw = _MARK.sub("", raw)
        if tag == "form":
            raw = _HREF.sub("", raw).replace("<form", '<form method="dialog"', 1)
        if tag in ("a", "button"):
            self._holder = tag, len(self.out)
            raw = self._inert(tag, raw)
        if not raw.endswith("/>"):
            self._path.append(tag)
        self.out.append(raw)

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attributes)

    def handle_endtag(self, tag: str) -> None:
        self.flush()
        if self._dropping:
            self._dropping = "" if tag == self._dropping else self._dropping
            return
        while self._path and self._path.pop() != tag:  # elements that need no end tag
            pass
        if self._holder and tag == self._holder[0]:
            self._holder = None
        self.out.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self._run.append(data)

    def handle_entityref(self, name: str) -> None:
        self._run.append(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self._run.append(f"&#{name};")

    def handle_decl(self, declaration: str) -> None:
        self.out.append(f"<!{declaration}>")

    # what goes out

    def flush(self) -> None:
        """Write the text that was read since the last tag."""
        text, self._run = "".join(self._run), []
        if self._dropping or not text:
            return
        if not _MARK.search(text):
            self.out.append(text)
            return
        for key, group in groupby(self._pieces(text), key=itemgetter(0)):
            self._write(key, "".join(piece for _, piece in group))

    def _pieces(self, text: str) -> Iterator[tuple[Key | None, str]]:
        """``text`` in pieces, each with the entry that it is of: the innermost, where one text was put into another."""
        open_: list[Key | None] = []
        place = 0

        def innermost() -> Key | None:
            return next((key for key in reversed(open_) if key is not None), None)

        for found in _PIECE.finditer(text):
            yield innermost(), text[place : found.start()]
            place = found.end()
            number = found["late"] or found["begin"]
            if number:
                open_.append(self._see(number))
                yield innermost(), found["first"] or ""
            elif open_:
                open_.pop()
        yield innermost(), text[place:]

    def _write(self, key: Key | None, text: str) -> None:
        found = self._address(key) if key is not None and text.strip() else None
        if found is None or PLAIN.intersection(self._path):
            self.out.append(text)
            return
        name, href = found
        if self._holder is not None:
            self._lead(href)
            self.out.append(text)
        else:
            anchor = "" if name in self._anchors else f' id="w-{name}"'
            self._anchors.add(name)
            self.out.append(f'<a class="word"{anchor} href="{escape(href)}" target="_top">{text}</a>')

    def _lead(self, href: str) -> None:
        """Make the open link or button lead to ``href``, unless it leads to an entry already."""
        tag, place = self._holder or ("", 0)
        start = self.out[place]
        if 'target="_top"' in start or "formtarget" in start:
            return
        where = f'href="{escape(href)}" target="_top"'
        if tag == "button":
            where = f'type="submit" form="entry" formaction="{escape(href)}" formmethod="get" formtarget="_top"'
        self.out[place] = _HREF.sub("", start).replace(f"<{tag}", f"<{tag} {where}", 1)

    @staticmethod
    def _inert(tag: str, raw: str) -> str:
        if tag == "a" and ' href="#' in raw:
            return raw
        raw = _HREF.sub("", raw)
        return raw.replace("<button", '<button type="button"', 1) if tag == "button" else raw

    def _see(self, mark: str) -> Key | None:
        digits = "".join(str(ord(c) - _ZERO) for c in mark if ord(c) >= _ZERO)
        key = self._keys.get(int(digits)) if digits else None
        if key is not None:
            self.shown[key] = None
        return key
