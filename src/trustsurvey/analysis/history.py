"""What earlier waves said, carried in the release of a later one: published figures and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

from trustsurvey.analysis.release import EarlierFigure, EarlierWave, Release


def earlier_waves(release: Release, history: tuple[Release, ...], index: str | None) -> tuple[EarlierWave, ...]:
    """The waves of ``history``, first to last, with the figures that ``release`` also has.

    They are copied as they were published, suppressed ones with their flag: nothing is estimated again.
    """
    found = [_earlier(release, old, index) for old in history]
    return tuple(sorted((wave for wave in found if wave is not None), key=lambda wave: wave.number))


def _earlier(release: Release, old: Release, index: str | None) -> EarlierWave | None:
    if old.wave is None:
        return None
    return EarlierWave(
        number=old.wave.number,
        label=old.wave.label,
        opened=old.wave.opened,
        closed=old.wave.closed,
        n=old.n,
        release=old.number,
        figures=tuple(_figures(release, old, index)),
    )


def _figures(release: Release, old: Release, index: str | None) -> Iterator[EarlierFigure]:
    wanted = {measure.code for measure in release.measures if measure.kind != "share"}
    for cell in old.estimates:
        if cell.group or cell.measure not in wanted or (cell.area is not None and cell.measure != index):
            continue
        yield EarlierFigure(
            measure=cell.measure, area=cell.area, n=cell.n, estimate=cell.estimate, lci=cell.lci, uci=cell.uci, flag=cell.flag
        )
