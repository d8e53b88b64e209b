"""Releases to show, made up: a city of Voronoi neighborhoods on two banks of a river. Seeded, so that every run draws the same pages."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from functools import lru_cache

import numpy as np
from scipy.stats import false_discovery_control, norm
from shapely import MultiPoint, Point, voronoi_polygons
from shapely.geometry import LineString, mapping

from tests.publish import course
from trustsurvey.analysis.release import (
    Area,
    Bracket,
    Change,
    Contrast,
    Estimate,
    Flag,
    Instrument,
    MarginCheck,
    Measure,
    Release,
    Unit,
    Wave,
    Weights,
)

NAMES = (
    "Cedar Heights", "Fairmount", "Willow Bend", "Linden Park", "Orchard Rise", "Ashgrove", "Garnet Hill", "Rosewell", "Westmoor",
    "Northbank", "Juniper", "Bellfield", "Millrace", "Market Square", "Old Ferry", "Southbank", "Eastgate", "Foundry", "Tannery",
    "Canal Street", "Dockside", "Saltmarsh", "Union Yards", "Quarry End",
)  # fmt: skip
DOMAINS = {
    "fair_process": ("Fair process", 2.5),
    "effectiveness": ("There when needed", -3.5),
    "equal_treatment": ("Equal treatment", -6.0),
    "legitimacy": ("Legitimacy", 1.0),
    "reporting": ("Willingness to report", 4.5),
    "cooperation": ("Willingness to help", 7.5),
    "safe_contact": ("Contact without fear", -6.0),
}
WISHES = {
    "outreach": ("Officers who know the neighborhood and its people", 28.3),
    "protocol": ("Clear rules, in my language, about police and immigration", 43.1),
    "priority": ("Police time spent on serious crimes", 47.2),
    "forum": ("Regular open meetings that lead to change", 19.4),
    "language": ("Police who speak my language", 15.0),
    "nothing": ("Nothing needs to change", 4.1),
}
MEASURES = (
    Measure(code="trust_index", kind="index", unit=Unit.SCORE, title="Trust index"),
    *(Measure(code=code, kind="domain", unit=Unit.SCORE, title=title) for code, (title, _) in DOMAINS.items()),
    Measure(code="trust10", kind="single", unit=Unit.TEN, title="Overall trust, 0 to 10", item="trust10"),
    *(
        Measure(code=f"want_{option}", kind="share", unit=Unit.PERCENT, title=title, item="want", option=option)
        for option, (title, _) in WISHES.items()
    ),
    Measure(code="victimised", kind="proportion", unit=Unit.PERCENT, title="Victim of a crime in 12 months"),
    Measure(code="reporting_gap", kind="ratio", unit=Unit.RATIO, title="Crimes experienced for each one reported"),
)
CENTER = (-122.33, 47.6)
KM = 1 / 111.2  # a kilometre in degrees of latitude


def cell(
    measure: str,
    value: float,
    se: float,
    n: int,
    *,
    area: str | None = None,
    group: dict[str, str] | None = None,
    flag: Flag | None = None,
    low: float | None = None,
    high: float | None = None,
) -> Estimate:
    """A published cell at one decimal; without a flag it is judged by its effective n and its interval."""
    n_eff = n / 1.37
    half = 1.96 * se
    if flag is None:
        flag = Flag.TOO_FEW if n < 10 else Flag.CAUTION if n_eff < 30 or half > 10 else Flag.OK
    if flag.suppressed:
        return Estimate(
            measure=measure,
            area=area,
            group=group,
            n=None,
            n_eff=None,
            estimate=None,
            se=None,
            lci=None,
            uci=None,
            df=None,
            deff=None,
            flag=flag,
        )
    return Estimate(
        measure=measure,
        area=area,
        group=group,
        n=n,
        n_eff=round(n_eff, 1),
        estimate=round(value, 1),
        se=round(se, 1),
        lci=round(value - half if low is None else low, 1),
        uci=round(value + half if high is None else high, 1),
        df=float(n - 1),
        deff=1.4,
        flag=flag,
    )


def polygons(count: int, seed: int) -> list[dict[str, object]]:
    """``count`` neighborhoods: Voronoi cells of a round city with a river through it, in degrees."""
    rng = np.random.default_rng(seed)
    turn = np.linspace(0, 2 * math.pi, 60, endpoint=False)
    rim = 5.0 * (1 + 0.06 * np.cos(2 * turn + 0.5) + 0.04 * np.cos(5 * turn) + 0.03 * np.cos(9 * turn + 1))
    city = MultiPoint(list(zip(rim * np.cos(turn), 1.05 * rim * np.sin(turn), strict=True))).convex_hull
    river = LineString([(x, 0.8 * math.sin(x / 1.6) - 0.1 * x + 0.3) for x in np.linspace(-7, 7, 80)]).buffer(0.16)
    points: list[Point] = []
    while len(points) < count:
        p = Point(rng.uniform(-5, 5), rng.uniform(-5.2, 5.2))
        if city.contains(p) and all(p.distance(q) > 6.2 / math.sqrt(count) for q in points) and river.distance(p) > 0.2:
            points.append(p)
    cells = voronoi_polygons(MultiPoint(points), extend_to=city.buffer(3))
    shapes = []
    for p in points:
        land = next(c for c in cells.geoms if c.contains(p)).intersection(city).difference(river)
        shapes.append(max(getattr(land, "geoms", [land]), key=lambda g: g.area))
    scale = math.cos(math.radians(CENTER[1]))
    return [
        {
            "type": "Polygon",
            "coordinates": [
                [[round(CENTER[0] + x * KM / scale, 6), round(CENTER[1] + y * KM, 6)] for x, y in mapping(g)["coordinates"][0]]
            ],
        }
        for g in shapes
    ]


def contrasts(cells: list[Estimate], city: Estimate) -> tuple[Contrast, ...]:
    found = [c for c in cells if c.estimate is not None]
    if not found:
        return ()
    differences = [c.estimate - city.estimate for c in found]
    errors = [math.hypot(c.se, city.se) for c in found]
    p = [2 * norm.sf(abs(d) / s) for d, s in zip(differences, errors, strict=True)]
    adjusted = false_discovery_control(p)
    return tuple(
        Contrast(
            measure=c.measure, area=c.area, group=c.group, difference=round(d, 1), se=round(s, 1), lci=round(d - 1.96 * s, 1),
            uci=round(d + 1.96 * s, 1), p=float(a), p_adjusted=float(b), detectable=bool(b < 0.05), family=len(found),
        )
        for c, d, s, a, b in zip(found, differences, errors, p, adjusted, strict=True)
    )  # fmt: skip


def brackets(cells: list[Estimate]) -> tuple[Bracket, ...]:
    order = sorted((c for c in cells if c.estimate is not None), key=lambda c: -c.estimate)
    pairs = [(i, j) for i in range(len(order)) for j in range(i + 1, len(order))]
    if not pairs:
        return ()
    p = [2 * norm.sf(abs(order[i].estimate - order[j].estimate) / math.hypot(order[i].se, order[j].se)) for i, j in pairs]
    apart = {pair for pair, q in zip(pairs, false_discovery_control(p), strict=True) if q < 0.05}
    runs: list[tuple[int, int]] = []
    for i in range(len(order)):
        j = i
        while j + 1 < len(order) and not any((k, j + 1) in apart for k in range(i, j + 1)):
            j += 1
        if j > i and not any(a <= i and j <= b for a, b in runs):
            runs.append((i, j))
    return tuple(Bracket(measure=order[a].measure, areas=tuple(c.area for c in order[a : b + 1])) for a, b in runs)


@lru_cache
def city(areas: int = 24, *, seed: int = 7, hidden: int = 3, cautious: int = 4) -> Release:
    """A release of ``areas`` neighborhoods; the last ``hidden`` are suppressed and ``cautious`` more want caution."""
    rng = np.random.default_rng(seed)
    names = [
        NAMES[i] if i < len(NAMES) else f"{NAMES[i % len(NAMES)]} {['North', 'South', 'East', 'West'][i // len(NAMES) - 1]}"
        for i in range(areas)
    ]
    codes = [f"N{i + 1:02d}" for i in range(areas)]
    shapes = polygons(areas, seed)
    order = list(rng.permutation(areas))
    level = {codes[k]: 67 - 26 * rank / max(areas - 1, 1) for rank, k in enumerate(order)} if areas > 1 else {codes[0]: 54.0}
    few = [codes[k] for k in rng.permutation(areas)]
    out, careful = set(few[:hidden]), set(few[hidden : hidden + cautious])
    sizes = {c: int(rng.integers(30, 37)) if c in careful else int(rng.integers(105, 155)) for c in codes}
    flags = {c: Flag.PROTECTS if c == few[hidden - 1] and hidden > 1 else Flag.TOO_FEW for c in out}
    n = sum(sizes.values())
    estimates: list[Estimate] = []
    against: list[Contrast] = []
    for measure in MEASURES:
        spread = 18.6
        shift = DOMAINS.get(measure.code, ("", 0.0))[1]
        if measure.kind in ("index", "domain"):
            whole = cell(measure.code, 54.3 + shift, spread / math.sqrt(n / 1.37), n)
            cells = []
            for c in codes:
                value = level[c] + shift + rng.normal(0, 1.5) * (measure.kind == "domain")
                cells.append(cell(measure.code, value, spread / math.sqrt(sizes[c] / 1.37), sizes[c], area=c, flag=flags.get(c)))
            estimates += [whole, *cells]
            against += contrasts(cells, whole)
        elif measure.code == "trust10":
            estimates += [
                cell(measure.code, 5.4, 0.06, n),
                *(cell(measure.code, level[c] / 10, 0.22, sizes[c], area=c, flag=flags.get(c)) for c in codes),
            ]
        elif measure.kind == "share":
            share = WISHES[measure.option][1]
            estimates += [
                cell(measure.code, share, 1.1, n - 88),
                *(cell(measure.code, share, 4.4, sizes[c], area=c, flag=flags.get(c)) for c in codes),
            ]
        elif measure.code == "victimised":
            estimates += [
                cell(measure.code, 18.5, 0.9, n),
                *(cell(measure.code, 18.5, 3.9, sizes[c], area=c, flag=flags.get(c)) for c in codes),
            ]
        else:
            estimates.append(cell(measure.code, 1.9, 0.1, 427, low=1.7, high=2.1))
    for language, fear, gap, size in (("en", 54.8, 1.7, 1533), ("es", 34.4, 2.6, 509), ("vi", 39.1, 2.3, 262)):
        estimates.append(cell("safe_contact", fear, 20 / math.sqrt(size), size, group={"home_language": language}))
        estimates.append(cell("reporting_gap", gap, 0.3, size // 6, group={"home_language": language}, low=gap * 0.8, high=gap * 1.3))
    index = [e for e in estimates if e.measure == "trust_index" and e.area is not None]
    up, down = order_code(codes, order, 5), order_code(codes, order, 9)
    moved = {up: 8.5, down: -9.4}
    changes = tuple(
        _change(c.area, round(float(rng.normal(0.8, 2.4)) + moved.get(c.area, 0.0), 1), areas - hidden) for c in index if c.estimate
    )
    overall = Change(
        since_wave=2,
        since_label="April 2026",
        contrast=Contrast(
            measure="trust_index",
            area=None,
            group=None,
            difference=0.9,
            se=0.6,
            lci=-0.2,
            uci=2.1,
            p=0.12,
            p_adjusted=0.12,
            detectable=False,
            family=1,
        ),
    )
    margins = tuple(
        MarginCheck(margin=m, category=k, target=t, reached=t, respondents_share=s / 100)
        for m, k, t, s in (
            ("age", "a18", 5200.0, 11.2), ("age", "a30", 6100.0, 24.6), ("age", "a45", 7300.0, 37.1), ("age", "a65", 4400.0, 27.1),
            ("gender", "woman", 11700.0, 56.1), ("gender", "man", 11000.0, 42.8), ("gender", "other", 300.0, 1.1),
            ("home_language", "en", 12000.0, 73.1), ("home_language", "es", 7600.0, 15.8), ("home_language", "other", 3400.0, 11.1),
        )
    )  # fmt: skip
    places = {None: (n, None), **{c: (sizes[c], flags.get(c)) for c in codes}}
    since = {c.contrast.area: c.contrast.difference for c in (overall, *changes)}
    return Release(
        precision="published",
        survey="larkhaven",
        title="Trust in local police",
        place="Larkhaven",
        number=3,
        released=date(2026, 11, 12),
        synthetic=True,
        instrument=Instrument(code="community-trust", version=1, hash="9f2c51d0a7e34b6c8d10"),
        wave=Wave(
            number=3, label="October 2026", opened=date(2026, 10, 5), closed=date(2026, 10, 25), languages=("en", "es", "ar"), waves=3
        ),
        n=n,
        n_eff=round(n / 1.37, 1),
        areas=tuple(Area(code=c, name=name, geometry=g) for c, name, g in zip(codes, names, shapes, strict=True)),
        measures=MEASURES,
        estimates=tuple(estimates),
        weights=Weights(deff_kish=1.37, min=0.41, max=3.92, margins_met=True, iterations=9, margins=margins),
        against_city=tuple(against),
        brackets=brackets(index),
        changes=(overall, *changes),
        earlier=course.earlier(estimates, seed=seed, moved=since),
        policies=course.policies(tuple(codes[:2])) if areas > 4 else (),
        questions=course.QUESTIONS,
        answers=course.answers(places, seed=seed),
        method={
            "suppression": {"minimum_n": 10, "rule": "nchs"},
            "policy_dates": [
                {"date": "2026-01-12", "label": "Agreement with another authority"},
                {"date": "2026-07-01", "label": "Officers on foot"},
            ],
            "labels": {"age.a18": "18–29", "age.a30": "30–44", "gender.woman": "a woman"},
        },
    )


def _change(area: str, difference: float, family: int) -> Change:
    detectable = abs(difference) > 7
    return Change(
        since_wave=2,
        since_label="April 2026",
        contrast=Contrast(
            measure="trust_index", area=area, group=None, difference=difference, se=2.9, lci=round(difference - 5.7, 1),
            uci=round(difference + 5.7, 1), p=0.2, p_adjusted=0.01 if detectable else 0.3, detectable=detectable, family=family,
        ),
    )  # fmt: skip


def order_code(codes: list[str], order: list[int], rank: int) -> str:
    return codes[order[rank % len(order)]]


def everything_suppressed() -> Release:
    """24 neighborhoods of which none may be shown, nor the city."""
    whole = city(24)
    return replace(
        whole,
        estimates=tuple(
            cell(e.measure, 0, 0, 0, area=e.area, group=dict(e.group) if e.group else None, flag=Flag.TOO_FEW)
            for e in whole.estimates
            if not e.group
        ),
        against_city=(),
        brackets=(),
        changes=(),
        earlier=(),
        answers=course.answers({None: (0, Flag.TOO_FEW), **{area.code: (0, Flag.TOO_FEW) for area in whole.areas}}, seed=7),
    )


def without_map() -> Release:
    whole = city(24)
    return replace(whole, areas=tuple(replace(a, geometry=None) for a in whole.areas))


def without_margins() -> Release:
    whole = city(24)
    return replace(whole, weights=Weights(deff_kish=1.0, min=1.0, max=1.0, margins_met=True))


def one_area() -> Release:
    return city(1, hidden=0, cautious=0)
