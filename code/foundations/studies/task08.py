"""Task 8: what the batch size does to the noise of the gradient, to progress, and to generalization."""

from __future__ import annotations

import numpy as np

from foundations.claims import Claim
from foundations.effects import Effect, Measured, Values, paired, same
from foundations.metrics import MARGIN_NATS, NATS
from foundations.noise import gradient_moments, left_of_noise, minibatch_noise, noise_scale
from foundations.progress import at_equal_fit, updates_to_fit
from foundations.specs import baseline
from foundations.statistics import Verdict
from foundations.study import Arm, Study
from foundations.tuning import Sweep

SIZES = (8, 32, 128)
SHORT = 4
"""Epochs of the comparison at equal epochs; with batch 32 they are the equal updates as well."""
EQUAL_UPDATES = {"batch 8": "batch 8, 1 epoch", "batch 32": "batch 32, 4 epochs", "batch 128": "batch 128, 16 epochs"}
EQUAL_EPOCHS = {f"batch {size}": f"batch {size}, {SHORT} epochs" for size in SIZES}
TUNED = {f"batch {size}": f"batch {size}, tuned" for size in SIZES}
LONGEST = {8: SHORT, 32: 16, 128: 16}
"""The epochs that each batch size is trained for at the default learning rate."""
BASELINE = "batch 32, 16 epochs"
"""The arm whose gradient noise is followed through training."""
SNAPSHOTS = (0, 100, 1_563, 6_252)
"""Optimizer steps: the start, early in the first epoch, the first epoch's end, and the fourth's."""
DRAWN_SIZES = (8, 32, 128, 512, 2_048)
"""Images of the minibatches whose noise is measured."""
EARLY, LATE = 0.1, 0.06
"""Training cross-entropies, in nats, at which runs are compared."""

small, middle, large = (baseline.vary(batch_size=size, epochs=SHORT) for size in SIZES)
SWEEPS = {
    "batch 8": Sweep(small, (0.000125, 0.00025, 0.0005, 0.001, 0.002), chosen=0.0005),
    "batch 32": Sweep(middle, (0.00025, 0.0005, 0.001, 0.002, 0.004), chosen=0.002),
    "batch 128": Sweep(large, (0.0005, 0.001, 0.002, 0.004, 0.008), chosen=0.004),
}


def noise_growth(results: Measured) -> Values:
    """Return the logarithm of the ratio of the noise scale after 16 epochs to that at the start, (seeds,)."""
    scales = noise_scale(gradient_moments(results[BASELINE]))
    return np.asarray(np.log(scales[:, -1] / scales[:, 0]))


def excess_slope(results: Measured) -> Values:
    """Return by how much the slope of log noise against log batch size exceeds −1, after 4 epochs, (seeds,).

    What drawing without replacement takes away is put back before.
    """
    runs = results[EQUAL_EPOCHS["batch 32"]]
    measured = minibatch_noise(runs, DRAWN_SIZES, (-1,))[:, 0]
    sizes = np.array(DRAWN_SIZES)
    independent = measured / (sizes * left_of_noise(sizes, runs[0].spec.data.train_size))
    return np.asarray(np.polyfit(np.log(sizes), np.log(independent).T, 1)[0] + 1)


def images_ratio(results: Measured) -> Values:
    """Return the logarithm of how many more images batch 128 needs than batch 8, both tuned, (seeds,)."""
    few, many = (updates_to_fit(results[f"batch {size}, tuned"], EARLY) for size in (8, 128))
    return np.asarray(np.log(many * 128 / (few * 8)))


def gained_by_noise(results: Measured) -> Values:
    """Return by how much batch 128 ends with the higher validation cross-entropy, at an equal fit, (seeds,)."""
    arms = ("batch 128, 16 epochs", EQUAL_EPOCHS["batch 8"])
    one, other = (at_equal_fit(results[arm], "validation_cross_entropy", LATE) for arm in arms)
    return np.asarray(one - other)


study = Study(
    name="task08-batch-size",
    question="What does the batch size do to the noise of the gradient, to the speed of training, and to new images?",
    arms={
        "batch 8, 1 epoch": Arm(small.vary(epochs=1)),
        "batch 8, 4 epochs": Arm(small),
        "batch 32, 4 epochs": Arm(middle),
        BASELINE: Arm(middle.vary(epochs=16, snapshots=SNAPSHOTS)),
        "batch 128, 4 epochs": Arm(large),
        "batch 128, 16 epochs": Arm(large.vary(epochs=16)),
        "batch 8, tuned": Arm(SWEEPS["batch 8"].tuned),
        "batch 32, tuned": Arm(SWEEPS["batch 32"].tuned),
        "batch 128, rate × 2": Arm(large.vary(learning_rate=0.002)),
        "batch 128, rate × 4": Arm(large.vary(learning_rate=0.004)),
    },
    scientific=("batch size (8, 32, 128)", "what is held equal: epochs or updates"),
    nuisance=("learning rate, for each batch size (five values on three tuning seeds)",),
    fixed=(
        "Adam, its learning rate constant, and its decay rates of 0.9 and 0.999 a step",
        "4 epochs of tuned training",
        "128 ReLU units",
        "50,000 images",
    ),
    sweeps=SWEEPS,
)
