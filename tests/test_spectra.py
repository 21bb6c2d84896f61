"""Singular values, held to random matrices and to ones made for it."""

from __future__ import annotations

import numpy as np
import pytest

from foundations.backend import keras
from foundations.runs import Floats
from foundations.spectra import captured, edges, escaped, glorot_variance, shuffled, singular_values


def initial(units: int) -> Floats:
    """Return a kernel as Keras draws it."""
    drawn: Floats = keras.initializers.GlorotUniform(seed=1)((784, units)).numpy()
    return drawn


@pytest.mark.parametrize("units", [64, 128, 512])
def test_initial_kernels_keep_within_the_edges(units: int) -> None:
    """The singular values of an initial kernel reach from one edge to the other, up to the noise of its size."""
    kernel = initial(units)
    variance = glorot_variance(784, units)
    assert pytest.approx(variance, rel=0.02) == kernel.var()
    low, high = edges(784, units, variance)
    found = singular_values(kernel)
    assert pytest.approx(high, rel=0.02) == found[0]
    assert pytest.approx(low, abs=0.02 * high) == found[-1]


def test_squares_of_singular_values_sum_to_those_of_weights() -> None:
    """The squared singular values sum to the squared entries, and their mean is as many variances as there are rows."""
    kernel = initial(128)
    squares = singular_values(kernel) ** 2
    assert pytest.approx(np.square(kernel.astype(float)).sum()) == squares.sum()
    assert pytest.approx(784 * glorot_variance(784, 128), rel=0.02) == squares.mean()


def test_edges_are_symmetric() -> None:
    """A matrix and its transpose have the same edges; those of a square one start at zero."""
    assert edges(784, 128, 0.01) == edges(128, 784, 0.01)
    assert (0.0, 2.0) == edges(100, 100, 0.01)


def test_escaped_counts_what_is_above_the_edge() -> None:
    """Nothing of an initial kernel escapes but by noise; a strong direction that is added does."""
    kernel = initial(64)
    before = escaped(kernel)
    random = np.random.default_rng(0)
    first, second = random.standard_normal(784), random.standard_normal(64)
    added = 5 * np.outer(first / np.linalg.norm(first), second / np.linalg.norm(second))
    after = escaped((kernel + added).astype(np.float32))
    assert before <= 1
    assert before + 1 == after


def test_shuffling_keeps_the_weights_and_their_size_alone() -> None:
    """A direction that stands out is gone; a kernel that is large all over escapes as a whole, shuffled or not."""
    kernel = initial(64)
    strong = (kernel + 0.1 * np.ones_like(kernel)).astype(np.float32)
    assert np.array_equal(np.sort(strong, axis=None), np.sort(shuffled(strong), axis=None))
    assert not np.array_equal(strong, shuffled(strong))
    apart = strong * np.where(np.arange(784) % 2, 1, -1)[:, np.newaxis].astype(np.float32)
    assert singular_values(apart)[0] > 2 * singular_values(shuffled(apart))[0]
    assert escaped(5 * kernel) == escaped(shuffled(5 * kernel)) == 64


def test_captured_share() -> None:
    """Of a matrix with singular values 2, 1 and 1 the first direction holds two thirds of the squares."""
    change = np.diag([1.0, 2.0, 1.0])
    assert pytest.approx(100 * 4 / 6) == captured(change, 1)
    assert pytest.approx(100) == captured(change, 3)
