"""The noise of a minibatch's gradient: how large it is beside the gradient, and how it falls with the batch."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from foundations import data
from foundations.evaluation import training_set
from foundations.gradients import backward
from foundations.measurements import measurement
from foundations.runs import Run, Weights

Values = NDArray[np.float64]

CHUNK = 5_000
"""Images propagated at once, so that their activations fit into memory."""
DRAWN = 20_480
"""Images drawn into the batches of each size, as far as there are so many."""
WRITTEN = 64
"""Batch gradients written out at once."""


def kept(run: Run) -> dict[int, Weights]:
    """Return the weights that a run kept, by the number of optimizer steps before them, its last ones included."""
    return dict(sorted({**run.snapshots, run.spec.steps: run.weights}.items()))


def moments(weights: Weights, images: data.Images, labels: data.Labels) -> tuple[Values, float]:
    """Return the gradient G over all images as one vector, (parameters,), and tr Σ of the images' own gradients.

    Σ is their covariance with divisor n, so tr Σ = mean ‖gᵢ‖² − ‖G‖².
    """
    total, squares = np.zeros(sum(array.size for array in weights)), 0.0
    for start in range(0, len(images), CHUNK):
        part = slice(start, start + CHUNK)
        pass_ = backward(weights, images[part], labels[part])
        total += len(labels[part]) * np.concatenate([array.ravel() for array in pass_.mean_gradient()])
        squares += float(pass_.squared_norms().sum())
    gradient = total / len(images)
    return gradient, squares / len(images) - float(gradient @ gradient)


@measurement
def gradient_moments(runs: Sequence[Run]) -> Values:
    """Return ‖G‖² and tr Σ over the training images at all weights that runs kept, (runs, steps, 2)."""
    rows = []
    for run in runs:
        images, labels = training_set(run)
        found = [moments(weights, images, labels) for weights in kept(run).values()]
        rows.append([(float(gradient @ gradient), trace) for gradient, trace in found])
    return np.array(rows)


def noise_scale(found: NDArray[np.floating]) -> Values:
    """Return the noise scale tr Σ / ‖G‖², in images, of moments (…, 2) (McCandlish et al., 2018, equation 2.9)."""
    return np.asarray(found[..., 1] / found[..., 0])


def left_of_noise(sizes: ArrayLike, images: int) -> Values:
    """Return what drawing batches of some sizes without replacement leaves of tr Σ: (n − B) / ((n − 1) B)."""
    size = np.asarray(sizes, dtype=float)
    return np.asarray((images - size) / ((images - 1) * size))


@measurement
def minibatch_noise(runs: Sequence[Run], sizes: Sequence[int], places: Sequence[int]) -> Values:
    """Return the mean of ‖G_B − G‖² over minibatches drawn without replacement, (runs, places, sizes).

    The minibatches are drawn as an epoch draws them: successive parts of one random order of the training images.

    Parameters
    ----------
    runs
        Trained on more images than the largest size.
    sizes
        Images a minibatch, B.
    places
        Which of the weights that the runs kept, counted as positions of a list: 0 are the first, -1 the last ones.
    """
    found = []
    for run in runs:
        images, labels = training_set(run)
        order = np.random.default_rng([run.spec.seed, 8]).permutation(len(images))[:DRAWN]
        drawn = images[order], labels[order]
        every = [*kept(run).values()]
        for weights in (every[place] for place in places):
            gradient, _ = moments(weights, images, labels)
            found.append([deviation(weights, *drawn, gradient, size) for size in sizes])
    return np.array(found).reshape(len(runs), len(places), len(sizes))


def deviation(weights: Weights, images: data.Images, labels: data.Labels, gradient: Values, size: int) -> float:
    """Return the mean squared distance from `gradient`, (parameters,), of the gradients of successive batches.

    What is left over after the last full batch is not used.
    """
    batches = len(images) // size
    step = size * max(1, min(WRITTEN, CHUNK // size))
    total = 0.0
    for start in range(0, batches * size, step):
        part = slice(start, min(start + step, batches * size))
        written = backward(weights, images[part], labels[part]).batch_gradients(size)
        for array, mean in zip(written, _split(gradient, weights), strict=True):
            apart = array - mean
            total += float(np.vdot(apart, apart))
    return total / batches


def _split(vector: Values, weights: Weights) -> list[NDArray[np.float32]]:
    """Cut a vector into arrays of the shapes of weights."""
    ends = np.cumsum([array.size for array in weights])[:-1]
    parts = np.split(vector.astype(np.float32), ends)
    return [part.reshape(array.shape) for part, array in zip(parts, weights, strict=True)]
