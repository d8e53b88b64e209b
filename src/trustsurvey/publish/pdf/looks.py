"""How the classes of the charts look on paper, and the type of the pages. The web's look of the same classes is in ``chart.css``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

INK, INK2, MID, LINE, GRID, ACCENT, PAPER = "#23211d", "#5a554c", "#8b8478", "#d8d1c4", "#eeeae2", "#0b5563", "#ffffff"
HEAT = ("#ece3d3", "#c0ccb4", "#8ab6a6", "#589c9b", "#2b7f89", "#026371", "#014452")
ON_HEAT = (INK, INK, INK, "#1b1916", PAPER, PAPER, PAPER)  # letters on each class


@dataclass(frozen=True, slots=True)
class Look:
    """Stroke and fill as six-digit colors (empty: none), widths and letter sizes in the drawing's own units."""

    stroke: str = ""
    width: float = 0.5
    dash: tuple[float, float] | None = None
    fill: str = ""
    size: float = 8.0
    weight: int = 400
    color: str = INK2
    anchor: str = "start"


@dataclass(frozen=True, slots=True)
class Style:
    """Running text: size and leading in points."""

    size: float
    leading: float
    weight: int = 400
    color: str = INK


COVER = Style(31, 38, 600)
COVER_LIGHT = Style(31, 38)
HEADING = Style(19, 25, 600)
LEAD = Style(11.5, 17)
FINDING = Style(10.5, 14.5, 600)
SUBHEADING = Style(11, 15, 600)
BODY = Style(9.5, 14)
STRONG = Style(9.5, 14, 600)
NOTE = Style(8, 11.5, 400, INK2)
RUNNING = Style(7.5, 10, 400, INK2)

CHART: Mapping[str, dict[str, Any]] = {
    "iv": {"stroke": MID, "width": 1.1},
    "dot": {"stroke": MID, "width": 1.1, "fill": PAPER},
    "g": {"stroke": GRID},
    "hair": {"stroke": GRID},
    "rule": {"stroke": LINE},
    "ax": {"stroke": LINE},
    "zero": {"stroke": INK2, "width": 0.8},
    "band": {"fill": GRID},
    "city": {"stroke": INK, "width": 0.9},
    "tick": {"stroke": INK, "width": 1.4},
    "br": {"stroke": MID, "width": 0.8},
    "open": {"stroke": MID, "width": 0.8, "fill": PAPER},
    "open0": {"stroke": MID, "width": 0.65},
    "hl": {"stroke": MID, "width": 0.65},
    "bar": {"fill": INK2},
    "sq": {"fill": LINE},
    "cu": {"stroke": INK, "width": 0.8, "dash": (2, 1.4)},
    "way": {"stroke": INK, "width": 1.1},
    "past": {"stroke": MID, "width": 0.9, "dash": (2, 2)},
    "rug": {"stroke": MID, "width": 1.4},
    "away": {"fill": LINE},
    **{f"d{n + 1}": {"fill": color} for n, color in enumerate(("#94602f", "#ddc6a4", GRID, "#9cc3bd", ACCENT))},
    "w": {"color": PAPER},
    "i": {"color": INK},
    "s": {"size": 7.0},
    "t": {"size": 6.0},
    "nm": {"size": 8.6, "color": INK},
    "b": {"weight": 600, "color": INK},
    "a": {"color": ACCENT},
    "m": {"anchor": "middle"},
    "e": {"anchor": "end"},
    **{f"c{n + 1}": {"fill": color} for n, color in enumerate(HEAT)},
}
MAP: Mapping[str, dict[str, Any]] = {
    "hb": {"stroke": MID, "width": 1.7},
    "off": {"fill": PAPER},
    "land": {"fill": GRID, "stroke": PAPER, "width": 3.4},
    "ld": {"stroke": INK2, "width": 2},
    "sc": {"stroke": INK2, "width": 2},
    "cu": {"stroke": INK, "width": 2.4, "dash": (6, 4)},
    "nm": {"size": 22.0, "anchor": "middle", "color": INK},
    "vl": {"size": 30.0, "weight": 600, "anchor": "middle", "color": INK},
    "vl2": {"size": 23.0},
    "vl3": {"size": 17.0},
    "st": {"size": 20.0, "anchor": "start"},
    "out": {"anchor": "start"},
    "m": {"anchor": "middle"},
    "e": {"anchor": "end"},
    **{f"c{n + 1}": {"fill": color, "stroke": PAPER, "width": 3.4} for n, color in enumerate(HEAT)},
}


@lru_cache
def look(kinds: str, *, map_: bool = False) -> Look:
    """The look of a mark with these classes; later classes win, as in a style sheet."""
    table, names = (MAP if map_ else CHART), kinds.split()
    found = Look()
    for name in names:
        if name in table:
            found = replace(found, **table[name])
    if not map_ and names[:1] in (["iv"], ["dot"]):
        color = ACCENT if "on" in names else INK if "ink" in names else MID
        filled = color if "off" not in names else PAPER
        found = replace(found, stroke=color, fill=filled if "dot" in names else "")
    if "q" in names and "dot" not in names:
        found = replace(found, dash=(2.4, 1.8))
    return found
