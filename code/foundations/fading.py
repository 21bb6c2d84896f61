"""What claims about fading signals, closed units and deep networks are judged by."""

from __future__ import annotations

import functools
import math

import numpy as np

from foundations.activations import NAMES
from foundations.effects import Effect, Measured, Values
from foundations.metrics import POINTS
from foundations.signals import at_start, openness
from foundations.specs import INITIALIZERS

INITIALISED = dict(zip(("Glorot", "He"), INITIALIZERS, strict=True))
"""The initializers by the names that they are known by."""


def deep(activation: str, depth: int, initialised: str) -> str:
    """Return the name of the arm of a deep network."""
    return f"{depth} {NAMES[activation]} layers, {initialised}"


def fall(results: Measured, activation: str, depth: int, initializer: str, column: int = 0) -> Values:
    """Return the logarithm of the ratio of the last hidden layer's error signal to the first's, (seeds,).

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


def slope_ratio(activation: str, than: str) -> Effect:
    """Return the effect "at initialization one activation lets less of the error signal back", by over a tenth."""

    def ratio(results: Measured) -> Values:
        small, large = (openness(results[NAMES[name]], True)[:, 0] for name in (activation, than))
        return np.asarray(np.log(large / small))

    label = f"root-mean-square derivative at initialization: {NAMES[than]} over {NAMES[activation]}"
    return Effect(label, "times", 2, math.log(1.1), ratio, ratio=True)


def dead(arm: str, *, over: float) -> Effect:
    """Return the effect "after training more than a share of the hidden units is dead", in points."""
    return Effect(f"share of dead units, {arm}", POINTS, 1, over, lambda results: openness(results[arm], False)[:, 2])


def closing(arm: str, *, over: float) -> Effect:
    """Return the effect "training raises the share of closed pairs of a unit and an image", by so many points."""

    def rise(results: Measured) -> Values:
        before, after = (openness(results[arm], start)[:, 1] for start in (True, False))
        return np.asarray(after - before)

    return Effect(f"share of closed pairs of a unit and an image, {arm}: rise in training", POINTS, 1, over, rise)


def below(arm: str, bound: float) -> Effect:
    """Return the effect "an arm's validation accuracy stays below a bound"."""

    def lack(results: Measured) -> Values:
        return np.asarray(bound - results.values("validation_accuracy", arm))

    return Effect(f"{bound:g} minus validation accuracy, {arm}", POINTS, 1, 0.0, lack)
