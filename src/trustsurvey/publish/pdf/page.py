"""A page to draw on: text in any script set from the reader's side, marks, and the tags of a document. Places are in points from the
upper edge; ``start`` is the distance from the edge where reading begins: the left one, or the right one in Arabic and Persian.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from reportlab import rl_config
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from trustsurvey.i18n.locales import Locale
from trustsurvey.publish.pdf import fonts
from trustsurvey.publish.pdf.looks import Style
from trustsurvey.publish.pdf.paper_pen import PaperPen, write
from trustsurvey.publish.pdf.shaping import Text
from trustsurvey.publish.pdf.tags import Tags, finish

WIDTH: float = 170 * mm
"""Of what is set, on every size of paper."""
rl_config.useA85 = 0  # streams in bytes: as letters they take half a second in a long report, and pikepdf undoes it
Spans = str | Sequence[tuple[str, int]]


class Page:
    """A document in ``locale`` being drawn on sheets of ``size`` (width and height in points)."""

    def __init__(self, locale: Locale, size: tuple[float, float] = A4) -> None:
        self.rtl, self.language = locale.direction == "rtl", locale.tag
        self.wide, self.high = size
        self.margin = (self.wide - WIDTH) / 2
        self._buffer = io.BytesIO()
        self.canvas = Canvas(self._buffer, pagesize=size, pageCompression=1, invariant=1, lang=self.language)
        self.canvas._preamble = "1 0 0 1 0 0 cm"  # reportlab's own names Helvetica, which isn't embedded
        self.tags = Tags(self.canvas)
        self.missing: set[str] = set()
        self.page = 0
        self._texts: dict[tuple[str | tuple[tuple[str, int], ...], int], Text] = {}  # most are measured before they are drawn

    def finished(self, title: str) -> bytes:
        """The whole file."""
        self.canvas.showPage()
        self.canvas.setTitle(title)
        self.canvas.save()
        return finish(self._buffer.getvalue(), self.tags, title=title, language=self.language, rtl=self.rtl)

    def first_use(self, form: str) -> bool:
        """Whether a drawing that is to be shown again (a form of the canvas) has yet to be made."""
        return not self.canvas.hasForm(form)

    # ------------------------------------------------------------------ text
    def left(self, start: float, width: float) -> float:
        """The left edge on the page of a box that begins ``start`` from the reading edge."""
        return self.margin + (WIDTH - start - width if self.rtl else start)

    def height(self, words: Spans, width: float, style: Style) -> float:
        """How high the text is when set in ``width``."""
        return len(self._text(words, style).lines(width / style.size)) * style.leading

    def text(self, words: Spans, start: float, top: float, width: float, style: Style, *, role: str = "P", balance: bool = False) -> float:
        """Set text as an element of the document; answers the y below it."""
        with self.tags.content(role):
            return self.draw(words, start, top, width, style, balance=balance)

    def draw(
        self, words: Spans, start: float, top: float, width: float, style: Style, *, align: str = "start", balance: bool = False
    ) -> float:
        """Set text without marking it; answers the y below it."""
        text = self._text(words, style)
        lines = text.balanced(width / style.size) if balance else text.lines(width / style.size)
        left = self.left(start, width)
        y = self.high - top - style.leading / 2 - 0.39 * style.size
        for span in lines:
            slack = width - text.width(*span) * style.size
            at_right = (align == "start") == self.rtl
            x = left + (slack / 2 if align == "center" else slack if at_right else 0)
            write(self.canvas, text, x, y, style.size, style.color, span)
            y -= style.leading
        return top + len(lines) * style.leading

    def _text(self, words: Spans, style: Style) -> Text:
        spans = words if isinstance(words, str) else tuple(words)
        key = (spans, style.weight)
        if key not in self._texts:
            self.missing |= fonts.missing(words if isinstance(words, str) else "".join(part for part, _ in words))
            self._texts[key] = Text(spans, weight=style.weight, rtl=self.rtl, language=self.language)
        return self._texts[key]

    # ------------------------------------------------------------------ marks
    def pen(self, start: float, top: float, width: float) -> PaperPen:
        """A pen for a figure ``width`` wide whose axes run from left to right in every language."""
        return PaperPen(self.canvas, self.left(start, width), top, self.high, rtl=self.rtl, language=self.language, missing=self.missing)

    def map_pen(self, start: float, top: float, width: float, view: tuple[float, float, float, float]) -> PaperPen:
        """A pen for a map whose ``view`` is to be ``width`` wide."""
        unit = width / view[2]
        left = self.left(start, width) - view[0] * unit
        return PaperPen(
            self.canvas,
            left,
            top - view[1] * unit,
            self.high,
            unit=unit,
            rtl=self.rtl,
            language=self.language,
            map_=True,
            missing=self.missing,
        )

    def rule(self, y: float, *, start: float = 0, width: float = WIDTH, kind: str = "hair") -> None:
        """A hairline across."""
        self.pen(start, y, width).line(0, 0, width, 0, kind)

    @contextmanager
    def figure(self, alternative: str) -> Iterator[None]:
        """What is drawn inside the block is one figure that says ``alternative``."""
        with self.tags.content("Figure", alternative=alternative):
            yield
