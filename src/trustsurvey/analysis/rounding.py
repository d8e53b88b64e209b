"""The one rounding: a published release holds these digits and no more, so that a small cell's integers can't be worked back."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from trustsurvey.analysis.release import Unit
from trustsurvey.statistics.arrays import FloatArray

_SCORE = {"n": 0, "n_eff": 0, "estimate": 1, "se": 1, "lci": 1, "uci": 1, "df": 0, "deff": 2, "eblup": 1, "eblup_mse": 2, "shrinkage": 2}
_TEN = {**_SCORE, "se": 2}
_RATIO = {**_SCORE, "estimate": 2, "se": 2, "lci": 2, "uci": 2}
_FRACTION = {**_SCORE, "estimate": 3, "se": 3, "lci": 3, "uci": 3}


def decimals(unit: Unit) -> Mapping[str, int]:
    """Decimals of each published number of a measure in ``unit``: scores and percentages have one."""
    return {Unit.TEN: _TEN, Unit.RATIO: _RATIO, Unit.FRACTION: _FRACTION}.get(unit, _SCORE)


def rounded(value: float | None, places: int | None) -> float | None:
    """``value`` to ``places`` decimals, half to even; as it is when ``places`` is None."""
    return value if value is None or places is None else float(np.round(value, places)) + 0.0  # no minus zero


def column(values: FloatArray, places: int | None) -> list[float | None]:
    """A column of numbers as they are published, None for what isn't a number."""
    shown = (values if places is None else np.round(values, places)) + 0.0
    return [None if unknown else value for value, unknown in zip(shown.tolist(), np.isnan(shown).tolist(), strict=True)]
