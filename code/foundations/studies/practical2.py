"""Practical 2: what choosing on a validation set costs, and what dropout with early stopping buys."""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

from foundations.claims import Claim
from foundations.effects import Effect, Measured, Values, paired
from foundations.evaluation import validation_hits
from foundations.metrics import POINTS
from foundations.selection import optimism
from foundations.specs import EarlyStoppingSpec, RunSpec, baseline
from foundations.statistics import Verdict
from foundations.study import Arm, Study

CANDIDATES = 32
SUBSET = 500
GROUP_SIZES = (1, 2, 4, 8, 16, 32)
IDENTICAL, DIFFERENT = "identical", "different"

small = baseline.vary(hidden=(32,), train_size=2_000, epochs=5, evaluate_every=5)
"""A candidate: small and briefly trained, because 640 of them are compared."""


def rates() -> list[float]:
    """Return the candidates' learning rates, from 0.0003 to 0.03 in equal ratios, in a fixed random order."""
    grid = np.geomspace(3e-4, 3e-2, CANDIDATES)
    return [float(f"{rate:.3g}") for rate in np.random.default_rng(0).permutation(grid)]


def candidates() -> dict[str, Arm]:
    """Return two families of candidates: equal but for chance, and with different learning rates."""
    identical: dict[str, RunSpec] = {f"{IDENTICAL} {i:02}": small.vary(replica=i) for i in range(CANDIDATES)}
    different = {f"{DIFFERENT} {i:02}": small.vary(learning_rate=rate, replica=i) for i, rate in enumerate(rates())}
    return {name: Arm(spec) for name, spec in {**identical, **different}.items()}


def family_hits(results: Measured, family: str) -> list[NDArray[np.bool_]]:
    """Return for each seed whether each candidate is right on each validation image, (candidates, 10000)."""
    arms = [results[f"{family} {i:02}"] for i in range(CANDIDATES)]
    return [validation_hits([arm[seed] for arm in arms]) for seed in range(len(arms[0]))]


def selection(results: Measured, family: str) -> Values:
    """Return what choosing among a family does, (seeds, group sizes, 2): see `foundations.selection.optimism`."""
    by_seed = family_hits(results, family)
    return np.array([[optimism(hits, size, SUBSET) for size in GROUP_SIZES] for hits in by_seed])


def of_all(results: Measured, family: str, number: int) -> Values:
    """Return one of the two numbers of `selection` when all candidates compete, (seeds,)."""
    return np.asarray(selection(results, family)[:, -1, number])


def slope(results: Measured, family: str) -> Values:
    """Return the rise of optimism with every doubling of the candidates, by least squares, (seeds,)."""
    doublings = np.log2(GROUP_SIZES)
    return np.asarray(np.polynomial.polynomial.polyfit(doublings, selection(results, family)[:, :, 0].T, 1)[1])


def optimistic(family: str, margin: float) -> Effect:
    """Return the effect "the winner's accuracy on the 500 images is higher than on the others"."""
    label = f"accuracy of the best of {CANDIDATES} on the {SUBSET} minus on the others, {family}"
    return Effect(label, POINTS, 2, margin, functools.partial(of_all, family=family, number=0))


def gain(family: str, margin: float, equivalence: bool = False) -> Effect:
    """Return the effect "on the other images the winner is better than the average candidate"."""
    label = f"accuracy on the other images: the best of {CANDIDATES} minus their average, {family}"
    return Effect(label, POINTS, 2, margin, functools.partial(of_all, family=family, number=1), equivalence)


HALF_A_POINT = "half a point is a fifth of the baseline's errors"
study = Study(
    name="practical2-generalization",
    question="How much does a figure flatter that was used for choosing, and what do dropout and early stopping buy?",
    arms={
        "plain": Arm(baseline.vary(epochs=20)),
        "dropout": Arm(baseline.vary(epochs=20, dropout=0.3)),
        "improved": Arm(baseline.vary(epochs=20, dropout=0.3, early_stopping=EarlyStoppingSpec(patience=3))),
        **candidates(),
    },
    scientific=(
        "dropout (0 or 0.3) and early stopping (none, or patience 3 on the select half)",
        "number of candidates (1 to 32) and whether they differ in more than chance",
    ),
    fixed=(
        "Adam, batch size 32",
        "for the candidates: 32 hidden units, 2,000 training images, 5 epochs",
        "500 images to choose on",
    ),
    claims=(
        Claim(
            "improved-lowers-cross-entropy",
            "Dropout with early stopping leaves a lower cross-entropy than 20 epochs without either.",
            paired("judge_cross_entropy", less="improved", than="plain"),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
        ),
        Claim(
            "improved-raises-accuracy",
            "Dropout with early stopping reads more new images correctly than 20 epochs without either.",
            paired("judge_accuracy", more="improved", than="plain"),
            predicted=Verdict.REFUTED,
            recorded=Verdict.REFUTED,
            folklore=True,
        ),
        Claim(
            "dropout-raises-accuracy",
            "Dropout alone, for 20 epochs, reads more validation images correctly than no dropout.",
            paired("validation_accuracy", more="dropout", than="plain"),
            predicted=Verdict.INCONCLUSIVE,
            recorded=Verdict.INCONCLUSIVE,
            elsewhere=Verdict.REFUTED,
        ),
        Claim(
            "stopping-costs-accuracy",
            "Early stopping takes accuracy away from the network with dropout.",
            paired("judge_accuracy", more="dropout", than="improved"),
            predicted=Verdict.INCONCLUSIVE,
            recorded=Verdict.INCONCLUSIVE,
            elsewhere=Verdict.REFUTED,
        ),
        Claim(
            "choosing-flatters",
            "The best of 32 identical configurations on 500 images owes over half a point of accuracy to chance.",
            optimistic(IDENTICAL, 0.5),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
            margin_reason=HALF_A_POINT,
        ),
        Claim(
            "optimism-grows",
            "With every doubling of the identical candidates the optimism grows by over a tenth of a point.",
            Effect(
                "rise of the optimism with each doubling",
                POINTS,
                2,
                0.1,
                functools.partial(slope, family=IDENTICAL),
            ),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
            margin_reason="five doublings, 1 candidate to 32, then make half a point",
        ),
        Claim(
            "identical-winner-gains-nothing",
            "On the other images the best of 32 identical configurations is within half a point of their average.",
            gain(IDENTICAL, 0.5, equivalence=True),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
            margin_reason=HALF_A_POINT,
        ),
        Claim(
            "choosing-rates-pays",
            "On the other images the best of 32 learning rates is over half a point above their average.",
            gain(DIFFERENT, 0.5),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
            margin_reason=HALF_A_POINT,
        ),
        Claim(
            "rates-flatter-less",
            "A choice among learning rates flatters its winner less than a choice among identical configurations.",
            Effect(
                "optimism of the best of 32: identical minus different",
                POINTS,
                2,
                0.2,
                lambda results: of_all(results, IDENTICAL, 0) - of_all(results, DIFFERENT, 0),
            ),
            predicted=Verdict.INCONCLUSIVE,
            recorded=Verdict.INCONCLUSIVE,
        ),
    ),
)
