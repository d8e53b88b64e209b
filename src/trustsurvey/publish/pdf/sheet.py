"""Pages: A4 with margins, a running head and foot, and text set from the reader's side. Places are in points from the upper edge.

``start`` is the distance from the edge where reading begins: the left one, or the right one in Arabic and Persian.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext

from reportlab import rl_config
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from trustsurvey.publish.edition import Edition
from trustsurvey.publish.pdf import fonts
from trustsurvey.publish.pdf.looks import INK, RUNNING, Style
from trustsurvey.publish.pdf.paper_pen import PaperPen, write
from trustsurvey.publish.pdf.shaping import Text
from trustsurvey.publish.pdf.tags import Tags, finish
from trustsurvey.publish.text import confidence

MARGIN: float = 20 * mm
WIDTH: float = 170 * mm
TOP: float = 32 * mm  # where a page's own text begins
BOTTOM: float = A4[1] - 22 * mm  # where it ends
rl_config.useA85 = 0  # streams in bytes: as letters they take half a second in a long report, and pikepdf undoes it
Spans = str | Sequence[tuple[str, int]]


class Sheet:
    """One report being drawn."""

    def __init__(self, edition: Edition) -> None:
        self.edition = edition
        self.rtl, self.language = edition.rtl, edition.locale.tag
        self._buffer = io.BytesIO()
        self.canvas = Canvas(self._buffer, pagesize=A4, pageCompression=1, invariant=1, lang=self.language)
        self.canvas._preamble = "1 0 0 1 0 0 cm"  # reportlab's own names Helvetica, which isn't embedded
        self.tags = Tags(self.canvas)
        self.missing: set[str] = set()
        self.page = 0
        self._texts: dict[tuple[str | tuple[tuple[str, int], ...], int], Text] = {}  # most are measured before they are drawn

    # ------------------------------------------------------------------ pages
    def begin(self, *, outline: str = "", under: str = "", level: int = 0, cover: bool = False) -> None:
        """A new page with its running head and foot.

        ``outline`` names it in the reader's bookmarks, at ``level``; ``under`` is a bookmark to put above it first.
        """
        if self.page:
            self.canvas.showPage()
        self.page += 1
        if outline:
            self.canvas.bookmarkPage(f"p{self.page}")
            if under:
                self.canvas.bookmarkPage(f"u{self.page}")  # reportlab keeps one title a key
                self.canvas.addOutlineEntry(under, f"u{self.page}", level - 1, closed=True)
            self.canvas.addOutlineEntry(outline, f"p{self.page}", level)
        if cover:
            self._head(cover)  # the first page's head is read; on the others it is furniture
            return
        with self.tags.artifact():
            self._head(cover)
            self._foot()

    def finished(self, title: str) -> bytes:
        """The whole file."""
        self.canvas.showPage()
        self.canvas.setTitle(title)
        self.canvas.save()
        return finish(self._buffer.getvalue(), self.tags, title=title, language=self.language, rtl=self.rtl)

    def _head(self, cover: bool) -> None:
        edition, t = self.edition, self.edition.catalog
        label = edition.wave_label(edition.release.wave.label) if edition.release.wave else ""
        parts = [edition.heading()] if cover else [edition.heading(), edition.named(label)]
        read = "P" if cover else ""
        self._line(" · ".join(part for part in parts if part), 17 * mm, RUNNING, role=read)
        if edition.release.synthetic:
            words = t.gettext("Synthetic data: this city is made up") if cover else t.gettext("Synthetic data")
            self._line(words, 17 * mm, Style(7.5, 10, 600, INK), end=True, role=read)
        with self.tags.artifact():
            self.rule(23 * mm, kind="rule")

    def _foot(self) -> None:
        edition, t, release = self.edition, self.edition.catalog, self.edition.release
        precision = t.gettext("Intervals: precision under the weighting model, %(confidence)s.", confidence=confidence(edition))
        parts = [precision]
        if release.number is not None and release.released is not None:
            which = t.gettext(
                "Release %(number)s, %(date)s.", number=edition.number(release.number), date=edition.locale.date(release.released)
            )
            parts.insert(0, which)
        self._line(" ".join(parts), A4[1] - 14 * mm, RUNNING)
        self._line(edition.number(self.page), A4[1] - 14 * mm, RUNNING, end=True)

    def _line(self, words: str, top: float, style: Style, *, end: bool = False, role: str = "") -> None:
        with self.tags.content(role) if role else nullcontext():
            self.draw(words, 0, top, WIDTH, style, align="end" if end else "start")

    def first_use(self, form: str) -> bool:
        """Whether a drawing that is to be shown again (a form of the canvas) has yet to be made."""
        return not self.canvas.hasForm(form)

    # ------------------------------------------------------------------ text
    def left(self, start: float, width: float) -> float:
        """The left edge on the page of a box that begins ``start`` from the reading edge."""
        return MARGIN + (WIDTH - start - width if self.rtl else start)

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
        y = A4[1] - top - style.leading / 2 - 0.39 * style.size
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
        return PaperPen(self.canvas, self.left(start, width), top, A4[1], rtl=self.rtl, language=self.language, missing=self.missing)

    def map_pen(self, start: float, top: float, width: float, view: tuple[float, float, float, float]) -> PaperPen:
        """A pen for a map whose ``view`` is to be ``width`` wide."""
        unit = width / view[2]
        left = self.left(start, width) - view[0] * unit
        return PaperPen(
            self.canvas, left, top - view[1] * unit, A4[1], unit=unit, rtl=self.rtl, language=self.language, map_=True, missing=self.missing
        )

    def rule(self, y: float, *, start: float = 0, width: float = WIDTH, kind: str = "hair") -> None:
        """A hairline across."""
        self.pen(start, y, width).line(0, 0, width, 0, kind)

    @contextmanager
    def figure(self, alternative: str) -> Iterator[None]:
        """What is drawn inside the block is one figure that says ``alternative``."""
        with self.tags.content("Figure", alternative=alternative):
            yield
