"""Text in any script: bidirectional order, shaping, line breaking. reportlab's own gets Arabic words in the wrong order.

Levels by the Unicode bidirectional algorithm (python-bidi), glyphs by HarfBuzz, faces by ``fonts``.
"""

from __future__ import annotations

import unicodedata
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

import uharfbuzz
from bidi import algorithm
from reportlab.pdfbase.ttfonts import ShapeData, ShapedStr

from trustsurvey.publish.pdf.fonts import REGULAR, Face, face, faces_of

ISOLATES = {"\u2066": 0, "\u2067": 1, "\u2068": None}  # LRI, RLI, FSI
POP_ISOLATE = "\u2069"
EMBED = ("\u202a", "\u202b")
POP_EMBED = "\u202c"
MARK = ("\u200e", "\u200f")
CONTROLS = frozenset({*ISOLATES, POP_ISOLATE, *EMBED, POP_EMBED, *MARK, "\u061c", "\u202d", "\u202e"})
NOTHING = "\u200b"  # what a glyph reads as whose text another glyph holds
NOT_FIRST = frozenset("，。、；：？！）」』】》〉〕〗｝］％·‧…—～–’”々ー,.;:?!)]}%>°′″")
NOT_LAST = frozenset("（「『【《〈〔〖｛［‘“([{<+−$＄￥#")
"""Kinsoku: marks that don't begin or end a line in Chinese (the core of JIS X 4051's and GB/T 15834's lists)."""


def _first_strong(text: str) -> int:
    for character in text:
        kind = unicodedata.bidirectional(character)
        if kind in ("L", "R", "AL"):
            return 0 if kind == "L" else 1
    return 0


def _without_isolates(text: str, base: int) -> str:
    """Isolates as embeddings between marks of the paragraph's direction.

    python-bidi knows no isolates (it stops on them). An embedding alone would draw the neutral between two neighbors into itself; the marks
    on both sides keep it out.
    """
    if not any(c in text for c in (*ISOLATES, POP_ISOLATE)):
        return text
    out, depth = [], 0
    for n, character in enumerate(text):
        if character in ISOLATES:
            direction = ISOLATES[character]
            out.append(MARK[base] + EMBED[_first_strong(text[n + 1 :]) if direction is None else direction])
            depth += 1
        elif character == POP_ISOLATE:
            if depth:
                out.append(POP_EMBED + MARK[base])
                depth -= 1
        else:
            out.append(character)
    return "".join(out) + (POP_EMBED + MARK[base]) * depth


def levels(text: str, base: int) -> list[tuple[str, int]]:
    """(character, embedding level) for each character that is drawn; direction controls are left out, joiners kept."""
    source = _without_isolates(text, base)
    chars = [
        {"ch": c, "level": base, "type": kind, "orig": kind, "at": n}
        for n, c in enumerate(source)
        for kind in [unicodedata.bidirectional(c) or "L"]
    ]
    storage: dict[str, Any] = {"base_level": base, "base_dir": "LR"[base], "chars": chars, "runs": deque()}
    algorithm.explicit_embed_and_overrides(storage)
    algorithm.resolve_weak_types(storage)
    algorithm.resolve_neutral_types(storage, False)
    algorithm.resolve_implicit_levels(storage, False)
    found: dict[int, int] = {c["at"]: c["level"] for c in storage["chars"]}
    out, previous = [], base
    for n, character in enumerate(source):
        previous = found.get(n, previous)
        if character not in CONTROLS:
            out.append((character, previous))
    return out


@dataclass(frozen=True, slots=True)
class Raised:
    """A mark that stands off the base line: its character code, and its place from the run's start for a size of 1 point."""

    code: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Run:
    """Glyphs of one face and one direction. ``width`` is for a size of 1 point; ``raised`` marks are drawn after the glyphs."""

    face: str
    glyphs: ShapedStr
    width: float
    raised: tuple[Raised, ...] = ()


