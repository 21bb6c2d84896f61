"""Pruning: what a finished network loses when its least important weights are set to zero."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from foundations import data, evaluation
from foundations.errors import require_number, require_one_of
from foundations.measurements import measurement
from foundations.runs import Floats, Run

Values = NDArray[np.float64]

BY_MAGNITUDE, BY_SIGNAL = "magnitude", "signal"
RULES = (BY_MAGNITUDE, BY_SIGNAL)


def pruned(kernel: Floats, importance: Floats, share: float) -> Floats:
    """Return a kernel with a share of its weights, the least important, set to zero.

    Parameters
    ----------
    kernel
        (inputs, units).
    importance
        Of each weight, of the same shape.
    share
        In [0, 1]; the number of weights is rounded to a whole one.
    """
    require_number("the share of weights to remove", share, "a number in [0, 1]", 0, np.nextafter(1, 2))
    removed = np.argsort(importance, axis=None, kind="stable")[: round(share * kernel.size)]
    left = kernel.ravel().copy()
    left[removed] = 0
    return left.reshape(kernel.shape)


def importance(run: Run, rule: str) -> Floats:
    """Return the importance of each weight of a run's first kernel, (784, units), by one of `RULES`.

    "magnitude" is |w|. "signal" is |w| times the root mean square of its pixel in the training images: the size of
    what the weight adds to its unit.
    """
    require_one_of("the rule of pruning", rule, RULES)
    size = np.abs(run.weights[0])
    if rule == BY_MAGNITUDE:
        return size
    squares = np.square(data.unit_range(evaluation.training_set(run)[0])).mean(axis=0)
    return np.asarray(size * np.sqrt(squares.ravel())[:, np.newaxis])


@measurement
def pruned_accuracy(runs: Sequence[Run], shares: Sequence[float], rule: str) -> Values:
    """Return the accuracy in points, (runs, shares), that networks keep without a share of their first kernel.

    Nothing is trained after the pruning. Each network is judged on its own validation set.
    """
    checksum = data.checksum(data.source())
    rows = []
    for run in runs:
        images, labels = evaluation.validation_set(run.spec.seed, checksum)
        kernel, order, activation = run.weights[0], importance(run, rule), run.spec.model.activation
        left = [(pruned(kernel, order, share), *run.weights[1:]) for share in shares]
        guesses = [evaluation.forward(weights, images, activation)[-1].argmax(axis=1) for weights in left]
        rows.append([100 * (guess == labels).mean() for guess in guesses])
    return np.array(rows)
