"""The answers to each question, from the figures of its options."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from trustsurvey.analysis.figures import Figures, cells
from trustsurvey.analysis.plan import Plan, answer_code
from trustsurvey.analysis.release import Answers, Estimate, Flag


def none_alone(figures: Iterable[Figures]) -> list[Figures]:
    """The same figures with no option hidden by itself: since a question's shares add up to a hundred, it would be the rest.

    The smallest of the shown options is hidden with it. ``figures`` are of one partition.
    """
    found = list(figures)
    questions: dict[str, list[int]] = {}
    for k, figure in enumerate(found):
        questions.setdefault(figure.planned.measure.item or "", []).append(k)
    for members in questions.values():
        hidden = np.array([[flag.suppressed for flag in found[k].flags] for k in members])
        share = np.where(hidden, np.inf, np.array([found[k].estimate for k in members]))
        for place in np.flatnonzero((hidden.sum(axis=0) == 1) & (len(members) > 2)):
            k = members[int(np.argmin(share[:, place]))]
            found[k] = found[k].hiding([int(place)])
    return found


def answers_of(figures: Sequence[Figures], plan: Plan) -> tuple[Answers, ...]:
    """The published answers: by question as asked, the city and then the areas."""
    by_code: dict[str, list[Estimate]] = {}
    for figure in figures:
        if figure.planned.answer:
            by_code.setdefault(figure.code, []).extend(cells(figure, plan))
    found = []
    for question in plan.questions:
        options = [by_code[answer_code(question.code, option.code)] for option in question.options]
        found += [_answers(question.code, of_place) for of_place in zip(*options, strict=True)]
    return tuple(found)


def _answers(question: str, options: Sequence[Estimate]) -> Answers:
    shown = next((cell for cell in options if not cell.flag.suppressed), options[0])
    return Answers(
        question=question,
        area=shown.area,
        n=shown.n,
        df=shown.df,
        n_eff=tuple(cell.n_eff for cell in options),
        estimate=tuple(cell.estimate for cell in options),
        se=tuple(cell.se for cell in options),
        lci=tuple(cell.lci for cell in options),
        uci=tuple(cell.uci for cell in options),
        deff=tuple(cell.deff for cell in options),
        flags=tuple(cell.flag for cell in options),
    )


def hidden_whole(figures: Sequence[Figures]) -> list[Figures]:
    """One figure a question and partition, suppressed where all its options are: where nothing tells how many answered it."""
    grouped: dict[tuple[str, tuple[object, ...]], list[Figures]] = {}
    for figure in figures:
        grouped.setdefault((figure.planned.measure.item or "", figure.places), []).append(figure)
    return [
        replace(
            members[0],
            flags=tuple(
                Flag.PROTECTS if all(f.suppressed for f in flags) else Flag.OK for flags in zip(*(m.flags for m in members), strict=True)
            ),
        )
        for members in grouped.values()
    ]
