"""Dropout as noise, held to sums over all masks, to simulation, and to Keras's layer."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from foundations import data, evaluation
from foundations.dropout import curvature_penalty, logit_covariance, masked, training_losses
from foundations.errors import FoundationsError
from foundations.specs import baseline
from pretended import pretend, random_weights

RANDOM = np.random.default_rng(0)
HIDDEN, KERNEL = RANDOM.random(7), RANDOM.standard_normal((7, 10))


def every_mask(rate: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return all masks of seven units after inverted dropout, (128, 7), and their probabilities, (128,)."""
    kept = np.array([*itertools.product((0, 1), repeat=7)])
    return kept / (1 - rate), np.prod(np.where(kept, 1 - rate, rate), axis=1)


@pytest.mark.parametrize("rate", [0.0, 0.1, 0.3, 0.7])
def test_covariance_by_all_masks(rate: float) -> None:
    """The logits' covariance is that of a sum over all masks, each with its probability."""
    masks, chances = every_mask(rate)
    logits = (masks * HIDDEN) @ KERNEL
    centred = logits - HIDDEN @ KERNEL
    assert pytest.approx(HIDDEN @ KERNEL) == chances @ logits
    assert pytest.approx((centred * chances[:, np.newaxis]).T @ centred, abs=1e-12) == logit_covariance(
        HIDDEN, KERNEL, rate
    )


def test_penalty_is_half_the_trace_of_hessian_times_covariance() -> None:
    """The penalty is half the trace of the loss's Hessian, diag(p) - p pᵀ, times the logits' covariance."""
    logits = HIDDEN @ KERNEL
    p = np.exp(logits) / np.exp(logits).sum()
    trace = np.trace((np.diag(p) - np.outer(p, p)) @ logit_covariance(HIDDEN, KERNEL, 0.3))
    assert pytest.approx([trace / 2]) == curvature_penalty(HIDDEN[np.newaxis], KERNEL, logits[np.newaxis], 0.3)


def test_penalty_is_what_small_noise_adds() -> None:
    """At a small rate it is what all masks add to the expected cross-entropy, to second order."""
    rate, labels = 1e-3, np.full(128, 4)
    masks, chances = every_mask(rate)
    kernel = 0.3 * KERNEL
    clean = (HIDDEN @ kernel)[np.newaxis]
    added = chances @ evaluation.entropies((masks * HIDDEN) @ kernel, labels) - evaluation.entropies(clean, [4])
    assert pytest.approx(added, rel=0.02) == curvature_penalty(HIDDEN[np.newaxis], kernel, clean, rate)


@given(st.floats(0, 0.95), st.integers(0, 1000))
def test_masked_units_are_silent_or_rescaled(rate: float, seed: int) -> None:
    """After dropout a unit is either 0 or divided by 1 - rate."""
    after = masked(np.tile(HIDDEN, (5, 1)), rate, np.random.default_rng(seed))
    either = (after == 0) | np.isclose(after, HIDDEN / (1 - rate), rtol=1e-12)
    assert either.all()


def test_masks_are_as_frequent_as_the_rate() -> None:
    """The share of silenced units is the rate, within five standard errors; at rate 0 there are none."""
    after = masked(np.ones((1000, 1000)), 0.3, np.random.default_rng(0))
    assert pytest.approx(0.3, abs=5 * math.sqrt(0.3 * 0.7 / 1e6)) == (after == 0).mean()
    assert (masked(np.ones((10, 10)), 0.0, np.random.default_rng(0)) == 1).all()


def test_rates_outside_their_range_are_refused() -> None:
    """A rate of 1 would silence everything and divide by nothing."""
    with pytest.raises(FoundationsError, match=r"a dropout rate must be in \[0, 1\). Received: 1"):
        masked(np.ones((1, 1)), 1, np.random.default_rng(0))
    with pytest.raises(FoundationsError, match=r"a dropout rate must be in \[0, 1\). Received: -0.1"):
        logit_covariance(HIDDEN, KERNEL, -0.1)


@pytest.mark.usefixtures("runs_folder")
def test_training_losses(monkeypatch: pytest.MonkeyPatch, pool: data.Pool) -> None:
    """All three are the cross-entropy on the first training images without dropout; noise adds to it on average."""
    monkeypatch.setattr(data, "PROBE_IMAGES", 500)
    specs = [baseline.vary(hidden=(16,), dropout=rate, seed=3) for rate in (0.0, 0.3)]
    weights = random_weights(specs[0], np.random.default_rng(0))
    runs = [pretend(spec, weights=weights) for spec in specs]
    (clean, same, predicted), (again, noisy, _) = training_losses(runs, draws=50)
    positions = data.split(pool.labels, 3).train[:500]
    expected = evaluation.cross_entropy(runs[0], pool.images[positions], pool.labels[positions])
    assert pytest.approx([expected] * 4, abs=1e-5) == [clean, same, predicted, again]
    assert noisy > clean


@pytest.mark.usefixtures("runs_folder")
def test_training_losses_of_deep_networks_are_refused() -> None:
    """With two hidden layers the logits are not linear in the masks."""
    with pytest.raises(FoundationsError, match=r"the hidden layers must be one. Received: \(4, 4\)"):
        training_losses([pretend(baseline.vary(hidden=(4, 4)))])
