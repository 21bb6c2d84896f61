"""Early stopping replayed: what Keras's rule makes of a curve that was recorded without it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from foundations.errors import require
from foundations.metrics import series
from foundations.runs import Run
from foundations.specs import EarlyStoppingSpec

Values = NDArray[np.float64]

NEIGHBOURS = 3
"""Epochs before the kept one, and as many after it, that it is compared with."""

NEVER = EarlyStoppingSpec(patience=1_000_000, restore_best_weights=False)
"""No early stopping, written as a rule: all epochs are trained, and the last weights kept."""


@dataclass(frozen=True)
class Stop:
    """What early stopping makes of a run.

    Attributes
    ----------
    epochs
        How many are trained.
    best_epoch
        The best of them, counted from 1.
    kept_epoch
        The one whose weights the run ends with: the best where they are restored, otherwise the last.
    triggered
        Whether patience ran out, rather than the epochs.
    """

    epochs: int
    best_epoch: int
    kept_epoch: int
    triggered: bool


def improves(value: float, best: float, stop: EarlyStoppingSpec) -> bool:
    """Whether a value is better than the best so far by more than `min_delta`; a tie is not.

    Keras rounds both sides to single precision before it compares them, so that values closer than that are a tie.
    """
    if stop.monitor.endswith("loss"):
        return bool(np.float32(value + stop.min_delta) < np.float32(best))
    return bool(np.float32(value - stop.min_delta) > np.float32(best))


def replay(curve: ArrayLike, stop: EarlyStoppingSpec, every: int = 1) -> Stop:
    """Return what `keras.callbacks.EarlyStopping` makes of a curve: the rule of Keras 3, one value after the other.

    Parameters
    ----------
    curve
        The monitored quantity, (evaluations,), as far as training may go.
    stop
        What is monitored, and the rule's settings.
    every
        Epochs between evaluations.

    Raises
    ------
    FoundationsError
        If the curve is empty or holds a value that is not finite.
    """
    values = np.asarray(curve, dtype=float)
    right = "one finite number or more"
    require(values.ndim == 1 and len(values) > 0 and bool(np.isfinite(values).all()), "a curve", curve, right)
    best, last, triggered = 0, 0, False
    while last + 1 < len(values) and not triggered:
        last += 1
        if improves(values[last], values[best], stop):
            best = last
        else:  # Keras asks after it has counted the epoch: a patience of 0 waits for one as well
            triggered = last - best >= stop.patience
    epochs, best_epoch = (last + 1) * every, (best + 1) * every
    return Stop(epochs, best_epoch, best_epoch if stop.restore_best_weights else epochs, triggered)


def stopped(run: Run, stop: EarlyStoppingSpec) -> Stop:
    """Return what early stopping would have made of a run that was trained without it.

    Nothing before the stop depends on the rule, so what it would have done can be read off the recorded curve.

    Raises
    ------
    FoundationsError
        If the run was itself stopped by a rule.
    """
    require(run.spec.early_stopping is None, "the early stopping of a run to replay", run.spec.early_stopping, "None")
    return replay(run.history[stop.monitor], stop, run.spec.evaluate_every)


def lengths(runs: Sequence[Run], stop: EarlyStoppingSpec) -> Values:
    """Return how many epochs each run would have been trained, (runs,)."""
    return np.array([stopped(run, stop).epochs for run in runs], dtype=float)


def best_epochs(runs: Sequence[Run], stop: EarlyStoppingSpec) -> Values:
    """Return the epoch, counted from 1, that the rule would have called best in each run, (runs,)."""
    return np.array([stopped(run, stop).best_epoch for run in runs], dtype=float)


def at_stop(runs: Sequence[Run], name: str, stop: EarlyStoppingSpec) -> Values:
    """Return a curve's value, (runs,), for the weights that each run would have ended with; accuracies in points."""
    return np.array([_curve(run, name)[_kept(run, stop)] for run in runs])


def regret(runs: Sequence[Run], stop: EarlyStoppingSpec) -> Values:
    """Return how far the kept epoch's cross-entropy on the judge half is above the lowest one there, in nats, (runs,).

    The lowest is looked for on the judge half itself, over all recorded epochs: no rule could have known it.
    """
    lowest = np.array([series(run, "judge_cross_entropy").min() for run in runs])
    return np.asarray(at_stop(runs, "judge_cross_entropy", stop) - lowest)


def optimism(runs: Sequence[Run], kind: str, stop: EarlyStoppingSpec) -> Values:
    """Return how far the kept epoch's figure on the select half flatters it because it was chosen there, (runs,).

    The select half looks better than the judge half, or worse, for all epochs alike, because it holds other images.
    So the advantage at the kept epoch is compared with the mean advantage of its neighbours, which nobody chose.

    Parameters
    ----------
    runs
        Trained without early stopping.
    kind
        "cross_entropy", for a result in nats, or "accuracy", for one in points.
    stop
        The rule.
    """
    return np.array([_optimism(run, kind, stop) for run in runs])


def _optimism(run: Run, kind: str, stop: EarlyStoppingSpec) -> float:
    select, judge = (_curve(run, f"{half}_{kind}") for half in ("select", "judge"))
    advantage = select - judge if kind == "accuracy" else judge - select
    kept = _kept(run, stop)
    window = np.arange(max(0, kept - NEIGHBOURS), min(len(advantage), kept + NEIGHBOURS + 1))
    return float(advantage[kept] - advantage[window[window != kept]].mean())


def _curve(run: Run, name: str) -> Values:
    return (100 if name.endswith("accuracy") else 1) * np.asarray(series(run, name), dtype=float)


def _kept(run: Run, stop: EarlyStoppingSpec) -> int:
    """Return which evaluation, counted from 0, the weights that the run would have ended with were measured at."""
    return stopped(run, stop).kept_epoch // run.spec.evaluate_every - 1
