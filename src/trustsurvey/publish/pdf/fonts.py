"""The faces that reports are set in, and which of them has a character.

All are static TrueType under the SIL Open Font License, cut down by ``scripts/subset_fonts.py``. A script that is added needs a face
here and nothing else: text falls through the chain by what each face's character map holds.
"""

from __future__ import annotations

import threading
import unicodedata
from functools import lru_cache
from importlib import resources
from typing import Any

import uharfbuzz
from reportlab.pdfbase import pdfmetrics, ttfonts

REGULAR, SEMIBOLD = 400, 600
WEIGHTS = {REGULAR: "Regular", SEMIBOLD: "SemiBold"}
FAMILIES = ("NotoSans", "Vazirmatn", "NotoSansDevanagari", "NotoSansEthiopic")
HAN = {"zh-Hans": "NotoSansSC", "zh-Hant": "NotoSansTC", "ko": "NotoSansKR"}
"""Families that share characters but not their shapes: a text's own language goes first."""
FULL_WIDTH = frozenset("“”‘’…—·")  # as wide as a character beside Chinese ones, though Latin faces have them too
FIRST_HAN = "\u2e80"
FIRST_PRIVATE = 0xF0000  # supplementary private use: 65,534 codes that no text holds
EMPTY, SPACE = 0x200C, 0x20  # the zero-width non-joiner, which Chinese faces lack
_lock = threading.Lock()


class Face(ttfonts.TTFont):  # type: ignore[misc]
    """A TrueType face whose glyphs each carry the text that they stand for.

    reportlab draws characters, HarfBuzz answers glyphs. A glyph that isn't its character's own gets a private code, one for each pair of
    glyph and source text, and the face's ToUnicode map says the text. So what a reader copies or searches is what was written.
    """

    def __init__(self, name: str) -> None:
        path = resources.files("trustsurvey.publish.pdf") / "fonts" / f"{name}.ttf"
        super().__init__(name, str(path))
        self.harfbuzz = uharfbuzz.Font(uharfbuzz.Face(path.read_bytes()))
        glyphs = self.face.charToGlyph
        self.empty: int = glyphs.get(EMPTY, glyphs[SPACE])  # draws nothing; set without room
        if self._ink(self.empty):  # readers take a space for the end of a word, so that one without width is better
            blank = (n for n in range(1, self.face.numGlyphs) if not self.harfbuzz.get_glyph_h_advance(n) and not self._ink(n))
            self.empty = next(blank, glyphs[SPACE])
        self.sources: dict[int, str] = {}
        self._codes: dict[tuple[int, str], int] = {}

    def has(self, character: str) -> bool:
        return ord(character) in self.face.charToGlyph

    def _ink(self, glyph: int) -> bool:
        """Whether the glyph draws something, as the joiners of Devanagari's faces do, to be seen in an editor."""
        extents = self.harfbuzz.get_glyph_extents(glyph)
        return extents is not None and extents.height != 0

    def code(self, glyph: int, source: str) -> int:
        """The character code that draws ``glyph`` and reads as ``source``."""
        face = self.face
        if len(source) == 1 and face.charToGlyph.get(ord(source)) == glyph:
            return ord(source)
        with _lock:
            if (glyph, source) not in self._codes:
                code = FIRST_PRIVATE + len(self._codes)
                face.charToGlyph[code] = glyph
                face.charWidths[code] = self.pdfScale(self.harfbuzz.get_glyph_h_advance(glyph))
                self.sources[code] = source
                self._codes[glyph, source] = code
            return self._codes[glyph, source]

    def addObjects(self, doc: Any) -> None:
        """Write the face's subsets, each with a ToUnicode map of our own."""
        subsets = [list(subset) for subset in self.state[doc].subsets] if doc in self.state else []
        names = [self.getSubsetInternalName(n, doc)[1:] for n in range(len(subsets))]
        super().addObjects(doc)
        fonts = doc.idToObject["BasicFonts"].dict
        for name, subset in zip(names, subsets, strict=True):
            doc.idToObject[fonts[name].ToUnicode.name].content = self._to_unicode(subset)

    def _to_unicode(self, subset: list[int]) -> str:
        rows = []
        for n, code in enumerate(subset):
            text = self.sources.get(code, chr(code) if code else "")
            if text:
                rows.append(f"<{n:02X}> <{text.encode('utf-16-be').hex().upper()}>")
        blocks = [rows[k : k + 100] for k in range(0, len(rows), 100)]  # a block may hold a hundred
        body = "".join(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar\n" for block in blocks)
        return (
            "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
            "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
            "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
            "1 begincodespacerange\n<00> <FF>\nendcodespacerange\n"
            f"{body}endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend"
        )


@lru_cache
def face(name: str) -> Face:
    """The face named ``name``, registered with reportlab."""
    with _lock:
        made = Face(name)
        pdfmetrics.registerFont(made)
        return made


@lru_cache
def chain(weight: int, language: str) -> tuple[str, ...]:
    """The faces to try, in order; the lighter ones last, since the heavier Chinese ones hold the commonest characters only."""
    own = [HAN[language]] if language in HAN else []
    families = (*FAMILIES, *own, *(family for family in HAN.values() if family not in own))
    return tuple(f"{family}-{WEIGHTS[w]}" for w in dict.fromkeys((weight, REGULAR)) for family in families)


@lru_cache(65536)
def face_for(character: str, weight: int, language: str = "en") -> str | None:
    """The first face of the chain that has the character; None when no face has it."""
    return next((name for name in chain(weight, language) if face(name).has(character)), None)


def faces_of(text: str, weight: int, language: str = "en") -> list[str]:
    """A face for each character. Marks, joiners and spaces stay with the face before them where it has them."""
    chosen: list[str] = []
    for n, character in enumerate(text):
        previous = chosen[-1] if chosen else None
        stays = unicodedata.category(character) in ("Cf", "Mn", "Me", "Mc", "Zs")
        if stays and previous and (face(previous).has(character) or unicodedata.category(character) == "Cf"):
            chosen.append(previous)
        elif _full_width(text, n, language) and face(own := f"{HAN[language]}-{WEIGHTS[weight]}").has(character):
            chosen.append(own)
        else:
            chosen.append(face_for(character, weight, language) or previous or chain(weight, language)[0])
    return chosen


def _full_width(text: str, n: int, language: str) -> bool:
    """Whether the mark at ``n`` stands beside a Chinese character, or beside other marks that do (“……”)."""
    if text[n] not in FULL_WIDTH or language not in HAN:
        return False
    before, after = (next((c for c in side if c not in FULL_WIDTH), "") for side in (text[n::-1], text[n:]))
    return max(before, after) >= FIRST_HAN


def missing(text: str) -> set[str]:
    """The characters of ``text`` that no face can draw."""
    return {c for c in text if unicodedata.category(c) not in ("Cf", "Cc", "Zs") and face_for(c, REGULAR) is None}
