"""What claims about weights, width and a factorial of three regularizers are judged by."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

import numpy as np

from foundations.effects import Effect, Measured, Values
from foundations.factorial import contrast
from foundations.filters import digit_smoothness, smoothness
from foundations.memorization import epochs_to_fit
from foundations.metrics import MARGIN_NATS, MARGIN_POINTS, NATS, POINTS, SERIES_LABELS, SETTLED, metric, series
from foundations.pruning import BY_MAGNITUDE, BY_SIGNAL, pruned_accuracy
from foundations.runs import Floats, Run
from foundations.specs import EarlyStoppingSpec
from foundations.spectra import escaped, shuffled
from foundations.stopping import NEVER, at_stop

WIDTHS = (8, 16, 32, 64, 128, 256, 512)
NARROW = (4, 8, 12, 16, 32, 128)
"""Widths that are trained long on few images; the widest, `WIDE`, is trained for less long."""
WIDE = 512
FEW = 1_000
RATE, L2 = 0.5, 0.0003
FACTORS = ("dropout", "L2", "early stopping")
PATIENT = EarlyStoppingSpec(patience=3)
"""Three evaluations, which are twelve epochs here, without improvement of val_loss."""
SHARES = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98)
"""Shares of the first kernel's weights that pruning removes."""
BASELINE, STARTED, DECAYED, PENALISED = "128 units", "128 units, from the start", "AdamW", "L2 0.0001"


def width_name(width: int) -> str:
    """Return the name of the arm of a width, on all images."""
    return f"{width} units"


def few_name(width: int, random_labels: bool = False) -> str:
    """Return the name of the arm of a width on few images, with their true labels or with random ones."""
    return f"{width} units, few images, {'random' if random_labels else 'true'} labels"


def cell_name(dropout: float = 0.0, l2: float = 0.0) -> str:
    """Return the name of an arm of the factorial, which are all trained without early stopping."""
    if not dropout and not l2:
        return few_name(WIDE)
    return " and ".join([f"dropout {dropout:g}"] * bool(dropout) + [f"L2 {l2:g}"] * bool(l2)) + ", few images"


def case_name(switches: Sequence[bool]) -> str:
    """Return the name of a cell of the factorial, given which `FACTORS` are on."""
    return " + ".join(itertools.compress(FACTORS, switches)) or "none"


CASES: Mapping[str, tuple[str, EarlyStoppingSpec]] = {
    case_name((rate > 0, penalty > 0, rule is PATIENT)): (cell_name(rate, penalty), rule)
    for rate in (0.0, RATE)
    for penalty in (0.0, L2)
    for rule in (NEVER, PATIENT)
}
"""The cells of the factorial: an arm, and the rule that is replayed on it; the last factor changes fastest."""


def cells(results: Measured, name: str) -> Values:
    """Return a curve's value in every cell of the factorial, (2, 2, 2, seeds): `FACTORS` off and on.

    Without early stopping, a run keeps its last weights. Accuracies are in points.
    """
    return np.array([at_stop(results[arm], name, rule) for arm, rule in CASES.values()]).reshape(2, 2, 2, -1)


def factorial(name: str, *factors: str, sign: int = 1) -> Effect:
    """Return a main effect, or an interaction, of `FACTORS` on a curve; with sign -1 counted as a fall."""
    kind, axes = metric(name), [FACTORS.index(factor) for factor in factors]
    what = "main effect" if len(factors) == 1 else "interaction"
    label = f"{what} of {' × '.join(factors)} on {kind.label}{', counted as a fall' if sign < 0 else ''}"
    margin = MARGIN_POINTS if kind.unit == POINTS else MARGIN_NATS
    return Effect(label, kind.unit, kind.digits, margin, lambda results: sign * contrast(cells(results, name), axes))


def settled(results: Measured, name: str, width: int) -> Values:
    """Return a curve's mean over the last epochs, which differ by noise, at a width on all images, (seeds,)."""
    return np.array([series(run, name)[-SETTLED:].mean() for run in results[width_name(width)]])


def widened(name: str, sign: int = 1) -> Effect:
    """Return the effect "a curve in nats is higher (sign 1) or lower (sign -1) with 512 units than with 16"."""
    wide, narrow = (512, 16) if sign > 0 else (16, 512)
    label = f"{SERIES_LABELS[name]}, mean of the last {SETTLED} epochs: {width_name(wide)} minus {width_name(narrow)}"

    def difference(results: Measured) -> Values:
        return settled(results, name, wide) - settled(results, name, narrow)

    return Effect(label, NATS, 4, MARGIN_NATS, difference)


def pruning_loss(results: Measured) -> Values:
    """Return the accuracy that half of the first kernel's weights, the smaller, are worth, (seeds,)."""
    kept = pruned_accuracy(results[BASELINE], SHARES, BY_MAGNITUDE)
    return kept[:, 0] - kept[:, SHARES.index(0.5)]


def signal_gain(results: Measured) -> Values:
    """Return how much more accuracy is left by signal than by magnitude, with nine weights in ten gone, (seeds,)."""
    by_signal, by_magnitude = (pruned_accuracy(results[BASELINE], SHARES, rule) for rule in (BY_SIGNAL, BY_MAGNITUDE))
    return (by_signal - by_magnitude)[:, SHARES.index(0.9)]


def peak(results: Measured) -> Values:
    """Return how far accuracy at the threshold is below the worse of its neighbours, 4 and 32 units, (seeds,)."""
    below, at, above = (results.values("judge_accuracy", few_name(width)) for width in (4, 12, 32))
    return np.minimum(below, above) - at


def slowness(results: Measured) -> Values:
    """Return the logarithm of how many times more epochs random labels take to fit than true ones, (seeds,)."""
    drawn, true = (epochs_to_fit(results[few_name(128, random_labels)]) for random_labels in (True, False))
    return np.log(drawn / true)


def escapes(results: Measured, shuffle: bool = False) -> Values:
    """Return how many singular values of the baseline's first kernels are above an initial kernel's range, (seeds,).

    With `shuffle`, of the same weights in random order.
    """
    kernels = (run.weights[0] for run in results[BASELINE])
    return np.array([escaped(shuffled(kernel) if shuffle else kernel) for kernel in kernels])


def change(run: Run) -> Floats:
    """Return what training added to the first kernel, (784, units), of a run that kept its initial weights."""
    return run.weights[0] - run.snapshots[0][0]


def as_digits(results: Measured) -> Values:
    """Return the correlation of neighbouring weights minus that of neighbouring pixels of the digits, (seeds,)."""
    return smoothness(results[BASELINE]) - digit_smoothness(results[BASELINE])
