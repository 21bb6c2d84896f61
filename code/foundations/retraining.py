"""Runs trained anew, to show that what is stored is what a plain training gives."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from foundations import parallel
from foundations.checks import largest_difference
from foundations.measurements import measurement
from foundations.runs import Run, Weights


@measurement
def retraining_difference(runs: Sequence[Run]) -> NDArray[np.float64]:
    """Train runs anew, each for its own length, and return the largest difference of weights and history, (runs,).

    A stored run may be the beginning of a longer one; this shows that it is what training for its length gives.
    """
    fresh = {run.spec: run for run in parallel.trained([run.spec for run in runs])}
    return np.array([max(_difference(run, fresh[run.spec]), _history(run, fresh[run.spec])) for run in runs])


@measurement
def restored_difference(runs: Sequence[Run]) -> NDArray[np.float64]:
    """Return how far the weights of early-stopped runs are from those of a plain training to the best epoch, (runs,).

    Each run is trained anew without early stopping and for as many epochs as its best one's number; the result is the
    largest absolute difference of a weight.
    """
    plain = [run.spec.vary(epochs=run.best_epoch, early_stopping=None) for run in runs]
    fresh = {run.spec: run for run in parallel.trained(plain)}
    return np.array([_difference(run, fresh[spec]) for run, spec in zip(runs, plain, strict=True)])


def _difference(first: Run, second: Run) -> float:
    return _largest(first.weights, second.weights)


def _history(first: Run, second: Run) -> float:
    return _largest(tuple(first.history.values()), tuple(second.history[name] for name in first.history))


def _largest(first: Weights, second: Weights) -> float:
    return max(largest_difference(one, other) for one, other in zip(first, second, strict=True))
