"""What is read off one run: curves over its epochs, and one number at its end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from foundations.errors import require_one_of
from foundations.runs import Floats, Run

POINTS, NATS = "points", "nats"
MARGIN_POINTS = 0.2
MARGIN_NATS = 0.01
SETTLED = 5


@dataclass(frozen=True)
class Metric:
    """One number a run.

    Attributes
    ----------
    label, unit
        As they are printed.
    digits
        Decimals that are printed.
    of
        From a run to the number.
    margin
        The book-wide margin of practical equivalence in that unit, if there is one.
    """

    label: str
    unit: str
    digits: int
    of: Callable[[Run], float]
    margin: float | None = None


SERIES_LABELS: Mapping[str, str] = {
    "loss": "Keras's loss",
    "val_loss": "Keras's val_loss",
    "accuracy": "Keras's accuracy",
    "val_accuracy": "Keras's val_accuracy",
    "select_cross_entropy": "cross-entropy on the select half",
    "select_accuracy": "accuracy on the select half",
    "judge_cross_entropy": "cross-entropy on the judge half",
    "judge_accuracy": "accuracy on the judge half",
    "train_cross_entropy": "training cross-entropy",
    "validation_cross_entropy": "validation cross-entropy",
    "train_accuracy": "training accuracy",
    "validation_accuracy": "validation accuracy",
    "gap": "cross-entropy gap",
}


def series(run: Run, name: str) -> Floats:
    """Return one value an epoch, (epochs,): cross-entropies in nats, accuracies as shares.

    Beside the names of a run's history there are `validation_cross_entropy` and `validation_accuracy`, over both
    halves of the validation set, and `gap`, validation minus training cross-entropy.
    """
    if name == "gap":
        return series(run, "validation_cross_entropy") - run.history["train_cross_entropy"]
    require_one_of("a curve", name, [*run.history, "validation_cross_entropy", "validation_accuracy", "gap"])
    if name.startswith("validation_"):
        kind = name.removeprefix("validation_")
        return (run.history[f"select_{kind}"] + run.history[f"judge_{kind}"]) / 2
    return run.history[name]


def kept(run: Run) -> int:
    """Return which evaluation, counted from 0, the weights that the run ends with were measured at.

    It is the last one, unless early stopping restored the weights of the best.
    """
    stopping = run.spec.early_stopping
    if run.best_epoch is None or stopping is None or not stopping.restore_best_weights:
        return len(run.evaluated) - 1
    return int(np.searchsorted(run.evaluated, run.best_epoch))


def at_end(name: str) -> Callable[[Run], float]:
    """Return the function from a run to the value of a curve for its final weights; accuracies in points (percent)."""
    scale = 100 if name.endswith("accuracy") else 1
    return lambda run: scale * float(series(run, name)[kept(run)])


def settled_accuracy(run: Run) -> float:
    """Return a run's validation accuracy in points, averaged over its last epochs, which differ by noise."""
    return 100 * float(series(run, "validation_accuracy")[-SETTLED:].mean())


def crossed(name: str) -> Callable[[Run], float]:
    """Return the function from a run to the value of a curve at its best epoch; accuracies in points.

    The best epoch is that of the lowest cross-entropy. Each half of the validation set reports the epoch that the other
    half chooses, and the two are averaged: so the figure rests on all images, and none reports its own choice.
    """
    scale = 100 if name.endswith("accuracy") else 1

    def value(run: Run) -> float:
        halves = (("select", "judge"), ("judge", "select"))
        chosen = [(reports, int(np.argmin(series(run, f"{chooses}_cross_entropy")))) for chooses, reports in halves]
        return scale * float(np.mean([series(run, f"{half}_{name}")[epoch] for half, epoch in chosen]))

    return value


def best_epoch(name: str) -> Callable[[Run], float]:
    """Return the function from a run to the epoch, counted from 1, at which a curve is best, the first of equals."""
    best = np.argmax if name.endswith("accuracy") else np.argmin
    return lambda run: float(run.evaluated[best(series(run, name))])


def _accuracy(name: str) -> Metric:
    return Metric(SERIES_LABELS[name], POINTS, 2, at_end(name), MARGIN_POINTS)


def _cross_entropy(name: str) -> Metric:
    return Metric(SERIES_LABELS[name], NATS, 4, at_end(name), MARGIN_NATS)


def _best_epoch(name: str) -> Metric:
    return Metric(f"epoch of the best {SERIES_LABELS[name]}", "epochs", 1, best_epoch(name))


METRICS: Mapping[str, Metric] = {
    **{name: _accuracy(name) for name in ("train_accuracy", "validation_accuracy", "judge_accuracy")},
    **{name: _cross_entropy(name) for name in ("train_cross_entropy", "validation_cross_entropy")},
    **{name: _cross_entropy(name) for name in ("judge_cross_entropy", "gap", "loss", "val_loss")},
    "best_accuracy": Metric("validation accuracy of the best epoch", POINTS, 2, crossed("accuracy"), MARGIN_POINTS),
    "best_cross_entropy": Metric(
        "validation cross-entropy of the best epoch", NATS, 4, crossed("cross_entropy"), MARGIN_NATS
    ),
    "best_epoch_cross_entropy": _best_epoch("validation_cross_entropy"),
    "best_epoch_accuracy": _best_epoch("validation_accuracy"),
    "settled_accuracy": Metric(
        f"validation accuracy, mean of the last {SETTLED} epochs", POINTS, 2, settled_accuracy, MARGIN_POINTS
    ),
    "epochs": Metric("epochs trained", "epochs", 1, lambda run: float(run.epochs)),
}


def metric(name: str) -> Metric:
    """Return the metric of that name.

    Raises
    ------
    FoundationsError
        If there is none.
    """
    require_one_of("a metric", name, METRICS)
    return METRICS[name]
