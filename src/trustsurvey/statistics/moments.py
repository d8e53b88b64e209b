"""A tally's sums with each measure taken about its own mean, so that small variances of large numbers don't drown in rounding."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trustsurvey.statistics.arrays import FloatArray
from trustsurvey.statistics.tally import COUNT, SUM_D, SUM_DD, SUM_DDY, SUM_DDYY, SUM_DY, SUM_DYY, Tally


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Moments:
    """Sums by cell and measure, arrays of shape (cells, M); y stands for y − ``origin``.

    ``origin`` is the base-weighted mean of all (0 for a measure of 0 and 1).

    ``n`` counts who answered; the others are Σd, Σdy, Σdy², Σd², Σd²y, Σd²y² over them.
    """

    measures: tuple[str, ...]
    origin: FloatArray
    n: FloatArray
    d: FloatArray
    dy: FloatArray
    dyy: FloatArray
    dd: FloatArray
    ddy: FloatArray
    ddyy: FloatArray

    def position(self, measure: str) -> int:
        """Where the measure stands. KeyError when it wasn't tallied."""
        try:
            return self.measures.index(measure)
        except ValueError:
            raise KeyError(measure) from None


def moments_of(tally: Tally) -> Moments:
    """The moments of every measure of a tally."""
    weight, total, square = (tally.sums[:, row].sum(axis=1) for row in (SUM_D, SUM_DY, SUM_DYY))
    origin = np.divide(total, weight, out=np.zeros_like(total), where=weight > 0)
    origin[np.isclose(square, total, rtol=1e-12, atol=0.0)] = 0.0  # 0 and 1: nothing to gain, and sums of whole numbers stay whole
    dy, dyy, ddy, ddyy = (tally.sums[:, row].copy() for row in (SUM_DY, SUM_DYY, SUM_DDY, SUM_DDYY))
    d, dd = tally.sums[:, SUM_D], tally.sums[:, SUM_DD]
    for m in np.flatnonzero(origin).tolist():
        at = float(origin[m])
        for first, zeroth, second in ((dy[m], d[m], dyy[m]), (ddy[m], dd[m], ddyy[m])):
            shift = at * zeroth
            about = first - shift
            about[np.abs(about) <= 1e-13 * np.abs(shift)] = 0.0
            spread = second - at * (first + about)
            spread[spread <= 1e-13 * second] = 0.0
            first[:], second[:] = about, spread
    n, d, dy, dyy, dd, ddy, ddyy = (np.ascontiguousarray(rows.T) for rows in (tally.sums[:, COUNT], d, dy, dyy, dd, ddy, ddyy))
    return Moments(measures=tally.measures, origin=origin, n=n, d=d, dy=dy, dyy=dyy, dd=dd, ddy=ddy, ddyy=ddyy)
