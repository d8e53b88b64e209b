"""A population whose every answer is known, and the part of it that answers.

The population has one row an adult. Who answers depends on neighborhood, age, gender and language at home, as it does in life, and on
nothing else: so weighting to those margins recovers the truth, and a test can say that it does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from trustsurvey.questionnaire.schema import CODES, Item, Kind, Questionnaire
from trustsurvey.services.demo.city import QUARTERS

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Chars = NDArray[np.uint8]

AGES, AGE_SHARES, AGE_EAGER = ("a18", "a30", "a45", "a65"), (0.22, 0.28, 0.31, 0.19), (1.4, 1.1, 0.9, 0.6)
GENDERS, GENDER_SHARES, GENDER_EAGER = ("woman", "man", "other"), (0.505, 0.48, 0.015), (1.25, 0.8, 1.0)
OTHERS = ("zh", "vi", "ar", "am", "so", "ru")
DOMAIN_SHIFT = {
    "fair_process": 3,
    "effectiveness": -2,
    "equal_treatment": -6,
    "legitimacy": 2,
    "reporting": 6,
    "cooperation": 8,
    "safe_contact": -5,
}
FEAR = {"en": 0.0, "es": -14.0, "other": -7.0}
"""How far a home language moves `safe_contact`; the other domains move by a third of it."""

SKIP = {"-": 0.03, "?": 0.05, "~": 0.03}
"""How often an item is skipped, not known or refused: the same for everyone."""


@dataclass(frozen=True, slots=True)
class Wave:
    """What is particular to a wave: points by which trust differs for everyone, for Spanish speakers, and in some neighborhoods."""

    everyone: float
    spanish: float
    moves: Mapping[str, float] = field(default_factory=dict)


LATER = {"tannery": 9.0, "willow-bend": 7.0, "juniper": -8.0}
WAVES = (Wave(2.5, 3.0), Wave(-0.5, -5.0), Wave(0.0, -4.0, LATER), Wave(0.3, -3.5, LATER))


@dataclass(frozen=True, slots=True)
class Population:
    """``N`` adults: indices into QUARTERS, AGES, GENDERS and the language codes, and every answer as record characters (N × columns)."""

    area: Ints
    age: Ints
    gender: Ints
    language: NDArray[np.str_]
    records: Chars
    truth: Mapping[str, Mapping[str | None, float]]  # measure → area code (None: the city) → the population's mean


def populate(questionnaire: Questionnaire, wave: int, *, seed: int = 1, scale: float = 1.0) -> Population:
    """The population of wave ``wave`` (from 1). ``scale`` multiplies the number of adults (tests use fewer)."""
    rng = np.random.default_rng([seed, wave])
    sizes = np.array([max(40, round(q.adults * scale)) for q in QUARTERS])
    area = np.repeat(np.arange(len(QUARTERS)), sizes)
    n = area.size
    age = rng.choice(len(AGES), n, p=AGE_SHARES)
    gender = rng.choice(len(GENDERS), n, p=GENDER_SHARES)
    draw, spanish = rng.random(n), np.array([q.spanish for q in QUARTERS])[area]
    other = np.array([q.other for q in QUARTERS])[area]
    group = np.where(draw < spanish, 1, np.where(draw < spanish + other, 2, 0))
    language = np.where(group == 1, "es", np.where(group == 2, rng.choice(OTHERS, n), "en"))
    levels, scores = _scored(questionnaire, wave, area, age, group, rng)
    columns = _columns(questionnaire, levels, scores, (age, gender, language), rng)
    return Population(area, age, gender, language, np.column_stack(columns), _truth(questionnaire, scores, area))


def _scored(
    questionnaire: Questionnaire, wave: int, area: Ints, age: Ints, group: Ints, rng: np.random.Generator
) -> tuple[dict[str, Ints], dict[str, Floats]]:
    """Levels 0–4 of every scored item, and the domain and index scores they make."""
    n, effect = area.size, WAVES[wave - 1]
    base = np.array([q.trust + effect.moves.get(q.code, 0) for q in QUARTERS])[area] + effect.everyone
    base = base + np.array([-3, 0, 1, 3])[age] + rng.normal(0, 11, n)
    fear = np.array(list(FEAR.values()))[group] + np.where(group == 1, effect.spanish, 0)
    levels: dict[str, Ints] = {}
    scores: dict[str, Floats] = {}
    for domain in questionnaire.scoring.domains:
        shift = DOMAIN_SHIFT[domain.code] + fear * (1 if domain.code == "safe_contact" else 1 / 3)
        own = base + shift + rng.normal(0, 9, n)
        parts = []
        for code in domain.items:
            level = np.clip(np.rint((own + rng.normal(0, 17, n)) / 25), 0, 4).astype(np.int64)
            parts.append(level * 25.0)
            levels[code] = 4 - level if questionnaire.item(code).reverse else level
        scores[domain.code] = np.mean(parts, axis=0)
    index = questionnaire.scoring.index
    scores[index.code] = np.mean([scores[code] for code in index.domains], axis=0)
    return levels, scores


def _columns(
    questionnaire: Questionnaire,
    levels: Mapping[str, Ints],
    scores: Mapping[str, Floats],
    person: tuple[Ints, Ints, NDArray[np.str_]],
    rng: np.random.Generator,
) -> list[Chars]:
    age, gender, language = person
    n, index = age.size, scores[questionnaire.scoring.index.code]
    chosen: dict[str, Ints] = {}  # option positions, by item
    columns: list[Chars] = []
    for item in questionnaire.items():
        if not item.columns:
            continue
        asked = np.ones(n, bool)
        if item.show_if:
            before = questionnaire.item(item.show_if.item)
            wanted = [[o.code for o in before.options].index(value) for value in item.show_if.values]
            asked = np.isin(chosen[before.code], wanted)
        if item.kind is Kind.MULTIPLE:
            columns += _several(item, asked, rng)
            continue
        if item.code in levels:
            position = levels[item.code]
        elif item.code in ("age", "gender", "home_language"):
            codes = [o.code for o in item.options]
            named = {"age": np.array(AGES)[age], "gender": np.array(GENDERS)[gender], "home_language": language}[item.code]
            position = np.array([codes.index(str(c)) for c in np.unique(named)])[np.unique(named, return_inverse=True)[1]]
        else:
            position = _single(item, index, rng)
        characters, chosen[item.code] = _skip(item, position, asked, rng)
        columns.append(characters)
    return columns


def _skip(item: Item, position: Ints, asked: NDArray[np.bool_], rng: np.random.Generator) -> tuple[Chars, Ints]:
    """The item's characters with some skipped, and the positions left (−1 where skipped or not asked)."""
    characters = np.frombuffer(CODES.encode(), np.uint8)[position].copy()
    draw, low = rng.random(position.size), 0.0
    for character, share in SKIP.items():
        rate = share / (3 if item.code in ("age", "gender", "home_language") else 1)
        characters[(draw >= low) & (draw < low + rate)] = ord(character)
        low += rate
    characters[~asked] = ord(".")
    return characters, np.where((draw < low) | ~asked, -1, position)


