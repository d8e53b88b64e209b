"""Plans and microdata: what is wrong with them, all at once and with its place."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from trustsurvey.analysis.microdata import read_microdata
from trustsurvey.analysis.pipeline import make_release
from trustsurvey.analysis.plan_file import read_plan
from trustsurvey.errors import PlanError

REFERENCE = Path(__file__).parents[1] / "reference"


def faults(plan: str, rows: str | None = None, tmp_path: Path | None = None) -> list[str]:
    def read() -> None:
        found = read_plan(plan, file="plan.yaml")
        if rows is not None and tmp_path is not None:
            path = tmp_path / "data.csv"
            path.write_text(rows)
            read_microdata(path, found)

    with pytest.raises(PlanError) as caught:
        read()
    return [str(fault).replace(f"{tmp_path}/", "") for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("plan", "expected"),
    [
        ("measures: [", "plan.yaml:1:12: this is not YAML"),
        ("- a", "plan.yaml:1:1: a plan is a mapping"),
        ("area: a", "'measures' is missing"),
        ("measures: []", "at least 1 item"),
        ("measures: [{code: a, kind: median, column: x}]", "plan.yaml:1:12: measures.1: there is no such kind of measure"),
        ("measures: [{code: a, kind: mean, column: x, weight: w}]", "there is no setting named 'weight' here"),
        ("measures: [{code: a, kind: proportion, column: x, equals: 1, interval: exact}]", "'t', 'logit', 'wilson', 'korn-graubard'"),
        ("measures: [{code: a, kind: domain, items: [x], minimum: 5, maximum: 1}]", "the maximum (1) must be above the minimum (5)"),
        ("measures: [{code: a, kind: domain, items: [x], reverse: [y], minimum: 1, maximum: 5}]", "reverse names what is not an item: y"),
        ("measures: [{code: a, kind: mean, column: x}, {code: a, kind: mean, column: y}]", "the code 'a' stands for another measure"),
        ("fpc: size\nmeasures: [{code: a, kind: mean, column: x}]", "plan.yaml:1:1: fpc: fpc is the population size of a stratum"),
        ("confidence: 95\nmeasures: [{code: a, kind: mean, column: x}]", "less than 1"),
        ("margins: {age: {young: -1}}\nmeasures: [{code: a, kind: mean, column: x}]", "greater than or equal to 0"),
    ],
)
def test_faults_of_a_plan_have_a_place(plan: str, expected: str) -> None:
    assert any(expected in fault for fault in faults(plan)), faults(plan)


def test_all_faults_of_a_plan_at_once() -> None:
    found = faults("weight: 1\nmargin: {}\nmeasures:\n  - {code: 1a, kind: mean, column: x}\n  - {code: b, kind: mean}\n")
    assert [fault.split(": ")[0] for fault in found] == ["plan.yaml:2:1", "plan.yaml:4:6", "plan.yaml:5:5"]


def test_all_faults_of_the_data_at_once_with_rows(tmp_path: Path) -> None:
    plan = """
