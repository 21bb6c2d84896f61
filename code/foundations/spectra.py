"""Singular values of kernels: those of random ones, and what training adds to them."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from foundations.runs import Floats

Values = NDArray[np.float64]


def glorot_variance(fan_in: int, fan_out: int) -> float:
    """Return the variance of a weight that Glorot's uniform initialization draws: 2 / (fan_in + fan_out)."""
    return 2 / (fan_in + fan_out)


def edges(rows: int, columns: int, variance: float) -> tuple[float, float]:
    """Return between which values the singular values of a large random matrix lie.

    Its entries are independent, of mean 0 and that variance (Marchenko and Pastur, 1967): σ |√rows - √columns| to
    σ (√rows + √columns), exactly so in the limit of many rows and columns in a fixed ratio.
    """
    deviation, long, wide = math.sqrt(variance), math.sqrt(rows), math.sqrt(columns)
    return deviation * abs(long - wide), deviation * (long + wide)


def singular_values(kernel: Floats) -> Values:
    """Return the singular values of a kernel, from the largest on, computed in double precision."""
    return np.linalg.svd(kernel.astype(np.float64), compute_uv=False)


def shuffled(kernel: Floats) -> Floats:
    """Return a kernel of the same weights in random order: what is left of it is their sizes."""
    return np.random.default_rng(0).permuted(kernel)


def escaped(kernel: Floats) -> float:
    """Return how many singular values of a kernel lie above the upper edge of those that it was initialized with."""
    fan_in, fan_out = kernel.shape
    _, upper = edges(fan_in, fan_out, glorot_variance(fan_in, fan_out))
    return float((singular_values(kernel) > upper).sum())


def captured(change: Floats, rank: int) -> float:
    """Return the share of a matrix's squared entries that its best approximation of a rank holds, in points."""
    squares = singular_values(change) ** 2
    return float(100 * squares[:rank].sum() / squares.sum())
