"""How the answers to each question share out: rows for diverging bars, in a table or on the web."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from trustsurvey.analysis.release import Estimate, Question
from trustsurvey.publish.edition import Edition
from trustsurvey.publish.phrases import stated

DOTS = "…. "  # where a question goes on from the words above it


@dataclass(frozen=True, slots=True)
class Share:
    """One answer: its words and its cell. ``step`` is its place from −2 (least favorable) over 0 (the middle) to 2, for five answers."""

    label: str
    cell: Estimate
    step: int


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """A question in one place, answers from the least favorable to the most; ``n`` is None where none is shown."""

    question: Question
    title: str
    shares: tuple[Share, ...]
    n: int | None

    @property
    def whole(self) -> bool:
        """Whether every answer is shown, so that the bar can be drawn."""
        return all(share.cell.estimate is not None for share in self.shares)

    @property
    def reach(self) -> tuple[float, float]:
        """How far the bar goes to the left and to the right of the middle, in percent."""
        left = sum((share.cell.estimate or 0.0) * (1.0 if share.step < 0 else 0.5) for share in self.shares if share.step <= 0)
        return left, sum(share.cell.estimate or 0.0 for share in self.shares) - left


@dataclass(frozen=True, slots=True)
class AnswerGroup:
    """Questions that offer the same answers; ``labels`` are those, with their steps."""

    labels: tuple[tuple[str, int], ...]
    rows: tuple[AnswerRow, ...]


def answer_groups(edition: Edition, area: str | None = None) -> tuple[AnswerGroup, ...]:
    """Every question with the answers given in ``area`` (None: the city), by what could be answered, in the order first asked."""
    groups: dict[tuple[str, ...], list[AnswerRow]] = {}
    for row in answer_rows(edition, area):
        groups.setdefault(tuple(option.context for option in row.question.options), []).append(row)
    return tuple(AnswerGroup(tuple((s.label, s.step) for s in rows[0].shares), tuple(rows)) for rows in groups.values())


def whole_groups(edition: Edition) -> tuple[AnswerGroup, ...]:
    """The city's questions whose every answer is shown, so that bars can be drawn. In a neighborhood of a hundred answers few are."""
    groups = (AnswerGroup(group.labels, tuple(row for row in group.rows if row.whole)) for group in answer_groups(edition))
    return tuple(group for group in groups if group.rows)


def answer_rows(edition: Edition, area: str | None = None) -> Iterator[AnswerRow]:
    """A row for each question, in the order asked; nothing where the release has no answers."""
    counted = {found.question: found.n for found in edition.release.answers if found.area == area}
    cells = _cells(edition, area)
    for question in edition.release.questions:
        if question.code not in counted:
            continue
        half = len(question.options) // 2
        steps = [k - half if len(question.options) % 2 or k < half else k - half + 1 for k in range(len(question.options))]
        shares = tuple(
            Share(edition.catalog.pgettext(option.context, option.text), cells[f"{question.code}.{option.code}"], step)
            for option, step in zip(question.options, steps, strict=True)
        )
        yield AnswerRow(question, question_title(edition, question), shares, counted[question.code])


def _cells(edition: Edition, area: str | None) -> Mapping[str, Estimate]:
    return {cell.measure: cell for cell in edition.release.answer_cells() if cell.area == area}


def question_title(edition: Edition, question: Question) -> str:
    """The question as it was asked, in the reader's language, with the words that it goes on from."""
    text = edition.catalog.pgettext(f"item:{question.code}", question.text)
    if not question.lead:
        return text
    lead = edition.catalog.pgettext(f"section:{question.section}.intro", question.lead)
    return f"{lead.rstrip(DOTS)} {text.lstrip(DOTS)}"


def answers_said(edition: Edition, row: AnswerRow) -> str:
    """The whole row as a sentence, for those who don't see the bar: “How often …? Never 3%, Rarely 18%, …. n: 1,753.”"""
    named = []
    for share in row.shares:
        figure = edition.catalog.gettext("not shown") if share.cell.estimate is None else edition.figure(share.cell)
        named.append(f"{edition.named(share.label)} {figure}")
    t = edition.catalog
    said = t.gettext("%(question)s %(answers)s.", question=row.title, answers=edition.locale.join(named))
    return said if row.n is None else f"{said} {stated(edition, t.gettext('n'), edition.number(row.n))}"
