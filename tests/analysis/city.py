"""Made-up records of a questionnaire that ships."""

from __future__ import annotations

from datetime import date

import numpy as np

from trustsurvey.analysis.pipeline import Chunk, ReleaseContext
from trustsurvey.analysis.release import Wave
from trustsurvey.questionnaire import loader
from trustsurvey.questionnaire.record import columns, width
from trustsurvey.questionnaire.schema import Questionnaire

CONTEXT = ReleaseContext(survey="here", wave=Wave(number=1, label="Spring", opened=date(2026, 1, 5), closed=date(2026, 2, 2)))


def shipped(code: str = "community-trust") -> Questionnaire:
    text, file = loader.source(code)
    return loader.load(text, file=file)


def records(asked: Questionnaire, size: int, *, areas: int = 6, seed: int = 1, missing: float = 0.05) -> Chunk:
    rng = np.random.default_rng(seed)
    matrix = np.empty((size, width(asked)), dtype=np.uint8)
    level = rng.normal(0, 1, size)
    for column in columns(asked):
        options = 2 if column.option else len(column.item.options)
        sign = -1 if column.item.reverse else 1
        place = np.clip(np.round((options - 1) / 2 + sign * (level + rng.normal(0, 1, size)) * options / 5), 0, options - 1).astype(int)
        if not column.item.option_list:
            place = rng.integers(0, options, size)
        matrix[:, column.index] = np.frombuffer(b"0123456789ABCDEFGHIJ", dtype=np.uint8)[place]
        matrix[rng.random(size) < missing, column.index] = ord("-")
        matrix[rng.random(size) < missing / 2, column.index] = ord("~")
    return [f"a{k:02d}" for k in rng.integers(0, areas, size)], matrix.tobytes()
