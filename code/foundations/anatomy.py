"""What single hidden units have to do with a prediction."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from foundations import data, evaluation
from foundations.errors import require
from foundations.measurements import measurement
from foundations.runs import Floats, Run, Weights

LEADERS = 16
"""The hidden units, an eighth of the baseline's, whose weight in a decision `decisions` measures."""


def contributions(weights: Weights, hidden: Floats) -> NDArray[np.float64]:
    """Return what each unit of the last hidden layer adds to each logit, and in the last row what the bias adds.

    A logit is the sum of its column: z_k = sum over j of h_j W_jk, plus b_k.

    Parameters
    ----------
    weights
        Kernel and bias of each layer, as in `Run`.
    hidden
        (units,), what the units of the last hidden layer put out for one image.

    Returns
    -------
    NDArray
        (units + 1, 10), computed in double precision.
    """
    kernel, bias = (array.astype(np.float64) for array in weights[-2:])
    require(hidden.shape == kernel.shape[:1], "the shape of hidden", hidden.shape, f"{kernel.shape[:1]}")
    return np.vstack([hidden.astype(np.float64)[:, np.newaxis] * kernel, bias])


def leading(logits: Floats) -> tuple[int, int]:
    """Return the digits with the largest and the second largest of ten logits."""
    first, second = np.argsort(-logits, kind="stable")[:2]
    return int(first), int(second)


def path(run: Run, images: data.Images) -> dict[int, Floats]:
    """Return the logits, (n, 10), of images after each optimizer step whose weights the run kept, and at its end."""
    kept = {**run.snapshots, run.spec.steps: run.weights}
    activation = run.spec.model.activation
    return {step: evaluation.forward(weights, images, activation)[-1] for step, weights in kept.items()}


def leads(logits: Floats) -> NDArray[np.floating]:
    """Return by how much the largest of ten logits leads the second largest, (n,), from logits (n, 10)."""
    ordered = np.sort(logits, axis=1)
    return np.asarray(ordered[:, -1] - ordered[:, -2])


@measurement
def decisions(runs: Sequence[Run]) -> NDArray[np.float64]:
    """Return how many hidden units a decision rests on, on each run's own validation set, (runs, 2).

    The mean share of hidden units that are on, in points; and the mean share, in points, that the `LEADERS` units with
    most weight have in the sum of what all units add to the lead of the first digit over the second, signs left out.
    The last hidden layer is meant; without ReLU no unit is off.
    """
    for run in runs:
        require(run.spec.model.activation == "relu", "the activation", run.spec.model.activation, "relu")
    checksum = data.checksum(data.source())
    rows = []
    for run in runs:
        images, _ = evaluation.validation_set(run.spec.seed, checksum)
        *_, before, logits = evaluation.forward(run.weights, images, "relu")
        kernel = run.weights[-2]
        first, second = np.argsort(-logits, axis=1, kind="stable")[:, :2].T
        weight = np.sort(np.abs(np.maximum(before, 0) * (kernel[:, first] - kernel[:, second]).T), axis=1)
        rows.append((100 * (before > 0).mean(), 100 * (weight[:, -LEADERS:].sum(axis=1) / weight.sum(axis=1)).mean()))
    return np.array(rows)
