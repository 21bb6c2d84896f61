"""Intervals over seeds, and the verdicts that they give.

An effect is one number a seed, in the direction that the claim names. Its mean's 95% t interval decides; the p values
are those of the same null hypotheses, one-sided, so that "supported" is the same as p below 0.025.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import scipy  # loads its parts when they are used: `scipy.stats` takes a second
from numpy.typing import ArrayLike, NDArray

from foundations.errors import require

LEVEL = 0.95
UNDECIDED = "not larger than the margin"
"""The reason of a refutation that leaves open whether the effect is absent or the opposite."""


class Verdict(StrEnum):
    """What the interval says of a claim."""

    SUPPORTED = "supported"
    REFUTED = "refuted"
    INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True)
class Estimate:
    """The mean of an effect over seeds, with its interval.

    Attributes
    ----------
    mean, low, high
        The mean and the ends of its t interval, in the unit of the effect.
    error
        Standard error of the mean.
    count
        Number of seeds.
    """

    mean: float
    low: float
    high: float
    error: float
    count: int

    def above(self, bound: float) -> float:
        """Return the p value of "the true mean is at most `bound`"."""
        if self.error == 0:
            return 0.0 if self.mean > bound else 1.0
        return float(scipy.special.stdtr(self.count - 1, (bound - self.mean) / self.error))

    def below(self, bound: float) -> float:
        """Return the p value of "the true mean is at least `bound`"."""
        if self.error == 0:
            return 0.0 if self.mean < bound else 1.0
        return float(scipy.special.stdtr(self.count - 1, (self.mean - bound) / self.error))


def estimate(values: ArrayLike, level: float = LEVEL) -> Estimate:
    """Return the mean of one value a seed with its t interval.

    Raises
    ------
    FoundationsError
        If there are fewer than two values, or one is not finite.
    """
    effect = np.asarray(values, dtype=float)
    require(effect.ndim == 1 and len(effect) >= 2, "the values of an interval", effect.tolist(), "two or more")
    require(bool(np.isfinite(effect).all()), "the values of an interval", effect.tolist(), "finite")
    mean, error = float(effect.mean()), float(effect.std(ddof=1)) / math.sqrt(len(effect))
    half = error * float(scipy.special.stdtrit(len(effect) - 1, (1 + level) / 2))
    return Estimate(mean, mean - half, mean + half, error, len(effect))


@dataclass(frozen=True)
class Judgement:
    """A verdict with what it rests on.

    Attributes
    ----------
    verdict
        Supported, refuted or inconclusive.
    reason
        Of a refuted claim: "no practical difference" or "the opposite"; otherwise empty.
    estimate
        The effect's mean and interval, in the claimed direction.
    p
        p value of the null hypothesis that being supported rejects, margin included.
    """

    verdict: Verdict
    reason: str
    estimate: Estimate
    p: float


def judge_difference(values: ArrayLike, margin: float) -> Judgement:
    """Judge the claim that an effect is larger than `margin`, the smallest that matters."""
    require(margin >= 0, "a margin", margin, "at least 0")
    effect = estimate(values)
    if effect.low > margin:
        verdict, reason = Verdict.SUPPORTED, ""
    elif effect.high < margin:
        verdict, reason = Verdict.REFUTED, _refutation(effect, margin)
    else:
        verdict, reason = Verdict.INCONCLUSIVE, ""
    return Judgement(verdict, reason, effect, effect.above(margin))


def _refutation(effect: Estimate, margin: float) -> str:
    """Say how an effect fails to be larger than a margin."""
    if effect.high < -margin:
        return "the opposite"
    return "no practical difference" if effect.low >= -margin else UNDECIDED


def judge_equivalence(values: ArrayLike, margin: float) -> Judgement:
    """Judge the claim that an effect is smaller than `margin` in size, by two one-sided tests."""
    require(margin > 0, "a margin of equivalence", margin, "above 0")
    effect = estimate(values)
    if -margin < effect.low and effect.high < margin:
        verdict = Verdict.SUPPORTED
    elif effect.low > margin or effect.high < -margin:
        verdict = Verdict.REFUTED
    else:
        verdict = Verdict.INCONCLUSIVE
    reason = "a practical difference" if verdict is Verdict.REFUTED else ""
    return Judgement(verdict, reason, effect, max(effect.above(-margin), effect.below(margin)))


def holm(p_values: Sequence[float]) -> NDArray[np.float64]:
    """Return p values adjusted for the number of claims (Holm, 1979).

    The k-th smallest of n is multiplied by n - k + 1; none comes out smaller than the one before it, or above 1.
    """
    p = np.asarray(p_values, dtype=float)
    order = np.argsort(p, kind="stable")
    adjusted = np.empty(len(p))
    adjusted[order] = np.minimum(1, np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1)))
    return adjusted


def wilson(hits: int, total: int, level: float = LEVEL) -> tuple[float, float]:
    """Return the ends of Wilson's interval for a share, of which `hits` of `total` independent trials were counted.

    Unlike the t interval over seeds it is about the draw of the trials, and it stays within [0, 1] (Wilson 1927).

    Raises
    ------
    FoundationsError
        If there are no trials, or not between none and all of them are hits.
    """
    require(total >= 1, "trials", total, "at least 1")
    require(0 <= hits <= total, "hits", hits, f"from 0 to {total}")
    interval = scipy.stats.binomtest(hits, total).proportion_ci(level, method="wilson")
    return float(interval.low), float(interval.high)
