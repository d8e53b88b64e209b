"""From a wave's records to a tally: record bytes in, sums out, in chunks and with flat memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial

import numpy as np

from trustsurvey.analysis.parts import ANSWERED, REFUSED, SKIPPED, UNASKED, UNKNOWN, ItemMoments, Patterns, Tallied, Unanswered, both
from trustsurvey.analysis.plan import AREA, Plan, answer_code, axes_of, tallied_measures
from trustsurvey.errors import ReleaseError
from trustsurvey.questionnaire.record import Column, columns, width
from trustsurvey.questionnaire.schema import CODES, DONT_KNOW, NOT_ANSWERED, NOT_ASKED, PREFER_NOT, Condition, Item, Kind, Questionnaire
from trustsurvey.statistics import scoring
from trustsurvey.statistics.arrays import BoolArray, ByteArray, FloatArray, IntArray
from trustsurvey.statistics.estimation import STRATUM
from trustsurvey.statistics.reporting import CrossProducts
from trustsurvey.statistics.scoring import ItemScale
from trustsurvey.statistics.tally import MISSING, Axis, Scored, Tallier, Tally

Chunk = tuple[Sequence[str], bytes]
"""Area codes of some people, and their records joined."""

OUTCOME = "reporting"
"""The domain whose relation to the others is published, where the questionnaire has it."""

GROUPS = 100
"""Random groups that the bootstrap draws from."""

_PATTERNS = 4096
"""Most answer patterns of a domain that are counted one by one."""

_STATE = np.zeros(256, dtype=np.uint8)
for _mark, _state in ((NOT_ANSWERED, SKIPPED), (DONT_KNOW, UNKNOWN), (PREFER_NOT, REFUSED), (NOT_ASKED, UNASKED)):
    _STATE[ord(_mark)] = _state


class Reader:
    """Scores and tallies chunks of records of one questionnaire.

    Args:
        questionnaire, plan: what was asked and what to estimate.
        areas: area codes known beforehand; others are learnt as they come.
        strata: the sampling stratum of each area code, where areas were sampled at different rates.
        details: also count unanswered items and item moments.

    The plan's ``weight`` is an item whose options are numbers (adults in the household, where a code goes to a household): that number is
    the base weight, and 1 for who left it empty.
    """

    def __init__(
        self,
        questionnaire: Questionnaire,
        plan: Plan,
        *,
        areas: Sequence[str] = (),
        strata: Mapping[str, str] | None = None,
        details: bool = True,
    ) -> None:
        self._questionnaire = questionnaire
        self._plan = plan
        self._columns = columns(questionnaire)
        self._width = width(questionnaire)
        self._first = {column.item.code: column.index for column in reversed(self._columns)}
        self._areas = {code: n for n, code in enumerate(areas)}
        self._strata = dict(strata or {})
        self._axes = axes_of(plan)
        self._scorers = (
            *_needed(_scorers(questionnaire, self._columns, self._first), questionnaire, plan),
            *_answer_scorers(questionnaire, plan, self._first),
        )
        self._binary = tuple(p.measure.code for p in plan.measures if p.is_proportion)
        self._details = details
        self._parts: list[Tally] = []
        self._tallier = self._new_tallier()
        self._unanswered: dict[tuple[str, str], IntArray] = {}
        self._moments: dict[tuple[str, str, str], ItemMoments] = {}
        self._patterns: dict[tuple[str, str], Patterns] = {}
        self._products: CrossProducts | None = None

    def _new_tallier(self) -> Tallier:
        axes = [Axis(AREA, tuple(self._areas))]
        axes += [Axis(code, tuple(o.code for o in self._questionnaire.item(code).options)) for code in self._axes]
        if self._strata:
            axes.append(Axis(STRATUM, self._stratum_levels()))
        return Tallier(axes, [p.measure.code for p in tallied_measures(self._plan)], binary=self._binary)

    def add(self, areas: Sequence[str], records: bytes) -> None:
        """Tally some people. Raises ReleaseError when the records don't fit the questionnaire."""
        if len(records) != len(areas) * self._width:
            raise ReleaseError(
                f"{len(areas)} records of {self._questionnaire.code} have {len(areas) * self._width} characters, not {len(records)}"
            )
        if not areas:
            return
        area = self._area_codes(areas)
        matrix = np.ascontiguousarray(np.frombuffer(records, dtype=np.uint8).reshape(len(areas), self._width).T)
        groups = {code: self._option_codes(matrix, code) for code in self._axes}
        known: dict[str, Scored] = {}
        for code, score in self._scorers:
            known[code] = score(matrix, known)
        codes = [area, *groups.values()]
        if self._strata:
            codes.append(self._stratum_of_area()[area])
        self._tallier.add(codes, self._weights(matrix), [known[p.measure.code] for p in tallied_measures(self._plan)])
        if self._details:
            self._detail(matrix, area, groups, known)

    def _stratum_levels(self) -> tuple[str, ...]:
        return tuple(sorted(set(self._strata.values())))

    def _stratum_of_area(self) -> IntArray:
        position = {level: n for n, level in enumerate(self._stratum_levels())}
        return np.array([position.get(self._strata.get(code, ""), MISSING) for code in self._areas], dtype=np.int64)

    def _weights(self, matrix: ByteArray) -> FloatArray:
        if self._plan.weight is None:
            return np.ones(matrix.shape[1])
        options = self._questionnaire.item(self._plan.weight).options
        table = np.ones(256)
        table[np.frombuffer(CODES[: len(options)].encode(), dtype=np.uint8)] = [float(option.code) for option in options]
        found: FloatArray = table[matrix[self._first[self._plan.weight]]]
        return found

    def _area_codes(self, areas: Sequence[str]) -> IntArray:
        try:
            return np.fromiter(map(self._areas.__getitem__, areas), dtype=np.int64, count=len(areas))
        except KeyError:
            self._parts.append(self._tallier.result())
            for code in sorted(set(areas) - self._areas.keys()):
                self._areas[code] = len(self._areas)
            self._tallier = self._new_tallier()
            return self._area_codes(areas)

    def _option_codes(self, matrix: ByteArray, code: str) -> IntArray:
        table = np.full(256, MISSING, dtype=np.int64)
        count = len(self._questionnaire.item(code).options)
        table[np.frombuffer(CODES[:count].encode(), dtype=np.uint8)] = np.arange(count)
        found: IntArray = table[matrix[self._first[code]]]
        return found

    def _detail(self, matrix: ByteArray, area: IntArray, groups: Mapping[str, IntArray], known: Mapping[str, Scored]) -> None:
        labels = [("", np.zeros(area.size, dtype=np.int64), ("",)), (AREA, area, tuple(self._areas))]
        labels += [(g, groups[g], self._options(g)) for g in self._plan.groups]
        states = [_STATE[matrix[self._first[item.code]]] for item in self._asked()]
        states += [np.where(known[d.code].known, ANSWERED, SKIPPED) for d in self._questionnaire.scoring.domains]
        for axis, codes, levels in labels:
            key = (codes + 1) * 5
            counts = np.stack([np.bincount(key + state, minlength=5 * (len(levels) + 1)).reshape(-1, 5) for state in states], axis=1)
            for level, count in zip(levels, counts[1:], strict=True):
                self._unanswered[axis, level] = self._unanswered.get((axis, level), 0) + count
        for domain in self._questionnaire.scoring.domains:
            own = [label for label in labels if label[0] != AREA]
            points = {len(self._questionnaire.item(code).options) for code in domain.items}
            if len(points) == 1 and max(points) ** len(domain.items) <= _PATTERNS:
                self._add_patterns(matrix, domain.code, domain.items, own[1:] or own)
            else:
                self._add_moments(matrix, domain.code, domain.items, own)
        self._products = both(self._products, self._cross_products(matrix, known))

    def _add_patterns(
        self, matrix: ByteArray, domain: str, items: tuple[str, ...], labels: Sequence[tuple[str, IntArray, tuple[str, ...]]]
    ) -> None:
        points = len(self._questionnaire.item(items[0]).options)
        pattern, complete = np.zeros(matrix.shape[1], dtype=np.int64), np.ones(matrix.shape[1], dtype=np.bool_)
        for n, code in enumerate(items):
            position = scoring.positions(matrix[self._first[code]])
            complete &= position < points
            value = position.astype(np.int64)
            pattern += (points - 1 - value if self._questionnaire.item(code).reverse else value) * points**n
        size = points ** len(items)
        for axis, codes, levels in labels:
            row = np.where(codes < 0, len(levels), codes)
            counts = np.bincount((row * size + pattern)[complete], minlength=(len(levels) + 1) * size).reshape(-1, size)
            found = Patterns(items=items, points=points, axis=axis, levels=levels if axis else (), counts=counts if axis else counts[:1])
            self._patterns[domain, axis] = self._patterns[domain, axis] + found if (domain, axis) in self._patterns else found

    def _cross_products(self, matrix: ByteArray, known: Mapping[str, Scored]) -> CrossProducts | None:
        """Sums of the domains' products in random groups, the outcome last; None where the questionnaire has no such domain."""
        domains = [domain.code for domain in self._questionnaire.scoring.domains]
        if OUTCOME not in domains or len(domains) < 3:
            return None
        names = (*(code for code in domains if code != OUTCOME), OUTCOME)
        complete = np.logical_and.reduce([known[code].known for code in names])
        packed = np.stack([np.ones(int(complete.sum())), *(known[code].values[complete] for code in names)], axis=1)
        weight = self._weights(matrix)[complete]
        group = _random_groups(matrix[:, complete])
        order = np.argsort(group, kind="stable")
        edges = np.searchsorted(group[order], np.arange(GROUPS + 1))
        sums = np.zeros((GROUPS, len(names) + 1, len(names) + 1))
        for k in range(GROUPS):
            own = order[edges[k] : edges[k + 1]]
            sums[k] = packed[own].T @ (packed[own] * weight[own, None])
        return CrossProducts(names=names, n=np.diff(edges).astype(np.float64), sums=sums)

    def _add_moments(
        self, matrix: ByteArray, domain: str, items: tuple[str, ...], labels: Sequence[tuple[str, IntArray, tuple[str, ...]]]
    ) -> None:
        scored = [scoring.score_item(matrix[self._first[code]], _scale(self._questionnaire.item(code))) for code in items]
        complete = np.logical_and.reduce([s.known for s in scored])
        values = np.stack([s.values for s in scored])
        for axis, codes, levels in labels:
            for n, level in enumerate(levels):
                chosen = values[:, complete & (codes == n)] if axis else values[:, complete]
                moments = ItemMoments(n=chosen.shape[1], sums=chosen.sum(axis=1), products=chosen @ chosen.T)
                key = (domain, axis, level)
                self._moments[key] = self._moments[key] + moments if key in self._moments else moments

    def _asked(self) -> list[Item]:
        return [item for item in self._questionnaire.items() if item.columns]

    def _options(self, code: str) -> tuple[str, ...]:
        return tuple(option.code for option in self._questionnaire.item(code).options)

    def result(self) -> Tallied:
        """The tally of everyone added."""
        total = self._tallier.result()
        for part in self._parts:
            total = part + total
        unanswered = None
        if self._details:
            items = (*(i.code for i in self._asked()), *(d.code for d in self._questionnaire.scoring.domains))
            groups = tuple(self._unanswered)
            counts = np.stack(list(self._unanswered.values())) if groups else np.zeros((0, len(items), 5), dtype=np.int64)
            unanswered = Unanswered(items=items, groups=groups, counts=counts)
        return Tallied(tally=total, unanswered=unanswered, items=self._moments, patterns=self._patterns, products=self._products)


