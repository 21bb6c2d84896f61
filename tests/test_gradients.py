"""Gradients of single examples in NumPy, held to TensorFlow's."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from foundations import models
from foundations.backend import tf
from foundations.gradients import Backward, backward
from foundations.runs import Weights
from foundations.specs import Adam, ModelSpec, baseline
from pretended import random_weights

COUNT = 12
RANDOM = np.random.default_rng(0)
IMAGES = RANDOM.integers(0, 256, (COUNT, 28, 28), dtype=np.uint8)
LABELS = RANDOM.integers(0, 10, COUNT).astype(np.uint8)
NETWORKS = [ModelSpec(hidden=hidden) for hidden in ((), (16,), (16, 12))]

each_network = pytest.mark.parametrize("model", NETWORKS, ids=lambda model: f"{len(model.hidden)} hidden")


def weights_of(model: ModelSpec) -> Weights:
    """Return random weights of a network, biases included."""
    return random_weights(baseline.vary(model=model), np.random.default_rng(1))


def flat(gradient: Weights) -> NDArray[np.float64]:
    """Return a gradient as one vector in double precision."""
    return np.concatenate([array.ravel() for array in gradient]).astype(np.float64)


def tape_gradient(model: ModelSpec, which: slice) -> NDArray[np.float64]:
    """Return TensorFlow's gradient of the mean cross-entropy of some examples, as one vector."""
    network = models.compiled(model, Adam())
    network.set_weights(weights_of(model))
    with tf.GradientTape() as tape:
        probabilities = network(IMAGES[which].astype(np.float32) / 255)
        loss = network.loss(LABELS[which].astype(np.int32), probabilities)
    return flat(tuple(g.numpy() for g in tape.gradient(loss, [v.value for v in network.trainable_variables])))


@each_network
def test_squared_norms_are_those_of_explicit_gradients(model: ModelSpec) -> None:
    """The length of each example's gradient, from activations and errors, is that of TensorFlow's gradient of it."""
    found = backward(weights_of(model), IMAGES, LABELS).squared_norms()
    expected = [np.sum(tape_gradient(model, slice(n, n + 1)) ** 2) for n in range(COUNT)]
    np.testing.assert_allclose(found, expected, rtol=1e-4)


@each_network
def test_mean_gradient_is_tensorflows(model: ModelSpec) -> None:
    """The gradient of the mean cross-entropy is TensorFlow's, in the order of a network's weights."""
    found = flat(backward(weights_of(model), IMAGES, LABELS).mean_gradient())
    np.testing.assert_allclose(found, tape_gradient(model, slice(None)), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("size", [1, 3, 4, 12])
def test_batch_gradients_are_those_of_successive_batches(size: int) -> None:
    """The gradients of batches are the mean gradients of successive parts of the examples, each on its own."""
    weights = weights_of(NETWORKS[1])
    found = backward(weights, IMAGES, LABELS).batch_gradients(size)
    for batch, start in enumerate(range(0, COUNT, size)):
        part = slice(start, start + size)
        expected = backward(weights, IMAGES[part], LABELS[part]).mean_gradient()
        for array, own in zip(found, expected, strict=True):
            np.testing.assert_allclose(array[batch], own, rtol=1e-4, atol=1e-6)


@given(st.integers(1, 4), st.integers(1, 6), st.integers(1, 6), st.integers(0, 100))
def test_squared_norm_is_that_of_the_outer_product(count: int, fan_in: int, fan_out: int, seed: int) -> None:
    """For any inputs and errors of a layer, ‖a δᵀ‖² + ‖δ‖² is (‖a‖² + 1) ‖δ‖²."""
    random = np.random.default_rng(seed)
    a, delta = random.standard_normal((count, fan_in)), random.standard_normal((count, fan_out))
    outer = np.einsum("ni,nj->nij", a, delta)
    expected = (outer**2).sum(axis=(1, 2)) + (delta**2).sum(axis=1)
    np.testing.assert_allclose(Backward([a], [delta]).squared_norms(), expected, rtol=1e-12)


def test_a_certain_right_answer_has_no_gradient() -> None:
    """An example whose label has probability one moves no weight."""
    bias = np.where(np.arange(10) == 3, np.float32(200), np.float32(0))
    found = backward((np.zeros((784, 10), np.float32), bias), IMAGES, np.full(COUNT, 3, np.uint8))
    assert found.squared_norms().max() == 0
