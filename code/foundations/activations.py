"""The derivatives of the activation functions, and what mean-field theory makes of them in deep networks.

The functions themselves stand in `foundations.evaluation`, because every prediction needs them.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray
from scipy import special

from foundations.evaluation import ACTIVATIONS
from foundations.runs import Floats

DERIVATIVES: Mapping[str, Callable[[Floats], Floats]] = {
    "relu": lambda a: (a > 0).astype(a.dtype),
    "tanh": lambda a: 1 - np.tanh(a) ** 2,
    "softsign": lambda a: 1 / (1 + np.abs(a)) ** 2,
    "gelu": lambda a: special.ndtr(a) + a * np.exp(-(a**2) / 2) / math.sqrt(2 * math.pi),
    "sigmoid": lambda a: special.expit(a) * special.expit(-a),
}
"""The derivative of each of `foundations.evaluation.ACTIVATIONS`; ReLU's at zero is 0, as in TensorFlow."""

NAMES = {"relu": "ReLU", "tanh": "tanh", "softsign": "softsign", "gelu": "GELU", "sigmoid": "sigmoid"}
"""What each activation function is called in text."""

GAINS: Mapping[str, float] = {"glorot_uniform": 1.0, "he_normal": 2.0}
"""Fan-in times the variance of a weight, between hidden layers of equal width, by initializer."""

REACH, NODES = 10.0, 200


@functools.cache
def _quadrature() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return standard normal points and their weights: Gauss and Legendre's, apart for each sign."""
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    half = REACH * (nodes + 1) / 2
    density = np.exp(-(half**2) / 2) / math.sqrt(2 * math.pi) * weights * REACH / 2
    return np.concatenate([-half, half]), np.concatenate([density, density])


def gaussian_mean(function: Callable[[Floats], Floats], variance: float) -> float:
    """Return the mean of a function of a normal variable of mean 0.

    The function may have a kink or a jump at 0, and nowhere else.
    """
    points, weights = _quadrature()
    return float(weights @ function(math.sqrt(variance) * points))


def rms_derivative(activation: str, variance: float) -> float:
    """Return the root-mean-square derivative over normal pre-activations of mean 0 and of a variance."""
    return math.sqrt(gaussian_mean(lambda a: DERIVATIVES[activation](a) ** 2, variance))


def variances(activation: str, gain: float, first: float, depth: int) -> NDArray[np.float64]:
    """Return the variance of the pre-activations of every hidden layer at initialization, (depth,).

    It is that of very wide layers, q → gain · E[φ(a)²] with a of variance q (Schoenholz et al., 2017).

    Parameters
    ----------
    activation
        φ.
    gain
        Fan-in times the variance of a weight, as in `GAINS`.
    first
        The variance in the first hidden layer.
    depth
        The number of hidden layers.
    """
    found = [first]
    while len(found) < depth:
        found.append(gain * gaussian_mean(lambda a: ACTIVATIONS[activation](a) ** 2, found[-1]))
    return np.array(found)


def factors(activation: str, gain: float, first: float, depth: int) -> NDArray[np.float64]:
    """Return by what factor the error signal's length changes on its way into each hidden layer, (depth,).

    It is that of very wide layers, the square root of gain · E[φ'(a)²] (Schoenholz et al., 2017). The last one, on
    the way from the logits, holds only if there were as many logits as units. Parameters are those of `variances`.
    """
    found = variances(activation, gain, first, depth)
    return np.array([math.sqrt(gain) * rms_derivative(activation, q) for q in found])
