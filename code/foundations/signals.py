"""What goes forward and back through hidden layers: error signals, gradients, and units that let nothing through."""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import special

from foundations import data
from foundations.activations import DERIVATIVES
from foundations.evaluation import ACTIVATIONS, forward
from foundations.measurements import measurement
from foundations.runs import Floats, Run, Weights
from foundations.specs import ModelSpec

WIDTH = 64
"""Units of every hidden layer of the deep networks."""
IMAGES = 1_000
"""Training images that gradients at initialization are measured on."""
CLOSED = 0.1
"""A unit whose derivative is below this share of its largest lets next to nothing back."""
LARGEST = {"sigmoid": 0.25}
"""The derivative that a unit is measured by; that of the others is 1."""
SPREAD = 0.87962566
"""Standard deviation of a normal variable that is cut off at two standard deviations, in units of that of the whole."""


def initial_weights(model: ModelSpec, seed: int) -> Weights:
    """Return weights drawn from the distributions that Keras draws a network's initial weights from; biases are 0.

    Parameters
    ----------
    model
        The network; its activation does not matter, so that networks which differ in it share their weights.
    seed
        Of the draw.
    """
    random, weights = np.random.default_rng([seed, len(model.hidden)]), []
    widths = (784, *model.hidden, 10)
    for number, shape in enumerate(itertools.pairwise(widths), start=1):
        he = model.initializer == "he_normal" and number < len(widths) - 1
        kernel = _he_normal(random, shape) if he else _glorot_uniform(random, shape)
        weights += [kernel.astype(np.float32), np.zeros(shape[1], np.float32)]
    return tuple(weights)


def _glorot_uniform(random: np.random.Generator, shape: tuple[int, int]) -> NDArray[np.float64]:
    limit = math.sqrt(6 / sum(shape))
    return random.uniform(-limit, limit, shape)


def _he_normal(random: np.random.Generator, shape: tuple[int, int]) -> NDArray[np.float64]:
    """Draw from a normal distribution cut off at two standard deviations, of variance 2 / fan-in after the cut."""
    within = special.ndtri(random.uniform(special.ndtr(-2), special.ndtr(2), shape))
    return np.asarray(within * math.sqrt(2 / shape[0]) / SPREAD)


def error_signals(weights: Weights, images: data.Images, labels: data.Labels, activation: str) -> list[Floats]:
    """Return the derivative of each image's cross-entropy by the pre-activations of every layer, by backpropagation.

    Parameters
    ----------
    weights
        Kernel and bias of each layer, as in `Run`.
    images, labels
        (n, 28, 28), gray levels 0 to 255, and (n,).
    activation
        Of the hidden layers.

    Returns
    -------
    list of NDArray
        (n, units) for each layer, from the first hidden layer to the logits.
    """
    layers = forward(weights, images, activation)
    error = special.softmax(layers[-1], axis=1)
    error[np.arange(len(labels)), labels] -= 1
    found = [error]
    for kernel, before in zip(weights[-2:0:-2], layers[-2::-1], strict=True):
        error = (error @ kernel.T) * DERIVATIVES[activation](before)
        found.append(error)
    return found[::-1]


def norms(weights: Weights, images: data.Images, labels: data.Labels, activation: str) -> NDArray[np.float64]:
    """Return how large what comes back is in each layer, (layers, 2).

    The root mean square over images of the length of the error signal, and the norm of the gradient of the mean
    cross-entropy by the layer's kernel. Parameters are those of `error_signals`.
    """
    errors = [error.astype(np.float64) for error in error_signals(weights, images, labels, activation)]
    hidden = [ACTIVATIONS[activation](layer) for layer in forward(weights, images, activation)[:-1]]
    entering = [data.unit_range(images).reshape(len(images), -1), *hidden]
    lengths = [math.sqrt((error**2).sum(axis=1).mean()) for error in errors]
    gradients = [np.linalg.norm(h.T @ error) / len(images) for h, error in zip(entering, errors, strict=True)]
    return np.stack([lengths, gradients], axis=1)


@functools.lru_cache(maxsize=16)
def training_images(seed: int, checksum: str) -> tuple[data.Images, data.Labels]:
    """Return the 10,000 training images of a seed on which training metrics are measured, and their labels."""
    pool = data.load()
    assert pool.checksum == checksum
    positions = data.split(pool.labels, seed).train[: data.PROBE_IMAGES]
    return pool.images[positions], pool.labels[positions]


@measurement
def at_start(runs: Sequence[Run], depth: int, activation: str, initializer: str) -> NDArray[np.float64]:
    """Return the `norms` of an untrained network for each run's seed, (runs, depth + 1, 2), on `IMAGES` images.

    The network has `depth` hidden layers of `WIDTH` units. Of the runs only the seed counts: it draws the weights, and
    its training images are used.
    """
    checksum, model = data.checksum(data.source()), ModelSpec((WIDTH,) * depth, activation, initializer=initializer)
    found = []
    for run in runs:
        images, labels = training_images(run.spec.seed, checksum)
        weights = initial_weights(model, run.spec.seed)
        found.append(norms(weights, images[:IMAGES], labels[:IMAGES], activation))
    return np.array(found)


def first_variance(seeds: Sequence[int], initializer: str, width: int = WIDTH) -> float:
    """Return the mean square of the first hidden layer's initial pre-activations: the first step of the theory.

    It is the variance of a weight times the mean squared length of a training image, over `IMAGES` images a seed.
    """
    checksum = data.checksum(data.source())
    gray = [data.unit_range(training_images(seed, checksum)[0][:IMAGES]) for seed in seeds]
    variance = 2 / 784 if initializer == "he_normal" else 2 / (784 + width)
    return float(variance * np.mean([(images**2).sum(axis=(1, 2)).mean() for images in gray]))


@measurement
def openness(runs: Sequence[Run], start: bool) -> NDArray[np.float64]:
    """Return what the first hidden layer lets back, on 10,000 training images, (runs, 3).

    The root-mean-square derivative; the share, in points, of all pairs of a unit and an image in which the unit is
    closed, its derivative being below `CLOSED` of its largest; and the share, in points, of units that are closed for
    every image. A closed ReLU is off, and one that is closed for every image is dead.

    Parameters
    ----------
    runs
        Trained networks.
    start
        Whether their initial weights are meant, which they must have kept, instead of the final ones.
    """
    checksum = data.checksum(data.source())
    rows = []
    for run in runs:
        images, _ = training_images(run.spec.seed, checksum)
        weights, activation = run.snapshots[0] if start else run.weights, run.spec.model.activation
        slopes = DERIVATIVES[activation](forward(weights, images, activation)[0])
        closed = np.abs(slopes) < CLOSED * LARGEST.get(activation, 1.0)
        rows.append((np.sqrt(np.mean(slopes**2)), 100 * closed.mean(), 100 * closed.all(axis=0).mean()))
    return np.array(rows)
