"""The update rules of SGD, momentum, Adam and AdamW, by hand in NumPy, in the form that Keras computes them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from foundations.errors import require_count
from foundations.specs import SGD, Adam, AdamW, OptimizerSpec

Values = NDArray[np.float64]

BETA_1, BETA_2, EPSILON = 0.9, 0.999, 1e-7
"""Keras's defaults for Adam and AdamW."""


class Rule(Protocol):
    """An update rule, with what it remembers of earlier steps."""

    def step(self, theta: Values, gradient: Values) -> Values:
        """Return the parameters after one step from `theta`, at which the loss has this gradient."""
        ...


@dataclass
class Momentum:
    """Gradient descent with Polyak's momentum (1964); without momentum it is plain gradient descent."""

    spec: SGD
    velocity: Values | float = 0.0

    def step(self, theta: Values, gradient: Values) -> Values:
        """Return the parameters after one step."""
        self.velocity = self.spec.momentum * self.velocity - self.spec.learning_rate * gradient
        return theta + self.velocity


@dataclass
class Adaptive:
    """Adam (Kingma and Ba, 2015); with weight decay AdamW (Loshchilov and Hutter, 2019, algorithm 2)."""

    spec: Adam | AdamW
    count: int = 0
    mean: Values | float = 0.0
    square: Values | float = 0.0

    def step(self, theta: Values, gradient: Values) -> Values:
        """Return the parameters after one step."""
        self.count += 1
        self.mean = BETA_1 * self.mean + (1 - BETA_1) * gradient
        self.square = BETA_2 * self.square + (1 - BETA_2) * gradient**2
        rate = self.spec.learning_rate
        corrected = rate * math.sqrt(1 - BETA_2**self.count) / (1 - BETA_1**self.count)
        decay = self.spec.weight_decay if isinstance(self.spec, AdamW) else 0.0
        step = corrected * self.mean / (np.sqrt(self.square) + EPSILON)
        return (1 - rate * decay) * theta - step


def rule(spec: OptimizerSpec) -> Rule:
    """Return the update rule of an optimizer, which remembers nothing yet."""
    if isinstance(spec, SGD):
        return Momentum(spec)
    assert isinstance(spec, Adam | AdamW)
    return Adaptive(spec)


def path(spec: OptimizerSpec, gradient: Callable[[Values], Values], start: ArrayLike, steps: int) -> Values:
    """Return where an optimizer goes, (steps + 1, parameters), from `start` on.

    Parameters
    ----------
    spec
        The optimizer.
    gradient
        Of the loss, from parameters to an array of the same shape.
    start
        (parameters,).
    steps
        How many.
    """
    require_count("steps", steps, 0)
    moves, points = rule(spec), [np.asarray(start, dtype=float)]
    for _ in range(steps):
        points.append(moves.step(points[-1], gradient(points[-1])))
    return np.array(points)
