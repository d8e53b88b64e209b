"""The one rounding: a published release holds these digits and no more, so that a small cell's integers can't be worked back."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Decimal

from trustsurvey.analysis.release import Unit

_SCORE = {"n": 0, "n_eff": 0, "estimate": 1, "se": 1, "lci": 1, "uci": 1, "df": 0, "deff": 2}
_TEN = {**_SCORE, "se": 2}
_RATIO = {**_SCORE, "estimate": 2, "se": 2, "lci": 2, "uci": 2}
_FRACTION = {**_SCORE, "estimate": 3, "se": 3, "lci": 3, "uci": 3}


def decimals(unit: Unit) -> Mapping[str, int]:
    """Decimals of each published number of a measure in ``unit``: scores and percentages have one."""
    return {Unit.TEN: _TEN, Unit.RATIO: _RATIO, Unit.FRACTION: _FRACTION}.get(unit, _SCORE)


def rounded(value: float | None, places: int | None) -> float | None:
    """``value`` to ``places`` decimals, half to even on the decimal that is printed; as it is when ``places`` is None."""
    if value is None or places is None:
        return value
    found = float(Decimal(repr(value)).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN))
    return found + 0.0  # no minus zero
