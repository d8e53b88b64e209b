"""`trustsurvey analyse`: the same estimates for any survey file a department already has."""

from __future__ import annotations

from pathlib import Path

import click

from trustsurvey.analysis.microdata import read_microdata
from trustsurvey.analysis.pipeline import make_release
from trustsurvey.analysis.plan_file import read_plan
from trustsurvey.analysis.release import to_json
from trustsurvey.cli import terminal


@click.command()
@click.argument("plan_file", metavar="PLAN.yaml", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--microdata", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A CSV file, a row a respondent."
)
@click.option("--output", required=True, type=click.Path(dir_okay=False, path_type=Path), help="Where the estimates go, as JSON.")
@terminal.as_json
def analyse(plan_file: Path, microdata: Path, output: Path, machine: bool) -> None:
    """Estimate what PLAN.yaml says from a CSV file: weights, means, proportions, standard errors and intervals, at full precision.

    Needs no database and no questionnaire. All faults of the plan, and all of the data, are reported at once.

    \b
    Example: trustsurvey analyse plan.yaml --microdata survey.csv --output release.json
    """
    plan = read_plan(terminal.read_text(plan_file), file=str(plan_file))
    release = make_release(read_microdata(microdata, plan), plan)
    terminal.write_bytes(output, to_json(release, indent=2) + b"\n")
    shown = [cell for cell in release.estimates if not cell.flag.suppressed]
    data = {
        "respondents": release.n,
        "n_eff": release.n_eff,
        "deff_kish": release.weights.deff_kish,
        "estimates": len(shown),
        "suppressed": len(release.estimates) - len(shown),
        "output": str(output),
    }
    whole = [cell for cell in shown if cell.area is None and not cell.group and cell.estimate is not None]
    rows = [
        (
            cell.measure,
            cell.n,
            f"{cell.estimate:.4g}",
            *(("", "") if cell.lci is None else (f"{cell.lci:.4g}", f"{cell.uci:.4g}")),
            cell.flag.value,
        )
        for cell in whole
    ]
    if not machine:
        kish = f"effective {release.n_eff:,.0f}, Kish design effect {release.weights.deff_kish:.3f}"
        terminal.console.print(f"{release.n:,} respondents ({kish}); {len(shown)} estimates, {data['suppressed']} suppressed → {output}\n")
    terminal.answer(
        machine, data, terminal.table("measure", "n", "estimate", "from", "to", "", rows=rows, right=["n", "estimate", "from", "to"])
    )
