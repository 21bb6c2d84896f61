"""Task 6: what an L2 penalty does to weights, to loss and to accuracy, and whether decay is the same."""

from __future__ import annotations

import numpy as np

from foundations import weights
from foundations.claims import Claim
from foundations.effects import Effect, Measured, Values, paired, same
from foundations.specs import baseline
from foundations.statistics import Verdict
from foundations.study import Arm, Study

PENALTIES = {"0": 0.0, "1e-5": 1e-5, "3e-5": 3e-5, "1e-4": 1e-4, "1e-3": 1e-3, "1e-2": 1e-2}
"""The coefficients on all 50,000 images, as they are written and as numbers."""
SMALL_PENALTIES = ("0", "1e-4", "1e-3", "1e-2")
DECAYS = {"0.002": 2e-3, "0.2": 0.2}
"""AdamW's decay: that of λ = 1e-3 under plain SGD, and a hundred times as much."""
STEPS = (0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 150, 200, 300)
"""The optimizer steps whose weights are kept, in three seeds."""


def full(penalty: str) -> str:
    """Return the name of an arm that is trained on all images."""
    return f"λ = {penalty}"


def small(penalty: str) -> str:
    """Return the name of an arm that is trained on 1,000 images."""
    return f"1,000 images, λ = {penalty}"


def decayed(decay: str) -> str:
    """Return the name of an arm that is trained on 1,000 images with AdamW instead of a penalty."""
    return f"1,000 images, AdamW {decay}"


def long(penalty: str) -> str:
    """Return the name of an arm that is trained for twice as long."""
    return f"20 epochs, λ = {penalty}"


def stepwise(penalty: str) -> str:
    """Return the name of an arm whose first steps are kept."""
    return f"first steps, λ = {penalty}"


def smaller(arm: str, than: str, margin: float) -> Effect:
    """Return the effect "the hidden layer's weights are smaller in an arm than in another, by a factor"."""

    def ratio(results: Measured) -> Values:
        return np.log(weights.sizes(results[than]) / weights.sizes(results[arm]))

    label = f"root-mean-square weight of the hidden layer: {than} over {arm}"
    return Effect(label, "times", 2, float(np.log(margin)), ratio, ratio=True)


def blank_share(results: Measured, penalty: str, step: int) -> Values:
    """Return how large the weights of blank pixels are after a step, as a share of their initial size, (seeds,)."""
    sizes = [
        [weights.root_mean_square(weights.blank_kernel(run, run.snapshots[at])) for at in (step, 0)]
        for run in results[stepwise(penalty)]
    ]
    return np.divide(*np.array(sizes).T)


ten = baseline.vary(epochs=10)
thousand = baseline.vary(train_size=1_000, epochs=80, evaluate_every=10)
study = Study(
    name="task06-l2",
    question="What does an L2 penalty do to weights, to loss and to accuracy, and is weight decay the same?",
    arms={
        **{full(name): Arm(ten.vary(l2=value)) for name, value in PENALTIES.items()},
        **{long(name): Arm(baseline.vary(l2=PENALTIES[name]), seeds=3) for name in ("0", "1e-4")},
        **{
            stepwise(name): Arm(ten.vary(l2=PENALTIES[name], snapshots=STEPS), seeds=3)
            for name in ("1e-5", "1e-4", "1e-2")
        },
        **{small(name): Arm(thousand.vary(l2=PENALTIES[name])) for name in SMALL_PENALTIES},
        **{
            decayed(name): Arm(thousand.vary(optimizer="adamw", weight_decay=value)) for name, value in DECAYS.items()
        },
    },
    scientific=(
        "the coefficient λ of the penalty on the hidden layer's kernel (0, 1e-5, 3e-5, 1e-4, 1e-3, 1e-2)",
        "training images (50,000; 1,000)",
        "penalty with Adam or decoupled decay with AdamW, on 1,000 images",
    ),
    fixed=(
        "the output layer and all biases are not penalized (AdamW decays them too)",
        "10 epochs on 50,000 images, 80 on 1,000",
        "128 ReLU units",
        "learning rate 0.001",
        "batch size 32",
    ),
    claims=(),
)
