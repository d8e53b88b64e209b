"""What an attacker reads of the order of answers from the database's files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from scipy.stats import spearmanr
from sqlalchemy import Engine, make_url, text

from tests.services.people import record_of
from trustsurvey.settings import Settings
from trustsurvey.store.queries import WaveRow


def everything(settings: Settings) -> bytes:
    """Every byte of the database: the SQLite files, or PostgreSQL's whole folder with its log."""
    folder = settings.instance
    if settings.database_url:
        host = make_url(settings.database_url).query["host"]
        folder = Path(host if isinstance(host, str) else host[0])
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def order_in_bytes(files: list[Path], wave: WaveRow, people: range) -> float:
    """Rank correlation of arrival with the place of each person's record in the files."""
    data = b"".join(path.read_bytes() for path in files if path.exists())
    places = [data.rfind(record_of(wave, person).encode()) for person in people]
    assert min(places) >= 0
    return correlation(places)


def order_in_table(engine: Engine, table: str, column: str, wave: WaveRow, people: range) -> float:
    """Rank correlation of arrival with a system column of PostgreSQL (``ctid``, ``xmin``)."""
    with engine.connect() as connection:
        rows = connection.execute(text(f"SELECT answers, {column}::text FROM {table}")).all()
    places = {row[0]: tuple(map(int, row[1].strip("()").split(","))) for row in rows}
    ranked = {place: n for n, place in enumerate(sorted(set(places.values())))}
    return correlation([ranked[places[record_of(wave, person)]] for person in people])


def correlation(places: list[int]) -> float:
    """Spearman's rank correlation with 0, 1, 2 …; 0 when all places are one."""
    return 0.0 if len(set(places)) == 1 else float(spearmanr(np.arange(len(places)), places).statistic)


def chance(n: int) -> float:
    """What chance alone stays under in 9,999 of 10,000 trials: 3.9 standard errors of a rank correlation of nothing."""
    return 3.9 / (n - 1) ** 0.5
