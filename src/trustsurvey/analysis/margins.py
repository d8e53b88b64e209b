"""The margins that a tally is raked to, after the plan's rules for empty areas and sparse categories."""

from __future__ import annotations

import numpy as np

from trustsurvey.analysis.plan import AREA, Plan
from trustsurvey.errors import RakingError
from trustsurvey.statistics import weighting
from trustsurvey.statistics.tally import Tally
from trustsurvey.statistics.weighting import Margin


def margins_of(tally: Tally, plan: Plan) -> tuple[list[Margin], list[str]]:
    """The plan's margins; an area without respondents is refused by raking, or left out here where the plan says ``spread``."""
    if not len(tally):
        return [], []
    margins, notes = [], []
    for axis, totals in plan.margins.items():
        kept = dict(totals)
        if axis == AREA and plan.empty_areas == "spread":
            present = {tally.levels(AREA)[code] for code in np.unique(tally.codes(AREA)) if code >= 0}
            empty = sorted(kept.keys() - present)
            if empty:
                everyone, reached = sum(kept.values()), sum(kept[code] for code in kept if code in present)
                if not reached:
                    raise RakingError("margin area: no area that has a control total has respondents")
                kept = {code: total * everyone / reached for code, total in kept.items() if code in present}
                notes.append(f"areas without respondents, whose residents the rest of the city stands for: {', '.join(empty)}")
        rule = plan.collapse.get(axis, {})
        margin = Margin(axis, kept, {} if isinstance(rule, int) else rule)
        if isinstance(rule, int):
            margin = weighting.collapse_sparse(tally, margin, fewer_than=rule)
        notes += [f"{axis}: {category} counts as {target}" for category, target in margin.into.items()]
        margins.append(margin)
    return margins, notes
