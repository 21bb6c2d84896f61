"""Task 10: what the weights look like, what the width buys, and what three regularizers do for a network too wide."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence

import numpy as np

from foundations.claims import Claim
from foundations.effects import Effect, Measured, Values, paired
from foundations.factorial import beyond_sum, contrast
from foundations.filters import digit_smoothness, smoothness
from foundations.memorization import epochs_to_fit
from foundations.metrics import MARGIN_NATS, MARGIN_POINTS, NATS, POINTS, SERIES_LABELS, SETTLED, metric, series
from foundations.pruning import BY_MAGNITUDE, BY_SIGNAL, pruned_accuracy
from foundations.runs import Floats, Run
from foundations.specs import EarlyStoppingSpec, baseline
from foundations.spectra import captured, escaped
from foundations.statistics import Verdict
from foundations.stopping import NEVER, at_stop
from foundations.study import Arm, Study

WIDTHS = (8, 16, 32, 64, 128, 256, 512)
NARROW = (4, 8, 12, 16, 32, 128)
"""Widths that are trained long on few images; the widest, `WIDE`, is trained for less long."""
WIDE = 512
FEW = 1_000
RATE, L2 = 0.5, 0.0003
FACTORS = ("dropout", "L2", "early stopping")
PATIENT = EarlyStoppingSpec(patience=3)
"""Three evaluations, which are nine epochs here, without improvement of val_loss."""
SHARES = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98)
"""Shares of the first kernel's weights that pruning removes."""
BASELINE, STARTED, DECAYED, PENALISED = "128 units", "128 units, from the start", "AdamW", "L2 0.0001"

few = baseline.vary(train_size=FEW)
long, short = few.vary(epochs=240, evaluate_every=6), few.vary(epochs=60, evaluate_every=3, hidden=(WIDE,))


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


def change(run: Run) -> Floats:
    """Return what training added to the first kernel, (784, units), of a run that kept its initial weights."""
    return run.weights[0] - run.snapshots[0][0]


def as_digits(results: Measured) -> Values:
    """Return the correlation of neighbouring weights minus that of neighbouring pixels of the digits, (seeds,)."""
    return smoothness(results[BASELINE]) - digit_smoothness(results[BASELINE])


def arms() -> dict[str, Arm]:
    """Return the arms: weights, widths, few images with true and random labels, and the cells of the factorial."""
    chosen = {BASELINE: Arm(baseline.vary(epochs=10))}
    chosen |= {width_name(w): Arm(baseline.vary(hidden=(w,), epochs=10), 3) for w in WIDTHS if w != 128}
    chosen[STARTED] = Arm(baseline.vary(epochs=10, snapshots=(0,)), 3)
    chosen[DECAYED] = Arm(baseline.vary(epochs=20, optimizer="adamw"), 3)
    chosen[PENALISED] = Arm(baseline.vary(epochs=20, l2=0.0001), 3)
    for labels in (False, True):
        chosen |= {few_name(w, labels): Arm(long.vary(hidden=(w,), random_labels=labels), 3) for w in NARROW}
    chosen[few_name(WIDE, random_labels=True)] = Arm(short.vary(random_labels=True), 3)
    for rate, penalty in ((0.0, 0.0), (RATE, 0.0), (0.0, L2), (RATE, L2)):
        chosen[cell_name(rate, penalty)] = Arm(short.vary(dropout=rate, l2=penalty))
    return chosen


