"""Quantities: what is read off or measured of an arm's runs, and the effects that compare it between or within arms."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from foundations.effects import Effect, Measured, Values
from foundations.errors import require
from foundations.metrics import MARGIN_NATS, MARGIN_POINTS, NATS, POINTS, SERIES_LABELS, series
from foundations.runs import Run

MARGINS = {POINTS: MARGIN_POINTS, NATS: MARGIN_NATS}


@dataclass(frozen=True)
class Quantity:
    """One number a run, of several runs at once, as a measurement gives it.

    Attributes
    ----------
    label, unit
        As they are printed.
    digits
        Decimals that are printed.
    of
        From runs to the numbers, (runs,).
    """

    label: str
    unit: str
    digits: int
    of: Callable[[Sequence[Run]], Values]


def at_epoch(name: str, epoch: int) -> Quantity:
    """Return the quantity "a curve's value after so many epochs"; accuracies are in points."""
    percent = name.endswith("accuracy")

    def of(runs: Sequence[Run]) -> Values:
        return np.array([(100 if percent else 1) * series(run, name)[epoch - 1] for run in runs])

    label = f"{SERIES_LABELS[name]} after {epoch} epochs"
    return Quantity(label, POINTS if percent else NATS, 2 if percent else 4, of)


def differs(
    quantity: Quantity, *, more: str, than: str, margin: float | None = None, equivalence: bool = False
) -> Effect:
    """Return the effect "a quantity is larger in one arm than in another", paired by seed.

    Without a margin, it is the book-wide one of the quantity's unit. With `equivalence` the effect is that the two are
    the same.
    """

    def compute(results: Measured) -> Values:
        one, other = quantity.of(results[more]), quantity.of(results[than])
        require(len(one) == len(other), f"the seeds of {more!r} and {than!r}", (len(one), len(other)), "as many")
        return np.asarray(one - other)

    label = f"{quantity.label}: {more} minus {than}"
    return Effect(label, quantity.unit, quantity.digits, _margin(quantity, margin), compute, equivalence)


def exceeds(quantity: Quantity, other: Quantity, arm: str, equivalence: bool = False) -> Effect:
    """Return the effect "one quantity is larger than another in the same arm", by the book-wide margin of their unit.

    With `equivalence` it is that the two are the same.
    """
    require(quantity.unit == other.unit, "the units of two quantities", (quantity.unit, other.unit), "the same")
    return Effect(
        f"{quantity.label} minus {other.label}, {arm}",
        quantity.unit,
        quantity.digits,
        _margin(quantity, None),
        lambda results: quantity.of(results[arm]) - other.of(results[arm]),
        equivalence,
    )


def _margin(quantity: Quantity, margin: float | None) -> float:
    """Return a stated margin, or the book-wide one of a quantity's unit."""
    known = margin is not None or quantity.unit in MARGINS
    require(known, f"the margin of {quantity.label}", margin, "stated: there is no book-wide one in its unit")
    return MARGINS[quantity.unit] if margin is None else margin
