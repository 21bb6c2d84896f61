"""Quantities of runs, and the effects that compare them."""

from __future__ import annotations

import numpy as np
import pytest

from foundations.errors import FoundationsError
from foundations.metrics import MARGIN_NATS, MARGIN_POINTS, NATS, POINTS
from foundations.quantities import Quantity, at_epoch, differs, exceeds
from foundations.specs import baseline
from foundations.study import Results
from pretended import pretend, results_of

SEEDS = (0, 1, 2)


def results() -> Results:
    """Return two arms whose curves are known."""
    arms = {"low": 0.1, "high": 0.4}
    return results_of(
        {
            arm: [
                pretend(
                    baseline.vary(epochs=3, seed=seed, hidden=(round(10 * start),)),
                    {"loss": [start, start + 0.1, start + 0.1 * seed], "train_accuracy": [0.5, start, 0.9]},
                )
                for seed in SEEDS
            ]
            for arm, start in arms.items()
        }
    )


def test_curve_is_read_at_its_epoch() -> None:
    """A curve's value after an epoch, counted from 1, one a run; accuracies are in points."""
    runs = results()["low"]
    assert pytest.approx([0.1, 0.2, 0.3]) == at_epoch("loss", 3).of(runs)
    accuracy = at_epoch("train_accuracy", 2)
    assert pytest.approx([10.0] * 3) == accuracy.of(runs)
    assert ("training accuracy after 2 epochs", POINTS, 2) == (accuracy.label, accuracy.unit, accuracy.digits)
    assert NATS == at_epoch("loss", 1).unit


def test_arms_differ_by_seed() -> None:
    """The effect is one arm's quantity minus the other's, with the book-wide margin of its unit or a stated one."""
    effect = differs(at_epoch("train_accuracy", 2), more="high", than="low")
    assert pytest.approx([30.0] * 3) == effect.compute(results())
    assert MARGIN_POINTS == effect.margin
    assert "training accuracy after 2 epochs: high minus low" == effect.label
    assert 5.0 == differs(at_epoch("loss", 1), more="high", than="low", margin=5.0).margin


def test_arms_of_different_seeds_are_refused() -> None:
    """Arms with different numbers of seeds are not paired."""
    runs = results().runs
    uneven = results_of({"low": runs["low"][:2], "high": runs["high"]})
    with pytest.raises(FoundationsError, match=r"the seeds of 'high' and 'low' must be as many. Received: \(3, 2\)"):
        differs(at_epoch("loss", 1), more="high", than="low").compute(uneven)


def test_one_quantity_exceeds_another() -> None:
    """The effect is one quantity minus another of the same runs, or that the two are the same."""
    effect = exceeds(at_epoch("loss", 2), at_epoch("loss", 1), "low")
    assert pytest.approx([0.1] * 3) == effect.compute(results())
    assert (MARGIN_NATS, False) == (effect.margin, effect.equivalence)
    assert exceeds(at_epoch("loss", 2), at_epoch("loss", 1), "low", equivalence=True).equivalence


def test_units_must_agree() -> None:
    """Nats and points are not subtracted from each other."""
    with pytest.raises(FoundationsError, match="the units of two quantities must be the same"):
        exceeds(at_epoch("loss", 1), at_epoch("train_accuracy", 1), "low")


def test_margin_of_other_units_must_be_stated() -> None:
    """A unit without a book-wide margin needs one of its own."""
    length = Quantity("length", "inches", 1, lambda runs: np.ones(len(runs)))
    with pytest.raises(FoundationsError, match="the margin of length must be stated"):
        differs(length, more="high", than="low")
