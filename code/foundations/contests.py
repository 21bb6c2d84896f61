"""What claims about optimizers, at their default learning rates and at tuned ones, are judged by."""

from __future__ import annotations

import math

import numpy as np

from foundations.convergence import epochs_to, fluctuation
from foundations.effects import Effect, Measured, Values
from foundations.metrics import MARGIN_POINTS, POINTS, series
from foundations.trials import expected_best

EPOCHS = 5
"""How long the tuned networks are trained, and those that they were tuned on."""
LONGER = 10
"""How long they are trained on, to see how far their accuracy jumps about."""
WINDOW = 6
"""The last epochs, over which jumps from epoch to epoch are measured."""


def tuned(optimizer: str) -> str:
    """Return the name of the arm of an optimizer at its best learning rate."""
    return f"{optimizer}, tuned"


def longer(optimizer: str) -> str:
    """Return the name of the arm that is trained on at that rate."""
    return f"{tuned(optimizer)}, {LONGER} epochs"


def early(results: Measured, optimizer: str) -> Values:
    """Return the validation accuracy at the default rate after as many epochs as the tuned networks have, (seeds,)."""
    return np.array([100 * series(run, "validation_accuracy")[EPOCHS - 1] for run in results[optimizer]])


def lead(more: str, than: str) -> Effect:
    """Return the effect "at the default rates one optimizer is more accurate after five epochs than another"."""
    return Effect(
        f"validation accuracy after {EPOCHS} epochs at the default rates: {more} minus {than}",
        POINTS,
        2,
        MARGIN_POINTS,
        lambda results: early(results, more) - early(results, than),
    )


def gain(optimizer: str) -> Effect:
    """Return the effect "an optimizer is more accurate within five epochs at its tuned rate"."""
    return Effect(
        f"validation accuracy, {optimizer}: best epoch at the tuned rate minus fifth epoch at the default rate",
        POINTS,
        2,
        MARGIN_POINTS,
        lambda results: results.values("best_accuracy", tuned(optimizer)) - early(results, optimizer),
    )


def lead_closed(results: Measured) -> Values:
    """Return by how much tuning takes away more than half of Adam's lead over SGD, in points, (seeds,)."""
    at_defaults = early(results, "Adam") - early(results, "SGD")
    when_tuned = np.subtract(*(results.values("best_accuracy", tuned(name)) for name in ("Adam", "SGD")))
    return np.asarray(at_defaults / 2 - np.abs(when_tuned))


def one_try(results: Measured, optimizer: str) -> Values:
    """Return the accuracy to expect of one rate of a sweep, drawn at random, in points, (tuning seeds,)."""
    return np.asarray(expected_best(results.sweep(optimizer).values("best_accuracy"))[0])


def slower(target: float, slow: str, fast: str, margin: float) -> Effect:
    """Return the effect "one arm takes more epochs to a validation cross-entropy than another", as a factor."""

    def times(results: Measured) -> Values:
        late, soon = (epochs_to(results[arm], "validation_cross_entropy", target) for arm in (slow, fast))
        return np.log(late / soon)

    label = f"epochs to a validation cross-entropy of {target:g} nats: {slow} over {fast}"
    return Effect(label, "times", 2, math.log(margin), times, ratio=True)


def jumps(results: Measured, arm: str, epochs: int | None = None) -> Values:
    """Return by how much the validation accuracy of an arm jumps about, in points, (seeds,).

    That is over the last of so many epochs, by default of all.
    """
    curves = [series(run, "validation_accuracy")[:epochs][-WINDOW:] for run in results[arm]]
    return fluctuation(100 * np.array(curves, dtype=np.float64))


def restless(more: str, than: str, epochs: int | None = None) -> Effect:
    """Return the effect "the accuracy jumps about more in one arm than in another", as a factor."""
    of = f" of {epochs}" if epochs else ""
    return Effect(
        f"jumps of the validation accuracy over the last {WINDOW}{of} epochs: {more} over {than}",
        "times",
        2,
        math.log(1.25),
        lambda results: np.log(jumps(results, more, epochs) / jumps(results, than, epochs)),
        ratio=True,
    )
