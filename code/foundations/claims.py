"""Claims: sentences bound to results, and what the results say of them; and checks of exact facts."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from foundations import profiles
from foundations.errors import CheckError, VerdictError
from foundations.metrics import metric
from foundations.runs import Run
from foundations.specs import require
from foundations.statistics import Judgement, Verdict, holm, judge_difference, judge_equivalence

Values = NDArray[np.float64]


class Measured(Protocol):
    """What a claim is judged on: one number a seed for each metric and arm."""

    def values(self, name: str, arm: str) -> Values:
        """Return a metric over an arm's seeds, (seeds,)."""
        ...

    def __getitem__(self, arm: str) -> Sequence[Run]:
        """Return an arm's runs, in the order of the seeds."""
        ...


class HasClaims(Protocol):
    """A study, as far as claims go."""

    @property
    def claims(self) -> Sequence[Claim]:
        """The study's conclusions."""
        ...


class Judged(Measured, Protocol):
    """A study's results."""

    @property
    def study(self) -> HasClaims:
        """Whose results they are."""
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

    def show(self, value: float, signed: bool = True) -> str:
        """Return a value of the effect as text, without its unit."""
        if self.ratio:
            return f"{math.exp(value):.{self.digits}f}"
        return f"{value:{'+' if signed else ''}.{self.digits}f}".replace("-", "−")


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
        compute=lambda results: results.values(name, first) - results.values(name, second),
        equivalence=equivalence,
    )


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
        compute=lambda results: np.log(results.values(name, more) / results.values(name, than)),
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


@dataclass(frozen=True)
class Claim:
    """A conclusion of a chapter, bound to results.

    Attributes
    ----------
    id
        Lower case with hyphens; the claim's address.
    sentence
        What is claimed. It stands here and nowhere else.
    effect
        What it is judged by.
    predicted
        The verdict expected before the reporting seeds were run.
    recorded
        The verdict that the prose was written for.
    margin_reason
        Why the margin is not the book-wide one.
    folklore
        Whether the sentence is what tutorials usually say, rather than what the chapter concludes.
    """

    id: str
    sentence: str
    effect: Effect
    predicted: Verdict
    recorded: Verdict
    margin_reason: str = ""
    folklore: bool = False

    def judge(self, results: Measured) -> Outcome:
        """Return what the results say; in a preview that is nothing."""
        judged = profiles.current() is profiles.Profile.FULL
        return Outcome(self, self.effect.judge(results) if judged else None)


@dataclass(frozen=True)
class Outcome:
    """A claim with its judgement, which is None in a preview; a chapter shows it as a card."""

    claim: Claim
    judgement: Judgement | None

    @property
    def differs(self) -> bool:
        """Whether the verdict is another than the prose was written for."""
        return self.judgement is not None and self.judgement.verdict != self.claim.recorded

    def enforce(self) -> Outcome:
        """Return the outcome; in a strict build raise if the verdict differs.

        Raises
        ------
        VerdictError
            Naming the claim, both verdicts and the effect.
        """
        if self.differs and profiles.strict():
            raise VerdictError(
                f"claim {self.claim.id!r} is recorded as {self.claim.recorded}, "
                f"but the results say: {self.verdict}, {self.effect}"
            )
        return self

    @property
    def verdict(self) -> str:
        """The verdict in words, with the reason of a refutation."""
        if self.judgement is None:
            return "not evaluated in a preview"
        reason = f" ({self.judgement.reason})" if self.judgement.reason else ""
        return f"{self.judgement.verdict}{reason}"

    @property
    def effect(self) -> str:
        """The effect with its interval and unit, in words."""
        if self.judgement is None:
            return ""
        effect, estimate = self.claim.effect, self.judgement.estimate
        low, high = effect.show(estimate.low), effect.show(estimate.high)
        return f"{effect.show(estimate.mean)} {effect.unit} [{low}, {high}]"

    @property
    def basis(self) -> str:
        """What the effect is, its margin, how many seeds, and what was predicted, in words."""
        effect = self.claim.effect
        margin = f"margin {effect.show(effect.margin, signed=False)} {effect.unit}"
        if self.claim.margin_reason:
            margin += f" ({self.claim.margin_reason})"
        parts = [effect.label, margin]
        if self.judgement is not None:
            parts.append(f"{self.judgement.estimate.count} seeds, 95% interval")
        parts.append(f"predicted: {self.claim.predicted}")
        if self.differs:
            parts.append(f"differs on this machine: recorded as {self.claim.recorded}")
        return "; ".join(parts)

    def _repr_html_(self) -> str:
        state = "unevaluated" if self.judgement is None else self.judgement.verdict
        kind = "Folklore" if self.claim.folklore else "Claim"
        verdict = self.verdict[:1].upper() + self.verdict[1:]
        link = f'<a class="claim-link" href="#claim-{self.claim.id}" aria-label="Link to this claim">#</a>'
        return (
            f'<aside class="claim claim-{state}" id="claim-{self.claim.id}" aria-label="{kind}">'
            f'<p class="claim-sentence">{escape(self.claim.sentence)} {link}</p>'
            f'<p class="claim-verdict"><strong>{escape(verdict)}.</strong> {escape(self.effect)}</p>'
            f'<p class="claim-details">{escape(self.basis)}.</p></aside>'
        )


def evaluate_all(studies: Sequence[Judged]) -> list[tuple[Outcome, float | None]]:
    """Return every claim's outcome with its p value, adjusted over all of them (Holm); in a preview without."""
    outcomes = [claim.judge(results) for results in studies for claim in results.study.claims]
    judged = [outcome.judgement.p for outcome in outcomes if outcome.judgement is not None]
    adjusted = iter(holm(judged).tolist())
    return [(outcome, next(adjusted) if outcome.judgement else None) for outcome in outcomes]


@dataclass(frozen=True)
class Check:
    """An exact fact that was found to hold; a chapter shows it as a card."""

    sentence: str
    error: float
    at_most: float

    def _repr_html_(self) -> str:
        bound = "exactly" if self.at_most == 0 else f"largest difference {self.error:.1e}, allowed {self.at_most:.0e}"
        return (
            f'<aside class="check" aria-label="Check"><p><strong>Checked.</strong> '
            f"{escape(self.sentence)} <span>({bound})</span></p></aside>"
        )


def check(sentence: str, error: float, at_most: float = 0.0) -> Check:
    """Show that an exact fact holds: that an error is at most so large.

    Raises
    ------
    CheckError
        If it is larger, or not a number; the build stops then.
    """
    if not float(error) <= at_most:
        raise CheckError(f"{sentence} The error must be at most {at_most:g}. Received: {float(error)!r}")
    return Check(sentence, float(error), at_most)


def largest_difference(first: ArrayLike, second: ArrayLike) -> float:
    """Return the largest absolute difference of two arrays of one shape; of others, infinity."""
    one, other = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    return float(np.abs(one - other).max()) if one.shape == other.shape else math.inf