weight: w
strata: s
cluster: c
margins: {sex: {f: 10, m: 10, x: 5}, age: {old: 20}}
measures: [{code: y, kind: mean, column: y}, {code: d, kind: domain, items: [i], minimum: 1, maximum: 5}]
"""
    header = "w,s,c,sex,age,y,i\n"
    rows = "1,A,k1,f,old,3,1\n0,A,k1,m,old,x,9\n-2,B,k1,f,old,4,5\nabc,B,k2,f,old,5,2\n,B,k2,f,old,nan,2\n1,,k3,f,old,5,2\n1,B\n"
    found = faults(plan, header + rows, tmp_path)
    for expected in (
        "data.csv:3: w: a base weight must be above 0 (got '0')",
        "data.csv:4: w: a base weight must be above 0 (got '-2')",
        "data.csv:5: w: this is not a number (got 'abc')",
        "data.csv:6: w: a base weight is missing",
        "data.csv:3: y: this is not a number (got 'x')",
        "data.csv:6: y: this is not a number (got 'nan')",
        "data.csv:3: i: an answer must lie between 1 and 5 (got '9')",
        "data.csv:4: c: cluster k1 lies in stratum A (row 2) and in another (got 'B')",
        "data.csv:7: s: everyone needs a value of the sample design",
        "data.csv:8: the row should have 7 fields (got '2')",
        "data.csv: margin sex, category x: 5 people are wanted, but no respondent is in it",
        "data.csv: margins sex and age disagree: one has 25 people in total, the other 20. They must describe the same population.",
    ):
        assert expected in found


def test_unknown_columns_and_an_empty_file(tmp_path: Path) -> None:
    plan = "area: a\nmeasures: [{code: y, kind: mean, column: y}]"
    assert faults(plan, "b,c\n1,2\n", tmp_path) == [
        "data.csv:1: a: there is no such column; there are: b, c",
        "data.csv:1: y: there is no such column; there are: b, c",
    ]
    assert faults(plan, "", tmp_path) == ["data.csv:1: the file is empty: its first row names the columns"]
    assert faults(plan, "a,y\n", tmp_path) == ["data.csv: there are no respondents"]


def test_many_faults_of_a_kind_are_counted(tmp_path: Path) -> None:
    found = faults("measures: [{code: y, kind: mean, column: y}]", "y\n" + "x\n" * 50, tmp_path)
    assert len(found) == 21
    assert found[-1] == "data.csv: y: this is not a number: 30 more rows, the last is row 51"


def test_population_sizes_must_agree(tmp_path: Path) -> None:
    plan = "strata: s\nfpc: size\nmeasures: [{code: y, kind: mean, column: y}]"
    found = faults(plan, "s,size,y\nA,1,1\nA,1,2\nB,9,1\nB,8,2\n", tmp_path)
    assert "data.csv:5: size: stratum B has a population of 9 in row 4 and another here (got '8')" in found
    assert "data.csv:2: size: stratum A: 2 units were sampled out of 1" in found


def test_the_plan_of_the_architecture(tmp_path: Path) -> None:
    """The example of the design runs on the reference city and gives R's numbers."""
    plan = read_plan("""
area: area
weight: base_weight
strata: stratum
margins:
  age: {18-29: 5200, 30-44: 6100, 45-64: 7300, 65+: 4400}
  gender: {woman: 11700, man: 11000, nonbinary: 300}
  language: {en: 12000, es: 7600, other: 3400}
measures:
  - {code: trust, kind: mean, column: trust}
  - {code: trust_scored, kind: domain, items: [t1, t2, t3, t4], reverse: [t4], minimum: 1, maximum: 5, minimum_answered: 2}
  - {code: would_report, kind: proportion, column: would_report, equals: "1", interval: korn-graubard}
groups: [language]
missing: ["", NA, "99"]
confidence: 0.95
suppression: {minimum_n: 10, rule: nchs}
""")
    release = make_release(read_microdata(REFERENCE / "respondents.csv", plan), plan)
    trust, scored = release.estimate("trust"), release.estimate("trust_scored")
    assert trust is not None
    assert scored is not None
    assert scored.estimate == pytest.approx(trust.estimate, rel=1e-12)
    assert scored.se == pytest.approx(trust.se, rel=1e-9)
    assert release.estimate("trust", group={"language": "es"}) is not None
    assert release.precision == "full"
    assert 0 < (release.reliability["trust_scored"].alpha or 0) < 1


DESIGNS = {
    "srs": "",
    "stratified": "strata: stratum",
    "stratified_clustered": "strata: stratum\ncluster: block",
    "raked_calibrate": (
        "strata: stratum\nmargins:\n  age: {18-29: 5200, 30-44: 6100, 45-64: 7300, 65+: 4400}\n"
        "  gender: {woman: 11700, man: 11000, nonbinary: 300}\n  language: {en: 12000, es: 7600, other: 3400}"
    ),
    "poststratified_age": "strata: stratum\nmargins:\n  age: {18-29: 5200, 30-44: 6100, 45-64: 7300, 65+: 4400}",
}
METHODS = {"t": "mean", "logit": "logit", "korn-graubard": "beta", "likelihood": "likelihood"}


