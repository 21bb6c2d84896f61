"""The first layer's kernel as pictures: which pixels ever teach it anything, and how smooth it becomes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from foundations.evaluation import training_set
from foundations.measurements import measurement
from foundations.runs import Floats, Run
from foundations.weights import ink

Mask = NDArray[np.bool_]

SHOWN = 1_000
"""Training images that filters are compared with."""


def blank_pixels(run: Run) -> Mask:
    """Return which pixels, (784,), are blank in every image that a run was trained on."""
    return np.asarray(ink(run) == 0)


def pictures(kernel: Floats) -> Floats:
    """Return the weights into each unit as a picture, (units, 28, 28), from the first kernel, (784, units)."""
    return kernel.T.reshape(-1, 28, 28)


def neighbour_correlation(pictures: NDArray[np.number], within: Mask) -> float:
    """Return the correlation of values at neighbouring pixels, over all pictures and all pairs of neighbours.

    Neighbours share an edge. It is 0 where every value is drawn by itself, and close to 1 where a picture is smooth.

    Parameters
    ----------
    pictures
        (n, 28, 28), of weights or of gray levels.
    within
        (784,), the pixels that count; a pair counts if both do.
    """
    grid = within.reshape(28, 28)
    across, down = grid[:, :-1] & grid[:, 1:], grid[:-1] & grid[1:]
    first = np.hstack([pictures[:, :, :-1][:, across], pictures[:, :-1][:, down]])
    second = np.hstack([pictures[:, :, 1:][:, across], pictures[:, 1:][:, down]])
    return float(np.corrcoef(first.ravel(), second.ravel())[0, 1])


@measurement
def smoothness(runs: Sequence[Run]) -> NDArray[np.float64]:
    """Return the correlation of neighbouring weights of each run's first kernel, (runs,), blank pixels left out."""
    return np.array([neighbour_correlation(pictures(run.weights[0]), ~blank_pixels(run)) for run in runs])


@measurement
def digit_smoothness(runs: Sequence[Run]) -> NDArray[np.float64]:
    """Return the same correlation for the gray levels of each run's first `SHOWN` training images, (runs,)."""
    return np.array([neighbour_correlation(training_set(run)[0][:SHOWN], ~blank_pixels(run)) for run in runs])
