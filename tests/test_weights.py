"""Sizes of weights and penalties, against hand calculation, closed forms and Keras."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.typing import NDArray

from foundations import data, weights
from foundations.runs import Run
from foundations.specs import baseline
from pretended import pretend, random_run, random_weights

SMALL = baseline.vary(hidden=(4,), train_size=64, l2=0.01)
values = arrays(float, array_shapes(), elements=st.floats(-1e3, 1e3))


def run_of(kernel: NDArray[np.floating], output: NDArray[np.floating], **changes: object) -> Run:
    """Return a run that ends with two kernels and biases of one."""
    ones = (np.ones(kernel.shape[1], np.float32), np.ones(output.shape[1], np.float32))
    spec = SMALL.vary(**changes)
    return pretend(spec, weights=(kernel.astype(np.float32), ones[0], output.astype(np.float32), ones[1]))


def inked(run: Run) -> NDArray[np.bool_]:
    """Return which training images have ink in which pixel, (images, 784), by definition."""
    pool = data.load()
    train = data.split(pool.labels, run.spec.seed).train[: run.spec.data.train_size]
    return np.array([image.ravel() != 0 for image in pool.images[train]])


@given(values)
def test_root_mean_square_is_the_norm_per_root_of_the_number(given_values: NDArray[np.float64]) -> None:
    """The root-mean-square value is the Euclidean norm over the square root of the number of values."""
    expected = np.linalg.norm(given_values) / math.sqrt(given_values.size)
    assert pytest.approx(expected, rel=1e-9, abs=1e-150) == weights.root_mean_square(given_values)


def test_kernels_are_counted_from_the_input() -> None:
    """Layer 0 is the hidden layer, layer 1 the output layer; biases are not among them."""
    held = random_weights(SMALL, np.random.default_rng(0))
    for layer, shape in enumerate([(784, 4), (4, 10)]):
        found = weights.kernel(held, layer)
        assert (shape, np.float64) == (found.shape, found.dtype)
        assert np.array_equal(held[2 * layer], found)


def test_size_and_penalty_by_hand() -> None:
    """Weights of 3 and -4 have a mean square of 12.5 and are penalized by λ · 25, those of the output layer not."""
    run = run_of(np.array([[3.0, -4.0]]), np.array([[7.0], [7.0]]))
    assert pytest.approx([math.sqrt(12.5)]) == weights.sizes([run])
    assert pytest.approx([7.0]) == weights.sizes([run], layer=1)
    assert pytest.approx(0.01 * 25) == weights.penalty(run)
    assert 0 == weights.penalty(run_of(np.array([[3.0, -4.0]]), np.ones((2, 1)), l2=0.0))


def test_penalty_is_what_keras_adds() -> None:
    """The penalty of a run's weights is the regularization loss of the Keras model that holds them."""
    from foundations.models import build  # noqa: PLC0415  # loads TensorFlow
    from foundations.program import penalty  # noqa: PLC0415

    run = random_run(SMALL)
    model = build(SMALL.model)
    model.set_weights(run.weights)
    assert pytest.approx(float(penalty(model)), rel=1e-5) == weights.penalty(run)


def test_histogram_counts_every_weight_once() -> None:
    """A histogram holds the share of the weights between its edges; edges beyond all weights make it sum to 1."""
    runs = [random_run(dataclasses.replace(SMALL, seed=seed)) for seed in (0, 1)]
    shares = weights.histogram(runs, [-10, -0.01, 0.01, 10])
    assert (2, 3) == shares.shape
    assert pytest.approx([1, 1]) == shares.sum(axis=1)
    for run, row in zip(runs, shares, strict=True):
        assert pytest.approx(np.mean(np.abs(run.weights[0]) <= 0.01)) == row[1]


@pytest.mark.parametrize("seed", [0, 1])
def test_ink_counts_a_runs_own_training_images(seed: int) -> None:
    """The ink of a pixel is the share of the run's training images, no others, in which it is not blank."""
    run = random_run(dataclasses.replace(SMALL, seed=seed))
    assert np.array_equal(inked(run).mean(axis=0), weights.ink(run))


def test_blank_pixels_have_no_ink_in_training() -> None:
    """The blank kernel is made of the rows of those pixels that no training image has ink in, at the step asked for."""
    run, other = random_run(SMALL), random_weights(SMALL, np.random.default_rng(1))
    blank = ~inked(run).any(axis=0)
    assert 0 < blank.sum() < 784
    assert np.array_equal(other[0][blank], weights.blank_kernel(run, other))


def test_sizes_by_ink_are_the_sizes_of_their_groups() -> None:
    """Pixels are grouped by their ink, lower edge included, and each group has the size of its own weights."""
    run = random_run(SMALL)
    share = inked(run).mean(axis=0)
    found = weights.sizes_by_ink([run], [0, 0.25, 1.01])
    expected = [weights.root_mean_square(run.weights[0][chosen]) for chosen in (share < 0.25, share >= 0.25)]
    assert (1, 2) == found.shape
    assert pytest.approx(expected, rel=1e-6) == found[0]
