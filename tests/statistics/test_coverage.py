"""Simulated coverage: 95 % intervals hold the truth about 95 times in 100, through the whole path from cells."""

from __future__ import annotations

import numpy as np
import pytest

from trustsurvey.statistics import estimation, intervals, weighting
from trustsurvey.statistics.intervals import Method
from trustsurvey.statistics.tally import Axis, tally

REPLICATES = 2000
SIZE = 600

pytestmark = pytest.mark.slow


class City:
    """40,000 residents, 8 areas, 3 strata; scores depend on age, language and area, and answering on age and language."""

    def __init__(self) -> None:
        rng = np.random.default_rng(7)
        size = 40_000
        self.area = rng.integers(0, 8, size)
        self.stratum = self.area % 3
        self.age = rng.choice(4, size, p=[0.25, 0.3, 0.28, 0.17])
        self.language = rng.choice(3, size, p=[0.6, 0.28, 0.12])
        level = 55 + rng.normal(0, 4, 8)[self.area] - 9 * (self.language == 1) - 5 * (self.age == 0)
        self.score = np.clip(np.round((level + rng.normal(0, 18, size)) / 6.25) * 6.25, 0, 100)
        self.would = (rng.random(size) < 1 / (1 + np.exp(-(level - 60) / 9))).astype(float)
        chance = np.array([1.5, 1.0, 0.9, 0.6])[self.age] * np.array([1.0, 0.6, 0.8])[self.language]
        self.rates = [np.where(self.stratum == h, chance, 0.0) for h in range(3)]
        self.totals = [np.bincount(self.age, minlength=4), np.bincount(self.language, minlength=3)]

    def draw(self, rng: np.random.Generator) -> np.ndarray:
        """A stratified sample, residents answering with unequal chance that the margins correct."""
        return np.concatenate([rng.choice(self.area.size, SIZE // 3, replace=False, p=rate / rate.sum()) for rate in self.rates])


@pytest.fixture(scope="module")
def held() -> dict[str, float]:
    city, rng = City(), np.random.default_rng(11)
    axes = [Axis("area", tuple("abcdefgh")), Axis("stratum", tuple("xyz")), Axis("age", tuple("0123")), Axis("language", tuple("012"))]
    margins = [
        weighting.Margin("age", dict(zip("0123", city.totals[0].astype(float), strict=True))),
        weighting.Margin("language", dict(zip("012", city.totals[1].astype(float), strict=True))),
    ]
    truth = {"score": city.score.mean(), "would": city.would.mean()}
    by_area = np.array([city.score[city.area == k].mean() for k in range(8)])
    hits: dict[str, list[float]] = {}
    size_of_stratum = np.bincount(city.stratum, minlength=3)
    for _ in range(REPLICATES):
        rows = city.draw(rng)
        codes = [v[rows].astype(np.int64) for v in (city.area, city.stratum, city.age, city.language)]
        base = size_of_stratum[city.stratum[rows]] / (SIZE / 3)
        people = tally(axes, codes, base, {"score": city.score[rows], "would": city.would[rows]})
        design = estimation.design_of(people, weighting.rake(people, margins).weighting)
        whole, areas = estimation.domains(design), estimation.domains(design, estimation.by(people, "area"))
        mean = estimation.estimate_means(whole, "score")
        lower, upper = intervals.t_interval(mean.estimate, mean.se, mean.df)
        hits.setdefault("mean", []).append(float(lower[0] <= truth["score"] <= upper[0]))
        of_areas = estimation.estimate_means(areas, "score")
        lower, upper = intervals.t_interval(of_areas.estimate, of_areas.se, of_areas.df)
        hits.setdefault("areas", []).append(float(np.mean((lower <= by_area) & (by_area <= upper))))
        share = estimation.estimate_means(whole, "would")
        for method in Method:
            lower, upper = intervals.proportion_interval(method, share.estimate, share.se, share.respondents, share.df, share.n_eff)
            hits.setdefault(method.value, []).append(float(lower[0] <= truth["would"] <= upper[0]))
    return {name: float(np.mean(found)) for name, found in hits.items()}


@pytest.mark.parametrize("name", ["mean", "areas", *Method])
def test_95_percent_intervals_cover(held: dict[str, float], name: str) -> None:
    assert 0.93 <= held[str(name)] <= 0.97, held
