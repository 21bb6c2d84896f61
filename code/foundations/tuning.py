"""Tuned learning rates: searched for on seeds of their own, written down in the study, and confirmed in the chapter."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from foundations import profiles
from foundations.errors import VerdictError, require
from foundations.metrics import metric
from foundations.runs import Run
from foundations.specs import RunSpec
from foundations.typeset import capitalized, typeset

TUNING_SEEDS = (100, 101, 102)
CRITERION = "validation_accuracy"


@dataclass(frozen=True)
class Sweep:
    """A search for the best learning rate of one arm, on the tuning seeds.

    Attributes
    ----------
    spec
        What is tuned; its own learning rate and seed do not count.
    rates
        The values tried, rising.
    chosen
        The best one by the mean of the criterion, as recorded when the study was written: arms are data, and cannot
        wait for it.
    criterion
        The metric that chooses: an accuracy, the higher the better, or a cross-entropy, the lower the better.
    """

    spec: RunSpec
    rates: Sequence[float]
    chosen: float
    criterion: str = CRITERION

    def __post_init__(self) -> None:
        require(len(self.rates) > 0 and sorted({*self.rates}) == [*self.rates], "rates", self.rates, "rising")
        require(self.chosen in self.rates, "the chosen rate", self.chosen, f"one of {self.rates}")

    @property
    def tuned(self) -> RunSpec:
        """The spec at the chosen rate."""
        return self.spec.vary(learning_rate=self.chosen)

    def specs(self) -> list[RunSpec]:
        """Return one spec a rate and tuning seed, as the current profile trains them: in a preview one seed a rate."""
        profile = profiles.current()
        seeds = TUNING_SEEDS if profile is profiles.Profile.FULL else TUNING_SEEDS[:1]
        spec = profile.shorten(self.spec)
        return [dataclasses.replace(spec.vary(learning_rate=rate), seed=seed) for rate in self.rates for seed in seeds]


@dataclass(frozen=True)
class SweepResults:
    """The runs of a sweep of some name, by rate and then by seed."""

    name: str
    sweep: Sweep
    runs: Sequence[Run] = field(repr=False)

    @property
    def rates(self) -> NDArray[np.float64]:
        """The learning rates, (rates,)."""
        return np.array(self.sweep.rates)

    def values(self, name: str) -> NDArray[np.float64]:
        """Return a metric, (rates, seeds); accuracies in points."""
        of = metric(name).of
        return np.array([of(run) for run in self.runs]).reshape(len(self.sweep.rates), -1)

    @property
    def best(self) -> float:
        """The rate that is best by the mean of the criterion, the lowest of equals; one that is not finite is worst."""
        return self.sweep.rates[int(self._worth.argmax())]

    @property
    def lag(self) -> float:
        """By how much the recorded rate is worse than the best one, in the unit of the criterion."""
        return float(self._worth.max() - self._worth[self.sweep.rates.index(self.sweep.chosen)])

    @property
    def _worth(self) -> NDArray[np.float64]:
        """Each rate's mean of the criterion, the higher the better, (rates,)."""
        means = self.values(self.sweep.criterion).mean(axis=1)
        worth = means if self.sweep.criterion.endswith("accuracy") else -means
        return np.where(np.isfinite(worth), worth, -np.inf)

    def confirm(self) -> Choice:
        """Return the choice as a card; in a strict build raise if another rate is better by more than the margin.

        Raises
        ------
        VerdictError
            Naming both rates.
        """
        judged = profiles.current() is profiles.Profile.FULL
        choice = Choice(self.name, self.sweep, self.best if judged else None)
        as_good = self.lag <= (metric(self.sweep.criterion).margin or 0)
        if choice.differs and profiles.strict() and not as_good:
            raise VerdictError(
                f"{self.name}: the tuned learning rate is recorded as {self.sweep.chosen:g}, "
                f"but the tuning seeds choose {self.best:g}, which is better by {self.lag:.3g}"
            )
        return choice


@dataclass(frozen=True)
class Choice:
    """A recorded learning rate and the best one of this build, which is None in a preview; shown as a card."""

    name: str
    sweep: Sweep
    best: float | None

    @property
    def differs(self) -> bool:
        """Whether the tuning seeds choose another rate than the recorded one."""
        return self.best not in (None, self.sweep.chosen)

    def _repr_html_(self) -> str:
        rates, spec, judged_by = self.sweep.rates, self.sweep.spec, metric(self.sweep.criterion).label
        sentence = (
            f"{capitalized(self.name)}: learning rate {self.sweep.chosen:g}, the best of {len(rates)} values "
            f"from {rates[0]:g} to {rates[-1]:g} by mean {judged_by}, after {spec.epochs} epochs"
        )
        outcome = "not evaluated in a preview" if self.best is None else f"seeds {', '.join(map(str, TUNING_SEEDS))}"
        if self.differs:
            outcome = f"differs on this machine: here the best is {self.best:g}"
        return (
            f'<aside class="check" aria-label="Tuned"><p><strong>Tuned.</strong> '
            f"{typeset(sentence)} <span>({outcome})</span></p></aside>"
        )
