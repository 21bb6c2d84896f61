"""Predictions of finished runs, in NumPy; and the only door to the test set."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from foundations import data
from foundations.errors import require_one_of
from foundations.measurements import measurement
from foundations.runs import Floats, Run, Weights

ACTIVATIONS: Mapping[str, Callable[[Floats], Floats]] = {
    "relu": lambda z: np.maximum(z, 0),
    "tanh": np.tanh,
    "softsign": lambda z: z / (1 + np.abs(z)),
    "gelu": lambda z: z * special.ndtr(z),
    "sigmoid": special.expit,
}

TEST_PLACES = {
    "practical2": "the last section of Practical 2: one evaluation of the finished pipeline",
    "practical1-gallery": "the gallery of Practical 1: what predictions look like",
    "task01": "Task 1: galleries of predictions, and the analysis of the frozen baseline",
    "takeaways": "Key takeaways: the one table of final results, of arms that were fixed before",
}
"""The places that may open the test set, each with what it does there."""


@dataclass(frozen=True)
class TestSet:
    """The sealed 10,000 images, (10000, 28, 28) uint8, and their labels, (10000,)."""

    __test__ = False  # pytest would take the name for a test

    images: data.Images
    labels: data.Labels


def open_test_set(place: str) -> TestSet:
    """Open the test set, for one of the named places only.

    Raises
    ------
    FoundationsError
        If `place` is none of `TEST_PLACES`.
    DataError
        If the data file does not hold a test set like MNIST's.
    """
    require_one_of("the place that opens the test set", place, TEST_PLACES)
    return TestSet(*check_test_set(data.source()))


def check_test_set(path: Path) -> tuple[data.Images, data.Labels]:
    """Read and check the test part of a data file."""
    data.checksum(path)
    return data.read_part(path, "test", 10_000)


def forward(weights: Weights, images: data.Images, activation: str) -> list[Floats]:
    """Return the pre-activations of every layer, from the first hidden layer's to the logits.

    Parameters
    ----------
    weights
        Kernel and bias of each layer, as in `Run`.
    images
        (n, 28, 28), gray levels 0 to 255.
    activation
        Of the hidden layers.
    """
    signal: Floats = data.unit_range(images).reshape(len(images), -1)
    layers: list[Floats] = []
    for kernel, bias in zip(weights[::2], weights[1::2], strict=True):
        layers.append(signal @ kernel + bias)
        signal = ACTIVATIONS[activation](layers[-1])
    return layers


def logits(run: Run, images: data.Images) -> Floats:
    """Return the inputs of the softmax, (n, 10), for images (n, 28, 28)."""
    return forward(run.weights, images, run.spec.model.activation)[-1]


def probabilities(run: Run, images: data.Images) -> Floats:
    """Return what a run's network predicts, (n, 10), for images (n, 28, 28) of gray levels 0 to 255."""
    result: Floats = special.softmax(logits(run, images), axis=1)
    return result


def entropies(logits: Floats, labels: ArrayLike) -> NDArray[np.float64]:
    """Return the cross-entropy of each image, (n,), in nats, from logits (n, 10), so that none is infinite."""
    logarithms = special.log_softmax(logits.astype(np.float64), axis=1)
    return np.asarray(-logarithms[np.arange(len(logits)), np.asarray(labels)])


def cross_entropy(run: Run, images: data.Images, labels: data.Labels) -> float:
    """Return the mean cross-entropy, in nats, of a run's predictions."""
    return float(entropies(logits(run, images), labels).mean())


def accuracy(run: Run, images: data.Images, labels: data.Labels) -> float:
    """Return the share of images whose most probable digit is their label."""
    return float((logits(run, images).argmax(axis=1) == labels).mean())


def confusion_matrix(labels: data.Labels, predicted: NDArray[np.integer]) -> NDArray[np.int64]:
    """Return the counts, (10, 10), of images by true digit (row) and predicted digit (column)."""
    counts = np.zeros((data.CLASSES, data.CLASSES), dtype=np.int64)
    np.add.at(counts, (labels, predicted), 1)
    return counts


def class_scores(counts: NDArray[np.number]) -> NDArray[np.float64]:
    """Return precision, recall and F1 of each digit, (10, 3), as shares, from counts as of `confusion_matrix`.

    Of the images that are called a digit, precision is the share that are this digit; of the images of a digit, recall
    is the share that are called so; F1 is the harmonic mean of the two. What has no images to judge by is 0.
    """
    right, true, called = counts.diagonal(), counts.sum(axis=1), counts.sum(axis=0)
    parts = [(right, called), (right, true), (2 * right, true + called)]
    return np.array([np.divide(part, whole, out=np.zeros(len(whole)), where=whole > 0) for part, whole in parts]).T


@measurement
def final_errors(runs: Sequence[Run], place: str) -> NDArray[np.float64]:
    """Return the share of the test set that each run's network misreads, (runs,), in percent.

    Parameters
    ----------
    runs
        Finished, and chosen without the test set.
    place
        That of `TEST_PLACES` which the test set is opened for.
    """
    test = open_test_set(place)
    return np.array([100 * (1 - accuracy(run, test.images, test.labels)) for run in runs])


def training_set(run: Run) -> tuple[data.Images, data.Labels]:
    """Return the images that a run was trained on and their true labels, in the order of its seed's split."""
    pool = data.load()
    positions = data.split(pool.labels, run.spec.seed).train[: run.spec.data.train_size]
    return pool.images[positions], pool.labels[positions]


@functools.lru_cache(maxsize=2)
def validation_set(seed: int, checksum: str) -> tuple[data.Images, data.Labels]:
    """Return the images and labels that a seed holds out, select half first; `checksum` is the data file's."""
    pool = data.load()
    assert pool.checksum == checksum
    positions = data.split(pool.labels, seed).validation
    return pool.images[positions], pool.labels[positions]


@measurement
def validation_hits(runs: Sequence[Run]) -> NDArray[np.bool_]:
    """Return whether each run is right on each image of its seed's validation set, (runs, 10000)."""
    checksum = data.checksum(data.source())
    hits = []
    for run in runs:
        images, labels = validation_set(run.spec.seed, checksum)
        hits.append(logits(run, images).argmax(axis=1) == labels)
    return np.array(hits)


@measurement
def error_profile(runs: Sequence[Run]) -> NDArray[np.float64]:
    """Return what the errors on each run's own validation set are like, (runs, 3).

    Their share of the images in points, their mean cross-entropy in nats, and the mean cross-entropy of all other
    images in nats.
    """
    checksum = data.checksum(data.source())
    rows = []
    for run in runs:
        images, labels = validation_set(run.spec.seed, checksum)
        predicted = logits(run, images)
        costs = entropies(predicted, labels)
        wrong = predicted.argmax(axis=1) != labels
        rows.append((100 * wrong.mean(), costs[wrong].mean(), costs[~wrong].mean()))
    return np.array(rows)
