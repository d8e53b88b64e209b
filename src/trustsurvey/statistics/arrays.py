"""The array types that the statistics speak in."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

FloatArray: TypeAlias = NDArray[np.float64]
IntArray: TypeAlias = NDArray[np.int64]
ByteArray: TypeAlias = NDArray[np.uint8]
BoolArray: TypeAlias = NDArray[np.bool_]


def sum_by(codes: IntArray, amounts: FloatArray | BoolArray, size: int) -> FloatArray:
    """Sums of ``amounts`` by code 0 … size − 1, shape (size,)."""
    found: FloatArray = np.bincount(codes, weights=amounts, minlength=size).astype(np.float64, copy=False)
    return found


def count_by(codes: IntArray, size: int) -> FloatArray:
    """How many have each code 0 … size − 1, shape (size,)."""
    found: FloatArray = np.bincount(codes, minlength=size).astype(np.float64)
    return found