def _single(item: Item, index: Floats, rng: np.random.Generator) -> Ints:
    n, last = index.size, len(item.options) - 1
    if item.kind is Kind.NUMBER:
        return np.clip(np.rint(index / 10 + rng.normal(0, 1.6, n)), 0, last).astype(np.int64)
    if item.code == "victim":
        return np.where(rng.random(n) < 0.19, 0, 1)
    if item.code == "reported":
        return np.where(rng.random(n) < 0.25 + index / 220, 0, 1)
    return np.clip(np.rint((index - 6 + rng.normal(0, 22, n)) / 25), 0, last).astype(np.int64)


def _several(item: Item, asked: NDArray[np.bool_], rng: np.random.Generator) -> list[Chars]:
    """Options chosen with falling likelihood, within ``at_most`` and ``exclusive``."""
    n, k = asked.size, len(item.options)
    likely = np.linspace(1.0, 0.25, k) + (0.15 * np.sin(np.arange(k) * 2.0))
    rank = np.argsort(np.argsort(rng.gumbel(size=(n, k)) + np.log(likely) * 1.5, axis=1)[:, ::-1], axis=1)
    marks = rank < rng.integers(1, (item.at_most or 2) + 1, n)[:, None]
    codes = [option.code for option in item.options]
    for exclusive in item.exclusive:
        at = codes.index(exclusive)
        only = (rng.random(n) < 0.05)[:, None]
        marks = np.where(only, np.arange(k) == at, marks & (np.arange(k) != at))
        marks[~marks.any(axis=1), 0] = True
    characters = np.where(marks, ord("1"), ord("0")).astype(np.uint8)
    characters[rng.random(n) < 0.06] = ord("-")
    characters[~asked] = ord(".")
    return list(characters.T)


def _truth(questionnaire: Questionnaire, scores: Mapping[str, Floats], area: Ints) -> dict[str, dict[str | None, float]]:
    counts = np.bincount(area)
    found: dict[str, dict[str | None, float]] = {}
    for code in (*(d.code for d in questionnaire.scoring.domains), questionnaire.scoring.index.code):
        sums = np.bincount(area, scores[code])
        found[code] = {None: float(scores[code].mean()), **{q.code: float(s / c) for q, s, c in zip(QUARTERS, sums, counts, strict=True)}}
    return found


def answer(population: Population, n: int, *, seed: int) -> Ints:
    """Rows of the ``n`` adults who answer: the eager ones more often."""
    rng = np.random.default_rng(seed)
    eager = (
        np.array([q.eager for q in QUARTERS])[population.area]
        * np.array(AGE_EAGER)[population.age]
        * np.array(GENDER_EAGER)[population.gender]
    )
    eager = eager * np.where(population.language == "es", 0.7, np.where(population.language == "en", 1.1, 0.75))
    keys = np.log(rng.random(eager.size)) / eager  # Efraimidis and Spirakis (2006): weighted sampling without replacement
    return np.argpartition(-keys, n)[:n].astype(np.int64)


def margins(population: Population) -> dict[str, dict[str, float]]:
    """The population's totals: adults by neighborhood, age, gender and language at home."""

    def count(values: NDArray[np.str_]) -> dict[str, float]:
        codes, counts = np.unique(values, return_counts=True)
        return {str(code): float(c) for code, c in zip(codes, counts, strict=True)}

    area = np.array([q.code for q in QUARTERS])
    return {
        "area": count(area[population.area]),
        "age": count(np.array(AGES)[population.age]),
        "gender": count(np.array(GENDERS)[population.gender]),
        "home_language": count(population.language),
    }
