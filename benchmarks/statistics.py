"""How fast a wave becomes estimates, and in how much memory: `trustsurvey bench statistics` prints what `run` returns.

Synthetic respondents of `community-trust` in 100 areas of 5 strata, base weights (adults in the household), three margins with missing
answers, eight means and five proportions: from the SQLite store to every estimate with calibrated standard errors, by area, group and for
the whole. Everything runs on one core. The store is made beforehand and isn't timed.
"""

from __future__ import annotations

import json
import os
import re
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from trustsurvey.analysis.pipeline import make_release, plan_for, read_records
from trustsurvey.analysis.plan import Plan
from trustsurvey.questionnaire import loader
from trustsurvey.questionnaire.record import columns, width
from trustsurvey.questionnaire.schema import Questionnaire

AREAS = [f"a{k:02d}" for k in range(100)]
STRATA = {code: f"s{k % 5}" for k, code in enumerate(AREAS)}
WAVE = 1
CHUNK = 50_000
SHARES = {
    "age": [0.3, 0.3, 0.25, 0.15],
    "gender": [0.56, 0.42, 0.02],
    "home_language": [0.6, 0.2, *[0.2 / 14] * 14],
    "adults": [0.35, 0.45, 0.12, 0.08],
}
MEASURES = 5
"""Proportions estimated beside the index and its seven domains."""

ADULTS = (
    '      - {code: adults, type: choice, text: "How many adults live in your home?", options: {1: "1", 2: "2", 3: "3", 4: "4 or more"}}\n'
)


def run(size: int = 1_000_000, *, folder: Path | None = None) -> dict[str, Any]:
    """Seconds of each stage and the peak memory, in a process of its own.

    Args:
        size: respondents.
        folder: where the store is kept for the next run; a temporary one when None.

    Returns:
        ``seconds`` by stage (``read``: SQLite to record bytes; ``tally``; ``estimate``; ``total``: processor time, with ``wall`` beside),
        ``peak_mb``, and what was estimated.
    """
    with tempfile.TemporaryDirectory() as temporary:
        place = folder or Path(temporary)
        path = place / f"bench-{size}.sqlite"
        if not path.exists():
            build(path, size)
        environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
        command = [sys.executable, "-P", str(Path(__file__).resolve()), "--measure", str(path)]
        done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def questionnaire() -> Questionnaire:
    """`community-trust` with the item that gives a household its base weight."""
    text, file = loader.source("community-trust")
    marker = "      - {code: home_language,"
    return loader.load(text.replace(marker, ADULTS + marker), file=file)


def plan(asked: Questionnaire) -> Plan:
    """Eight means, five proportions, three margins."""
    totals = {
        axis: {o.code: 1e6 * s for o, s in zip(asked.item(axis).options, SHARES[axis], strict=True)}
        for axis in ("age", "gender", "home_language")
    }
    whole = plan_for(asked, margins=totals)
    proportions = [p for p in whole.measures if p.is_proportion][:MEASURES]
    means = [p for p in whole.measures if p.measure.kind in ("index", "domain")]
    return replace(whole, measures=(*means, *proportions), weight="adults")


def build(path: Path, size: int) -> None:
    """The store, with the columns that the product's own has."""
    asked = questionnaire()
    rng = np.random.default_rng(20261124)
    database = sqlite3.connect(path)
    database.execute("PRAGMA journal_mode = off")
    database.execute("PRAGMA synchronous = off")
    database.execute(
        "CREATE TABLE response (wave_id INTEGER NOT NULL, id BLOB NOT NULL, area_code TEXT NOT NULL, mode TEXT NOT NULL, "
        "answers TEXT NOT NULL, PRIMARY KEY (wave_id, id)) STRICT, WITHOUT ROWID"
    )
    wide = width(asked)
    for first in range(0, size, 100_000):
        count = min(100_000, size - first)
        low, high = (int(2**64 * edge / size) for edge in (first, first + count))
        keys = np.sort(rng.integers(low, high, count, dtype=np.uint64))
        text = made(asked, rng, count).tobytes().decode("ascii")
        areas = rng.integers(0, len(AREAS), count)
        rows = (
            (WAVE, int(key).to_bytes(8, "big") + rng_tail, AREAS[area], "web", text[n * wide : (n + 1) * wide])
            for n, (key, area, rng_tail) in enumerate(zip(keys, areas, (rng.bytes(8) for _ in range(count)), strict=True))
        )
        database.executemany("INSERT OR IGNORE INTO response VALUES (?, ?, ?, ?, ?)", rows)
    database.commit()
    database.close()


