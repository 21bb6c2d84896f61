"""Task 9: other activations, at one rate and at their own, and what depth does to their gradients."""

from __future__ import annotations

import functools
import math

import numpy as np

from foundations.activations import NAMES
from foundations.claims import Claim
from foundations.effects import Effect, Measured, Values, paired, same
from foundations.metrics import POINTS
from foundations.signals import WIDTH, at_start, openness
from foundations.specs import INITIALIZERS, baseline
from foundations.statistics import Verdict
from foundations.study import Arm, Study
from foundations.tuning import Sweep

GLOROT, HE = INITIALIZERS
RATES = (0.0003, 0.001, 0.003, 0.01)
CHOSEN = {"relu": 0.001, "tanh": 0.001, "softsign": 0.001, "gelu": 0.001, "sigmoid": 0.003}
"""The learning rates that the tuning seeds chose."""
DEPTHS = (2, 4, 8, 16)
INITIALISED = {"Glorot": GLOROT, "He": HE}
FAST = "ReLU at ten times the rate"
"""The arm whose units die."""

SWEEPS = {
    name: Sweep(baseline.vary(activation=activation, epochs=5, snapshots=(0,)), RATES, CHOSEN[activation])
    for activation, name in NAMES.items()
}
DEFAULT_RATE = baseline.optimizer.learning_rate
TUNED = {name: name if sweep.chosen == DEFAULT_RATE else f"{name}, tuned" for name, sweep in SWEEPS.items()}
"""The arm at the learning rate that suits an activation, which for some is the default's."""


def deep(activation: str, depth: int, initialised: str) -> str:
    """Return the name of the arm of a deep network."""
    return f"{depth} {NAMES[activation]} layers, {initialised}"


def fall(results: Measured, activation: str, depth: int, initializer: str, column: int = 0) -> Values:
    """Return the logarithm of how often the error signal of the last hidden layer exceeds that of the first, (seeds,).

    With `column` 1 it is the gradient by the last hidden layer's kernel over that by the second's; the first one's
    has another shape.
    """
    norms = at_start(results["ReLU"], depth, activation, initializer)[:, :, column]
    return np.asarray(np.log(norms[:, -2] / norms[:, column]))


def falls(activation: str, depth: int, initialised: str, *, over: float) -> Effect:
    """Return the effect "the error signal falls by more than a factor on its way through a deep network"."""
    return Effect(
        f"error signal in the last hidden layer over the first, {deep(activation, depth, initialised)}",
        "times",
        1,
        math.log(over),
        functools.partial(fall, activation=activation, depth=depth, initializer=INITIALISED[initialised]),
        ratio=True,
    )


def holds(activation: str, depth: int, initialised: str, *, within: float, column: int = 0) -> Effect:
    """Return the effect "what comes back stays the same, up to a factor, through a deep network"."""
    what = ("error signal", "gradient by a kernel")[column]
    first = ("first", "second")[column]
    return Effect(
        f"{what}: last hidden layer over the {first}, {deep(activation, depth, initialised)}",
        "times",
        2,
        math.log(within),
        functools.partial(
            fall, activation=activation, depth=depth, initializer=INITIALISED[initialised], column=column
        ),
        equivalence=True,
        ratio=True,
    )


def smaller_slope(results: Measured, activation: str, than: str) -> Values:
    """Return the logarithm of how often one rms derivative at initialisation fits into another, (seeds,)."""
    small, large = (openness(results[NAMES[name]], True)[:, 0] for name in (activation, than))
    return np.asarray(np.log(large / small))


def dead(results: Measured, arm: str) -> Values:
    """Return the share of hidden units, in points, that are closed for every training image looked at, (seeds,)."""
    return np.asarray(openness(results[arm], False)[:, 2])


def closing(results: Measured, arm: str) -> Values:
    """Return by how many points training raises the share of closed pairs of a unit and an image, (seeds,)."""
    return np.asarray(openness(results[arm], False)[:, 1] - openness(results[arm], True)[:, 1])


