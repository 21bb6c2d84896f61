"""Speed and calm of curves that are made by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundations.convergence import crossing, epochs_to, fluctuation
from foundations.runs import Run
from foundations.specs import baseline
from pretended import pretend

levels = st.floats(1e-3, 1)


def falling(*values: float, every: int = 1) -> Run:
    """Return a run with that training cross-entropy."""
    spec = baseline.vary(epochs=len(values) * every, evaluate_every=every)
    return pretend(spec, {"train_cross_entropy": values})


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        (falling(0.5, 0.4, 0.1), 2.5),
        (falling(0.5, 0.2, 0.1), 2),
        (falling(0.1, 0.05), 1),
        (falling(0.5, 0.4, 0.3), 3),
        (falling(0.5, 0.4, 0.1, every=4), 10),
        (falling(0.8, 0.05, 0.4, 0.05), 1.5),
        (falling(float("nan"), float("nan")), 2),
    ],
)
def test_epochs_to_a_target(run: Run, expected: float) -> None:
    """A target is reached between two evaluations, at once, or not at all; what comes after does not count."""
    assert pytest.approx([expected]) == epochs_to([run], "train_cross_entropy", 0.2)


@given(levels)
def test_exponential_decay_is_met_exactly(level: float) -> None:
    """On a curve that falls exponentially, the level is met where the closed form says."""
    curve = np.exp(-np.arange(9.0))
    assert pytest.approx(-np.log(level), abs=1e-9) == crossing(curve, level)


def test_curves_that_do_not_cross() -> None:
    """A curve that starts at or below the level meets it at once, one that stays above it at its end."""
    assert 0 == crossing(np.array([0.1, 0.05]), 0.1)
    assert 2 == crossing(np.array([0.5, 0.4, 0.3]), 0.1)


def test_first_crossing_counts() -> None:
    """A curve that rises again has met the level when it first was there."""
    assert pytest.approx(0.5) == crossing(np.array([0.4, 0.1, 0.9, 0.05]), 0.2)


@given(st.lists(st.floats(0.01, 1), min_size=1, max_size=8), levels)
def test_place_is_on_the_curve(curve: list[float], level: float) -> None:
    """Whatever the curve, the place lies on it."""
    assert 0 <= crossing(np.array(curve), level) <= len(curve) - 1


@given(st.floats(0.06, 0.49), st.floats(0.06, 0.49))
def test_lower_targets_take_longer(one: float, other: float) -> None:
    """On a falling curve a lower target is never reached sooner."""
    times = [epochs_to([falling(0.5, 0.31, 0.3, 0.05)], "train_cross_entropy", t)[0] for t in sorted((one, other))]
    assert times[0] >= times[1]


def test_fluctuation_of_noise_on_a_slope() -> None:
    """Noise around a line, steep or flat, fluctuates by its standard deviation; a line alone does not."""
    noise = np.random.default_rng(0).normal(0, 0.5, (2, 20_000))
    slopes = np.outer([0.0, 3.0], np.arange(20_000))
    assert pytest.approx([0.5, 0.5], rel=0.03) == fluctuation(noise + slopes)
    assert pytest.approx([0, 0], abs=1e-9) == fluctuation(slopes[:, :50])