def _random_groups(matrix: ByteArray) -> IntArray:
    """A group 0 … ``GROUPS`` − 1 for each person, from a hash of the record: the same in any order and chunking."""
    hashed = np.zeros(matrix.shape[1], dtype=np.uint64)
    for column in matrix:
        hashed = (hashed ^ column) * np.uint64(0x9E3779B97F4A7C15)
        hashed ^= hashed >> np.uint64(29)
    found: IntArray = (hashed % np.uint64(GROUPS)).astype(np.int64)
    return found


Scorer = Callable[[ByteArray, Mapping[str, Scored]], Scored]


def _scorers(questionnaire: Questionnaire, cols: Sequence[Column], first: Mapping[str, int]) -> tuple[tuple[str, Scorer], ...]:
    """A function for each measure the questionnaire scores, domains before the indices that are made of them."""
    made: dict[str, Scorer] = {}
    places = {column.name: column.index for column in cols}
    for domain in questionnaire.scoring.domains:
        made[domain.code] = _domain_scorer(questionnaire, domain.items, domain.minimum_answered, first)
    for single in questionnaire.scoring.single:
        made[single.item] = _single_scorer(questionnaire.item(single.item), first)
    for proportion in questionnaire.scoring.proportions:
        made[proportion.code] = _proportion_scorer(questionnaire, proportion.where, proportion.of, first)
    for code in questionnaire.scoring.shares:
        for option in questionnaire.item(code).options:
            made[f"{code}_{option.code}"] = _share_scorer(places[f"{code}_{option.code}"])
    index = questionnaire.scoring.index
    made[index.code] = _index_scorer(index.domains, index.at_least)
    made[f"{index.code}_complete"] = _index_scorer(index.domains, len(index.domains))
    return tuple(made.items())


