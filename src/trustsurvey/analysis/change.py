"""What changed since an earlier release of the same survey."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from trustsurvey.analysis.release import Change, Contrast, Estimate, Measure, Release
from trustsurvey.analysis.rounding import decimals, rounded
from trustsurvey.statistics import comparison


def changes_since(release: Release, earlier: Release) -> tuple[Change, ...]:
    """Every measure of both releases, for the city and for each area shown in both: this one less the earlier.

    The two waves are independent samples (anonymity forbids linking people), so variances add. Differences are of the published figures,
    so that a reader can check them. Areas of a measure are one Benjamini–Hochberg family; the city is tested by itself.
    """
    if earlier.wave is None:
        return ()
    found: list[Change] = []
    old = {(e.measure, e.area): e for e in earlier.estimates if not e.group}
    for measure in release.measures:
        if measure.kind in ("share", "ratio"):  # shares are too many to test; a ratio's proportion is tested itself
            continue
        now = [e for e in release.estimates if e.measure == measure.code and not e.group]
        pairs = [(e, old[e.measure, e.area]) for e in now if (e.measure, e.area) in old]
        pairs = [(a, b) for a, b in pairs if a.se is not None and b.se is not None]
        for city in (True, False):
            family = [pair for pair in pairs if (pair[0].area is None) is city]
            found += [
                Change(since_wave=earlier.wave.number, since_label=earlier.wave.label, contrast=contrast)
                for contrast in _contrasts(measure, family, release)
            ]
    return tuple(found)


def _contrasts(measure: Measure, pairs: list[tuple[Estimate, Estimate]], release: Release) -> Iterator[Contrast]:
    if not pairs:
        return

    def column(name: str) -> np.ndarray:
        return np.array([[getattr(e, name) or 0.0 for e in pair] for pair in pairs], dtype=np.float64)

    estimates, errors, df = column("estimate"), column("se"), column("df")
    tested = comparison.differences(
        estimates[:, 0] - estimates[:, 1], (errors**2).sum(axis=1), df.sum(axis=1), confidence=release.confidence
    )
    places = decimals(measure.unit)["estimate"] if release.precision == "published" else None
    for row, (now, _) in enumerate(pairs):
        yield Contrast(
            measure=measure.code,
            area=now.area,
            group=None,
            difference=rounded(float(tested.difference[row]), places) or 0.0,
            se=rounded(float(tested.se[row]), places) or 0.0,
            lci=rounded(float(tested.lower[row]), places) or 0.0,
            uci=rounded(float(tested.upper[row]), places) or 0.0,
            p=rounded(float(tested.p[row]), 4 if places else None) or 0.0,
            p_adjusted=rounded(float(tested.p_adjusted[row]), 4 if places else None) or 0.0,
            detectable=bool(tested.detectable[row]),
            family=tested.family,
        )
