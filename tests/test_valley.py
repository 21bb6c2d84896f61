"""The valley: its gradient, its eigenvalues, and what gradient descent is known to do in it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import approx_fprime

from foundations.errors import FoundationsError
from foundations.specs import SGD
from foundations.updates import path
from foundations.valley import Valley

curvatures = st.floats(0.1, 100)


@given(curvatures, curvatures, st.floats(-180, 180))
def test_hessian_has_the_stated_eigenvalues(one: float, other: float, angle: float) -> None:
    """The Hessian is symmetric; its eigenvalues are the curvatures, its eigenvectors the valley's axes."""
    valley = Valley(min(one, other), max(one, other), angle)
    np.testing.assert_allclose(valley.hessian, valley.hessian.T, atol=1e-12)
    np.testing.assert_allclose(np.linalg.eigvalsh(valley.hessian), [valley.flat, valley.steep], rtol=1e-9)
    along, across = valley.axes.T
    np.testing.assert_allclose(valley.hessian @ along, valley.flat * along, atol=1e-9)
    np.testing.assert_allclose(valley.hessian @ across, valley.steep * across, atol=1e-9)


@given(st.floats(-5, 5), st.floats(-5, 5), st.floats(-90, 90))
def test_gradient_is_the_derivative(x: float, y: float, angle: float) -> None:
    """The gradient is what finite differences of the loss give."""
    valley, theta = Valley(1, 25, angle), np.array([x, y])
    estimated = approx_fprime(theta, lambda point: float(valley.loss(point)), 1e-6)
    np.testing.assert_allclose(valley.gradient(theta), estimated, atol=1e-3)


def test_losses_of_many_points() -> None:
    """Loss and gradient take any array of points; the loss is ½λ at unit distance along an axis."""
    points = np.array([[[1.0, 0.0], [0.0, 1.0]], [[0.0, 0.0], [-2.0, 0.0]]])
    assert [[0.5, 12.5], [0.0, 2.0]] == Valley().loss(points).tolist()
    assert points.shape == Valley().gradient(points).shape


@given(curvatures, st.floats(1, 50), st.floats(-90, 90))
def test_gradient_descent_contracts_as_the_formula_says(flat: float, condition: float, angle: float) -> None:
    """At the best rate, 2 / (flat + steep), a step shortens both axes by (κ - 1) / (κ + 1)."""
    valley = Valley(flat, flat * condition, angle)
    rate = 2 / (valley.flat + valley.steep)
    start = valley.axes @ [3.0, -1.0]
    along = path(SGD(rate), valley.gradient, start, 5) @ valley.axes
    factor = (condition - 1) / (condition + 1)
    np.testing.assert_allclose(np.abs(along), np.abs([3.0, -1.0]) * factor ** np.arange(6)[:, np.newaxis], atol=1e-9)


@pytest.mark.parametrize("wrong", [(0.0, 1.0), (2.0, 1.0), (-1.0, 1.0)])
def test_a_valley_has_a_floor(wrong: tuple[float, float]) -> None:
    """Curvatures that are not positive, or in the wrong order, are refused."""
    with pytest.raises(FoundationsError, match="the curvatures of a valley must be above 0"):
        Valley(*wrong)
