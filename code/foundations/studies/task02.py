"""Task 2: what networks trained on MNIST make of pictures from elsewhere."""

from __future__ import annotations

import dataclasses
import functools
import math

from foundations.canvases import INTERPOLATIONS
from foundations.claims import Claim
from foundations.effects import Effect
from foundations.metrics import POINTS
from foundations.outside import DRAWN, SCANNED, SETS
from foundations.specs import baseline
from foundations.statistics import Verdict
from foundations.study import Arm, Study
from foundations.transfer import (
    CANVASES,
    NETWORKS,
    SHIFTED,
    all_shifts,
    canvas_cost,
    coarse_cost,
    doubt,
    from_canvases,
    left_out,
    log_remoteness,
    overconfidence,
    shift_cost,
    shortfall,
    worth,
)

OUTSIDE_MARGIN = 2.0
FIVE_DRAWINGS = "five of the hundred drawings"
study = Study(
    name="task02-custom-digits",
    question="What does a network that was trained on MNIST make of pictures that do not come from MNIST?",
    arms={NETWORKS: Arm(baseline.vary(epochs=20))},
    scientific=(
        "source of the pictures (validation images, drawings for this book, scikit-learn's scans, things that are no "
        "digits)",
        "steps of preprocessing (each left out in turn)",
        "kind and amount of shift",
    ),
    fixed=(
        "one network structure and training: 128 ReLU units, Adam, batch size 32, 20 epochs",
        "the pictures: another hundred drawings would give other figures, which intervals over seeds do not cover",
        f"{SHIFTED:,} validation images a seed for the shifts, {2 * CANVASES:,} canvases",
    ),
    measured=(
        *(functools.partial(from_canvases, interpolation=interpolation) for interpolation in INTERPOLATIONS),
        *(functools.partial(left_out, name=name) for name in SETS),
        coarse_cost,
        all_shifts,
        log_remoteness,
    ),
    claims=(
        Claim(
            "canvas-costs-nothing",
            "Preprocessing MNIST's own images from larger canvases costs less than half a point of accuracy.",
            Effect(
                "accuracy on validation images: as they are minus from canvases, in blocks and smoothly enlarged",
                POINTS,
                2,
                0.5,
                canvas_cost,
                equivalence=True,
            ),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
            margin_reason="half a point is a fifth of the baseline's errors",
        ),
        Claim(
            "scans-are-harder",
            "The digits of scikit-learn are read with an accuracy more than five points below that on MNIST's own.",
            Effect(
                "accuracy: validation images minus scans",
                POINTS,
                1,
                5.0,
                functools.partial(shortfall, name=SCANNED),
            ),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
            margin_reason="one scan in twenty",
        ),
        Claim(
            "eight-pixels-suffice",
            "With no more pixels than the scans have, MNIST's own images lose less than five points.",
            Effect(
                "accuracy on validation images: as they are minus at 8 × 8 pixels",
                POINTS,
                1,
                5.0,
                coarse_cost,
                equivalence=True,
            ),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
            margin_reason="as for the scans",
        ),
        Claim(
            "centring-counts",
            "On the drawings, centring by mass is worth more than five points of accuracy.",
            worth("centre"),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
            margin_reason=FIVE_DRAWINGS,
        ),
        Claim(
            "polarity-counts",
            "On the drawings, turning dark ink to light is worth more than five points of accuracy.",
            worth("polarity"),
            predicted=None,
            recorded=Verdict.SUPPORTED,
            margin_reason=FIVE_DRAWINGS,
        ),
        Claim(
            "evening-counts",
            "On the drawings, making the paper black and even is worth more than five points of accuracy.",
            worth("background"),
            predicted=None,
            recorded=Verdict.SUPPORTED,
            margin_reason=FIVE_DRAWINGS,
        ),
        Claim(
            "cropping-counts",
            "On the drawings, cutting the digit out is worth more than five points of accuracy.",
            worth("crop"),
            predicted=None,
            recorded=Verdict.SUPPORTED,
            margin_reason=FIVE_DRAWINGS,
        ),
        Claim(
            "area-counts-little",
            "On the drawings, weighing by area, not taking the nearest pixel, changes accuracy by under two points.",
            dataclasses.replace(worth("area"), margin=2.0, equivalence=True),
            predicted=None,
            recorded=Verdict.SUPPORTED,
            margin_reason="two of the hundred drawings",
        ),
        Claim(
            "three-pixels-cost-twenty-points",
            "Moving a validation image by three pixels costs more than twenty points of accuracy.",
            Effect(
                "accuracy: in place minus moved by three pixels",
                POINTS,
                1,
                20.0,
                functools.partial(shift_cost, kind="translation", amount=3),
            ),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
            margin_reason="a fifth of all images",
        ),
        Claim(
            "fifteen-degrees-cost-little",
            "Turning a validation image by 15 degrees costs less than ten points of accuracy.",
            Effect(
                "accuracy: upright minus turned by 15 degrees",
                POINTS,
                1,
                10.0,
                functools.partial(shift_cost, kind="rotation", amount=15),
                equivalence=True,
            ),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
            margin_reason="a tenth of all images",
        ),
        Claim(
            "confidence-outlives-accuracy",
            "On images turned by 45 degrees mean confidence exceeds accuracy by more than twenty points.",
            Effect(
                "mean confidence minus accuracy, turned by 45 degrees",
                POINTS,
                1,
                20.0,
                functools.partial(overconfidence, kind="rotation", amount=45),
            ),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
            margin_reason="a fifth of all images",
        ),
        Claim(
            "scans-lie-farther",
            "In the hidden layer the scans lie farther from MNIST's images than the drawings, by more than a tenth.",
            Effect(
                "median distance to the nearest of 5,000 MNIST images: scans over drawings",
                "times",
                2,
                math.log(1.1),
                log_remoteness,
                ratio=True,
            ),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
            margin_reason="less would hardly be called farther",
        ),
        Claim(
            "own-digits-fail",
            "What is read at 98% on MNIST fails elsewhere: on the drawings accuracy is more than two points lower.",
            Effect(
                "accuracy: validation images minus drawings",
                POINTS,
                1,
                OUTSIDE_MARGIN,
                functools.partial(shortfall, name=DRAWN),
            ),
            predicted=Verdict.REFUTED,
            recorded=Verdict.REFUTED,
            margin_reason="two of the hundred drawings",
            folklore=True,
        ),
        Claim(
            "unsure-of-no-digit",
            "Shown something that is no digit, the network is unsure: its mean confidence stays below one half.",
            Effect("50 minus mean confidence on letters and shapes", POINTS, 1, 0.0, doubt),
            predicted=Verdict.REFUTED,
            recorded=Verdict.REFUTED,
            margin_reason="one half is the threshold itself",
            folklore=True,
        ),
    ),
)
