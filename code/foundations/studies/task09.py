"""Task 9: other activations, at one rate and at their own, and what depth does to their gradients."""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping, Sequence

import numpy as np

from foundations.activations import NAMES
from foundations.claims import Claim
from foundations.effects import Effect, Measured, Values, paired
from foundations.metrics import POINTS
from foundations.signals import WIDTH, at_start, openness
from foundations.specs import INITIALIZERS, baseline
from foundations.statistics import Verdict
from foundations.study import Arm, Study
from foundations.tuning import Sweep

GLOROT, HE = INITIALIZERS
RATES = (0.0003, 0.001, 0.003, 0.01)
CHOSEN = {"relu": 0.001, "tanh": 0.001, "gelu": 0.001, "sigmoid": 0.003}
"""The learning rates that the tuning seeds chose."""
DEPTHS = (2, 4, 8, 16)
INITIALISED = {"Glorot": GLOROT, "He": HE}
FAST = "ReLU at ten times the rate"
"""The arm whose units die."""

SHALLOW = {name: baseline.vary(activation=activation, epochs=5, snapshots=(0,)) for activation, name in NAMES.items()}
SWEEPS = {NAMES[activation]: Sweep(SHALLOW[NAMES[activation]], RATES, rate) for activation, rate in CHOSEN.items()}
TUNED = {name: name if sweep.tuned == SHALLOW[name] else f"{name}, tuned" for name, sweep in SWEEPS.items()}
"""The arm at the learning rate that suits an activation, which for some is the default's."""
TRAINED: Mapping[str, Mapping[str, Sequence[int]]] = {
    "Glorot": {"relu": DEPTHS, "tanh": DEPTHS, "sigmoid": DEPTHS, "gelu": (16,)},
    "He": {"relu": (16,), "gelu": (16,)},
}
"""The depths of the deep networks that are trained, by initial weights and activation."""


def deep(activation: str, depth: int, initialised: str) -> str:
    """Return the name of the arm of a deep network."""
    return f"{depth} {NAMES[activation]} layers, {initialised}"


def fall(results: Measured, activation: str, depth: int, initializer: str, column: int = 0) -> Values:
    """Return the logarithm of how often the error signal of the last hidden layer exceeds that of the first, (seeds,).

    With `column` 1 it is the gradient by the last hidden layer's kernel over that by the second's; the first one's
    has another shape.
    """
    norms = at_start(results["ReLU"], depth, activation, initializer)[:, :, column]
    return np.asarray(np.log(norms[:, -2] / norms[:, column]))


def falls(activation: str, depth: int, initialised: str, *, over: float) -> Effect:
    """Return the effect "the error signal falls by more than a factor on its way through a deep network"."""
    return Effect(
        f"error signal in the last hidden layer over the first, {deep(activation, depth, initialised)}",
        "times",
        1,
        math.log(over),
        functools.partial(fall, activation=activation, depth=depth, initializer=INITIALISED[initialised]),
        ratio=True,
    )


def holds(activation: str, depth: int, initialised: str, *, within: float, column: int = 0) -> Effect:
    """Return the effect "what comes back stays the same, up to a factor, through a deep network"."""
    what = ("error signal", "gradient by a kernel")[column]
    first = ("first", "second")[column]
    return Effect(
        f"{what}: last hidden layer over the {first}, {deep(activation, depth, initialised)}",
        "times",
        2,
        math.log(within),
        functools.partial(
            fall, activation=activation, depth=depth, initializer=INITIALISED[initialised], column=column
        ),
        equivalence=True,
        ratio=True,
    )


def smaller_slope(results: Measured, activation: str, than: str) -> Values:
    """Return the logarithm of how often one rms derivative at initialisation fits into another, (seeds,)."""
    small, large = (openness(results[NAMES[name]], True)[:, 0] for name in (activation, than))
    return np.asarray(np.log(large / small))


def dead(results: Measured, arm: str) -> Values:
    """Return the share of hidden units, in points, that are closed for every training image looked at, (seeds,)."""
    return np.asarray(openness(results[arm], False)[:, 2])


def closing(results: Measured, arm: str) -> Values:
    """Return by how many points training raises the share of closed pairs of a unit and an image, (seeds,)."""
    return np.asarray(openness(results[arm], False)[:, 1] - openness(results[arm], True)[:, 1])


def below(results: Measured, arm: str, bound: float) -> Values:
    """Return how far an arm's validation accuracy stays below a bound, in points, (seeds,)."""
    return np.asarray(bound - results.values("validation_accuracy", arm))


DEEP = {
    deep(activation, depth, initialised): Arm(
        baseline.vary(
            hidden=(WIDTH,) * depth,
            activation=activation,
            initializer=INITIALISED[initialised],
            train_size=10_000,
            epochs=6,
        ),
        seeds=3,
    )
    for initialised, trained in TRAINED.items()
    for activation, depths in trained.items()
    for depth in depths
}

