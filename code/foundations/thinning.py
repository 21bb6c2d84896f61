"""What claims about dropout, and networks thinned by it, are judged by."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from foundations.anatomy import decisions
from foundations.coadaptation import COUNTS, agreement, likeness, silenced
from foundations.dropout import training_losses
from foundations.effects import Effect, Measured, Values
from foundations.metrics import POINTS
from foundations.quantities import Quantity, at_epoch
from foundations.runs import Run

RATES = (0.0, 0.1, 0.3)
ENDS = (RATES[0], RATES[-1])
"""The rates that more epochs are tried with."""
WIDTHS = (32, 128, 512)
LENGTHS = (5, 10, 20, 40)
PLAIN, LIGHT, HEAVY = (f"dropout {rate:g}" for rate in RATES)
QUARTER = 32
"""A quarter of the baseline's hidden units."""


def arm_name(rate: float, width: int = 128, epochs: int = 20) -> str:
    """Return the name of an arm, which leaves out what is as in most arms: 128 units, 20 epochs."""
    units = "" if width == 128 else f", {width} units"
    length = "" if epochs == 20 else f", {epochs} epochs"
    return f"dropout {rate:g}{units}{length}"


def arm_at(rate: float, width: int, epoch: int) -> str:
    """Return the arm that an epoch is read from, the shortest that has it."""
    return arm_name(rate, width, min(longest(rate, width), 20 if epoch <= 20 else 40))


def longest(rate: float, width: int = 128) -> int:
    """Return for how many epochs networks are trained, those with a rate between the ends for fewer."""
    if rate in ENDS:
        return 40 if width == 128 else 20
    return 10 if width == 512 else 20


def lengths(results: Measured, width: int, rate: float = 0.0) -> list[int]:
    """Return the epochs, of `LENGTHS`, that networks of a width and rate were trained for, fewer in a preview."""
    asked = [epoch for epoch in LENGTHS if epoch <= longest(rate, width)]
    return [epoch for epoch in asked if results[arm_at(rate, width, epoch)][0].epochs >= epoch]


def change(results: Measured, name: str, rate: float, epoch: int, width: int = 128) -> Values:
    """Return a curve's value with dropout minus without, after so many epochs, (seeds,), paired by seed."""
    dropped, plain = (at_epoch(name, epoch).of(results[arm_at(each, width, epoch)]) for each in (rate, 0.0))
    return np.asarray(dropped - plain)


def settled_change(results: Measured, width: int) -> Values:
    """Return what dropout 0.3 adds to the mean validation accuracy of the last epochs, in points, (seeds,)."""
    return np.subtract(*(results.values("settled_accuracy", arm_name(rate, width)) for rate in (0.3, 0.0)))


def by_validation(results: Measured) -> Values:
    """Return by how much more dropout lowers the validation cross-entropy than it raises that of training, (seeds,)."""
    validation, train = (change(results, f"{part}_cross_entropy", 0.3, 20) for part in ("validation", "train"))
    return np.asarray(-validation - train)


def noise_share(results: Measured) -> Values:
    """Return how far dropout's noise lifts Keras's training loss, minus what its averaging over an epoch adds."""
    clean, noisy, _ = training_losses(results[HEAVY]).T
    return np.asarray((noisy - clean) - (results.values("loss", HEAVY) - noisy))


def lost(runs: Sequence[Run]) -> Values:
    """Return the accuracy in points that networks lose with a quarter of their units silenced, (runs,)."""
    accuracy = silenced(runs)
    return np.asarray(accuracy[:, 0] - accuracy[:, COUNTS.index(QUARTER)])


def left(rescale: bool) -> Quantity:
    """Return the quantity "accuracy with a quarter of the units silenced", the others rescaled or not."""
    words = ", the others rescaled" if rescale else ""
    label = f"accuracy with {QUARTER} units silenced{words}"
    return Quantity(label, POINTS, 2, lambda runs: silenced(runs, rescale=rescale)[:, COUNTS.index(QUARTER)])


LOST = Quantity(f"accuracy lost with {QUARTER} units silenced", POINTS, 2, lost)
LEADERS = Quantity("share of the 16 leading units", POINTS, 1, lambda runs: decisions(runs)[:, 1])
AGREEMENT = Quantity("what cancelling leaves of the lead", POINTS, 1, lambda runs: agreement(runs)[:, 0])
NOISE = Quantity("relative noise of the lead", "of the lead", 2, lambda runs: agreement(runs)[:, 1])
CORRELATION = Quantity("mean absolute correlation of two units", "of correlation", 3, lambda runs: likeness(runs)[:, 0])


def quieter(by: float) -> Effect:
    """Return the effect "dropout 0.3 leaves the lead less noise for its size", by more than a factor."""
    label = f"{NOISE.label}: {PLAIN} over {HEAVY}"

    def fall(results: Measured) -> Values:
        return np.asarray(np.log(NOISE.of(results[PLAIN]) / NOISE.of(results[HEAVY])))

    return Effect(label, "times", 2, math.log(by), fall, ratio=True)
