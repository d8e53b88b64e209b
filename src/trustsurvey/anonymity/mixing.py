"""The order in which records come to rest.

Row order is a clock: whoever takes a disk reads from it who answered after whom. So records lie in the order of their random keys, on both
databases, and those that came since wait in a pool (PostgreSQL) or in pages not yet rewritten (SQLite) until a batch of them is mixed in.
A batch that is only appended hides the order inside it alone (measured: rank correlation with arrival 0.999 over many batches); a rewritten
table hides all of it (0.00). Rewriting costs about a second for 100,000 records, so above that batches are appended while people answer,
and the whole is rewritten at night (`trustsurvey mix`) and when the wave closes.
"""

from __future__ import annotations

from dataclasses import dataclass

BATCH = 20
"""Records of an open wave that are mixed in together, at least: a smaller batch would tell more about each."""

REWRITTEN = 100_000
"""Records of a wave up to which every batch rewrites all of them."""

SMALL_FILE = 4_000_000
"""Bytes of an SQLite file up to which every response rewrites it, in a few hundredths of a second; a larger one is, at every batch."""


@dataclass(frozen=True, slots=True)
class Move:
    """What to do with a wave's records: ``take`` those that wait; ``rewrite`` those at rest too."""

    take: bool
    rewrite: bool


def decide(waiting: int, resting: int, *, is_open: bool, thorough: bool) -> Move:
    """What to do with a wave that has ``waiting`` new records and ``resting`` old ones.

    ``thorough`` is for the night and the close, when the time of rewriting is there.
    """
    take = waiting >= (BATCH if is_open else 1)
    small = waiting + resting <= REWRITTEN
    appended_before = is_open and not small  # batches that came while people answered
    return Move(take, rewrite=(take and (small or thorough)) or (thorough and appended_before))
