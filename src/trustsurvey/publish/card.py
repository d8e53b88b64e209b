"""A picture for messages that link to a page: what was found, how sure that is, from how many answers. PNG, in any script.

Letters are shaped by ``pdf.shaping`` as in the report and drawn by HarfBuzz, so no library of the system takes part.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import uharfbuzz
from PIL import Image, ImageDraw

from trustsurvey.analysis.release import Estimate, Unit
from trustsurvey.publish.edition import Edition
from trustsurvey.publish.pdf.fonts import REGULAR, SEMIBOLD, face
from trustsurvey.publish.pdf.shaping import Text
from trustsurvey.publish.pens import Scale, scale

WIDTH, HEIGHT, EDGE = 1200, 630, 72
FINE = 4  # marks are drawn this much larger, then made small: smooth edges
PAPER, INK, SOFT, GRID, ACCENT = "#fbf9f5", "#23211d", "#5a554c", "#d8d1c4", "#0b5563"
ROOM = WIDTH - 2 * EDGE


@dataclass(frozen=True, slots=True)
class Card:
    """What the picture says. ``cell`` is drawn on its scale when it has a figure; ``city`` as a stroke beside it."""

    above: str
    heading: str
    below: Sequence[str]
    cell: Estimate | None
    city: Estimate | None = None
    mark: str = ""  # that the data are made up


def draw_card(edition: Edition, card: Card) -> bytes:
    """The picture, 1200 by 630 pixels, as PNG."""
    image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    marks = ImageDraw.Draw(image)
    marks.rectangle((0, 0, WIDTH, 12), fill=ACCENT)
    letters = _Letters(edition)
    letters.put(card.above, 30, 84, SOFT, weight=SEMIBOLD)
    size = next((s for s in (60, 54, 48, 42, 36) if len(letters.lines(card.heading, s, SEMIBOLD)) <= (3 if s < 60 else 2)), 36)
    bottom = letters.put(card.heading, size, 84 + 1.55 * size, INK, weight=SEMIBOLD, leading=1.27 if not edition.rtl else 1.45, most=4)
    y = HEIGHT - 66 - 42 * (len(card.below) - 1)
    for n, line in enumerate(card.below):
        letters.fit(line, 29, y + 42 * n, INK if n == 0 else SOFT)
    if card.mark:
        letters.fit(card.mark, 22, HEIGHT - 24, SOFT)
    if card.cell is not None and card.cell.estimate is not None:
        _strip(edition, image, letters, card, card.cell, round((bottom + y - 40) / 2))
    letters.onto(image)
    out = io.BytesIO()
    image.quantize(64, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue()


def _strip(edition: Edition, image: Image.Image, letters: _Letters, card: Card, cell: Estimate, middle: int) -> None:
    """The figure as a dot on its interval, on a scale that runs left to right in every language."""
    ends = [v for one in (cell, card.city) if one is not None for v in (one.lci, one.uci, one.estimate) if v is not None]
    whole = edition.measures[cell.measure].unit in (Unit.SCORE, Unit.PERCENT)
    across = Scale(0, 100, (0, 20, 40, 60, 80, 100)) if whole else scale(ends, lowest=0 if min(ends) >= 0 else None)

    def x(value: float) -> int:
        return round(across.at(value, EDGE, WIDTH - EDGE) * FINE)

    height = 64 * FINE
    fine = Image.new("RGB", (WIDTH * FINE, height), PAPER)
    pen = ImageDraw.Draw(fine)
    for tick in across.ticks:
        pen.line((x(tick), 0, x(tick), height), fill=GRID, width=2 * FINE)
    if card.city is not None and card.city.estimate is not None:
        pen.line((x(card.city.estimate), 0, x(card.city.estimate), height), fill=INK, width=3 * FINE)
    y = height // 2
    pen.line((x(across.low), y, x(across.high), y), fill=GRID, width=2 * FINE)
    if cell.lci is not None and cell.uci is not None:
        pen.line((x(cell.lci), y, x(cell.uci), y), fill=ACCENT, width=7 * FINE)
    radius = 13 * FINE
    pen.ellipse((x(cell.estimate or 0) - radius, y - radius, x(cell.estimate or 0) + radius, y + radius), fill=ACCENT)
    image.paste(fine.resize((WIDTH, 64), Image.Resampling.BOX), (0, middle - 32))
    places = 0 if all(tick == int(tick) for tick in across.ticks) else 1
    for tick in across.ticks:
        letters.at(edition.number(tick, places), 22, x(tick) / FINE, middle + 60, SOFT)


class _Letters:
    """Lines of shaped text, gathered by color and drawn at once."""

    def __init__(self, edition: Edition) -> None:
        self.rtl, self.language = edition.rtl, edition.locale.tag
        self._drawn: dict[str, uharfbuzz.RasterDraw] = {}

    def lines(self, text: str, size: float, weight: int) -> list[tuple[int, int]]:
        return self._text(text, weight).balanced(ROOM / size)

    def put(self, text: str, size: float, y: float, ink: str, *, weight: int = REGULAR, leading: float = 1.3, most: int = 2) -> float:
        """A paragraph at the start edge, its first line standing on ``y``; answers where its last line stands."""
        shaped = self._text(text, weight)
        for start, end in shaped.balanced(ROOM / size)[:most]:
            wide = shaped.width(start, end) * size
            self._line(shaped, (start, end), size, WIDTH - EDGE - wide if self.rtl else EDGE, y, ink)
            y += leading * size
        return y - leading * size

    def fit(self, text: str, size: float, y: float, ink: str) -> None:
        """One line at the start edge, in smaller letters where it would be too long."""
        self.put(text, min(size, ROOM / max(self._text(text, REGULAR).width(), 1e-6)), y, ink)

    def at(self, text: str, size: float, x: float, y: float, ink: str) -> None:
        """One line with its middle at ``x``."""
        shaped = self._text(text, REGULAR)
        self._line(shaped, (0, len(shaped.text)), size, x - shaped.width() * size / 2, y, ink)

    def onto(self, image: Image.Image) -> None:
        for ink, drawn in self._drawn.items():
            found = drawn.render()
            extents = found.extents
            mask = Image.frombytes("L", (extents.width, extents.height), bytes(found.buffer), "raw", "L", extents.stride, -1)
            image.paste(Image.new("RGB", mask.size, ink), (extents.x_origin, HEIGHT - extents.y_origin - extents.height), mask)

    def _text(self, text: str, weight: int) -> Text:
        return Text(text, weight=weight, rtl=self.rtl, language=self.language)

    def _line(self, text: Text, span: tuple[int, int], size: float, x: float, y: float, ink: str) -> None:
        drawn = self._drawn.setdefault(ink, uharfbuzz.RasterDraw())
        for piece, name, rtl in text.pieces(*span):
            font = face(name).harfbuzz
            buffer = uharfbuzz.Buffer()
            buffer.add_str(piece)
            buffer.guess_segment_properties()
            buffer.direction = "rtl" if rtl else "ltr"
            buffer.language = self.language
            uharfbuzz.shape(font, buffer, {"kern": True, "liga": False})
            unit = size / font.face.upem
            for info, place in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
                drawn.transform = (unit, 0, 0, unit, x + place.x_offset * unit, HEIGHT - y + place.y_offset * unit)
                drawn.draw_glyph(font, info.codepoint)
                x += place.x_advance * unit
