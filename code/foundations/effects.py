"""Effects: what a claim is judged by, one number a seed in the direction that the claim names."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from foundations.errors import require
from foundations.metrics import metric
from foundations.runs import Run
from foundations.statistics import Estimate, Judgement, judge_difference, judge_equivalence
from foundations.tuning import SweepResults

Values = NDArray[np.float64]


class Measured(Protocol):
    """What a claim is judged on: one number a seed for each metric and arm."""

    def values(self, name: str, arm: str) -> Values:
        """Return a metric over an arm's seeds, (seeds,)."""
        ...

    def __getitem__(self, arm: str) -> Sequence[Run]:
        """Return an arm's runs, in the order of the seeds."""
        ...

    def sweep(self, name: str) -> SweepResults:
        """Return what a search for a learning rate gave, on the tuning seeds."""
        ...


@dataclass(frozen=True)
class Effect:
    """One number a seed, counted in the direction that a claim names.

    Attributes
    ----------
    label
        What minus what, in words.
    unit, digits
        As it is printed.
    margin
        The smallest effect that matters to a reader.
    compute
        From results to the numbers, (seeds,).
    equivalence
        Whether the claim is that the effect is smaller than the margin.
    ratio
        Whether the numbers are logarithms of ratios, which are printed as factors.
    """

    label: str
    unit: str
    digits: int
    margin: float
    compute: Callable[[Measured], Values]
    equivalence: bool = False
    ratio: bool = False

    def judge(self, results: Measured) -> Judgement:
        """Return the verdict of the claim that the effect is larger (for equivalence: smaller) than the margin."""
        judge = judge_equivalence if self.equivalence else judge_difference
        return judge(self.compute(results), self.margin)

    def show(self, value: float, signed: bool = True, digits: int | None = None) -> str:
        """Return a value of the effect as text, without its unit."""
        digits = self.digits if digits is None else digits
        if self.ratio:
            return f"{math.exp(value):.{digits}f}"
        return f"{value:{'+' if signed else ''}z.{digits}f}".replace("-", "−")

    def show_estimate(self, estimate: Estimate) -> str:
        """Return mean, unit and interval as text, with one digit more where a bound would read like the margin."""
        digits = self.digits
        bounds = {self.show(bound) for bound in (estimate.low, estimate.high)}
        if not bounds.isdisjoint(self.show(margin) for margin in (self.margin, -self.margin)):
            digits += 1
        mean, low, high = (self.show(value, digits=digits) for value in (estimate.mean, estimate.low, estimate.high))
        return f"{mean} {self.unit} [{low}, {high}]"


def paired(name: str, *, more: str = "", less: str = "", than: str, margin: float | None = None) -> Effect:
    """Return the effect "`more` (or `less`) of a metric in one arm than in another", paired by seed."""
    require(bool(more) != bool(less), "the arm of a paired effect", (more, less), "either more= or less=")
    first, second = (more, than) if more else (than, less)
    return _difference(name, first, second, margin, equivalence=False)


def same(name: str, arm: str, other: str, margin: float | None = None) -> Effect:
    """Return the effect "a metric is the same in two arms", up to the margin, paired by seed."""
    return _difference(name, arm, other, margin, equivalence=True)


def _difference(name: str, first: str, second: str, margin: float | None, equivalence: bool) -> Effect:
    kind = metric(name)
    return Effect(
        label=f"{kind.label}: {first} minus {second}",
        unit=kind.unit,
        digits=kind.digits,
        margin=_margin(name, margin),
        compute=lambda results: np.subtract(*_pair(results, name, first, second)),
        equivalence=equivalence,
    )


def _pair(results: Measured, name: str, first: str, second: str) -> tuple[Values, Values]:
    """Return a metric over the seeds of two arms, which must be as many: arrays of one value would be broadcast."""
    one, other = results.values(name, first), results.values(name, second)
    seeds = (len(one), len(other))
    require(seeds[0] == seeds[1], f"the numbers of seeds of {first!r} and {second!r}", seeds, "equal")
    return one, other


def factor(name: str, *, more: str, than: str, margin: float) -> Effect:
    """Return the effect "a metric is larger in one arm than in another, by a factor", paired by seed.

    `margin` is a factor above 1.
    """
    require(margin > 1, "the margin of a factor", margin, "above 1")
    return Effect(
        label=f"{metric(name).label}: {more} over {than}",
        unit="times",
        digits=2,
        margin=math.log(margin),
        compute=lambda results: np.log(np.divide(*_pair(results, name, more, than))),
        ratio=True,
    )


def between(name: str, other: str, arm: str, margin: float) -> Effect:
    """Return the effect "one metric is larger than another in the same arm", paired by seed."""
    return Effect(
        label=f"{metric(name).label} minus {metric(other).label}, {arm}",
        unit=metric(name).unit,
        digits=metric(name).digits,
        margin=margin,
        compute=lambda results: results.values(name, arm) - results.values(other, arm),
    )


def against(name: str, arm: str, *, more_than: float, margin: float | None = None) -> Effect:
    """Return the effect "a metric is larger in an arm than a reference value"."""
    kind = metric(name)
    return Effect(
        label=f"{kind.label}, {arm}, minus {more_than:g}",
        unit=kind.unit,
        digits=kind.digits,
        margin=_margin(name, margin),
        compute=lambda results: results.values(name, arm) - more_than,
    )


def _margin(name: str, margin: float | None) -> float:
    """Return a stated margin, or the book-wide one of a metric."""
    chosen = metric(name).margin if margin is None else margin
    require(chosen is not None, f"the margin of {name}", margin, "stated: there is no book-wide one in its unit")
    assert chosen is not None
    return chosen
