"""The pens that charts are drawn with. A pen knows line, rect, circle, path and text; what they look like is a matter of classes.

On the web a place across may be per cent (a figure is as wide as its column, letters keep their size) and the classes are styled by
``chart.css``; no ``style`` attribute is written, so a strict content security policy holds. On paper ``pdf.paper_pen`` draws the same.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Protocol

Place = float | str  # a number, or "12.5%" on the web
Ring = Sequence[tuple[float, float]]


class Pen(Protocol):
    """Downward y, angles in degrees. ``kind`` is one or more classes, parted by spaces."""

    def line(self, x1: Place, y1: Place, x2: Place, y2: Place, kind: str) -> None: ...
    def rect(self, x: Place, y: Place, width: Place, height: Place, kind: str) -> None: ...
    def circle(self, x: Place, y: Place, radius: float, kind: str) -> None: ...
    def path(self, rings: Sequence[Ring], kind: str, *, closed: bool = True, title: str = "") -> None: ...
    def text(self, x: Place, y: Place, text: str, kind: str = "", *, dx: float = 0, dy: float = 0, rotate: float | None = None) -> None: ...


@dataclass(frozen=True, slots=True)
class Scale:
    """Values from ``low`` to ``high``, with ticks at round numbers between."""

    low: float
    high: float
    ticks: tuple[float, ...]

    def share(self, value: float) -> float:
        """Where the value lies, from 0 to 1; values beyond the ends are drawn at the ends."""
        return (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)

    def percent(self, value: float, start: float = 0, end: float = 100) -> str:
        """The place on the web: per cent of the column, between ``start`` and ``end``."""
        return f"{number(start + self.share(value) * (end - start))}%"

    def at(self, value: float, start: float, end: float) -> float:
        """The place on paper, between ``start`` and ``end``."""
        return start + self.share(value) * (end - start)


def scale(
    values: Sequence[float], *, ticks: int = 4, least: float = 0.0, lowest: float | None = None, highest: float | None = None
) -> Scale:
    """A scale that holds ``values`` with a little room, and about ``ticks`` ticks at multiples of 1, 2, 5 or 10.

    It spans ``least`` at least, so that small differences don't look like large ones.
    """
    low, high = (min(values), max(values)) if values else (0.0, 100.0)
    missing = max(least - (high - low), 0.0) / 2
    low, high = low - missing, high + missing
    room = max((high - low) * 0.04, 0.5 if high - low > 5 else 0.05)
    low, high = low - room, high + room
    low = low if lowest is None else max(low, lowest)
    high = high if highest is None else min(high, highest)
    step = next(s for s in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 25, 50, 100, 1000, 10**5, 10**9) if (high - low) / s <= ticks + 0.5)
    first = math.floor(low / step)
    places = [round((first + k) * step, 6) for k in range(int((high - low) / step) + 3)]
    return Scale(low, high, tuple(place for place in places if low <= place <= high))


def number(value: Place) -> str:
    """A number as SVG wants it: two decimals at most, no trailing zeros."""
    if isinstance(value, str):
        return value
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


class SvgPen:
    """Writes SVG elements. ``rtl`` tells that labels may run right to left (figures themselves never mirror)."""

    def __init__(self, *, rtl: bool = False) -> None:
        self.rtl = rtl
        self.parts: list[str] = []

    def line(self, x1: Place, y1: Place, x2: Place, y2: Place, kind: str) -> None:
        self.parts.append(f'<line x1="{number(x1)}" y1="{number(y1)}" x2="{number(x2)}" y2="{number(y2)}" class="{kind}"/>')

    def rect(self, x: Place, y: Place, width: Place, height: Place, kind: str) -> None:
        self.parts.append(f'<rect x="{number(x)}" y="{number(y)}" width="{number(width)}" height="{number(height)}" class="{kind}"/>')

    def circle(self, x: Place, y: Place, radius: float, kind: str) -> None:
        self.parts.append(f'<circle cx="{number(x)}" cy="{number(y)}" r="{number(radius)}" class="{kind}"/>')

    def path(self, rings: Sequence[Ring], kind: str, *, closed: bool = True, title: str = "") -> None:
        tip = f"><title>{escape(title)}</title></path>" if title else "/>"
        self.parts.append(f'<path d="{"".join(_steps(ring, closed) for ring in rings)}" class="{kind}"{tip}')

    def text(self, x: Place, y: Place, text: str, kind: str = "", *, dx: float = 0, dy: float = 0, rotate: float | None = None) -> None:
        shift = (f' dx="{number(dx)}"' if dx else "") + (f' dy="{number(dy)}"' if dy else "")
        turn = f' transform="rotate({number(rotate)} {number(x)} {number(y)})"' if rotate is not None else ""
        label = f' class="{kind}"' if kind else ""
        words = f"\u2067{text}\u2069" if self.rtl and any(c > "\u0590" and c < "\u2000" for c in text) else text
        self.parts.append(f'<text x="{number(x)}" y="{number(y)}"{shift}{label}{turn}>{escape(words)}</text>')

    def open(self, kind: str) -> None:
        self.parts.append(f'<g class="{kind}">')

    def close(self) -> None:
        self.parts.append("</g>")

    def link(self, href: str) -> None:
        """Begin a link for the mouse alone: the table beside the figure holds the same links for keyboards and readers."""
        self.parts.append(f'<a href="{escape(href)}" tabindex="-1" aria-hidden="true">')

    def end_link(self) -> None:
        self.parts.append("</a>")

    def svg(
        self, *, kind: str = "", label: str = "", view: str = "", width: str = "100%", height: str | float = "", role: str = "img"
    ) -> str:
        """The whole element. With a ``label`` it is a picture that says so; without, it is hidden from readers (the table says it)."""
        said = f' role="{role}" aria-label="{escape(label)}"' if label else ' aria-hidden="true"'
        parts = [
            "<svg",
            f' class="{kind}"' if kind else "",
            f' width="{width}"' if width else "",
            f' height="{number(height)}"' if height != "" else "",
            f' viewBox="{view}"' if view else "",
            ' direction="ltr"',
            said,
            ">",
            *self.parts,
            "</svg>",
        ]
        return "".join(parts)


def _steps(ring: Ring, closed: bool) -> str:
    """A ring as relative whole steps: half as long as absolute places, and as exact, since each step starts at a rounded place."""
    places = [(round(x), round(y)) for x, y in ring]
    if closed and len(places) > 1 and places[0] == places[-1]:
        places.pop()
    if not places:
        return ""
    out = [f"M{places[0][0]} {places[0][1]}l"]
    before = places[0]
    first = True
    for place in places[1:]:
        dx, dy = place[0] - before[0], place[1] - before[1]
        if dx or dy:
            out.append(f"{'' if first or dx < 0 else ' '}{dx}{'' if dy < 0 else ' '}{dy}")
            first = False
        before = place
    return "".join(out) + ("z" if closed else "") if not first else ""
