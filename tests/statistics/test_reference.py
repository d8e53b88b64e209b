"""Equal to R survey 4.1-1 on the made-up city of ``tests/reference`` (``make_reference.R`` is the session that made it)."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from trustsurvey.statistics import estimation, intervals, weighting
from trustsurvey.statistics.arrays import FloatArray
from trustsurvey.statistics.tally import Axis, Tally, coded, tally

REFERENCE = Path(__file__).parents[1] / "reference"
EXPECTED: dict[str, Any] = json.loads((REFERENCE / "expected.json").read_text())
MARGINS = [
    weighting.Margin("age", {"18-29": 5200, "30-44": 6100, "45-64": 7300, "65+": 4400}),
    weighting.Margin("gender", {"woman": 11700, "man": 11000, "nonbinary": 300}),
    weighting.Margin("language", {"en": 12000, "es": 7600, "other": 3400}),
]
DESIGNS = ["srs", "stratified", "stratified_clustered", "stratified_fpc", "raked_calibrate", "poststratified_age"]


def read(name: str) -> dict[str, list[str]]:
    with (REFERENCE / name).open(newline="") as file:
        rows = list(csv.DictReader(file))
    return {column: [row[column] for row in rows] for column in rows[0]}


PEOPLE = read("respondents.csv")


def numbers(column: str) -> FloatArray:
    return np.array([float(value) if value else np.nan for value in PEOPLE[column]])


def tallied(design: str) -> Tally:
    axes, codes = [], []
    names = {"area": "area", "language": "language", "age": "age", "gender": "gender"}
    if design != "srs":
        names["stratum"] = "stratum"
    if design == "stratified_clustered":
        names["cluster"] = "block"
    for axis, column in names.items():
        levels, code = coded(PEOPLE[column])
        axes.append(Axis(axis, levels))
        codes.append(code)
    populations = {"north": 9000.0, "centre": 11000.0, "south": 8000.0} if design == "stratified_fpc" else None
    measures = {"trust": numbers("trust"), "would_report": numbers("would_report")}
    return tally(axes, codes, numbers("base_weight"), measures, populations=populations)


def designed(name: str) -> estimation.Design:
    people = tallied(name)
    weights = weighting.base(people)
    if name == "raked_calibrate":
        weights = weighting.rake(people, MARGINS).weighting
    if name == "poststratified_age":
        weights = weighting.poststratify(people, MARGINS[0]).weighting
    return estimation.design_of(people, weights)


@pytest.fixture(scope="module", params=DESIGNS)
def case(request: pytest.FixtureRequest) -> tuple[estimation.Design, dict[str, Any]]:
    return designed(request.param), EXPECTED[request.param]


def test_mean_of_everyone(case: tuple[estimation.Design, dict[str, Any]]) -> None:
    design, expected = case
    got, want = estimation.estimate_means(estimation.domains(design), "trust"), expected["overall_trust"]
    assert got.estimate[0] == pytest.approx(want["estimate"], rel=1e-8)
    assert got.se[0] == pytest.approx(want["se"], rel=1e-8)
    assert got.deff[0] == pytest.approx(want["deff"], rel=1e-8)
    assert got.df[0] == design.df == want["df"]
    assert np.ravel(intervals.t_interval(got.estimate, got.se, got.df)) == pytest.approx(want["ci95"], rel=1e-8)


@pytest.mark.parametrize("measure", ["trust", "would_report"])
def test_means_by_area(case: tuple[estimation.Design, dict[str, Any]], measure: str) -> None:
    design, expected = case
    got, want = (
        estimation.estimate_means(estimation.domains(design, estimation.by(design.tally, "area")), measure),
        expected[f"{measure}_by_area"],
    )
    assert list(got.levels) == [row["area"] for row in want]
    assert got.estimate == pytest.approx([row["estimate"] for row in want], rel=1e-8)
    assert got.se == pytest.approx([row["se"] for row in want], rel=1e-8)
    assert got.deff == pytest.approx([row["deff"] for row in want], rel=1e-8)


def test_means_by_language_and_their_contrast(case: tuple[estimation.Design, dict[str, Any]]) -> None:
    design, expected = case
    got = estimation.estimate_means(estimation.domains(design, estimation.by(design.tally, "language")), "trust", contrasts=True)
    assert got.estimate == pytest.approx([row["estimate"] for row in expected["trust_by_language"]], rel=1e-8)
    assert got.se == pytest.approx([row["se"] for row in expected["trust_by_language"]], rel=1e-8)
    assert got.covariance is not None
    contrast = np.array([-1.0, 1.0, 0.0])  # es minus en
    assert contrast @ got.estimate == pytest.approx(expected["es_minus_en"]["estimate"], rel=1e-8)
    assert np.sqrt(contrast @ got.covariance @ contrast) == pytest.approx(expected["es_minus_en"]["se"], rel=1e-8)


def test_total(case: tuple[estimation.Design, dict[str, Any]]) -> None:
    design, expected = case
    got = estimation.estimate_totals(estimation.domains(design), "would_report")
    assert got.estimate[0] == pytest.approx(expected["total_would_report"]["estimate"], rel=1e-8)
    assert got.se[0] == pytest.approx(expected["total_would_report"]["se"], rel=1e-8)


@pytest.mark.parametrize(
    ("method", "called", "tolerance"),
    [("t", "mean", 1e-8), ("logit", "logit", 1e-8), ("korn-graubard", "beta", 1e-8), ("likelihood", "likelihood", 1e-6)],
)
def test_intervals_of_a_proportion(case: tuple[estimation.Design, dict[str, Any]], method: str, called: str, tolerance: float) -> None:
    design, expected = case
    got, want = estimation.estimate_means(estimation.domains(design), "would_report"), expected["would_report"][called]
    calibrated = design.weighting.calibration is not None
    dispersion = intervals.working_dispersion(got.n, got.respondents, got.weight, got.weight_of_all, calibrated=calibrated)
    ends = intervals.proportion_interval(
        intervals.Method(method), got.estimate, got.se, got.respondents, got.df, got.n_eff, dispersion=dispersion
    )
    assert got.estimate[0] == pytest.approx(want["estimate"], rel=1e-8)
    assert np.ravel(ends) == pytest.approx(want["ci95"], rel=tolerance)


def test_raked_weights_of_each_respondent() -> None:
    people = tallied("stratified")
    for name, result in (
        ("raked_calibrate", weighting.rake(people, MARGINS)),
        ("poststratified", weighting.poststratify(people, MARGINS[0])),
    ):
        of_cell = {tuple(cell): factor for cell, factor in zip(people.cells.T.tolist(), result.weighting.factor, strict=True)}
        codes = [coded(PEOPLE[column])[1] for column in ("area", "language", "age", "gender", "stratum")]
        got = [d * of_cell[tuple(cell)] for d, cell in zip(numbers("base_weight"), np.stack(codes).T.tolist(), strict=True)]
        assert got == pytest.approx([float(w) for w in read("weights.csv")[name]], rel=1e-8)
    assert weighting.diagnose(people, weighting.base(people)).deff_kish == pytest.approx(EXPECTED["kish"]["deff_srs"], rel=1e-8)
    assert weighting.rake(people, MARGINS).diagnostics.deff_kish == pytest.approx(EXPECTED["kish"]["deff_raked"], rel=1e-8)
