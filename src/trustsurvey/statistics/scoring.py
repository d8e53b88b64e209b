"""Answers to scores: items, domains and the index, 0–100 on the theoretical range.

Records come as bytes, one a column; codes are positions of ``CODES``. What isn't a code ("-", "~", "?", ".") has no score: it is never
taken for a midpoint. Unknown scores are carried as 0 with ``known`` False (see ``tally.Scored``), so that sums need no masking.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from trustsurvey.errors import StatisticsError
from trustsurvey.statistics.arrays import BoolArray, ByteArray, FloatArray
from trustsurvey.statistics.tally import Scored, scored

CODES = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
"""The bytes that stand for an option in a record, by position (as in ``questionnaire.schema``)."""

UNKNOWN = 255
"""What ``positions`` gives where a byte is no code."""

_POSITION = np.full(256, UNKNOWN, dtype=np.uint8)
_POSITION[np.frombuffer(CODES, dtype=np.uint8)] = np.arange(len(CODES), dtype=np.uint8)


def positions(column: ByteArray) -> ByteArray:
    """Option positions 0… of a column of record bytes, ``UNKNOWN`` where not answered."""
    found: ByteArray = _POSITION[column]
    return found


@dataclass(frozen=True, slots=True)
class ItemScale:
    """An item with ``points`` ordered answers; ``reverse`` when more means less trust."""

    points: int
    reverse: bool = False


def score_numbers(values: FloatArray, *, minimum: float, maximum: float, reverse: bool = False) -> FloatArray:
    """100 (x − minimum)/(maximum − minimum), reversed where asked, on the theoretical range.

    Args:
        values: answers, any shape, NaN where not answered.

    Raises:
        StatisticsError: an answer lies outside the range.
    """
    if maximum <= minimum:
        raise StatisticsError(f"the range {minimum} to {maximum} is empty")
    if np.any((values < minimum) | (values > maximum)):
        raise StatisticsError(f"an answer lies outside the range {minimum} to {maximum}")
    score: FloatArray = 100.0 * (values - minimum) / (maximum - minimum)
    return 100.0 - score if reverse else score


def mean_of_answered(scores: FloatArray, *, minimum_answered: int) -> FloatArray:
    """The mean over items (axis 0, shape (items, people)) of the answered ones where at least ``minimum_answered`` are; else NaN."""
    known = ~np.isnan(scores)
    answered = known.sum(axis=0)
    total = np.where(known, scores, 0.0).sum(axis=0)
    return np.where(answered >= max(minimum_answered, 1), total / np.maximum(answered, 1), np.nan)


def score_item(column: ByteArray, scale: ItemScale) -> Scored:
    """One item's scores 0–100 from record bytes, shape (people,)."""
    return _looked_up(column, _item_table(scale))


def value_item(column: ByteArray, *, first: float, count: int) -> Scored:
    """A number item on its own range: code k is ``first + k``, for ``count`` codes."""
    table = np.full(256, np.nan)
    table[np.frombuffer(CODES[:count], dtype=np.uint8)] = first + np.arange(count)
    return _looked_up(column, table)


def share_item(column: ByteArray, *, chosen: bytes, answered: bytes) -> Scored:
    """1 where the byte is one of ``chosen``, 0 where it is another of ``answered``, not known elsewhere."""
    table = np.full(256, np.nan)
    table[np.frombuffer(answered, dtype=np.uint8)] = 0.0
    table[np.frombuffer(chosen, dtype=np.uint8)] = 1.0
    return _looked_up(column, table)


def is_one_of(column: ByteArray, values: bytes) -> BoolArray:
    """Where the byte is one of ``values``."""
    table = np.zeros(256, dtype=np.bool_)
    table[np.frombuffer(values, dtype=np.uint8)] = True
    found: BoolArray = table[column]
    return found


def score_domain(columns: Sequence[ByteArray], scales: Sequence[ItemScale], *, minimum_answered: int) -> Scored:
    """The domain: the mean of its answered items where at least ``minimum_answered`` are answered.

    Items with the same number of points go through one lookup: the sum of positions and how many were answered say it all.
    """
    points = {scale.points for scale in scales}
    step = len(scales) * (max(points) - 1) + 1
    if len(points) > 1 or step * (len(scales) + 1) > 65_536:
        items = np.stack([np.where(s.known, s.values, np.nan) for s in map(score_item, columns, scales)])
        return scored(mean_of_answered(items, minimum_answered=minimum_answered))
    top = points.pop() - 1
    key = np.zeros(columns[0].size, dtype=np.uint8 if step * (len(scales) + 1) <= 256 else np.uint16)
    for column, scale in zip(columns, scales, strict=True):
        position = np.arange(top + 1)
        table = np.zeros(256, dtype=key.dtype)
        table[np.frombuffer(CODES[: top + 1], dtype=np.uint8)] = step + (top - position if scale.reverse else position)
        np.add(key, table[column], out=key)
    answered, total = np.divmod(np.arange(step * (len(scales) + 1)), step)
    enough = answered >= max(minimum_answered, 1)
    value = np.where(enough, 100.0 * total / (np.maximum(answered, 1) * top), 0.0)
    return Scored(value[key], enough[key])


def score_index(domains: Sequence[Scored], *, at_least: int) -> Scored:
    """The equal-weight mean of the known domains where at least ``at_least`` of them are known."""
    total = np.zeros(domains[0].values.size)
    count = np.zeros(total.size, dtype=np.uint8)
    for value, is_known in domains:
        total += value
        np.add(count, is_known, out=count, casting="unsafe")
    share = np.zeros(len(domains) + 1)
    share[max(at_least, 1) :] = 1.0 / np.arange(max(at_least, 1), len(domains) + 1)
    total *= share[count]
    return Scored(total, count >= max(at_least, 1))


def _item_table(scale: ItemScale) -> FloatArray:
    table = np.full(256, np.nan)
    score = 100.0 * np.arange(scale.points) / (scale.points - 1)
    table[np.frombuffer(CODES[: scale.points], dtype=np.uint8)] = score[::-1] if scale.reverse else score
    return table


def _looked_up(column: ByteArray, table: FloatArray) -> Scored:
    known = ~np.isnan(table)
    return Scored(np.where(known, table, 0.0)[column], known[column])