def made(asked: Questionnaire, rng: np.random.Generator, count: int) -> np.ndarray:
    """Record bytes of made-up people, one in twenty answers missing."""
    matrix = np.empty((count, width(asked)), dtype=np.uint8)
    for column in columns(asked):
        options = 2 if column.option else len(column.item.options)
        marks = np.frombuffer(b"0123456789ABCDEFGHIJ"[:options], dtype=np.uint8)
        matrix[:, column.index] = marks[rng.choice(options, count, p=SHARES.get(column.item.code))]
        matrix[rng.random(count) < 0.05, column.index] = ord("-")
    return matrix


def chunks(path: Path) -> Iterator[tuple[Sequence[str], bytes]]:
    """Records by ranges of the random key: each range is one joined string, not fifty thousand rows."""
    database = sqlite3.connect(path)
    (size,) = database.execute("SELECT count(*) FROM response WHERE wave_id = ?", (WAVE,)).fetchone()
    ranges = max(1, min(65_536, size // CHUNK))
    edges = [(65_536 * k // ranges).to_bytes(3, "big")[1:] for k in range(ranges)] + [b"\xff" * 17]
    statement = "SELECT group_concat(area_code, ' '), group_concat(answers, '') FROM response WHERE wave_id = ? AND id >= ? AND id < ?"
    for low, high in pairwise(edges):
        areas, answers = database.execute(statement, (WAVE, low, high)).fetchone()
        if areas is not None:
            yield areas.split(" "), answers.encode("ascii")
    database.close()


def measure(path: Path) -> dict[str, Any]:
    """One run in this process: read, tally, estimate."""
    asked = questionnaire()
    planned = plan(asked)
    reading = 0.0

    def timed() -> Iterator[tuple[Sequence[str], bytes]]:
        nonlocal reading
        source = chunks(path)
        while True:
            start = time.process_time()
            chunk = next(source, None)
            reading += time.process_time() - start
            if chunk is None:
                return
            yield chunk

    wall, begin = time.perf_counter(), time.process_time()
    tallied = read_records(asked, planned, timed(), areas=AREAS, strata=STRATA, details=False)
    between = time.process_time()
    release = make_release(tallied, planned)
    end = time.process_time()
    return {
        "respondents": release.n,
        "cells": len(tallied.tally),
        "estimates": len(release.estimates),
        "measures": len(release.measures),
        "margins": len(planned.margins),
        "seconds": {
            "read": round(reading, 3),
            "tally": round(between - begin - reading, 3),
            "estimate": round(end - between, 3),
            "total": round(end - begin, 3),
            "wall": round(time.perf_counter() - wall, 3),
        },
        "peak_mb": round(_peak_kb() / 1024, 1),
    }


def _peak_kb() -> int:
    """Peak memory of this program: Linux counts into ``ru_maxrss`` what the process was before it became this one, not into ``VmHWM``."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(re.findall(r"^VmHWM:\s+(\d+) kB", status.read_text(), re.MULTILINE)[0])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def main() -> None:
    """`python -P benchmarks/statistics.py [SIZE]` (-P: this file must not stand for the standard library's `statistics`)."""
    if sys.argv[1:2] == ["--measure"]:
        print(json.dumps(measure(Path(sys.argv[2]))))
    else:
        print(json.dumps(run(int(sys.argv[1]) if sys.argv[1:] else 1_000_000), indent=2))


if __name__ == "__main__":
    main()
