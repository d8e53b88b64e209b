"""`trustsurvey analyse` on the command line."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from trustsurvey.analysis.release import from_json
from trustsurvey.cli import main

REFERENCE = Path(__file__).parents[1] / "reference"
PLAN = "area: area\nweight: base_weight\nmeasures:\n  - {code: trust, kind: mean, column: trust}\n"


def test_estimates_are_written_and_summed_up(tmp_path: Path) -> None:
    plan, output = tmp_path / "plan.yaml", tmp_path / "out" / "release.json"
    plan.write_text(PLAN)
    arguments = ["analyse", str(plan), "--microdata", str(REFERENCE / "respondents.csv"), "--output", str(output)]
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 0, done.output
    assert "600 respondents" in done.output
    release = from_json(output.read_bytes())
    assert release.precision == "full"
    whole = release.estimate("trust")
    assert whole is not None
    machine = CliRunner().invoke(main, [*arguments, "--json"])
    assert json.loads(machine.output)["respondents"] == 600


def test_faults_are_a_message_and_exit_code_2(tmp_path: Path) -> None:
    plan, output = tmp_path / "plan.yaml", tmp_path / "release.json"
    plan.write_text(PLAN.replace("column: trust", "column: truth") + "groups: [tongue]\n")
    done = CliRunner().invoke(main, ["analyse", str(plan), "--microdata", str(REFERENCE / "respondents.csv"), "--output", str(output)])
    assert done.exit_code == 2
    assert "truth: there is no such column" in done.output
    assert "tongue: there is no such column" in done.output
    assert not output.exists()