def _needed(scorers: Sequence[tuple[str, Scorer]], questionnaire: Questionnaire, plan: Plan) -> tuple[tuple[str, Scorer], ...]:
    """Those that the plan asks for, and the domains, which indices and details are made of."""
    wanted = {p.measure.code for p in plan.measures} | {domain.code for domain in questionnaire.scoring.domains}
    return tuple((code, score) for code, score in scorers if code in wanted)


def _answer_scorers(questionnaire: Questionnaire, plan: Plan, first: Mapping[str, int]) -> Iterator[tuple[str, Scorer]]:
    for question in plan.questions:
        codes = [option.code for option in questionnaire.item(question.code).options]
        place, answered = first[question.code], CODES[: len(codes)].encode()
        for option in question.options:
            chosen = CODES[codes.index(option.code)].encode()
            yield answer_code(question.code, option.code), partial(_is_answered, place, chosen, answered)


def _is_answered(place: int, chosen: bytes, answered: bytes, matrix: ByteArray, _: Mapping[str, Scored]) -> Scored:
    return scoring.share_item(matrix[place], chosen=chosen, answered=answered)


def _domain_scorer(questionnaire: Questionnaire, items: Sequence[str], minimum: int, first: Mapping[str, int]) -> Scorer:
    places = [first[code] for code in items]
    scales = [_scale(questionnaire.item(code)) for code in items]
    return lambda matrix, _: scoring.score_domain([matrix[p] for p in places], scales, minimum_answered=minimum)


