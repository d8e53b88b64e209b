"""The pen for paper: the same marks as on the web, drawn on a reportlab canvas in points (or a map's own units)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from reportlab.lib.colors import Color, HexColor
from reportlab.pdfgen.canvas import Canvas

from trustsurvey.publish.pdf import fonts
from trustsurvey.publish.pdf.looks import ON_HEAT, PAPER, Look, look
from trustsurvey.publish.pdf.shaping import Run, Text
from trustsurvey.publish.pens import Place, Ring


@lru_cache
def color(code: str) -> Color:
    return HexColor(code)


class PaperPen:
    """Draws with its origin at ``left``, ``top`` (from the page's upper edge) and y downwards, ``unit`` points a unit."""

    def __init__(
        self,
        canvas: Canvas,
        left: float,
        top: float,
        page_height: float,
        *,
        unit: float = 1.0,
        rtl: bool = False,
        language: str = "en",
        map_: bool = False,
        missing: set[str] | None = None,
    ) -> None:
        self.canvas, self.unit, self.rtl, self.language, self.map_ = canvas, unit, rtl, language, map_
        self.left, self.top = left, page_height - top
        self.missing = missing if missing is not None else set()
        self._groups: list[str] = []

    def line(self, x1: Place, y1: Place, x2: Place, y2: Place, kind: str) -> None:
        if self._stroke(self._look(kind)):
            self.canvas.line(self._x(x1), self._y(y1), self._x(x2), self._y(y2))

    def rect(self, x: Place, y: Place, width: Place, height: Place, kind: str) -> None:
        shown = self._look(kind)
        fill, stroke = self._fill(shown), self._stroke(shown)
        high = float(height) * self.unit
        self.canvas.rect(self._x(x), self._y(y) - high, float(width) * self.unit, high, stroke=int(stroke), fill=int(fill))

    def circle(self, x: Place, y: Place, radius: float, kind: str) -> None:
        shown = self._look(kind)
        fill, stroke = self._fill(shown), self._stroke(shown)
        self.canvas.circle(self._x(x), self._y(y), radius * self.unit, stroke=int(stroke), fill=int(fill))

    def path(self, rings: Sequence[Ring], kind: str, *, closed: bool = True, title: str = "") -> None:  # noqa: ARG002
        """``title`` is a tip for the web; on paper the alternative text of the whole figure says it."""
        shown = self._look(kind)
        fill, stroke = self._fill(shown) and closed, self._stroke(shown)
        path = self.canvas.beginPath()
        for ring in rings:
            for n, (x, y) in enumerate(ring):
                (path.lineTo if n else path.moveTo)(self._x(x), self._y(y))
            if closed:
                path.close()
        self.canvas.setLineJoin(1)
        self.canvas.drawPath(path, stroke=int(stroke), fill=int(fill), fillMode=0)

    def text(self, x: Place, y: Place, text: str, kind: str = "", *, dx: float = 0, dy: float = 0, rotate: float | None = None) -> None:
        shown = self._look(kind)
        ink = next((ON_HEAT[int(g[1]) - 1] for g in reversed(self._groups) if g[:1] == "c" and g[1:].isdigit()), shown.color)
        self.missing |= fonts.missing(text)
        words = Text(text, weight=shown.weight, rtl=self.rtl, language=self.language)
        size = shown.size * self.unit
        shift = {"start": 0.0, "middle": 0.5, "end": 1.0}[shown.anchor] * words.width() * size
        left, base = self._x(x) + dx * self.unit, self._y(y) - dy * self.unit
        if "halo" in kind.split():
            self.canvas.setFillColor(color(PAPER))
            self.canvas.rect(left - shift - 1, base - 0.15 * size, words.width() * size + 2, 0.95 * size, stroke=0, fill=1)
        if rotate is not None:
            self.canvas.saveState()
            self.canvas.translate(left, base)
            self.canvas.rotate(-rotate)
            write(self.canvas, words, -shift, 0, size, ink)
            self.canvas.restoreState()
            return
        write(self.canvas, words, left - shift, base, size, ink)

    def open(self, kind: str) -> None:
        self._groups.append(kind)

    def close(self) -> None:
        self._groups.pop()

    def _look(self, kind: str) -> Look:
        return look(kind, map_=self.map_)

    def _x(self, x: Place) -> float:
        return self.left + float(x) * self.unit

    def _y(self, y: Place) -> float:
        return self.top - float(y) * self.unit

    def _stroke(self, shown: Look) -> bool:
        if not shown.stroke:
            return False
        group = next((g for g in reversed(self._groups) if g[:1] == "c" and g[1:].isdigit()), None)
        self.canvas.setStrokeColor(color(ON_HEAT[int(group[1]) - 1] if group else shown.stroke))
        self.canvas.setLineWidth(shown.width * self.unit)
        self.canvas.setDash(*([[d * self.unit for d in shown.dash]] if shown.dash else []))
        return True

    def _fill(self, shown: Look) -> bool:
        if not shown.fill:
            return False
        self.canvas.setFillColor(color(shown.fill))
        return True


def write(canvas: Canvas, text: Text, x: float, y: float, size: float, ink: str, span: tuple[int, int] | None = None) -> None:
    """Draw one line of shaped text with its left end at x and its base line at y, in the canvas's own coordinates."""
    start, end = span or (0, len(text.text))
    runs = text.visual(start, end)
    drawn = canvas.beginText(x, y)
    drawn.setFillColor(color(ink))
    for run in runs:
        drawn.setFont(run.face, size)
        drawn.textOut(run.glyphs)
    canvas.drawText(drawn)
    if any(run.raised for run in runs):
        _write_raised(canvas, runs, x, y, size, ink)


def _write_raised(canvas: Canvas, runs: Sequence[Run], x: float, y: float, size: float, ink: str) -> None:
    """The marks above and below the letters. Their text stands with the letters already, so here they read as nothing."""
    canvas._code.append("/Span <</ActualText <FEFF>>> BDC")
    for run in runs:
        for mark in run.raised:
            drawn = canvas.beginText(x + mark.x * size, y + mark.y * size)
            drawn.setFillColor(color(ink))
            drawn.setFont(run.face, size)
            drawn.textOut(mark.code)
            canvas.drawText(drawn)
        x += run.width * size
    canvas._code.append("EMC")
