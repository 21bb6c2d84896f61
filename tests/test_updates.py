"""Update rules by hand, against Keras's optimizers and closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from foundations.backend import keras
from foundations.models import build_optimizer
from foundations.specs import SGD, Adam, AdamW, OptimizerSpec
from foundations.updates import path, rule

SPECS = [SGD(), SGD(momentum=0.9), Adam(), AdamW(), AdamW(learning_rate=0.1, weight_decay=0.5)]
gradients = arrays(float, (6, 3), elements=st.floats(-10, 10))


@pytest.mark.parametrize("spec", SPECS, ids=repr)
@given(gradients)
def test_rules_are_keras(spec: OptimizerSpec, slopes: NDArray[np.float64]) -> None:
    """Whatever the gradients are, six steps by hand are six of Keras's, which powers β in single precision."""
    theta = start = np.array([1.0, -2.0, 0.5])
    variable = keras.Variable(start, dtype="float64")
    optimizer, by_hand = build_optimizer(spec), rule(spec)
    for slope in slopes:
        optimizer.apply([keras.ops.convert_to_tensor(slope, dtype="float64")], [variable])
        theta = by_hand.step(theta, slope)
    np.testing.assert_allclose(np.asarray(variable), theta, rtol=1e-5, atol=1e-4 * spec.learning_rate)


def test_momentum_reaches_its_full_speed() -> None:
    """Under a steady gradient momentum 0.9 ends at steps ten times those of plain gradient descent."""
    steps = np.diff(path(SGD(momentum=0.9), np.ones_like, [0.0], 200)[:, 0])
    assert pytest.approx(-0.01) == steps[0]
    assert pytest.approx(-0.1) == steps[-1]


def test_adam_ignores_the_unit_of_the_loss() -> None:
    """Gradients a thousand times larger leave Adam's path as it is, but for ε, and make SGD's steps longer."""
    one, large = (path(Adam(), lambda theta, s=scale: s * theta, [1.0, -3.0], 50) for scale in (1, 1000))
    np.testing.assert_allclose(one, large, rtol=1e-6)
    assert path(SGD(), lambda theta: 10 * theta, [1.0], 1)[1] != path(SGD(), lambda theta: theta, [1.0], 1)[1]


def test_decay_shrinks_what_has_no_gradient() -> None:
    """Without a gradient AdamW multiplies weights by 1 - ηρ at every step, and Adam leaves them alone."""
    decayed = path(AdamW(learning_rate=0.1, weight_decay=0.5), np.zeros_like, [2.0], 10)
    np.testing.assert_allclose(2.0 * 0.95 ** np.arange(11), decayed[:, 0])
    assert {2.0} == {*path(Adam(), np.zeros_like, [2.0], 10)[:, 0].tolist()}


def test_path_begins_at_its_start() -> None:
    """A path has one point more than steps, and the first is where it starts; every path has a memory of its own."""
    points = path(SGD(0.5, momentum=0.9), lambda theta: theta, [4.0, 2.0], 3)
    assert (4, 2) == points.shape
    assert [4.0, 2.0] == points[0].tolist()
    np.testing.assert_array_equal(points, path(SGD(0.5, momentum=0.9), lambda theta: theta, [4.0, 2.0], 3))
    assert [[1.0]] == path(Adam(), np.ones_like, [1.0], 0).tolist()
