"""Sheets of a paper form: a running head and foot, boxes to cross with their numbers, and pieces that never break across pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from reportlab.lib.units import mm

from trustsurvey.i18n.catalogs import Catalog
from trustsurvey.publish.pdf.looks import INK, INK2, MID, RUNNING, Style
from trustsurvey.publish.pdf.page import WIDTH, Page
from trustsurvey.publish.pdf.paper_pen import color

TOP: float = 20 * mm
FOOT: float = 12 * mm
EDGE: float = 6 * mm
BOX: float = 11.5
"""Side of a box, in points: a cross of any pen fits."""

GUTTER = 22.0
"""Width of the column that questions' numbers stand in."""

ASK = Style(9.5, 12.5)
NUMBER = Style(7.4, 9, 600, INK2)
NUMBER_WIDTH, GAP = 9.5, 3.0
PAIR: float = NUMBER_WIDTH + GAP + BOX
"""Width of a box with its number."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Something that stands on one page: its height, and how it is drawn from its upper edge. ``after`` is the space below it."""

    height: float
    draw: Callable[[float], object]
    after: float = 0.0
    before: float = 0.0  # room above it, unless it begins a page


class FormSheet(Page):
    """A form being drawn. ``version`` names the wording, ``total`` is the number of pages (0: not known yet)."""

    def __init__(self, catalog: Catalog, size: tuple[float, float], *, head: str, version: str, total: int) -> None:
        super().__init__(catalog.locale, size)
        self.catalog, self.locale = catalog, catalog.locale
        self.head, self.version, self.total = head, version, total
        self.bottom: float = self.high - FOOT - EDGE
        self.y = 0.0
        self.cell = 0.0  # width of the columns of tables, the same in all
        self.begin()

    def begin(self) -> None:
        """A new page."""
        if self.page:
            self.canvas.showPage()
        self.page += 1
        self.y = TOP
        t = self.catalog
        with self.tags.artifact():
            self.draw(self.head, 0, 10 * mm, WIDTH * 0.7, RUNNING)
            number, total = self.locale.number(self.page), self.locale.number(self.total)
            self.draw(t.gettext("Page %(n)s of %(total)s", n=number, total=total), WIDTH * 0.7, 10 * mm, WIDTH * 0.3, RUNNING, align="end")
            foot = self.high - FOOT
            self.draw(t.gettext("Do not write your name anywhere."), 0, foot, WIDTH * 0.7, RUNNING)
            self.draw(self.version, WIDTH * 0.7, foot, WIDTH * 0.3, RUNNING, align="end")

    @property
    def room(self) -> float:
        """What is left of the page."""
        return self.bottom - self.y

    def place(self, *pieces: Piece) -> None:
        """Draw pieces one below the other, all on one page where a page can hold them."""
        wanted = sum(p.height + p.before + p.after for p in pieces) - pieces[-1].after
        if wanted > self.room and self.y > TOP:
            self.begin()
        for piece in pieces:
            self.y += piece.before if self.y > TOP else 0
            if piece.height > self.room and self.y > TOP:
                self.begin()
            piece.draw(self.y)
            self.y += piece.height + piece.after

    def box(self, start: float, top: float, *, wide: float = BOX, high: float = BOX) -> None:
        """An empty box whose corner on the reading side is at ``start``, ``top``."""
        self.canvas.setStrokeColor(color(INK))
        self.canvas.setLineWidth(0.7)
        self.canvas.setDash()
        self.canvas.roundRect(self.left(start, wide), self.high - top - high, wide, high, 1.6, stroke=1, fill=0)

    def numbered(self, number: str, start: float, top: float) -> float:
        """``number`` and its box; answers where what follows begins. Both are as wide as the widest pair, so that boxes line up."""
        with self.tags.content():
            self.draw(number, start, top + (BOX - NUMBER.leading) / 2, NUMBER_WIDTH, NUMBER, align="end")
        with self.tags.artifact():
            self.box(start + NUMBER_WIDTH + GAP, top)
        return start + NUMBER_WIDTH + GAP + BOX

    def set_width(self, words: str, style: Style) -> float:
        """How wide ``words`` are on one line."""
        return self._text(words, style).width() * style.size

    def hairline(self, top: float, *, start: float = 0.0, width: float = WIDTH) -> None:
        with self.tags.artifact():
            self.canvas.setStrokeColor(color(MID))
            self.canvas.setLineWidth(0.35)
            self.canvas.setDash()
            left = self.left(start, width)
            self.canvas.line(left, self.high - top, left + width, self.high - top)
