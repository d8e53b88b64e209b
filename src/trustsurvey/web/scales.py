"""The scale that a table's figures share."""

from __future__ import annotations

from collections.abc import Sequence

from trustsurvey.analysis.release import Estimate
from trustsurvey.publish.pens import Scale, scale


def fitting(cells: Sequence[Estimate], *, lowest: float | None = None) -> Scale:
    """A scale that holds the intervals of ``cells`` (and ``lowest``), never below 0."""
    ends = [v for cell in cells for v in (cell.lci, cell.uci, cell.estimate) if v is not None]
    return scale([*ends, lowest] if lowest is not None and ends else ends, lowest=0)