study = Study(
    name="task09-activations",
    question="Which activation function trains best, and where do gradients vanish?",
    arms={
        **{name: Arm(spec) for name, spec in SHALLOW.items()},
        **{TUNED[name]: Arm(sweep.tuned) for name, sweep in SWEEPS.items()},
        FAST: Arm(SHALLOW["ReLU"].vary(learning_rate=0.01), seeds=3),
        **DEEP,
    },
    scientific=(
        "activation (ReLU, tanh, softsign, GELU, sigmoid)",
        "hidden layers (1 of 128 units; 2, 4, 8 and 16 of 64)",
        "initial weights (Glorot's or He's), in deep networks",
    ),
    nuisance=("learning rate, with one hidden layer: at Adam's default, and tuned for each but softsign",),
    fixed=(
        "Adam",
        "batch size 32",
        "5 epochs of 50,000 images with one hidden layer",
        "6 epochs of 10,000 images, at the default learning rate, in deep networks",
    ),
    sweeps=SWEEPS,
    claims=(
        Claim(
            "sigmoid-vanishes-in-four",
            "In four sigmoid layers the error signal already falls more than fiftyfold.",
            falls("sigmoid", 4, "Glorot", over=50),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
            margin_reason="what a derivative of at most a quarter does three times is 64",
        ),
        Claim(
            "tanh-holds-sixteen",
            "In sixteen tanh layers the error signal stays the same, up to a factor of five.",
            holds("tanh", 16, "Glorot", within=5),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
            margin_reason="a tenth of what counts as vanishing here",
        ),
        Claim(
            "relu-falls-with-glorot",
            "With Glorot's weights, which keep tanh's, the error signal of sixteen ReLU layers falls over fiftyfold.",
            falls("relu", 16, "Glorot", over=50),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
            margin_reason="what counts as vanishing here",
        ),
        Claim(
            "he-holds-relu",
            "With He's weights the error signal of sixteen ReLU layers stays the same, up to a factor of five.",
            holds("relu", 16, "He", within=5),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
            margin_reason="a tenth of what counts as vanishing here",
        ),
        Claim(
            "he-does-not-hold-gelu",
            "He's weights do not hold GELU: in sixteen layers its error signal still falls more than fiftyfold.",
            falls("gelu", 16, "He", over=50),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
            margin_reason="what counts as vanishing here",
        ),
        Claim(
            "relu-kernels-share-alike",
            "Although ReLU's error signal falls, the gradients by its kernels are alike in all layers, up to twofold.",
            holds("relu", 16, "Glorot", within=2, column=1),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
            margin_reason="against over fiftyfold in the error signal",
        ),
        Claim(
            "tanh-saturates-in-training",
            "Training closes tanh's units: after five epochs they are closed in over five points more of all cases.",
            Effect(
                "share of pairs of a unit and an image that are closed, tanh: after training minus before",
                POINTS,
                1,
                5.0,
                functools.partial(closing, arm="tanh"),
            ),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
            margin_reason="one unit in twenty",
        ),
        Claim(
            "sigmoid-behind-at-default",
            "At Adam's default rate one layer of sigmoid reads fewer validation images correctly than one of ReLU.",
            paired("validation_accuracy", less="sigmoid", than="ReLU"),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
        ),
        Claim(
            "fast-rate-kills",
            "At ten times the default rate over one ReLU in twenty is dead after five epochs.",
            Effect(f"share of dead units, {FAST}", POINTS, 1, 5.0, functools.partial(dead, arm=FAST)),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
            margin_reason="one in twenty is the threshold itself",
        ),
        Claim(
            "sigmoid-eight-fails",
            "Eight sigmoid layers learn next to nothing in six epochs on 10,000 images: fewer than 30% are read right.",
            Effect(
                f"30 minus validation accuracy, {deep('sigmoid', 8, 'Glorot')}",
                POINTS,
                1,
                0.0,
                functools.partial(below, arm=deep("sigmoid", 8, "Glorot"), bound=30),
            ),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
            margin_reason="the threshold itself; guessing gives about ten",
        ),
        Claim(
            "tanh-passes-less",
            "Tanh suffers from vanishing gradients: even one layer of it lets less of the error signal back than ReLU.",
            Effect(
                "root-mean-square derivative at initialisation: ReLU over tanh",
                "times",
                2,
                math.log(1.1),
                functools.partial(smaller_slope, activation="tanh", than="relu"),
                ratio=True,
            ),
            predicted=Verdict.REFUTED,
            recorded=Verdict.REFUTED,
            margin_reason="a tenth is less than a learning rate is ever tuned to",
            folklore=True,
        ),
        Claim(
            "relu-beats-tanh",
            "So ReLU is better: with one hidden layer it reads more validation images correctly than tanh.",
            paired("validation_accuracy", more=TUNED["ReLU"], than=TUNED["tanh"]),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
            folklore=True,
        ),
        Claim(
            "gelu-beats-relu",
            "GELU beats ReLU: each at its own learning rate, it reads more validation images correctly.",
            paired("validation_accuracy", more=TUNED["GELU"], than=TUNED["ReLU"]),
            predicted=Verdict.INCONCLUSIVE,
            recorded=Verdict.INCONCLUSIVE,
            folklore=True,
        ),
        Claim(
            "sigmoid-cannot-be-trained",
            "Sigmoid cannot be trained: even at its own learning rate one layer of it stays over a point below ReLU.",
            paired("validation_accuracy", less=TUNED["sigmoid"], than=TUNED["ReLU"], margin=1.0),
            predicted=Verdict.REFUTED,
            recorded=Verdict.REFUTED,
            margin_reason="a third of what ReLU still misreads after five epochs",
            folklore=True,
        ),
        Claim(
            "relus-die",
            "ReLUs die: after five epochs at the default rate over one unit in a hundred is dead.",
            Effect("share of dead units, ReLU", POINTS, 2, 1.0, functools.partial(dead, arm="ReLU")),
            predicted=Verdict.REFUTED,
            recorded=Verdict.REFUTED,
            margin_reason="one in a hundred is the threshold itself",
            folklore=True,
        ),
    ),
)
"""The study."""