@lru_cache(65536)
def shape(text: str, name: str, rtl: bool, language: str) -> Run:
    """One run shaped by HarfBuzz. The glyphs' sources, put together, are ``text`` again.

    Readers take a mark that is moved to its letter for a word of its own, and turn round the letters of a ligature that runs right to
    left. So a moved mark leaves its text on an empty glyph in its place and is drawn by itself, and a ligature shares its letters with
    empty glyphs.
    """
    chosen = face(name)
    buffer = uharfbuzz.Buffer()
    buffer.cluster_level = uharfbuzz.BufferClusterLevel.MONOTONE_CHARACTERS
    buffer.add_str(text)
    buffer.guess_segment_properties()
    buffer.direction = "rtl" if rtl else "ltr"
    buffer.language = language
    uharfbuzz.shape(chosen.harfbuzz, buffer, {"kern": True, "liga": False})
    infos, positions = buffer.glyph_infos, buffer.glyph_positions
    sources = _sources(text, [info.cluster for info in infos], rtl)
    line = _Line(chosen)
    for info, position, source in zip(infos, positions, sources, strict=True):
        if not position.x_advance and (position.x_offset or position.y_offset or source == NOTHING):
            line.raise_(info.codepoint, source, chosen.pdfScale(position.x_offset), chosen.pdfScale(position.y_offset))
            continue
        if rtl and len(source) > 1:
            for letter in reversed(source[1:]):
                line.add(chosen.empty, letter, 0.0)
        head = source[:1] if rtl else source
        line.add(info.codepoint, head, chosen.pdfScale(position.x_advance), chosen.pdfScale(position.x_offset))
    return Run(name, ShapedStr("".join(line.codes), line.data), line.width / 1000, tuple(line.raised))


class _Line:
    """Glyphs being put one after another, in thousandths of the size."""

    def __init__(self, chosen: Face) -> None:
        self.face = chosen
        self.codes: list[str] = []
        self.data: list[ShapeData] = []
        self.raised: list[Raised] = []
        self.width = 0.0

    def add(self, glyph: int, source: str, advance: float, shift: float = 0.0) -> None:
        code = self.face.code(glyph, source)
        self.codes.append(chr(code))
        self.data.append(ShapeData(len(self.data), advance, 0, shift, 0, self.face.face.charWidths[code]))
        self.width += advance

    def raise_(self, glyph: int, source: str, x: float, y: float) -> None:
        code = chr(self.face.code(glyph, NOTHING))
        self.raised.append(Raised(code, (self.width + x) / 1000, y / 1000))
        if source != NOTHING:
            self.add(self.face.empty, source, 0.0)


def _sources(text: str, clusters: Sequence[int], rtl: bool) -> list[str]:
    """The text that each glyph stands for: a cluster's characters spread over its glyphs."""
    starts = [*sorted(set(clusters)), len(text)]
    after = dict(pairwise(starts))
    inside: dict[int, list[int]] = {}
    for n, cluster in enumerate(clusters):
        inside.setdefault(cluster, []).append(n)
    sources = [""] * len(clusters)
    for cluster, glyphs in inside.items():
        characters = text[cluster : after[cluster]]
        for k, n in enumerate(reversed(glyphs) if rtl else glyphs):
            last = k == len(glyphs) - 1
            sources[n] = (characters[k:] if last else characters[k : k + 1]) or NOTHING
    return sources


