"""What a made-up release has besides its own wave: answers to questions, earlier waves, and policies between them."""

from __future__ import annotations

from datetime import date

import numpy as np

from trustsurvey.analysis.release import (
    AnswerOption,
    Answers,
    EarlierFigure,
    EarlierWave,
    Estimate,
    Flag,
    Policy,
    PolicyEffect,
    PolicyPoint,
    Question,
    Refusal,
    Slope,
)

OFTEN = ("Never", "Rarely", "Sometimes", "Often", "Always")
LIKELY = ("Very unlikely", "Unlikely", "Neither likely nor unlikely", "Likely", "Very likely")
ASKED = (
    ("fp_respect", "How often do police here treat people with respect?", "fair_process", "how_often", OFTEN, ""),
    ("fp_listen", "How often do they listen to people before they decide what to do?", "fair_process", "how_often", OFTEN, ""),
    (
        "et_profile",
        "How often do police here stop people because of how they look or speak?",
        "equal_treatment",
        "how_often",
        OFTEN,
        "",
    ),
    (
        "rp_victim",
        "… you were the victim of a crime?",
        "reporting",
        "how_likely",
        LIKELY,
        "How likely would you be to contact the police if …",
    ),
)
QUESTIONS = tuple(
    Question(
        code=code,
        text=text,
        domain=domain,
        options=tuple(
            AnswerOption(code=str(k), text=label, context=f"option:{scale}.{k}")
            for k, label in (list(enumerate(options))[:: -1 if turned else 1])
        ),
        section="reporting" if lead else "fair",
        lead=lead,
    )
    for code, text, domain, scale, options, lead in ASKED
    for turned in (code == "et_profile",)
)
WAVES = ((1, "October 2025", date(2025, 10, 6), date(2025, 10, 26)), (2, "April 2026", date(2026, 4, 6), date(2026, 4, 26)))


def answers(places: dict[str | None, tuple[int, Flag | None]], *, seed: int) -> tuple[Answers, ...]:
    """Answers in each place, of n people; a flag hides them all. In places of fewer than 60 two options are too imprecise."""
    rng = np.random.default_rng(seed)
    found = []
    for question in QUESTIONS:
        for area, (n, flag) in places.items():
            share = np.round(100 * rng.dirichlet([3, 8, 14, 10, 5]), 1)
            hidden = [flag is not None or (n < 60 and k in (0, 4)) for k in range(5)]
            flags = tuple(flag or (Flag.IMPRECISE if h else Flag.OK) for h in hidden)

            def shown(values: list[float], hidden: list[bool] = hidden) -> tuple[float | None, ...]:
                return tuple(None if h else v for v, h in zip(values, hidden, strict=True))

            found.append(
                Answers(
                    question=question.code,
                    area=area,
                    n=None if flag is not None else n,
                    df=None if flag is not None else float(n - 1),
                    n_eff=shown([float(round(n / 1.2))] * 5),
                    estimate=shown(share.tolist()),
                    se=shown([1.2] * 5),
                    lci=shown(np.maximum(share - 2.4, 0).round(1).tolist()),
                    uci=shown((share + 2.4).round(1).tolist()),
                    deff=shown([1.2] * 5),
                    flags=flags,
                )
            )
    return tuple(found)


def earlier(estimates: list[Estimate], *, seed: int, moved: dict[str | None, float]) -> tuple[EarlierWave, ...]:
    """Two earlier waves; in the second everything is ``moved`` by what the release says has changed since."""
    rng = np.random.default_rng(seed)
    waves = []
    for number, label, opened, closed in WAVES:
        figures = []
        for cell in estimates:
            if cell.group or (cell.area is not None and cell.measure != "trust_index"):
                continue
            gone = cell.estimate is None or (number == 1 and rng.random() < 0.1 and cell.area is not None)
            step = moved.get(cell.area, 0.0) + (float(np.round(rng.normal(0, 2), 1)) if number == 1 else 0.0)

            def then(value: float | None, gone: bool = gone, step: float = step) -> float | None:
                return None if gone or value is None else round(value - step, 1)

            figures.append(
                EarlierFigure(
                    measure=cell.measure,
                    area=cell.area,
                    n=None if gone else cell.n,
                    estimate=then(cell.estimate),
                    lci=then(cell.lci),
                    uci=then(cell.uci),
                    flag=Flag.TOO_FEW if gone else cell.flag,
                )
            )
        waves.append(EarlierWave(number=number, label=label, opened=opened, closed=closed, n=2000, release=number, figures=tuple(figures)))
    return tuple(waves)


def policies(touched: tuple[str, ...]) -> tuple[Policy, ...]:
    """One that held everywhere, one that touched some neighborhoods, and one too late to say anything of."""
    held = [_effect(code, -0.9 * k, touched=False, k=k) for k, code in enumerate(("trust_index", "fair_process", "safe_contact"))]
    those = [_effect(code, 6.3 - k, touched=True, k=k) for k, code in enumerate(("trust_index", "fair_process", "safe_contact"))]
    few = Refusal(
        message="An interrupted time series needs at least %(least)s waves; there are %(waves)s.", values={"least": 8, "waves": 3}
    )
    late = Refusal(message="There must be at least one wave before the policy date and one after it.")
    return (
        Policy(day=date(2026, 1, 12), label="Agreement with another authority", effects=tuple(held), refusal=few),
        Policy(day=date(2026, 7, 1), label="Officers on foot", areas=touched, effects=tuple(those)),
        Policy(day=date(2027, 1, 1), label="A new chief", refusal=late),
    )


def _effect(measure: str, estimate: float, *, touched: bool, k: int) -> PolicyEffect:
    points = ((1, 54.0, 53.1), (2, 53.2, 52.4), (3, 60.3, 53.3))
    return PolicyEffect(
        measure=measure,
        method="difference in differences" if touched else "before and after",
        estimate=round(estimate, 1),
        se=1.2,
        lci=round(estimate - 2.4, 1),
        uci=round(estimate + 2.4, 1),
        p=0.001 if touched else 0.4,
        p_adjusted=0.002 if touched else 0.4,
        detectable=touched,
        family=3,
        n=5800,
        waves_before=2 if touched else 1,
        waves_after=1 if touched else 2,
        flag=Flag.CAUTION if k == 1 else Flag.OK,
        slope=Slope(estimate=0.4, lci=-3.0, uci=3.8, p=0.8) if touched else None,
        parallel=(k != 1) if touched else None,
        points=tuple(PolicyPoint(wave=w, touched=a, others=b if touched else None) for w, a, b in points),
    )
