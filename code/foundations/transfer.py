"""What claims about pictures from outside MNIST are judged by."""

from __future__ import annotations

import dataclasses
import functools

import numpy as np
from numpy.typing import NDArray

from foundations import profiles
from foundations.canvases import INTERPOLATIONS, canvas_accuracy
from foundations.digits import Steps
from foundations.effects import Effect, Measured, Values
from foundations.metrics import POINTS
from foundations.outside import DRAWN, SCANNED, coarse_accuracy, confidence_in_nothing, outside_hits, size
from foundations.representation import remoteness
from foundations.shifts import SHIFTS, shift_curves
from foundations.statistics import wilson
from foundations.strokes import checksum

NETWORKS = "baseline"
CANVASES = COARSE = 500
"""Validation images of a seed that are put on canvases, once in blocks and once smoothly enlarged, or made coarse."""
SHIFTED = 1_000
"""Validation images of a seed that are shifted."""
STRANGE = ("letters", "shapes")
STEPS_IN_WORDS = {
    "polarity": "turning dark ink",
    "background": "making the paper black and even",
    "crop": "cutting the digit out",
    "area": "weighing by area",
    "centre": "centring by mass",
}


def distances(results: Measured, name: str) -> Values:
    """Return how far judge images and an outside set lie from MNIST in the hidden layer, (seeds, 2)."""
    return remoteness(results[NETWORKS], name, size(name), checksum())


def outside_reading(results: Measured, name: str, without: tuple[str, ...] = ()) -> NDArray[np.bool_]:
    """Return whether each network reads each picture of an outside set, with some steps left out, (seeds, n)."""
    return outside_hits(results[NETWORKS], name, size(name), checksum(), without=[*without])


def outside_accuracy(results: Measured, name: str, without: tuple[str, ...] = ()) -> Values:
    """Return the accuracy on a set of outside pictures in points, with some steps left out, (seeds,)."""
    return np.asarray(100 * outside_reading(results, name, without).mean(axis=1))


def outside_share(results: Measured, name: str, without: tuple[str, ...] = ()) -> tuple[float, float, float]:
    """Return the mean accuracy on a set of outside pictures, and Wilson's interval for their draw, in points."""
    hits = outside_reading(results, name, without)
    share, total = hits.mean(), hits.shape[1]
    low, high = wilson(round(share * total), total)
    return 100 * share, 100 * low, 100 * high


def left_out(results: Measured, name: str) -> dict[str, tuple[float, float, float]]:
    """Return `outside_share` of a set of outside pictures with all steps of preprocessing, and without each of them."""
    steps = [step.name for step in dataclasses.fields(Steps)]
    cases = {"all steps": (), **{f"without {step}": (step,) for step in steps}}
    return {label: outside_share(results, name, without) for label, without in cases.items()}


def from_canvases(results: Measured, interpolation: str) -> Values:
    """Return accuracies on images as they are and from canvases, enlarged in a certain way, (seeds, 2) in points."""
    count = profiles.current().images(CANVASES)
    return canvas_accuracy(results[NETWORKS], count=count, interpolation=interpolation)


def shortfall(results: Measured, name: str) -> Values:
    """Return by how many points the accuracy on outside pictures falls short of that on validation images, (seeds,)."""
    return results.values("validation_accuracy", NETWORKS) - outside_accuracy(results, name)


def step_worth(results: Measured, name: str, step: str) -> Values:
    """Return how many points of accuracy a preprocessing step is worth on a set of outside pictures, (seeds,)."""
    return outside_accuracy(results, name) - outside_accuracy(results, name, (step,))


def worth(step: str) -> Effect:
    """Return the effect "a step is worth more than five points of accuracy on the drawings"."""
    label = f"accuracy on drawings: all steps minus all but {STEPS_IN_WORDS[step]}"
    return Effect(label, POINTS, 1, 5.0, functools.partial(step_worth, name=DRAWN, step=step))


def canvas_cost(results: Measured) -> Values:
    """Return how many points preprocessing costs MNIST's own images on larger canvases, (seeds,)."""
    found = [from_canvases(results, interpolation) for interpolation in INTERPOLATIONS]
    return np.asarray(np.mean([values[:, 0] - values[:, 1] for values in found], axis=0))


def coarse_cost(results: Measured) -> Values:
    """Return how many points the resolution of the scans costs MNIST's own images, (seeds,)."""
    found = coarse_accuracy(results[NETWORKS], count=profiles.current().images(COARSE))
    return np.asarray(found[:, 0] - found[:, 1])


def shifting(results: Measured, kind: str) -> Values:
    """Return accuracy and mean confidence at every amount of a shift, in points, (seeds, amounts, 2)."""
    return shift_curves(results[NETWORKS], kind, count=profiles.current().images(SHIFTED))


def all_shifts(results: Measured) -> dict[str, Values]:
    """Return `shifting` for every kind of shift."""
    return {kind: shifting(results, kind) for kind in SHIFTS}


def at_shift(results: Measured, kind: str, amount: float) -> Values:
    """Return accuracy and mean confidence at an amount of a shift, in points, (seeds, 2)."""
    return np.asarray(shifting(results, kind)[:, SHIFTS[kind].amounts.index(amount)])


def shift_cost(results: Measured, kind: str, amount: float) -> Values:
    """Return how many points of accuracy a shift costs, (seeds,)."""
    return np.asarray((at_shift(results, kind, 0) - at_shift(results, kind, amount))[:, 0])


def overconfidence(results: Measured, kind: str, amount: float) -> Values:
    """Return by how many points mean confidence exceeds accuracy at an amount of a shift, (seeds,)."""
    found = at_shift(results, kind, amount)
    return np.asarray(found[:, 1] - found[:, 0])


def log_remoteness(results: Measured) -> Values:
    """Return the logarithm of how much farther scans lie from MNIST in the hidden layer than drawings, (seeds,)."""
    scans, drawings = (distances(results, name)[:, 1] for name in (SCANNED, DRAWN))
    return np.asarray(np.log(scans / drawings))


def doubt(results: Measured) -> Values:
    """Return by how many points mean confidence on letters and shapes stays below one half, (seeds,)."""
    return np.array([50 - confidence_in_nothing(run, STRANGE) for run in results[NETWORKS]])
