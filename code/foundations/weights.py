"""How large a network's weights are, and where: what a penalty on them is about."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from foundations import data
from foundations.runs import Run, Weights

Values = NDArray[np.float64]


def kernel(weights: Weights, layer: int = 0) -> Values:
    """Return the kernel of a layer, counted from 0 at the input, (inputs, units), in double precision."""
    return weights[2 * layer].astype(np.float64)


def root_mean_square(values: ArrayLike) -> float:
    """Return the root of the mean square of all values, which is the norm per root of their number."""
    return float(np.sqrt(np.mean(np.square(values))))


def sizes(runs: Sequence[Run], layer: int = 0) -> Values:
    """Return the root-mean-square weight of a layer's kernel at the end of each run, (runs,)."""
    return np.array([root_mean_square(kernel(run.weights, layer)) for run in runs])


def penalty(run: Run) -> float:
    """Return what Keras adds to a run's loss at its end: λ times the sum of the first kernel's squared weights."""
    return run.spec.model.l2 * float(np.square(kernel(run.weights)).sum())


def histogram(runs: Sequence[Run], edges: ArrayLike, layer: int = 0) -> Values:
    """Return the share of a layer's weights that lie between edges, (runs, len(edges) - 1), at the end of each run."""
    kernels = [kernel(run.weights, layer) for run in runs]
    return np.array([np.histogram(weights, np.asarray(edges))[0] / weights.size for weights in kernels])


def ink(run: Run) -> Values:
    """Return the share of a run's training images in which each pixel has ink, (784,)."""
    return _ink(run.spec.seed, run.spec.data.train_size, data.checksum(data.source()))


@functools.lru_cache(maxsize=16)
def _ink(seed: int, train_size: int, checksum: str) -> Values:
    pool = data.load()
    assert pool.checksum == checksum
    train = data.split(pool.labels, seed).train[:train_size]
    return np.asarray((pool.images[train] > 0).mean(axis=0).ravel())


def blank_kernel(run: Run, weights: Weights) -> Values:
    """Return the weights of the pixels that are blank in every training image of a run, (pixels, units).

    The loss does not depend on them, so that they are moved by a penalty or by decay alone.

    Parameters
    ----------
    run
        Whose training images count.
    weights
        The run's, at any of its steps.
    """
    return np.asarray(kernel(weights)[ink(run) == 0])


def sizes_by_ink(runs: Sequence[Run], edges: ArrayLike) -> Values:
    """Return the root-mean-square first-layer weight of pixels by their `ink`, (runs, len(edges) - 1), at the end.

    Group i holds the pixels with a share of at least `edges[i]` and below `edges[i + 1]`; there must be some.
    """
    bounds = np.asarray(edges)
    rows = []
    for run in runs:
        groups = np.digitize(ink(run), bounds) - 1
        squares = np.square(kernel(run.weights)).mean(axis=1)
        rows.append([np.sqrt(squares[groups == group].mean()) for group in range(len(bounds) - 1)])
    return np.array(rows)
