"""A valley in two dimensions: the quadratic loss on which optimizers can be followed by eye and by formula."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foundations.errors import require

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Valley:
    """The loss ½ θᵀHθ, whose Hessian H has one small and one large eigenvalue; its minimum is at the origin.

    Attributes
    ----------
    flat, steep
        The eigenvalues: the curvature along the valley and across it.
    angle
        Of the valley's floor with the first axis, in degrees.

    Raises
    ------
    FoundationsError
        Unless 0 < `flat` <= `steep`.
    """

    flat: float = 1.0
    steep: float = 25.0
    angle: float = 0.0

    def __post_init__(self) -> None:
        right = "above 0, the flat one not above the steep one"
        require(0 < self.flat <= self.steep, "the curvatures of a valley", (self.flat, self.steep), right)

    @property
    def axes(self) -> Values:
        """Unit vectors along the floor and across it, as columns, (2, 2)."""
        turn = math.radians(self.angle)
        return np.array([[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]])

    @property
    def hessian(self) -> Values:
        """The matrix H, (2, 2)."""
        return self.axes @ np.diag([self.flat, self.steep]) @ self.axes.T

    def loss(self, theta: Values) -> Values:
        """Return the loss at points (..., 2)."""
        return np.asarray(0.5 * np.sum(theta * self.gradient(theta), axis=-1))

    def gradient(self, theta: Values) -> Values:
        """Return the gradient, (..., 2), at points (..., 2)."""
        return np.asarray(theta @ self.hessian)