study = Study(
    name="task10-weights-capacity",
    question="What is in the weights, what does a wider network buy, and what do three regularizers do when it is too "
    "wide for its data?",
    arms=arms(),
    scientific=(
        "hidden units (8 to 512 on all images; 4 to 512 on 1,000)",
        "labels (true, random)",
        f"dropout (0, {RATE:g}) × L2 (0, {L2:g}) × early stopping (without, patience 3)",
    ),
    fixed=(
        "one hidden layer of ReLU units",
        "Adam at Keras's default learning rate (AdamW in one arm)",
        "batch size 32",
        "10 epochs on 50,000 images; on 1,000 images 60 at 512 units, otherwise 240",
        "one strength of each regularizer, not tuned",
    ),
    claims=(
        Claim(
            "filters-look-like-strokes",
            "The filters of the first layer look like strokes: their neighbouring weights correlate as the digits' "
            "pixels do.",
            Effect(
                "correlation of neighbours: filters of 128 units after 10 epochs minus digits",
                "correlation",
                2,
                0.1,
                as_digits,
                equivalence=True,
            ),
            predicted=Verdict.REFUTED,
            recorded=Verdict.REFUTED,
            margin_reason="a tenth of the way from noise to full agreement",
            folklore=True,
        ),
        Claim(
            "l2-smooths-filters",
            "After 20 epochs the filters are smoother with L2 than with AdamW's decay.",
            Effect(
                f"correlation of neighbouring weights: {PENALISED} minus {DECAYED}",
                "correlation",
                2,
                0.05,
                lambda results: smoothness(results[PENALISED]) - smoothness(results[DECAYED]),
            ),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
            margin_reason="half of the margin of looking alike",
        ),
        Claim(
            "most-singular-values-leave",
            "After 10 epochs most singular values of the first kernel are above the range of a random one.",
            Effect(
                "singular values above the edge, 128 units, minus 64",
                "values",
                1,
                0.0,
                lambda results: np.array([escaped(run) - 64 for run in results[BASELINE]]),
            ),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
            margin_reason="64 of 128 is the threshold itself",
        ),
        Claim(
            "change-has-low-rank",
            "Training changes a kernel in few directions: 16 of 128 hold more than 90% of the change.",
            Effect(
                "share of the squared change of the first kernel in 16 directions, 128 units, minus 90",
                POINTS,
                1,
                MARGIN_POINTS,
                lambda results: np.array([captured(change(run), 16) - 90 for run in results[STARTED]]),
            ),
            predicted=Verdict.REFUTED,
            recorded=Verdict.REFUTED,
            folklore=True,
        ),
        Claim(
            "most-weights-are-needed",
            "Most weights are needed: without the smaller half of the first kernel, fewer new images are read "
            "correctly.",
            Effect(
                "validation accuracy: all weights minus half of the first kernel's, 128 units",
                POINTS,
                2,
                MARGIN_POINTS,
                pruning_loss,
            ),
            predicted=Verdict.REFUTED,
            recorded=Verdict.REFUTED,
            folklore=True,
        ),
        Claim(
            "signal-prunes-better",
            "With nine in ten weights of the first kernel gone, ranking them by signal leaves more accuracy than by "
            "magnitude.",
            Effect(
                "validation accuracy without 90% of the first kernel: by signal minus by magnitude",
                POINTS,
                2,
                MARGIN_POINTS,
                signal_gain,
            ),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
        ),
        Claim(
            "gap-grows-with-width",
            "Within 10 epochs the cross-entropy gap opens wider with 512 units than with 16.",
            widened("gap"),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
        ),
        Claim(
            "wider-lowers-cross-entropy",
            "Within 10 epochs the validation cross-entropy gets lower with 512 units than with 16.",
            widened("validation_cross_entropy", -1),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
        ),
        Claim(
            "more-parameters-overfit",
            "More parameters overfit: with eight for every training image fewer new images are read correctly than "
            "with one.",
            paired("settled_accuracy", less=width_name(512), than=width_name(64)),
            predicted=Verdict.REFUTED,
            recorded=Verdict.REFUTED,
            folklore=True,
        ),
        Claim(
            "random-labels-are-memorised",
            "A network of 512 units learns more than 99% of 1,000 random labels by heart.",
            Effect(
                "training accuracy on random labels, 512 units, minus 99",
                POINTS,
                2,
                MARGIN_POINTS,
                lambda results: results.values("train_accuracy", few_name(WIDE, random_labels=True)) - 99,
            ),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
        ),
        Claim(
            "random-labels-take-longer",
            "With 128 units, random labels take more than twice as many epochs to fit as true ones.",
            Effect(
                "epochs to fit 1,000 images, 128 units: random labels over true labels",
                "times",
                2,
                math.log(2),
                slowness,
                ratio=True,
            ),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
            margin_reason="twice is what the sentence says",
        ),
        Claim(
            "few-units-learn-no-noise",
            "Four units fit over 10 points fewer of 1,000 random labels than of the true ones.",
            paired("train_accuracy", less=few_name(4, random_labels=True), than=few_name(4), margin=10.0),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
            margin_reason="10 points are what chance alone gives",
        ),
        Claim(
            "error-peaks-at-threshold",
            "Where parameters are about as many as images times classes, new images are read worse than with fewer "
            "parameters and than with more.",
            Effect(
                "judge accuracy: the lower of 4 and 32 units minus 12 units, 1,000 images",
                POINTS,
                2,
                MARGIN_POINTS,
                peak,
            ),
            predicted=Verdict.REFUTED,
            recorded=Verdict.REFUTED,
            folklore=True,
        ),
        Claim(
            "dropout-lowers-small-data-loss",
            "On 1,000 images dropout lowers the cross-entropy, averaged over L2 and early stopping.",
            factorial("judge_cross_entropy", "dropout", sign=-1),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
        ),
        Claim(
            "l2-lowers-small-data-loss",
            "On 1,000 images L2 lowers the cross-entropy, averaged over dropout and early stopping.",
            factorial("judge_cross_entropy", "L2", sign=-1),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
        ),
        Claim(
            "stopping-lowers-small-data-loss",
            "On 1,000 images early stopping lowers the cross-entropy, averaged over dropout and L2.",
            factorial("judge_cross_entropy", "early stopping", sign=-1),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
        ),
        Claim(
            "l2-and-stopping-overlap",
            "L2 and early stopping take from each other: where one is on, the other lowers the cross-entropy less.",
            factorial("judge_cross_entropy", "L2", "early stopping"),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
        ),
        Claim(
            "dropout-raises-small-data-accuracy",
            "On 1,000 images dropout raises the accuracy, averaged over L2 and early stopping.",
            factorial("judge_accuracy", "dropout"),
            predicted=Verdict.INCONCLUSIVE,
            recorded=Verdict.INCONCLUSIVE,
            folklore=True,
        ),
        Claim(
            "stopping-raises-small-data-accuracy",
            "On 1,000 images early stopping raises the accuracy, averaged over dropout and L2.",
            factorial("judge_accuracy", "early stopping"),
            predicted=Verdict.REFUTED,
            recorded=Verdict.REFUTED,
            folklore=True,
        ),
        Claim(
            "regularizers-add-up",
            "Regularizers add up: dropout, L2 and early stopping together do what each does alone, summed.",
            Effect(
                "judge cross-entropy, 1,000 images: change by all three minus the sum of their changes alone",
                "nats",
                4,
                MARGIN_NATS,
                lambda results: beyond_sum(cells(results, "judge_cross_entropy")),
                equivalence=True,
            ),
            predicted=Verdict.REFUTED,
            recorded=Verdict.REFUTED,
            folklore=True,
        ),
    ),
)
