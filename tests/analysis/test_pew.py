"""Real respondents and census margins: equal to R survey, as the data's README says. Skipped where the data aren't."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from trustsurvey.analysis.microdata import read_microdata
from trustsurvey.analysis.pipeline import make_release
from trustsurvey.analysis.plan_file import read_plan
from trustsurvey.analysis.release import Release

DATA = Path(__file__).parents[3] / "shared" / "data" / "pew"
PLAN = """
area: cregion
margins:
  sex: {Female: 1010.894452761, Male: 947.105547239}
  recage: {18-24: 240.601858479, 25-34: 347.970517086, 35-44: 321.057162582, 45-54: 329.946700957, 55-64: 328.348280388, 65+: 390.075480508}
  receduc: {Coll+: 583.273123208, HS grad or less: 768.136329049, Some coll/Assoc degree: 606.590547743}
measures:
  - {code: disapprove, kind: proportion, column: q1, equals: Disapprove, interval: korn-graubard}
"""
REGIONS = {
    "Midwest": (0.549377246750, 0.0248480869829),
    "Northeast": (0.382422294112, 0.0281758328880),
    "South": (0.572377039358, 0.0193637513997),
    "West": (0.478429247961, 0.0253152031449),
}

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the Pew data aren't here")


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    with (DATA / "dec13_excerpt.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if "DK/Ref" not in (row["sex"], row["recage"], row["receduc"])]
    path = tmp_path_factory.mktemp("pew") / "pew.csv"
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    plan = read_plan(PLAN)
    return make_release(read_microdata(path, plan), plan)


def test_weights(release: Release) -> None:
    assert release.n == 1958
    assert release.weights.margins_met
    assert release.weights.min == pytest.approx(0.5265137, abs=5e-8)
    assert release.weights.max == pytest.approx(2.028285, abs=5e-7)
    assert release.weights.deff_kish == pytest.approx(1.1338356, abs=5e-8)
    assert release.n_eff == pytest.approx(1726.88, abs=5e-3)


def test_share_and_its_interval(release: Release) -> None:
    cell = release.estimate("disapprove")
    assert cell is not None
    assert cell.estimate == pytest.approx(0.5147293129, abs=1e-10)
    assert cell.se == pytest.approx(0.01193, abs=5e-6)
    assert (cell.lci, cell.uci) == pytest.approx((0.4910482384, 0.5383610418), abs=1e-10)


@pytest.mark.parametrize("region", REGIONS)
def test_regions(release: Release, region: str) -> None:
    cell = release.estimate("disapprove", region)
    assert cell is not None
    assert (cell.estimate, cell.se) == pytest.approx(REGIONS[region], rel=1e-10)
