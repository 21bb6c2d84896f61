"""Runs, studies and results that nobody trained."""

from __future__ import annotations

import dataclasses
import itertools
import zlib
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from foundations.claims import Claim
from foundations.effects import Effect, Measured, Values
from foundations.runs import Provenance, Run, Weights
from foundations.specs import RunSpec, baseline
from foundations.statistics import Verdict
from foundations.study import Arm, Results, Study
from foundations.tuning import SweepResults

PROVENANCE = Provenance(1.0, "2025-01-01T00:00:00+00:00", "x86_64 Linux", "3.11", "2", "3", "2")
SETS, KINDS = ("train", "select", "judge"), ("cross_entropy", "accuracy")
HISTORY = ("loss", "accuracy", "val_loss", "val_accuracy", *map("_".join, itertools.product(SETS, KINDS)))


def pretend(
    spec: RunSpec = baseline,
    curves: Mapping[str, ArrayLike] | None = None,
    weights: Weights = (),
    snapshots: Mapping[int, Weights] | None = None,
    best_epoch: int | None = None,
    seconds: float = 1.0,
) -> Run:
    """Return a run with certain curves; those not given are as long, and zero."""
    given = {name: np.array(values, dtype=float) for name, values in (curves or {}).items()}
    length = len(next(iter(given.values()))) if given else spec.epochs // spec.evaluate_every
    history = {name: given.get(name, np.zeros(length)) for name in (*HISTORY, *given)}
    provenance = dataclasses.replace(PROVENANCE, seconds=seconds)
    return Run(spec, history, weights, snapshots or {}, best_epoch, provenance)


def random_weights(spec: RunSpec, random: np.random.Generator) -> Weights:
    """Return weights of a network's shapes, small enough that its activations neither vanish nor explode."""
    widths = itertools.pairwise((784, *spec.model.hidden, 10))
    shapes = ((shape, (shape[1],)) for shape in widths)
    return tuple(
        (random.standard_normal(shape, dtype=np.float32) / np.sqrt(shape[0], dtype=np.float32)).astype(np.float32)
        for pair in shapes
        for shape in pair
    )


def random_run(spec: RunSpec) -> Run:
    """Return a run with everything that training one would give, drawn at random but always the same for one spec.

    With early stopping it ends after half of its epochs, the best of which was the one before the last.
    """
    random = np.random.default_rng(zlib.crc32(repr(spec).encode()))
    length = spec.epochs // spec.evaluate_every
    best = None
    if spec.early_stopping is not None:
        length = max(1, length // 2)
        best = max(1, length - 1) * spec.evaluate_every
    curves = {name: random.uniform(0.05, 0.95, length) for name in HISTORY}
    taken = length * spec.evaluate_every * spec.steps_per_epoch
    snapshots = {step: random_weights(spec, random) for step in spec.snapshots if step <= taken}
    return pretend(spec, curves, random_weights(spec, random), snapshots, best)


def results_of(runs: Mapping[str, Sequence[Run]], claims: Sequence[Claim] = ()) -> Results:
    """Return the results of a study that has these runs."""
    arms = {name: Arm(group[0].spec, len(group)) for name, group in runs.items()}
    return Results(Study("task00-pretended", "What if?", arms, claims=claims), runs)


@dataclasses.dataclass(frozen=True)
class Numbers:
    """Results that are numbers already, by metric and arm; there are no runs."""

    table: Mapping[tuple[str, str], Sequence[float]]

    def values(self, name: str, arm: str) -> Values:
        """Return a metric over an arm's seeds."""
        return np.array(self.table[name, arm], dtype=float)

    def __getitem__(self, arm: str) -> Sequence[Run]:
        """Return an arm's runs, of which there are none."""
        raise KeyError(arm)

    def sweep(self, name: str) -> SweepResults:
        """Return a search for a learning rate, of which there are none."""
        raise KeyError(name)


def fixed_effect(values: ArrayLike, margin: float = 1.0, equivalence: bool = False, ratio: bool = False) -> Effect:
    """Return an effect that comes to the same numbers whatever the results are."""
    numbers: NDArray[np.float64] = np.array(values, dtype=float)

    def compute(results: Measured) -> Values:  # noqa: ARG001  # the form of an effect
        return numbers

    return Effect("this minus that", "points", 2, margin, compute, equivalence, ratio)


def fixed_claim(
    effect: Effect, recorded: Verdict = Verdict.SUPPORTED, identifier: str = "this-beats-that", **settings: object
) -> Claim:
    """Return a claim about an effect."""
    words = {"sentence": "This beats that.", "predicted": Verdict.SUPPORTED, **settings}
    return Claim(id=identifier, effect=effect, recorded=recorded, **words)  # type: ignore[arg-type]
