"""Task 9: other activations, at one rate and at their own, and what depth does to their gradients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from foundations.activations import NAMES
from foundations.claims import Claim
from foundations.effects import against, paired, same
from foundations.fading import INITIALISED, below, closing, dead, deep, falls, holds, slope_ratio
from foundations.signals import WIDTH
from foundations.specs import baseline
from foundations.statistics import Verdict
from foundations.study import Arm, Study
from foundations.tuning import Sweep

RATES = (0.0003, 0.001, 0.003, 0.01)
CHOSEN = {"relu": 0.001, "tanh": 0.001, "gelu": 0.001, "sigmoid": 0.003}
"""The learning rates that the tuning seeds chose."""
DEPTHS = (4, 8, 16)
FAST = {activation: f"{NAMES[activation]} at ten times the rate" for activation in ("relu", "tanh")}
"""The arms at too high a learning rate, under which ReLUs die."""
THRESHOLD = "the threshold itself"
ONE_IN_TWENTY = f"one in twenty is {THRESHOLD}"

SHALLOW = {name: baseline.vary(activation=activation, epochs=5, snapshots=(0,)) for activation, name in NAMES.items()}
SWEEPS = {NAMES[activation]: Sweep(SHALLOW[NAMES[activation]], RATES, rate) for activation, rate in CHOSEN.items()}
TUNED = {name: name if sweep.tuned == SHALLOW[name] else f"{name}, tuned" for name, sweep in SWEEPS.items()}
"""The arm at the learning rate that suits an activation, which for some is the default's."""
TRAINED: Mapping[str, Mapping[str, Sequence[int]]] = {
    "Glorot": {"relu": DEPTHS, "tanh": DEPTHS, "sigmoid": DEPTHS, "gelu": (16,)},
    "He": {"relu": (16,)},
}
"""The depths of the deep networks that are trained, by initial weights and activation."""


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
        **{name: Arm(SHALLOW[NAMES[kind]].vary(learning_rate=0.01), seeds=3) for kind, name in FAST.items()},
        **DEEP,
    },
    scientific=(
        "activation (ReLU, tanh, softsign, GELU, sigmoid)",
        "hidden layers (1 of 128 units; 4, 8 and 16 of 64)",
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
            "Although ReLU's error signal falls, the gradients by its kernels are alike in all layers, up to fivefold.",
            holds("relu", 16, "Glorot", within=5, column=1),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
            margin_reason="a tenth of what counts as vanishing here",
        ),
        Claim(
            "training-saturates-tanh",
            "Training saturates tanh: the share of cases in which a unit is closed rises by over 25 points.",
            closing("tanh", over=25.0),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
            margin_reason="one case in four",
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
            "At ten times Adam's default rate over one ReLU in twenty is dead after five epochs.",
            dead(FAST["relu"], over=5.0),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
            margin_reason=ONE_IN_TWENTY,
        ),
        Claim(
            "four-sigmoid-layers-learn",
            "Four sigmoid layers learn all the same: they read over 85% of the validation images correctly.",
            against("validation_accuracy", deep("sigmoid", 4, "Glorot"), more_than=85, margin=0.0),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
            margin_reason=THRESHOLD,
        ),
        Claim(
            "sixteen-sigmoid-layers-fail",
            "Sixteen sigmoid layers learn nothing: they read fewer than 15% of the validation images correctly.",
            below(deep("sigmoid", 16, "Glorot"), 15),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
            margin_reason=f"{THRESHOLD}; guessing reads about ten",
        ),
        Claim(
            "sixteen-tanh-layers-learn",
            "Sixteen tanh layers learn where as many of sigmoid do not: they read over 85% of the images correctly.",
            against("validation_accuracy", deep("tanh", 16, "Glorot"), more_than=85, margin=0.0),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
            margin_reason=THRESHOLD,
        ),
        Claim(
            "same-fall-other-fate",
            "Sixteen GELU layers, which lose as large a factor as eight of sigmoid, read more images correctly.",
            paired(
                "validation_accuracy", more=deep("gelu", 16, "Glorot"), than=deep("sigmoid", 8, "Glorot"), margin=5.0
            ),
            predicted=None,
            recorded=Verdict.SUPPORTED,
            margin_reason="the seeds of eight sigmoid layers lie far apart",
        ),
        Claim(
            "lost-factor-costs-little",
            "What ReLU's error signal loses with Glorot's weights costs sixteen layers under two points of accuracy.",
            same("validation_accuracy", deep("relu", 16, "He"), deep("relu", 16, "Glorot"), margin=2.0),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.INCONCLUSIVE,
            elsewhere=Verdict.SUPPORTED,
            margin_reason="a quarter of what they misread",
        ),
        Claim(
            "tanh-passes-less",
            "Tanh suffers from vanishing gradients: even one layer of it lets less of the error signal back than ReLU.",
            slope_ratio("tanh", than="relu"),
            predicted=Verdict.REFUTED,
            recorded=Verdict.REFUTED,
            margin_reason="finer than learning rates are tuned",
            folklore=True,
        ),
        Claim(
            "relu-beats-tanh",
            "ReLU is better than tanh: with one hidden layer it reads more validation images correctly.",
            paired("validation_accuracy", more=TUNED["ReLU"], than=TUNED["tanh"]),
            predicted=Verdict.REFUTED,
            recorded=Verdict.INCONCLUSIVE,
            folklore=True,
        ),
        Claim(
            "deep-relu-beats-tanh",
            "In deep networks ReLU is better: with sixteen layers and He's weights it reads more images than tanh.",
            paired("validation_accuracy", more=deep("relu", 16, "He"), than=deep("tanh", 16, "Glorot")),
            predicted=Verdict.INCONCLUSIVE,
            recorded=Verdict.INCONCLUSIVE,
            folklore=True,
        ),
        Claim(
            "gelu-beats-relu",
            "GELU beats ReLU: each at its own learning rate, it reads more validation images correctly.",
            paired("validation_accuracy", more=TUNED["GELU"], than=TUNED["ReLU"]),
            predicted=Verdict.INCONCLUSIVE,
            recorded=Verdict.REFUTED,
            folklore=True,
        ),
        Claim(
            "sigmoid-cannot-be-trained",
            "Sigmoid cannot be trained: even at its own learning rate one layer of it stays over a point below ReLU.",
            paired("validation_accuracy", less=TUNED["sigmoid"], than=TUNED["ReLU"], margin=1.0),
            predicted=Verdict.REFUTED,
            recorded=Verdict.REFUTED,
            margin_reason="over a third of what ReLU misreads after five epochs",
            folklore=True,
        ),
        Claim(
            "relus-die",
            "ReLUs die in training: after five epochs at the default rate over one unit in twenty is dead.",
            dead("ReLU", over=5.0),
            predicted=Verdict.REFUTED,
            recorded=Verdict.REFUTED,
            margin_reason=ONE_IN_TWENTY,
            folklore=True,
        ),
        Claim(
            "dead-units-cost-accuracy",
            "Dead units cost accuracy: at ten times the default rate tanh, which has no zero slope, reads more.",
            paired("validation_accuracy", more=FAST["tanh"], than=FAST["relu"]),
            predicted=Verdict.REFUTED,
            recorded=Verdict.REFUTED,
            folklore=True,
        ),
    ),
)
"""The study."""
