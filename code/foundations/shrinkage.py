"""What claims about weights that a penalty or a decay shrinks are judged by."""

from __future__ import annotations

import dataclasses

import numpy as np

from foundations import weights
from foundations.effects import Effect, Measured, Values
from foundations.metrics import POINTS

INK = (0, 1e-9, 0.01, 0.1, 0.3, 1.01)
"""Edges of groups of pixels by the share of the training images that have ink in them; the first group has none."""


def stepwise(penalty: str) -> str:
    """Return the name of an arm whose first steps are kept."""
    return f"first steps, λ = {penalty}"


def smaller(arm: str, than: str, margin: float, layer: int = 0) -> Effect:
    """Return the effect "a layer's weights are smaller in an arm than in another, by a factor"."""

    def ratio(results: Measured) -> Values:
        return np.log(weights.sizes(results[than], layer) / weights.sizes(results[arm], layer))

    name = ("hidden", "output")[layer]
    label = f"root-mean-square weight of the {name} layer: {than} over {arm}"
    return Effect(label, "times", 2, float(np.log(margin)), ratio, ratio=True)


def equally_small(arm: str, other: str, margin: float) -> Effect:
    """Return the effect "the hidden layer's weights are equally small in two arms", up to a factor."""
    return dataclasses.replace(smaller(arm, other, margin), equivalence=True)


def blank_share(results: Measured, penalty: str, step: int) -> Values:
    """Return how large the weights of blank pixels are after a step, as a share of their initial size, (seeds,)."""
    sizes = [
        [weights.root_mean_square(weights.blank_kernel(run, run.snapshots[at])) for at in (step, 0)]
        for run in results[stepwise(penalty)]
    ]
    return np.asarray(np.divide(*np.array(sizes).T))


def slower(penalty: str, than: str, equivalence: bool = False) -> Effect:
    """Return the effect "after 100 steps a penalty leaves more of the weights of blank pixels than another does".

    With `equivalence` it is that they leave the same, up to the margin.
    """
    return Effect(
        f"size left of blank pixels' weights after 100 steps: λ = {penalty} minus λ = {than}",
        POINTS,
        1,
        5.0,
        lambda results: 100 * (blank_share(results, penalty, 100) - blank_share(results, than, 100)),
        equivalence,
    )


def choosier(arm: str, than: str, margin: float, equivalence: bool = False) -> Effect:
    """Return the effect "against another arm, an arm shrinks the weights of rare pixels more than those of frequent".

    A pixel is rare with ink in some, but less than 1%, of the training images, and frequent with ink in over 30% of
    them. The effect is the factor by which rare pixels' weights shrink over that of frequent ones; with `equivalence`
    the two are the same, up to the margin.
    """

    def ratio(results: Measured) -> Values:
        before, after = (weights.sizes_by_ink(results[name], INK) for name in (than, arm))
        shrinkage = np.log(before / after)
        return np.asarray(shrinkage[:, 1] - shrinkage[:, -1])

    label = f"shrinkage from {than} to {arm}: pixels with ink in under 1% of the images over those with ink in over 30%"
    return Effect(label, "times", 2, float(np.log(margin)), ratio, equivalence, ratio=True)
