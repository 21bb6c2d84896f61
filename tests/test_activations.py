"""Derivatives held to TensorFlow's, Gaussian means held to closed forms, and the factors of deep networks."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, special

from foundations.activations import DERIVATIVES, GAINS, NAMES, factors, gaussian_mean, rms_derivative, variances
from foundations.backend import keras, tf
from foundations.evaluation import ACTIVATIONS
from foundations.specs import ACTIVATIONS as KNOWN
from foundations.specs import INITIALIZERS

POINTS = np.linspace(-8, 8, 321)

each_activation = pytest.mark.parametrize("activation", KNOWN)
some_variance = st.floats(0.01, 25)


@each_activation
def test_functions_and_derivatives_are_kerass(activation: str) -> None:
    """Every function is Keras's, and every derivative TensorFlow's of it, also at zero, to 1e-7.

    Keras's GELU holds a constant in single precision.
    """
    a = tf.Variable(POINTS)
    with tf.GradientTape() as tape:
        value = keras.activations.get(activation)(a)
    assert 0.0 in POINTS
    assert pytest.approx(value.numpy(), abs=1e-7) == ACTIVATIONS[activation](POINTS)
    assert pytest.approx(tape.gradient(value, a).numpy(), abs=1e-7) == DERIVATIVES[activation](POINTS)


def test_gelu_is_the_exact_one() -> None:
    """Keras's default GELU is a·Φ(a) with the error function, and not its approximation with tanh."""
    exact = POINTS / 2 * (1 + special.erf(POINTS / math.sqrt(2)))
    approximation = keras.activations.gelu(tf.constant(POINTS), approximate=True).numpy()
    assert pytest.approx(exact, abs=1e-12) == ACTIVATIONS["gelu"](POINTS)
    assert 1e-4 < np.abs(exact - approximation).max() < 1e-3


@each_activation
@given(st.floats(-20, 20), st.floats(-20, 20))
def test_derivatives_integrate_to_functions(activation: str, low: float, high: float) -> None:
    """Between any two points a function rises by the integral of its derivative."""
    middle = sorted({low, high, *(0.0 for _ in range(low * high < 0))})
    expected = np.subtract(*(ACTIVATIONS[activation](np.array([end]))[0] for end in (high, low)))
    parts = (
        integrate.quad(lambda a: DERIVATIVES[activation](np.array([a]))[0], *ends, limit=200)[0]
        for ends in itertools.pairwise(middle)
    )
    assert pytest.approx(expected, abs=1e-6) == sum(parts) * (1 if high >= low else -1)


@each_activation
def test_derivatives_keep_single_precision(activation: str) -> None:
    """Derivatives of float32 numbers are float32, and finite where a function is flat."""
    values = DERIVATIVES[activation](np.float32([-1e4, -5, 0, 5, 1e4]))
    assert np.float32 == values.dtype
    assert np.isfinite(values).all()


def test_names_and_gains_are_complete() -> None:
    """Every activation of the specs has a derivative and a name, and every initializer a gain."""
    assert [*KNOWN] == [*DERIVATIVES] == [*NAMES]
    assert {*INITIALIZERS} == {*GAINS}


@given(some_variance)
def test_gaussian_means_in_closed_form(variance: float) -> None:
    """Moments, and means of a step, of ReLU's square and of the squared error function, are the known ones."""
    assert pytest.approx(1) == gaussian_mean(np.ones_like, variance)
    assert pytest.approx(variance) == gaussian_mean(np.square, variance)
    assert pytest.approx(3 * variance**2) == gaussian_mean(lambda a: a**4, variance)
    assert pytest.approx(0.5) == gaussian_mean(DERIVATIVES["relu"], variance)
    assert pytest.approx(variance / 2) == gaussian_mean(lambda a: ACTIVATIONS["relu"](a) ** 2, variance)
    arc = 0.5 - math.atan(1 / math.sqrt(1 + 2 * variance)) / math.pi
    assert pytest.approx(arc) == gaussian_mean(lambda a: special.ndtr(a) ** 2, variance)


@pytest.mark.parametrize(
    ("activation", "expected"), [("tanh", 0.87), ("relu", 0.71), ("softsign", 0.64), ("gelu", 0.58), ("sigmoid", 0.24)]
)
def test_rms_derivative_at_the_books_variance(activation: str, expected: float) -> None:
    """For 128 units on MNIST, whose first pre-activations have variance 0.19, the rms derivatives are known."""
    assert pytest.approx(expected, abs=0.005) == rms_derivative(activation, 0.1916)


@given(some_variance, st.sampled_from([*GAINS.values()]), st.integers(1, 20))
def test_relu_has_one_factor(first: float, gain: float, depth: int) -> None:
    """ReLU's factor is √(gain/2) in every layer, and its variances are a geometric sequence."""
    assert pytest.approx([math.sqrt(gain / 2)] * depth) == factors("relu", gain, first, depth)
    assert pytest.approx([first * (gain / 2) ** layer for layer in range(depth)]) == variances(
        "relu", gain, first, depth
    )


def test_other_factors_tend_to_their_limits() -> None:
    """Tanh's with gain 1 rises to 1, GELU's falls to half the root of the gain, sigmoid's stays near a quarter."""
    tanh = factors("tanh", 1, 0.2, 200)
    assert (np.diff(tanh) > 0).all()
    assert 0.99 < tanh[-1] < 1
    for gain in GAINS.values():
        assert pytest.approx(math.sqrt(gain) / 2, rel=1e-3) == factors("gelu", gain, 0.2, 40)[-1]
    assert ((0.2 < factors("sigmoid", 1, 0.2, 40)) & (factors("sigmoid", 1, 0.2, 40) < 0.25)).all()
