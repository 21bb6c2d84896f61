"""Task 2: what networks trained on MNIST make of pictures from elsewhere."""

from __future__ import annotations

import functools

import numpy as np

from foundations.canvases import canvas_accuracy
from foundations.claims import Claim
from foundations.effects import Effect, Measured, Values
from foundations.metrics import POINTS
from foundations.outside import DRAWN, SCANNED, confidence_in_nothing, outside_hits
from foundations.representation import remoteness
from foundations.shifts import SHIFTS, shift_curves
from foundations.specs import baseline
from foundations.statistics import Verdict
from foundations.strokes import checksum
from foundations.study import Arm, Study

NETWORKS = "baseline"
CANVASES = 2_000
OUTSIDE_MARGIN = 2.0
STRANGE = ("letters", "shapes")


def outside_accuracy(results: Measured, name: str, without: tuple[str, ...] = ()) -> Values:
    """Return the accuracy on a set of outside pictures in points, with some steps left out, (seeds,)."""
    return 100 * outside_hits(results[NETWORKS], name, checksum(), without=[*without]).mean(axis=1)


def shortfall(results: Measured, name: str) -> Values:
    """Return by how many points the accuracy on outside pictures falls short of that on validation images, (seeds,)."""
    return results.values("validation_accuracy", NETWORKS) - outside_accuracy(results, name)


def step_worth(results: Measured, name: str, step: str) -> Values:
    """Return how many points of accuracy a preprocessing step is worth on a set of outside pictures, (seeds,)."""
    return outside_accuracy(results, name) - outside_accuracy(results, name, (step,))


def canvas_cost(results: Measured) -> Values:
    """Return how many points preprocessing costs MNIST's own images on larger canvases, (seeds,)."""
    found = canvas_accuracy(results[NETWORKS], count=CANVASES)
    return np.asarray(found[:, 0] - found[:, 1])


def at_shift(results: Measured, kind: str, amount: float) -> Values:
    """Return accuracy and mean confidence at an amount of a shift, in points, (seeds, 2)."""
    curves = shift_curves(results[NETWORKS], kind)
    return np.asarray(curves[:, SHIFTS[kind].amounts.index(amount)])


def shift_cost(results: Measured, kind: str, amount: float) -> Values:
    """Return how many points of accuracy a shift costs, (seeds,)."""
    return np.asarray((at_shift(results, kind, 0) - at_shift(results, kind, amount))[:, 0])


def overconfidence(results: Measured, kind: str, amount: float) -> Values:
    """Return by how many points mean confidence exceeds accuracy at an amount of a shift, (seeds,)."""
    found = at_shift(results, kind, amount)
    return np.asarray(found[:, 1] - found[:, 0])


def log_remoteness(results: Measured) -> Values:
    """Return the logarithm of how much farther the drawn digits lie than MNIST's own in the hidden layer, (seeds,)."""
    own, outside = np.log(remoteness(results[NETWORKS], DRAWN, checksum())).T
    return np.asarray(outside - own)


def doubt(results: Measured) -> Values:
    """Return by how many points mean confidence on letters and shapes stays below one half, (seeds,)."""
    return np.array([50 - confidence_in_nothing(run, STRANGE) for run in results[NETWORKS]])


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
        "1,000 validation images a seed for the shifts, 2,000 for the canvases",
    ),
    claims=(
        Claim(
            "canvas-costs-nothing",
            "Preprocessing MNIST's own images from larger canvases costs less than half a point of accuracy.",
            Effect(
                "accuracy on validation images: as they are minus from canvases, preprocessed",
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
            "drawings-are-harder",
            "The digits drawn for this book are read with an accuracy more than two points below that on MNIST's own.",
            Effect(
                "accuracy: validation images minus drawings",
                POINTS,
                1,
                OUTSIDE_MARGIN,
                functools.partial(shortfall, name=DRAWN),
            ),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
            margin_reason="two of the hundred drawings",
        ),
        Claim(
            "scans-are-harder",
            "scikit-learn's digits are read with an accuracy more than two points below that on MNIST's own.",
            Effect(
                "accuracy: validation images minus scans",
                POINTS,
                1,
                OUTSIDE_MARGIN,
                functools.partial(shortfall, name=SCANNED),
            ),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
            margin_reason="as for the drawings",
        ),
        Claim(
            "centring-is-worth-most",
            "On the drawings, centring by mass is worth more than five points of accuracy.",
            Effect(
                "accuracy on drawings: all steps minus all but centring by mass",
                POINTS,
                1,
                5.0,
                functools.partial(step_worth, name=DRAWN, step="centre"),
            ),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
            margin_reason="five of the hundred drawings",
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
            "Turning a validation image by 15 degrees costs less than five points of accuracy.",
            Effect(
                "accuracy: upright minus turned by 15 degrees",
                POINTS,
                1,
                5.0,
                functools.partial(shift_cost, kind="rotation", amount=15),
                equivalence=True,
            ),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
            margin_reason="a twentieth of all images; a hand slants by as much",
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
            "drawings-lie-apart",
            "In the hidden layer the drawings lie farther from MNIST's images than these from each other.",
            Effect(
                "distance to the nearest of 5,000 MNIST images: drawings over MNIST's own, medians",
                "times",
                2,
                float(np.log(1.1)),
                log_remoteness,
                ratio=True,
            ),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
            margin_reason="a tenth would not be seen in the figure",
        ),
        Claim(
            "handwriting-is-handwriting",
            "A network that reads MNIST's new images reads the reader's own digits as well.",
            Effect(
                "accuracy: validation images minus drawings",
                POINTS,
                1,
                OUTSIDE_MARGIN,
                functools.partial(shortfall, name=DRAWN),
                equivalence=True,
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
