"""Effective steps, read off snapshots that are made by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from foundations.dynamics import effective_step, flat, step_of_noise
from foundations.runs import Weights
from foundations.specs import RunSpec, baseline
from pretended import pretend, random_weights

SMALL = baseline.vary(hidden=(4,))
RATE = 0.001
vectors = arrays(float, 6, elements=st.floats(-100, 100).filter(lambda value: value == 0 or abs(value) > 1e-6))


def step_of(before: Weights, after: Weights, spec: RunSpec = SMALL, step: int = 1) -> float:
    """Return the effective step between two weights."""
    return effective_step(pretend(spec, snapshots={step - 1: before, step: after}), step)


def adam(gradients: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Return the last step of Adam at rate 1, by Kingma and Ba's algorithm 1, with Keras's defaults."""
    first, second = np.zeros_like(gradients[0]), np.zeros_like(gradients[0])
    for gradient in gradients:
        first = 0.9 * first + 0.1 * gradient
        second = 0.999 * second + 0.001 * gradient**2
    count = len(gradients)
    return (first / (1 - 0.9**count)) / (np.sqrt(second / (1 - 0.999**count)) + 1e-7)


@pytest.mark.parametrize("count", [1, 2, 10, 60])
def test_adam_steps_through_noise_as_derived(count: int) -> None:
    """Adam by hand, fed with normal noise, makes steps of the size that the formula gives."""
    random = np.random.default_rng(count)
    step = adam([*random.standard_normal((count, 100_000))])
    assert pytest.approx(np.sqrt(np.mean(step**2)), rel=0.02) == step_of_noise(count)


def test_steps_through_noise_end_at_the_limit() -> None:
    """The first step is 1; after many the size is √((1 - β) / (1 + β))."""
    assert pytest.approx([1, math.sqrt(0.1 / 1.9)]) == step_of_noise([1, 1_000])
    assert pytest.approx(math.sqrt(0.01 / 1.99)) == step_of_noise(10_000, beta=0.99)


@given(vectors)
def test_adams_first_step_is_one(gradient: NDArray[np.float64]) -> None:
    """Adam's first step moves every weight with a gradient by the learning rate, so the effective step is 1."""
    assume(np.abs(gradient).max() > 0.1)
    gradient[np.abs(gradient) <= 0.1] = 0  # for small ones Adam's ε counts
    moved = -RATE * adam([gradient])
    assert pytest.approx(1, rel=1e-5) == step_of((np.zeros(6),), (moved,))


def test_first_step_of_float32_weights() -> None:
    """The effective step of Adam's first step is 1 also in the precision that weights are kept in."""
    random = np.random.default_rng(0)
    before = random_weights(SMALL, random)
    signs = (random.choice([-1, 1], array.shape) for array in before)
    after = tuple((array + RATE * sign).astype(np.float32) for array, sign in zip(before, signs, strict=True))
    assert pytest.approx(1, rel=1e-3) == step_of(before, after)


def test_disagreeing_gradients_make_steps_smaller() -> None:
    """Gradients that keep their sign give steps of 1, and alternating ones steps near 0."""
    agreeing, alternating = ([np.array([sign**n * 1.0]) for n in range(100)] for sign in (1, -1))
    assert pytest.approx(1, rel=1e-5) == step_of((np.zeros(1),), (RATE * adam(agreeing),))
    assert step_of((np.zeros(1),), (RATE * adam(alternating),)) < 0.1


def test_effective_step_by_hand() -> None:
    """Moves of 3 and 4 learning rates have a root mean square of √12.5; weights that stay do not count."""
    before = (np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([5.0]))
    after = (np.array([[1.0, 2.0 + 3 * RATE], [3.0 - 4 * RATE, 4.0]]), np.array([5.0]))
    assert pytest.approx(math.sqrt(12.5), rel=1e-9) == step_of(before, after)


@given(vectors, st.floats(1e-4, 1))
def test_unit_is_the_learning_rate(change: NDArray[np.float64], rate: float) -> None:
    """The effective step is the change over the learning rate of the run's own optimizer."""
    assume(change.any())
    expected = math.sqrt(np.mean([value**2 for value in change.tolist() if value])) / rate
    spec = SMALL.vary(optimizer="sgd", learning_rate=rate)
    assert pytest.approx(expected, rel=1e-9) == step_of((np.zeros(6),), (change,), spec)


def test_step_is_counted_from_one() -> None:
    """Step n lies between the snapshots after n - 1 and n steps, and no others are looked at."""
    snapshots = {0: (np.array([0.0]),), 6: (np.array([1.0]),), 7: (np.array([1.0 + 2 * RATE]),)}
    run = pretend(SMALL, snapshots=snapshots)
    assert pytest.approx(2, rel=1e-9) == effective_step(run, 7)
    with pytest.raises(KeyError):
        effective_step(run, 1)


def test_flat_keeps_every_weight() -> None:
    """All kernels and biases, in their order, make one vector in double precision."""
    weights = random_weights(SMALL, np.random.default_rng(0))
    found = flat(weights)
    assert (SMALL.model.parameters, np.float64) == (len(found), found.dtype)
    assert [value for array in weights for value in array.ravel().tolist()] == found.tolist()