class Text:
    """One paragraph of text, ready to be broken into lines and drawn.

    ``spans`` are (text, weight); ``rtl`` is the paragraph's direction; ``language`` a BCP 47 tag, for letters that differ by language.
    """

    def __init__(self, spans: str | Sequence[tuple[str, int]], *, weight: int = REGULAR, rtl: bool = False, language: str = "en") -> None:
        parts = [(spans, weight)] if isinstance(spans, str) else list(spans)
        whole = "".join(text for text, _ in parts)
        drawn = levels(whole, int(rtl))
        self.text = "".join(c for c, _ in drawn)
        self.levels = [level for _, level in drawn]
        self.rtl, self.language = rtl, language
        self._lines: dict[float, list[tuple[int, int]]] = {}
        self.faces: list[str] = []
        for text, part_weight in parts:
            self.faces += faces_of("".join(c for c in text if c not in CONTROLS), part_weight, language)

    def width(self, start: int = 0, end: int | None = None) -> float:
        """The width of text[start:end] at a size of 1 point."""
        return sum(self._run(i, j).width for i, j in self._logical(start, len(self.text) if end is None else end))

    def lines(self, limit: float) -> list[tuple[int, int]]:
        """(start, end) of each line not wider than ``limit``, for a size of 1 point. A word wider than that is broken by character."""
        if limit not in self._lines:
            self._lines[limit] = self._broken(limit)
        return self._lines[limit]

    def _broken(self, limit: float) -> list[tuple[int, int]]:
        if self.width() <= limit:
            return [self._trimmed(0, len(self.text))]
        found: list[tuple[int, int]] = []
        start = position = 0
        for chunk in _chunks(self.text, self.language.startswith("ko")):
            end = position + len(chunk)
            visible = position + len(chunk.rstrip())
            if start < position and self.width(start, visible) > limit:
                found.append(self._trimmed(start, position))
                start = position
            while self.width(start, visible) > limit and visible - start > 1:
                cut = next(k for k in range(visible - 1, start, -1) if k == start + 1 or self.width(start, k) <= limit)
                found.append((start, cut))
                start = cut
            position = end
        found.append(self._trimmed(start, position))
        return found

    def balanced(self, limit: float) -> list[tuple[int, int]]:
        """Lines of about equal width: for headings."""
        best = self.lines(limit)
        if len(best) < 2:
            return best
        low, high = limit / len(best) * 0.9, limit
        for _ in range(7):
            middle = (low + high) / 2
            tried = self.lines(middle)
            if len(tried) <= len(best):
                best, high = tried, middle
            else:
                low = middle
        return best

    def visual(self, start: int = 0, end: int | None = None) -> list[Run]:
        """The runs of one line from left to right."""
        return [self._run(*span) for span in self._ordered(start, end)]

    def pieces(self, start: int = 0, end: int | None = None) -> list[tuple[str, str, bool]]:
        """(text, face, whether it runs right to left) of one line's runs from left to right, for who draws glyphs without reportlab."""
        return [(self.text[i:j], self.faces[i], bool(self.levels[i] & 1)) for i, j in self._ordered(start, end)]

    def _ordered(self, start: int, end: int | None) -> list[tuple[int, int]]:
        """The runs of one line in the order of rule L2 of the bidirectional algorithm."""
        spans = list(self._logical(start, len(self.text) if end is None else end))
        order = list(range(len(spans)))
        deep = [self.levels[i] for i, _ in spans]
        for level in range(max(deep, default=0), 0, -1):
            k = 0
            while k < len(order):
                if deep[order[k]] < level:
                    k += 1
                    continue
                m = k
                while m < len(order) and deep[order[m]] >= level:
                    m += 1
                order[k:m] = order[k:m][::-1]
                k = m
        return [spans[k] for k in order]

    def _logical(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        i = start
        while i < end:
            j = i + 1
            while j < end and self.levels[j] == self.levels[i] and self.faces[j] == self.faces[i]:
                j += 1
            yield i, j
            i = j

    def _run(self, start: int, end: int) -> Run:
        return shape(self.text[start:end], self.faces[start], bool(self.levels[start] & 1), self.language)

    def _trimmed(self, start: int, end: int) -> tuple[int, int]:
        return start, start + len(self.text[start:end].rstrip())


def _wide(character: str) -> bool:
    return "\u2e80" <= character <= "\u9fff" or "\uf900" <= character <= "\ufaff" or "\uff00" <= character <= "\uffef"


def _chunks(text: str, by_word: bool) -> Iterator[str]:
    """Pieces between which a line may break: after spaces and, but for ``by_word`` (Korean), between Chinese characters.

    Punctuation clings to the character it belongs to.
    """
    piece = ""
    for character in text:
        if piece:
            last = piece[-1]
            after_space = last == " " and character != " "
            between = not by_word and (_wide(last) or _wide(character)) and not last.isspace() and not character.isspace()
            if after_space or (between and character not in NOT_FIRST and last not in NOT_LAST):
                yield piece
                piece = ""
        piece += character
    if piece:
        yield piece


@lru_cache(16384)
def width(text: str, size: float, weight: int = REGULAR) -> float:
    """How wide ``text`` is at ``size``, in the same unit."""
    return Text(text, weight=weight).width() * size
