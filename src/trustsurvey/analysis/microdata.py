"""A CSV of respondents to a tally, as a plan says. Every fault at once, with row numbers (the header is row 1)."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np

from trustsurvey.analysis.margins import margins_of
from trustsurvey.analysis.parts import ItemMoments, Tallied
from trustsurvey.analysis.plan import AREA, Column, Equals, Items, Plan, PlannedMeasure, Ratio, axes_of
from trustsurvey.errors import Fault, PlanError
from trustsurvey.statistics import scoring, weighting
from trustsurvey.statistics.arrays import FloatArray
from trustsurvey.statistics.combination import both
from trustsurvey.statistics.estimation import CLUSTER, STRATUM
from trustsurvey.statistics.tally import Axis, N, Scored, Tallier, Tally, coded, scored

CHUNK = 50_000
SHOWN = 20
"""Rows named for one kind of fault in one column; the rest are counted."""

Rows = dict[str, list[str]]


def read_microdata(path: Path, plan: Plan) -> Tallied:
    """The tally of a CSV file with a header.

    Raises:
        PlanError: unknown columns, ragged rows, values that aren't numbers or lie outside their range, weights that aren't above 0, design
            columns left empty, a cluster in two strata, a population size that differs within a stratum or is under its sample, margins
            that disagree or have a category without respondents.
    """
    reader = _Reader(path, plan)
    with path.open(newline="", encoding="utf-8-sig") as file:
        try:
            reader.read(csv.reader(file))
        except UnicodeDecodeError as error:
            raise PlanError([Fault(f"this is not UTF-8 (byte {error.start}); save it as UTF-8", file=str(path))]) from error
        except csv.Error as error:
            raise PlanError([Fault(f"this is not CSV: {error}", file=str(path))]) from error
    return reader.result()


class _Reader:
    def __init__(self, path: Path, plan: Plan) -> None:
        self._file = str(path)
        self._plan = plan
        self._faults: dict[tuple[str, str], list[tuple[int, str]]] = {}
        self._tally: Tally | None = None
        self._moments: dict[tuple[str, str, str], ItemMoments] = {}
        self._stratum_of: dict[str, tuple[str, int]] = {}
        self._populations: dict[str, tuple[float, int]] = {}
        self._covariates: dict[str, tuple[tuple[float, ...], int]] = {}
        self._axes = {name: column for name, column in ((AREA, plan.area), (STRATUM, plan.strata), (CLUSTER, plan.cluster)) if column}
        self._axes.update({axis: axis for axis in axes_of(plan)})

    def read(self, lines: Iterator[list[str]]) -> None:
        header = next(lines, None)
        if header is None:
            raise PlanError([Fault("the file is empty: its first row names the columns", file=self._file, line=1)])
        self._check_header(header)
        row = 2
        while block := list(islice(lines, CHUNK)):
            self._add(header, block, row)
            row += len(block)

    def _check_header(self, header: Sequence[str]) -> None:
        wanted = dict.fromkeys(self._axes.values()) | {column: None for column in (self._plan.weight, self._plan.fpc) if column}
        if self._plan.small_area is not None:
            wanted |= dict.fromkeys(self._plan.small_area.covariates)
        for planned in self._plan.measures:
            wanted |= dict.fromkeys(_columns(planned))
        faults = [
            Fault(f"the column {name!r} is there twice", file=self._file, line=1)
            for name in sorted({h for h in header if header.count(h) > 1})
        ]
        faults += [
            Fault(f"there is no such column; there are: {', '.join(header)}", file=self._file, line=1, place=name)
            for name in wanted
            if name not in header
        ]
        if faults:
            raise PlanError(faults)

    def _note(self, column: str, message: str, row: int, got: str = "") -> None:
        self._faults.setdefault((column, message), []).append((row, got))

    def _add(self, header: Sequence[str], block: list[list[str]], first: int) -> None:
        numbers = range(first, first + len(block))
        kept = []
        for row, line in zip(numbers, block, strict=True):
            if len(line) == len(header):
                kept.append((row, line))
            elif line:  # a blank line at the end is no one
                self._note("", f"the row should have {len(header)} fields", row, str(len(line)))
        if not kept:
            return
        rows = [row for row, _ in kept]
        table: Rows = dict(zip(header, map(list, zip(*(line for _, line in kept), strict=True)), strict=True))
        weight = self._weights(table, rows)
        self._check_design(table, rows)
        self._add_covariates(table, rows)
        values: dict[str, Scored] = {}
        for planned in self._plan.measures:
            if isinstance(planned.source, Ratio):
                above, below = (scored(self._numbers(name, table, rows)) for name in (planned.source.numerator, planned.source.denominator))
                values |= both(planned.measure.code, above, below)
            else:
                values[planned.measure.code] = scored(self._values(planned, table, rows))
        axes, codes = [], []
        for name, column in self._axes.items():
            levels, code = coded(table[column], missing=tuple(self._plan.missing))
            axes.append(Axis(name, levels))
            codes.append(code)
        binary = [p.measure.code for p in self._plan.measures if isinstance(p.source, Equals)]
        tallier = Tallier(axes, tuple(values), binary=binary, populations={k: v for k, (v, _) in self._populations.items()})
        tallier.add(codes, weight, list(values.values()))
        made = tallier.result()
        self._tally = made if self._tally is None else self._tally + made

    def _numbers(self, column: str, table: Rows, rows: Sequence[int]) -> FloatArray:
        """A column as numbers, NaN where missing; what is neither is noted."""
        missing = self._plan.missing
        texts = table[column]
        try:
            found = np.array([np.nan if text in missing else float(text) for text in texts], dtype=np.float64)
        except ValueError:
            found = np.full(len(texts), np.nan)
            for n, text in enumerate(texts):
                if text not in missing:
                    try:
                        found[n] = float(text)
                    except ValueError:
                        self._note(column, "this is not a number", rows[n], text)
        for n in np.flatnonzero(np.isinf(found) | (np.isnan(found) & np.array([text not in missing for text in texts]))).tolist():
            if not any(row == rows[n] for row, _ in self._faults.get((column, "this is not a number"), ())):
                self._note(column, "this is not a number", rows[n], texts[n])
            found[n] = np.nan
        return found

    def _weights(self, table: Rows, rows: Sequence[int]) -> FloatArray:
        column = self._plan.weight
        if column is None:
            return np.ones(len(rows))
        weight = self._numbers(column, table, rows)
        for n in np.flatnonzero(~(weight > 0)).tolist():
            text = table[column][n]
            if text in self._plan.missing:
                self._note(column, "a base weight is missing", rows[n], text)
            elif not np.isnan(weight[n]):
                self._note(column, "a base weight must be above 0", rows[n], text)
        return np.where(weight > 0, weight, 1.0)

    def _check_design(self, table: Rows, rows: Sequence[int]) -> None:
        plan = self._plan
        for column in (plan.strata, plan.cluster):
            for row, text in zip(rows, table[column] if column else (), strict=False):
                if text in plan.missing:
                    self._note(str(column), "everyone needs a value of the sample design", row, text)
        if plan.cluster and plan.strata:
            for row, cluster, stratum in zip(rows, table[plan.cluster], table[plan.strata], strict=True):
                before, where = self._stratum_of.setdefault(cluster, (stratum, row))
                if before != stratum:
                    self._note(plan.cluster, f"cluster {cluster} lies in stratum {before} (row {where}) and in another", row, stratum)
        if plan.fpc and plan.strata:
            sizes = self._numbers(plan.fpc, table, rows)
            for row, size, stratum in zip(rows, sizes.tolist(), table[plan.strata], strict=True):
                size_before, where = self._populations.setdefault(stratum, (size, row))
                if not size > 0:
                    self._note(plan.fpc, "the population size of a stratum must be a number above 0", row)
                elif size_before != size:
                    self._note(
                        plan.fpc, f"stratum {stratum} has a population of {size_before:g} in row {where} and another here", row, f"{size:g}"
                    )

    def _add_covariates(self, table: Rows, rows: Sequence[int]) -> None:
        """Area columns of the small-area model: a number each, the same for everyone of an area."""
        plan = self._plan
        if plan.small_area is None or plan.area is None or not plan.small_area.covariates:
            return
        names = plan.small_area.covariates
        columns = [self._numbers(name, table, rows).tolist() for name in names]
        for row, area, *values in zip(rows, table[plan.area], *columns, strict=True):
            if area in plan.missing:
                continue
            before, where = self._covariates.setdefault(area, (tuple(values), row))
            for name, value, first in zip(names, values, before, strict=True):
                if np.isnan(value):
                    self._note(name, "every area needs a value of a covariate", row)
                elif value != first:
                    self._note(name, f"area {area} has {first:g} in row {where} and another value here", row, f"{value:g}")

    def _values(self, planned: PlannedMeasure, table: Rows, rows: Sequence[int]) -> FloatArray:
        source = planned.source
        if isinstance(source, Column):
            return self._numbers(source.name, table, rows)
        if isinstance(source, Equals):
            missing = self._plan.missing
            return np.array([np.nan if text in missing else float(text == source.value) for text in table[source.name]], dtype=np.float64)
        if isinstance(source, Items):
            return self._domain(planned.measure.code, source, table, rows)
        raise PlanError([Fault("a plan over microdata names the columns of every measure", place=planned.measure.code)])

    def _domain(self, code: str, source: Items, table: Rows, rows: Sequence[int]) -> FloatArray:
        scores = []
        for name in source.names:
            answers = self._numbers(name, table, rows)
            for n in np.flatnonzero((answers < source.minimum) | (answers > source.maximum)).tolist():
                self._note(name, f"an answer must lie between {source.minimum:g} and {source.maximum:g}", rows[n], table[name][n])
                answers[n] = np.nan
            reverse = name in source.reverse
            scores.append(scoring.score_numbers(answers, minimum=source.minimum, maximum=source.maximum, reverse=reverse))
        stacked = np.stack(scores)
        complete = stacked[:, ~np.isnan(stacked).any(axis=0)]
        moments = ItemMoments(n=complete.shape[1], sums=complete.sum(axis=1), products=complete @ complete.T)
        key = (code, "", "")
        self._moments[key] = self._moments[key] + moments if key in self._moments else moments
        return scoring.mean_of_answered(stacked, minimum_answered=source.minimum_answered)

    def result(self) -> Tallied:
        faults = [fault for key, found in self._faults.items() for fault in self._said(*key, found)]
        if self._tally is None:
            raise PlanError([*faults, Fault("there are no respondents", file=self._file)])
        margins, _ = margins_of(self._tally, self._plan)
        faults += [Fault(message, file=self._file) for message in weighting.contradictions(self._tally, margins)]
        for stratum, (size, row) in self._populations.items():
            sampled = _sampled(self._tally, stratum)
            if size < sampled:
                faults.append(
                    Fault(
                        f"stratum {stratum}: {sampled} units were sampled out of {size:g}",
                        file=self._file,
                        line=row,
                        place=str(self._plan.fpc),
                    )
                )
        if faults:
            raise PlanError(faults)
        covariates = {area: values for area, (values, _) in self._covariates.items()}
        return Tallied(tally=self._tally, items=self._moments, covariates=covariates)

    def _said(self, column: str, message: str, found: Sequence[tuple[int, str]]) -> Iterator[Fault]:
        for row, got in found[:SHOWN]:
            yield Fault(f"{message} (got {got!r})" if got else message, file=self._file, line=row, place=column)
        if len(found) > SHOWN:
            yield Fault(f"{message}: {len(found) - SHOWN} more rows, the last is row {found[-1][0]}", file=self._file, place=column)


def _columns(planned: PlannedMeasure) -> tuple[str, ...]:
    if isinstance(planned.source, Items):
        return planned.source.names
    if isinstance(planned.source, Ratio):
        return (planned.source.numerator, planned.source.denominator)
    return (planned.source.name,) if isinstance(planned.source, Column | Equals) else ()


def _sampled(tally: Tally, stratum: str) -> int:
    """Sampling units of a stratum."""
    if stratum not in tally.levels(STRATUM):
        return 0
    inside = tally.codes(STRATUM) == tally.levels(STRATUM).index(stratum)
    if tally.has(CLUSTER):
        return int(np.unique(tally.codes(CLUSTER)[inside]).size)
    return round(float(tally.people[N][inside].sum()))