@pytest.mark.parametrize("design", DESIGNS)
def test_any_csv_gives_r_s_numbers(design: str) -> None:
    """Through the plan and the file, all the way to the release: what R survey gives for each design (``tests/reference``)."""
    expected = json.loads((REFERENCE / "expected.json").read_text())[design]
    measures = "\n".join(
        f"  - {{code: p_{r}, kind: proportion, column: would_report, equals: '1', interval: {m}}}" for m, r in METHODS.items()
    )
    plan = read_plan(f"""
area: area
weight: base_weight
{DESIGNS[design]}
groups: [language]
suppression: {{rule: none}}
measures:
  - {{code: trust, kind: mean, column: trust}}
{measures}
""")
    release = make_release(read_microdata(REFERENCE / "respondents.csv", plan), plan)
    whole = release.estimate("trust")
    assert whole is not None
    want = expected["overall_trust"]
    assert (whole.estimate, whole.se, whole.deff, whole.df) == pytest.approx(
        (want["estimate"], want["se"], want["deff"], want["df"]), rel=1e-8
    )
    assert (whole.lci, whole.uci) == pytest.approx(want["ci95"], rel=1e-8)
    for row in expected["trust_by_area"]:
        cell = release.estimate("trust", row["area"])
        assert cell is not None
        assert (cell.estimate, cell.se, cell.deff) == pytest.approx((row["estimate"], row["se"], row["deff"]), rel=1e-8)
    for row in expected["trust_by_language"]:
        cell = release.estimate("trust", group={"language": row["language"]})
        assert cell is not None
        assert (cell.estimate, cell.se) == pytest.approx((row["estimate"], row["se"]), rel=1e-8)
    for name in METHODS.values():
        cell = release.estimate(f"p_{name}")
        assert cell is not None
        assert (cell.lci, cell.uci) == pytest.approx(expected["would_report"][name]["ci95"], rel=1e-6 if name == "likelihood" else 1e-8)


def test_small_areas_with_a_covariate(tmp_path: Path) -> None:
    plan = read_plan("area: a\nsmall_area: {covariates: [x]}\nmeasures: [{code: y, kind: mean, column: y}]")
    rng = np.random.default_rng(0)
    level = {f"a{k}": float(k) for k in range(8)}
    rows = [(a, x, round(50 + 4 * x + rng.normal(0, 8), 2)) for a, x in level.items() for _ in range(40)]
    path = tmp_path / "data.csv"
    path.write_text("a,x,y\n" + "".join(f"{a},{x},{y}\n" for a, x, y in rows))
    release = make_release(read_microdata(path, plan), plan)
    cells = [release.estimate("y", a) for a in level]
    whole = release.estimate("y")
    assert whole is not None
    assert all(cell is not None and cell.eblup is not None and 0 <= (cell.shrinkage or 0) <= 1 for cell in cells)
    assert np.mean([cell.eblup for cell in cells if cell is not None and cell.eblup is not None]) == pytest.approx(whole.estimate)
    found = faults(
        "area: a\nsmall_area: {covariates: [x]}\nmeasures: [{code: y, kind: mean, column: y}]", "a,x,y\nA,1,2\nA,2,3\nB,,1\n", tmp_path
    )
    assert found == [
        "data.csv:3: x: area A has 1 in row 2 and another value here (got '2')",
        "data.csv:4: x: every area needs a value of a covariate",
    ]


def test_totals_and_ratios(tmp_path: Path) -> None:
    plan = read_plan("""
weight: base_weight
strata: stratum
suppression: {rule: none}
measures:
  - {code: people, kind: total, column: would_report, equals: "1"}
  - {code: sum, kind: total, column: would_report}
  - {code: ratio, kind: ratio, numerator: would_report, denominator: base_weight}
""")
    release = make_release(read_microdata(REFERENCE / "respondents.csv", plan), plan)
    expected = json.loads((REFERENCE / "expected.json").read_text())["stratified"]["total_would_report"]
    for code in ("people", "sum"):
        cell = release.estimate(code)
        assert cell is not None
        assert (cell.estimate, cell.se) == pytest.approx((expected["estimate"], expected["se"]), rel=1e-8)
    ratio = release.estimate("ratio")
    assert ratio is not None
    assert 0 < (ratio.lci or 0) < (ratio.estimate or 0) < (ratio.uci or 0) < 1
