"""What hidden units owe to one another: what is lost when some fall silent, and how alike they are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from foundations import data, evaluation
from foundations.errors import require
from foundations.measurements import measurement
from foundations.runs import Floats, Run

COUNTS = (0, 8, 16, 32, 48, 64, 96)
"""How many of the baseline's 128 hidden units are silenced."""


def last_hidden(run: Run) -> tuple[Floats, data.Labels]:
    """Return the last hidden layer's activations, (n, units), on a run's own validation images, and their labels."""
    images, labels = evaluation.validation_set(run.spec.seed, data.checksum(data.source()))
    activation = run.spec.model.activation
    return evaluation.ACTIVATIONS[activation](evaluation.forward(run.weights, images, activation)[-2]), labels


def silence(units: int, counts: Sequence[int], random: np.random.Generator) -> NDArray[np.bool_]:
    """Return which units stay on, (counts, units), when so many fall silent: those of a smaller count, and more."""
    require(min(counts) >= 0 and max(counts) < units, "silenced units", tuple(counts), f"from 0 to {units - 1}")
    rank = random.permutation(units)
    return np.asarray(rank >= np.asarray(counts)[:, np.newaxis])


@measurement
def silenced(
    runs: Sequence[Run], counts: Sequence[int] = COUNTS, draws: int = 5, rescale: bool = False
) -> NDArray[np.float64]:
    """Return the accuracy in points with random hidden units silenced, (runs, counts).

    Each run reads its own validation images; runs of one seed lose the same units, in so many draws that are averaged.

    Parameters
    ----------
    runs
        Any, of one width.
    counts
        How many units of the last hidden layer are silenced.
    draws
        Of the units.
    rescale
        Whether the others are multiplied by units/(units - count), as dropout does in training.
    """
    found = np.zeros((len(runs), len(counts)))
    for row, run in zip(found, runs, strict=True):
        hidden, labels = last_hidden(run)
        kernel, bias = run.weights[-2:]
        random = np.random.default_rng([run.spec.seed, 4])
        for on in (silence(len(kernel), counts, random) for _ in range(draws)):
            factors = on / on.mean(axis=1, keepdims=True) if rescale else on
            logits = (hidden @ (kernel * factor[:, np.newaxis]).astype(np.float32) + bias for factor in factors)
            row += [100 * (z.argmax(axis=1) == labels).mean() / draws for z in logits]
    return found


@measurement
def likeness(runs: Sequence[Run]) -> NDArray[np.float64]:
    """Return how alike the last hidden layer's units are on each run's own validation images, (runs, 2).

    The mean absolute correlation of the activations of two units; and the number of units that put out the same for
    every image, which have no correlation and are left out.
    """
    return np.array([alike(last_hidden(run)[0]) for run in runs])


def alike(hidden: Floats) -> tuple[float, int]:
    """Return the mean absolute off-diagonal correlation of columns, (n, units), and the number of constant ones."""
    moving = np.ptp(hidden, axis=0) > 0
    require(bool(moving.sum() >= 2), "units that vary", int(moving.sum()), "at least 2")
    sizes = np.abs(np.corrcoef(hidden[:, moving].astype(np.float64), rowvar=False))
    pairs = sizes[np.triu_indices(len(sizes), k=1)]
    return float(pairs.mean()), int((~moving).sum())


@measurement
def agreement(runs: Sequence[Run]) -> NDArray[np.float64]:
    """Return how far units agree on the lead of the first digit over the second, (runs, 2), medians over images.

    With c_j = h_j (W_j,first - W_j,second), what unit j adds to the lead, biases apart: what is left after cancelling,
    the sum of c_j as a share of the sum of their sizes, in points; and the lead's relative noise, the root of the sum
    of c_j² over the sum of c_j, which dropout multiplies by the root of r/(1 - r).
    """
    rows = []
    for run in runs:
        hidden, _ = last_hidden(run)
        kernel, bias = run.weights[-2:]
        first, second = np.argsort(-(hidden @ kernel + bias), axis=1, kind="stable")[:, :2].T
        added = hidden * (kernel[:, first] - kernel[:, second]).T
        lead = added.sum(axis=1)
        net, noise = lead / np.abs(added).sum(axis=1), np.sqrt((added**2).sum(axis=1)) / np.abs(lead)
        rows.append((100 * np.median(net), np.median(noise)))
    return np.array(rows)
