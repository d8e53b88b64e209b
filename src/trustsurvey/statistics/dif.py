"""Whether an item behaves differently in another language: ordinal logistic regression (Zumbo 1999).

People with the same score on the domain should answer an item alike, whatever their language. The cumulative logit model of the item on the
score is compared with one that also has the language and its interaction with the score; a likelihood ratio on two degrees of freedom
tests uniform and non-uniform differences together.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from trustsurvey.statistics.arrays import FloatArray

LEAST = 50
"""Fewest people of a language (complete on the domain) that are compared."""

MODERATE = 0.035
"""The gain in Nagelkerke's R² from which a difference is more than negligible (Jodoin and Gierl 2001)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemDifference:
    """One item of two languages: χ² on 2 degrees of freedom, its p, and the gain in Nagelkerke's R² (the size of the difference)."""

    chi2: float
    p: float
    gain: float
    n: int


def compare_item(table: FloatArray) -> ItemDifference | None:
    """Test one item between two groups.

    Args:
        table: how many of each group with each score gave each answer, shape (answers, scores, 2).

    Returns:
        None where a group has fewer than ``LEAST`` people or the item or the score doesn't vary.
    """
    answers = table[table.sum(axis=(1, 2)) > 0]
    scores = np.flatnonzero(table.sum(axis=(0, 2)) > 0)
    if np.any(table.sum(axis=(0, 1)) < LEAST) or len(answers) < 2 or len(scores) < 2:
        return None
    counts = answers[:, scores]
    n = float(counts.sum())
    score = scores.astype(np.float64)
    weight = counts.sum(axis=(0, 2)) / n
    score = (score - weight @ score) / np.sqrt(weight @ (score - weight @ score) ** 2)
    x = np.stack([np.broadcast_to(score[:, None], (score.size, 2)), np.broadcast_to([0.0, 1.0], (score.size, 2))], axis=-1)
    x = np.concatenate([x, x[..., :1] * x[..., 1:]], axis=-1).reshape(-1, 3)
    rows = np.moveaxis(counts, 0, -1).reshape(-1, len(counts))
    null = float(special.xlogy(rows.sum(axis=0), rows.sum(axis=0) / n).sum())
    small, full = (_log_likelihood(rows, x[:, :k]) for k in (1, 3))
    if small is None or full is None:
        return None
    chi2 = max(2.0 * (full - small), 0.0)
    ceiling = 1.0 - np.exp(2.0 * null / n)
    gain = (np.exp(2.0 * (null - small) / n) - np.exp(2.0 * (null - full) / n)) / ceiling
    return ItemDifference(chi2=chi2, p=float(special.chdtrc(2, chi2)), gain=float(gain), n=round(n))


def _log_likelihood(counts: FloatArray, x: FloatArray) -> float | None:
    """The maximum log-likelihood of cumulative logits (McCullagh 1980) by Fisher scoring; None where it doesn't converge.

    Args:
        counts: shape (rows, answers). x: predictors of each row, shape (rows, p).
    """
    answers, predictors = counts.shape[1], x.shape[1]
    share = np.cumsum(counts.sum(axis=0))[:-1] / counts.sum()
    theta = np.concatenate([np.log(share / (1.0 - share)), np.zeros(predictors)])
    value, gradient, information = _evaluate(counts, x, theta, answers)
    for _ in range(60):
        step = np.linalg.solve(information + 1e-10 * np.diag(np.diagonal(information)), gradient)
        size = 1.0
        while size > 1e-6:
            moved = theta + size * step
            if np.all(np.diff(moved[: answers - 1]) > 0):
                now = _evaluate(counts, x, moved, answers)
                if now[0] >= value - 1e-12 * abs(value):
                    break
            size /= 2
        else:
            return None
        gained = now[0] - value
        theta, (value, gradient, information) = moved, now
        if gained <= 1e-10 * abs(value):
            return value
    return None


def _evaluate(counts: FloatArray, x: FloatArray, theta: FloatArray, answers: int) -> tuple[float, FloatArray, FloatArray]:
    """Log-likelihood, its gradient and the expected information at θ = (cut points, slopes)."""
    cuts, slopes = theta[: answers - 1], theta[answers - 1 :]
    below = special.expit(cuts[None, :] - (x @ slopes)[:, None])
    density = below * (1.0 - below)
    edge = np.zeros((len(x), 1))
    p = np.maximum(np.diff(np.concatenate([edge, below, edge + 1.0], axis=1), axis=1), 1e-300)
    by_cut = np.zeros((len(x), answers, answers - 1))
    k = np.arange(answers - 1)
    by_cut[:, k, k] = density
    by_cut[:, k + 1, k] = -density
    derivative = np.concatenate([by_cut, -by_cut.sum(axis=2)[:, :, None] * x[:, None, :]], axis=2)
    gradient = np.einsum("rk,rkt->t", counts / p, derivative)
    flat = derivative.reshape(-1, derivative.shape[2])
    information = flat.T @ (flat * (counts.sum(axis=1)[:, None] / p).reshape(-1, 1))
    value = float((counts * np.log(p)).sum())
    return value, gradient, information
