"""Task 1: what a prediction is made of, and how far its probability can be believed."""

from __future__ import annotations

import functools

import numpy as np

from foundations import anatomy, calibration
from foundations.claims import Claim
from foundations.effects import Effect, Measured, Values
from foundations.metrics import MARGIN_NATS, MARGIN_POINTS, NATS, POINTS
from foundations.specs import baseline
from foundations.statistics import Verdict
from foundations.study import Arm, Study

LENGTHS = (5, 10, 20, 40)
STEPS = (0, 1, 10, 100, 1_000, 10_000)
"""The optimizer steps after which predictions are looked at."""
FROZEN, SHORT, PLAIN = "20 epochs", "5 epochs", "SGD, 10 epochs"
"""The arms of the baseline that is analysed, of a shorter training, and of plain gradient descent."""
THRESHOLD = "the threshold itself"


def excess(results: Measured, name: str, calibrated: str, arm: str) -> Values:
    """Return how far a calibration error is above that of a calibrated network, in points, (seeds,)."""
    return calibration.figure(results[arm], name) - calibration.figure(results[arm], calibrated)


def change(results: Measured, name: str) -> Values:
    """Return how much more of a figure the longer training has than the short one, (seeds,)."""
    return calibration.figure(results[FROZEN], name) - calibration.figure(results[SHORT], name)


def gain(results: Measured, arm: str) -> Values:
    """Return by how much the temperature lowers the cross-entropy on the judge half, in nats, (seeds,)."""
    return excess(results, "judge cross-entropy", "scaled judge cross-entropy", arm)


def decision(results: Measured, column: int) -> Values:
    """Return one of the two numbers of `foundations.anatomy.decisions` of the longer training, (seeds,)."""
    return np.asarray(anatomy.decisions(results[FROZEN])[:, column])


study = Study(
    name="task01-predictions",
    question="What is a prediction made of, and is the network right as often as its probabilities say?",
    arms={
        **{f"{epochs} epochs": Arm(baseline.vary(epochs=epochs)) for epochs in LENGTHS},
        PLAIN: Arm(baseline.vary(optimizer="sgd", epochs=10)),
        "Adam, by step": Arm(baseline.vary(epochs=10, snapshots=STEPS), seeds=3),
        "SGD, by step": Arm(baseline.vary(optimizer="sgd", epochs=10, snapshots=STEPS), seeds=3),
    },
    scientific=("epochs (5, 10, 20, 40)", "optimizer (Adam or SGD, both at Keras's default learning rates)"),
    fixed=("128 ReLU units", "batch size 32", "50,000 training images", "15 bins of equal mass"),
    claims=(
        Claim(
            "calibration-error-grows",
            "After 20 epochs the calibration error is larger than after 5.",
            Effect(
                f"calibration error: {FROZEN} minus {SHORT}",
                POINTS,
                2,
                MARGIN_POINTS,
                functools.partial(change, name="error"),
            ),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
        ),
        Claim(
            "sgd-claims-too-little",
            "After ten epochs of plain gradient descent the network is right more often than it says.",
            Effect(
                f"accuracy minus mean confidence, {PLAIN}",
                POINTS,
                2,
                MARGIN_POINTS,
                lambda results: -calibration.figure(results[PLAIN], "over-confidence"),
            ),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
        ),
        Claim(
            "temperature-lowers-cross-entropy",
            "One temperature, fitted on half of the validation images, lowers the cross-entropy on the other half.",
            Effect(
                f"cross-entropy on the judge half: without minus with temperature, {FROZEN}",
                NATS,
                4,
                MARGIN_NATS,
                functools.partial(gain, arm=FROZEN),
            ),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
        ),
        Claim(
            "temperature-calibrates",
            "With that temperature the calibration error is what a perfectly calibrated network would show.",
            Effect(
                f"calibration error with temperature minus that of a calibrated network, judge half, {FROZEN}",
                POINTS,
                2,
                MARGIN_POINTS,
                functools.partial(
                    excess, name="scaled judge error", calibrated="scaled judge calibrated error", arm=FROZEN
                ),
                equivalence=True,
            ),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
        ),
        Claim(
            "short-training-needs-no-temperature",
            "After 5 epochs a temperature changes the cross-entropy by less than matters.",
            Effect(
                f"cross-entropy on the judge half: without minus with temperature, {SHORT}",
                NATS,
                4,
                MARGIN_NATS,
                functools.partial(gain, arm=SHORT),
                equivalence=True,
            ),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
        ),
        Claim(
            "confidence-detects-errors",
            "A right prediction is more confident than a wrong one in over 95 of 100 such pairs.",
            Effect(
                f"area under the ROC curve of confidence, {FROZEN}, minus 95",
                POINTS,
                2,
                0.0,
                lambda results: calibration.figure(results[FROZEN], "detection") - 95,
            ),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.INCONCLUSIVE,
            elsewhere=Verdict.SUPPORTED,
            margin_reason=THRESHOLD,
        ),
        Claim(
            "detection-survives",
            "Confidence tells errors as well after 20 epochs as after 5.",
            Effect(
                f"area under the ROC curve of confidence: {FROZEN} minus {SHORT}",
                POINTS,
                2,
                1.0,
                functools.partial(change, name="detection"),
                equivalence=True,
            ),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
            margin_reason="one pair in a hundred",
        ),
        Claim(
            "fewer-than-half-are-on",
            "For a typical image fewer than half of the hidden units are on.",
            Effect(
                f"50 minus the mean share of hidden units that are on, {FROZEN}",
                POINTS,
                2,
                0.0,
                lambda results: 50 - decision(results, 0),
            ),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
            margin_reason=THRESHOLD,
        ),
        Claim(
            "an-eighth-decides",
            "An eighth of the hidden units carries over two thirds of the weight in a decision between two digits.",
            Effect(
                f"mean share of {anatomy.LEADERS} units in the absolute contributions, {FROZEN}, minus two thirds",
                POINTS,
                2,
                0.0,
                lambda results: decision(results, 1) - 200 / 3,
            ),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
            margin_reason=THRESHOLD,
        ),
        Claim(
            "softmax-is-the-probability",
            "The largest softmax output is the probability of being right, up to what chance does to its measurement.",
            Effect(
                f"calibration error minus that of a calibrated network, {FROZEN}",
                POINTS,
                2,
                MARGIN_POINTS,
                functools.partial(excess, name="error", calibrated="calibrated error", arm=FROZEN),
                equivalence=True,
            ),
            predicted=Verdict.REFUTED,
            recorded=Verdict.REFUTED,
            folklore=True,
        ),
        Claim(
            "errors-are-unsure",
            "When the network is wrong it is unsure: misread images get a mean confidence below 75%.",
            Effect(
                f"75 minus the mean confidence in misread images, {FROZEN}",
                POINTS,
                2,
                0.0,
                lambda results: 75 - calibration.figure(results[FROZEN], "confidence in errors"),
            ),
            predicted=Verdict.REFUTED,
            recorded=Verdict.REFUTED,
            margin_reason="halfway between a coin's toss and certainty",
            folklore=True,
        ),
    ),
)