def _single_scorer(item: Item, first: Mapping[str, int]) -> Scorer:
    place = first[item.code]
    if item.kind is Kind.NUMBER:
        lowest, count = float(item.options[0].code), len(item.options)
        return lambda matrix, _: scoring.value_item(matrix[place], first=lowest, count=count)
    scale = _scale(item)
    return lambda matrix, _: scoring.score_item(matrix[place], scale)


def _proportion_scorer(questionnaire: Questionnaire, where: Condition, of: Condition | None, first: Mapping[str, int]) -> Scorer:
    place, chosen = first[where.item], _bytes_of(questionnaire, where)
    answered = CODES[: len(questionnaire.item(where.item).options)].encode()
    if of is None:
        return lambda matrix, _: scoring.share_item(matrix[place], chosen=chosen, answered=answered)
    universe, inside = first[of.item], _bytes_of(questionnaire, of)

    def score(matrix: ByteArray, _: Mapping[str, Scored]) -> Scored:
        value, known = scoring.share_item(matrix[place], chosen=chosen, answered=answered)
        member: BoolArray = known & scoring.is_one_of(matrix[universe], inside)
        return Scored(value * member, member)

    return score


def _share_scorer(place: int) -> Scorer:
    return lambda matrix, _: scoring.share_item(matrix[place], chosen=b"1", answered=b"01")


def _index_scorer(domains: Sequence[str], at_least: int) -> Scorer:
    return lambda _, known: scoring.score_index([known[code] for code in domains], at_least=at_least)


def _bytes_of(questionnaire: Questionnaire, condition: Condition) -> bytes:
    options = [option.code for option in questionnaire.item(condition.item).options]
    return "".join(CODES[options.index(value)] for value in condition.values).encode()


def _scale(item: Item) -> ItemScale:
    return ItemScale(points=len(item.options), reverse=item.reverse)


def read_records(
    questionnaire: Questionnaire,
    plan: Plan,
    chunks: Iterable[Chunk],
    *,
    areas: Sequence[str] = (),
    strata: Mapping[str, str] | None = None,
    details: bool = True,
) -> Tallied:
    """The tally of a wave's records, read chunk by chunk; see ``Reader`` for the arguments and errors."""
    reader = Reader(questionnaire, plan, areas=areas, strata=strata, details=details)
    for codes, records in chunks:
        reader.add(codes, records)
    return reader.result()
