"""Task 10: what the weights look like, what the width buys, and what three regularizers do for a network too wide."""

from __future__ import annotations

import math

import numpy as np

from foundations import capacity
from foundations.capacity import (
    FEW,
    L2,
    RATE,
    WIDE,
    as_digits,
    cell_name,
    cells,
    change,
    escapes,
    factorial,
    few_name,
    peak,
    pruning_loss,
    signal_gain,
    slowness,
    widened,
    width_name,
)
from foundations.claims import Claim
from foundations.effects import Effect, paired
from foundations.factorial import beyond_sum
from foundations.filters import smoothness
from foundations.metrics import MARGIN_NATS, MARGIN_POINTS, POINTS
from foundations.specs import baseline
from foundations.spectra import captured
from foundations.statistics import Verdict
from foundations.study import Arm, Study

few = baseline.vary(train_size=FEW)
long, short = few.vary(epochs=240, evaluate_every=6), few.vary(epochs=48, evaluate_every=4, hidden=(WIDE,))


def arms() -> dict[str, Arm]:
    """Return the arms: weights, widths, few images with true and random labels, and the cells of the factorial."""
    chosen = {capacity.BASELINE: Arm(baseline.vary(epochs=10))}
    chosen |= {width_name(w): Arm(baseline.vary(hidden=(w,), epochs=10), 3) for w in capacity.WIDTHS if w != 128}
    chosen[capacity.STARTED] = Arm(baseline.vary(epochs=10, snapshots=(0,)), 3)
    chosen[capacity.DECAYED] = Arm(baseline.vary(epochs=20, optimizer="adamw"), 3)
    chosen[capacity.PENALISED] = Arm(baseline.vary(epochs=20, l2=0.0001), 3)
    for labels in (False, True):
        chosen |= {few_name(w, labels): Arm(long.vary(hidden=(w,), random_labels=labels), 3) for w in capacity.NARROW}
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
        "10 epochs on 50,000 images (20 with AdamW or L2); on 1,000 images 48 at 512 units, otherwise 240",
        "one strength of each regularizer, not tuned",
    ),
    claims=(
        Claim(
            "filters-look-like-strokes",
            "The filters of the first layer look like strokes: their neighbouring weights correlate as the digits' "
            "pixels do.",
            Effect(
                "correlation of neighbours: filters of 128 units after 10 epochs minus digits",
                "of correlation",
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
                f"correlation of neighbouring weights: {capacity.PENALISED} minus {capacity.DECAYED}",
                "of correlation",
                2,
                0.05,
                lambda results: smoothness(results[capacity.PENALISED]) - smoothness(results[capacity.DECAYED]),
            ),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
            margin_reason="half of the margin of looking alike",
        ),
        Claim(
            "most-singular-values-leave",
            "After 10 epochs most singular values of the first kernel are above the range of an initial one.",
            Effect(
                "singular values above the edge, 128 units, minus 64",
                "values",
                1,
                0.0,
                lambda results: escapes(results) - 64,
            ),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
            margin_reason="64 of 128 is the threshold itself",
        ),
        Claim(
            "size-lifts-singular-values",
            "With its weights shuffled the trained kernel has still more singular values above that range.",
            Effect(
                "singular values above the edge, 128 units: weights shuffled minus as they are",
                "values",
                1,
                13.0,
                lambda results: escapes(results, shuffle=True) - escapes(results),
            ),
            predicted=None,
            recorded=Verdict.SUPPORTED,
            margin_reason="a tenth of all",
        ),
        Claim(
            "change-has-low-rank",
            "Training changes a kernel in few directions: 16 of 128 hold more than 90% of the change.",
            Effect(
                "share of the squared change of the first kernel in 16 directions, 128 units, minus 90",
                POINTS,
                1,
                MARGIN_POINTS,
                lambda results: np.array([captured(change(run), 16) - 90 for run in results[capacity.STARTED]]),
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
            recorded=Verdict.INCONCLUSIVE,
            elsewhere=Verdict.SUPPORTED,
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
            recorded=Verdict.INCONCLUSIVE,
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
            "L2 and early stopping take from each other: where one is on, the other gains less, or loses.",
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
            elsewhere=Verdict.SUPPORTED,
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
