"""Task 8: what the batch size does to the noise of the gradient, to progress, and to generalization."""

from __future__ import annotations

import functools
from collections.abc import Sequence

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
TUNED = {"batch 8": "batch 8, 4 epochs", "batch 32": "batch 32, tuned", "batch 128": "batch 128, tuned"}
"""The best rate of batch 8 is the default one, so that its arm at the default rate is its tuned one."""
LINEAR = "batch 128, linear rule"
"""Four times the best learning rate of batch 32."""
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
    "batch 8": Sweep(small, (0.000125, 0.00025, 0.0005, 0.001, 0.002), chosen=0.001),
    "batch 32": Sweep(middle, (0.00025, 0.0005, 0.001, 0.002, 0.004), chosen=0.002),
    "batch 128": Sweep(large, (0.0005, 0.001, 0.002, 0.004, 0.008), chosen=0.004),
}


def moments(results: Measured, arm: str = BASELINE) -> Values:
    """Return ‖G‖² and tr Σ at all weights that an arm's runs kept, (seeds, steps, 2)."""
    return gradient_moments(results[arm])


def drawn_sizes(results: Measured) -> list[int]:
    """Return those of `DRAWN_SIZES` that there are training images for; in a preview they are fewer."""
    return [size for size in DRAWN_SIZES if size <= results[BASELINE][0].spec.data.train_size]


def batch_noise(results: Measured, arm: str, places: Sequence[int]) -> Values:
    """Return `minibatch_noise` of an arm for `drawn_sizes`, at some of the kept weights, (seeds, places, sizes)."""
    return minibatch_noise(results[arm], drawn_sizes(results), places)


def noise_growth(results: Measured) -> Values:
    """Return the logarithm of the ratio of the noise scale after 16 epochs to that at the start, (seeds,)."""
    scales = noise_scale(moments(results))
    return np.asarray(np.log(scales[:, -1] / scales[:, 0]))


def scale_left(results: Measured, batch: str) -> Values:
    """Return the noise scale that one of `EQUAL_UPDATES` leaves at its end, (seeds,)."""
    return noise_scale(moments(results, EQUAL_UPDATES[batch]))[:, -1]


def noise_by_batch(results: Measured) -> Values:
    """Return the logarithm of how much larger a noise scale batch 128 leaves than batch 8, (seeds,)."""
    return np.asarray(np.log(scale_left(results, "batch 128") / scale_left(results, "batch 8")))


def excess_slope(results: Measured) -> Values:
    """Return by how much the slope of log noise against log batch size exceeds −1, after 4 epochs, (seeds,).

    What drawing without replacement takes away is put back before.
    """
    arm = EQUAL_EPOCHS["batch 32"]
    measured = batch_noise(results, arm, (-1,))[:, 0]
    sizes = np.array(drawn_sizes(results))
    independent = measured / (sizes * left_of_noise(sizes, results[arm][0].spec.data.train_size))
    return np.asarray(np.polyfit(np.log(sizes), np.log(independent).T, 1)[0] + 1)


def saved_updates(results: Measured) -> Values:
    """Return the logarithm of how many more updates batch 8 needs than batch 128 to fit, both tuned, (seeds,)."""
    many, few = (updates_to_fit(results[TUNED[f"batch {size}"]], EARLY) for size in (8, 128))
    return np.asarray(np.log(many / few))


def at_fit(results: Measured, arm: str) -> Values:
    """Return the validation cross-entropy where the training cross-entropy first is `LATE`, (seeds,)."""
    return at_equal_fit(results[arm], "validation_cross_entropy", LATE)


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
        "batch 32, tuned": Arm(SWEEPS["batch 32"].tuned),
        "batch 128, tuned": Arm(SWEEPS["batch 128"].tuned),
        LINEAR: Arm(large.vary(learning_rate=4 * SWEEPS["batch 32"].chosen)),
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
    measured=(
        functools.partial(batch_noise, arm=BASELINE, places=(0, -1)),
        functools.partial(batch_noise, arm=EQUAL_EPOCHS["batch 32"], places=(-1,)),
        moments,
        *(functools.partial(moments, arm=arm) for arm in EQUAL_UPDATES.values()),
    ),
    claims=(
        Claim(
            "noise-scale-grows",
            "Over 16 epochs the noise scale grows more than tenfold.",
            Effect(
                f"noise scale: after 16 epochs over at the start, {BASELINE}",
                "times",
                1,
                float(np.log(10)),
                noise_growth,
                ratio=True,
            ),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
            margin_reason="a tenfold noise scale calls for another order of batch sizes",
        ),
        Claim(
            "noise-scale-depends-on-batch",
            "After equally many updates, training with batch 128 has left a larger noise scale than with batch 8.",
            Effect(
                "noise scale after equally many updates: batch 128 over batch 8",
                "times",
                2,
                float(np.log(1.25)),
                noise_by_batch,
                ratio=True,
            ),
            predicted=None,
            recorded=Verdict.SUPPORTED,
            margin_reason="a quarter more or less would hardly call for another batch size",
        ),
        Claim(
            "noise-falls-as-one-over-batch",
            "The variance of a minibatch's gradient falls as one over its size.",
            Effect(
                "slope of log variance, as with replacement, against log batch size, plus 1, after 4 epochs",
                "in the exponent",
                3,
                0.05,
                excess_slope,
                equivalence=True,
            ),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
            margin_reason="over a factor of sixteen in batch size it changes the variance by a seventh",
        ),
        Claim(
            "equal-updates-fit-better",
            "After equally many updates at the default rate, batch 128 fits its training images better than batch 8.",
            paired("train_cross_entropy", less=EQUAL_UPDATES["batch 128"], than=EQUAL_UPDATES["batch 8"]),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
        ),
        Claim(
            "equal-updates-read-better",
            "After equally many updates at the default rate, batch 128 reads more new images correctly than batch 8.",
            paired("validation_accuracy", more=EQUAL_UPDATES["batch 128"], than=EQUAL_UPDATES["batch 8"]),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
        ),
        Claim(
            "equal-epochs-fit-worse",
            "After equally many epochs at the default rate, batch 8 fits its training images better than batch 128.",
            paired("train_cross_entropy", less=EQUAL_EPOCHS["batch 8"], than=EQUAL_EPOCHS["batch 128"]),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
        ),
        Claim(
            "large-batches-save-updates",
            "Each at its best rate, batch 8 needs more than ten times the updates of batch 128 for the same early fit.",
            Effect(
                f"updates to a training cross-entropy of {EARLY:g} nats: batch 8 over batch 128",
                "times",
                1,
                float(np.log(10)),
                saved_updates,
                ratio=True,
            ),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
            margin_reason="sixteen would be an update that is worth as many images as it sees",
        ),
        Claim(
            "square-root-keeps-the-epoch",
            "With twice the rate, batch 32 leaves the same validation cross-entropy after four epochs as batch 8.",
            same("validation_cross_entropy", TUNED["batch 32"], TUNED["batch 8"]),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.INCONCLUSIVE,
        ),
        Claim(
            "large-batch-wants-larger-rate",
            "Batch 128 reads more new images correctly at four times the best rate of batch 8 than at that rate.",
            paired("validation_accuracy", more=TUNED["batch 128"], than=EQUAL_EPOCHS["batch 128"]),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
        ),
        Claim(
            "equal-fit-equal-validation",
            f"Where their training cross-entropy is {LATE:g} nats, batch 8 and batch 128 leave the same validation "
            "cross-entropy.",
            Effect(
                f"validation cross-entropy where training is at {LATE:g} nats: batch 128 minus batch 8",
                NATS,
                4,
                MARGIN_NATS,
                lambda results: at_fit(results, EQUAL_UPDATES["batch 128"]) - at_fit(results, EQUAL_EPOCHS["batch 8"]),
                equivalence=True,
            ),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
        ),
        Claim(
            "large-batches-train-faster",
            "Larger batches train faster: after four epochs, each at its best rate, batch 128 fits its training images "
            "better than batch 8.",
            paired("train_cross_entropy", less=TUNED["batch 128"], than=TUNED["batch 8"]),
            predicted=Verdict.REFUTED,
            recorded=Verdict.REFUTED,
            folklore=True,
        ),
        Claim(
            "small-batches-generalize-better",
            "Small batches generalize better: after four epochs, each at its best rate, batch 8 reads more new images "
            "correctly than batch 128.",
            paired("validation_accuracy", more=TUNED["batch 8"], than=TUNED["batch 128"]),
            predicted=Verdict.INCONCLUSIVE,
            recorded=Verdict.INCONCLUSIVE,
            folklore=True,
        ),
        Claim(
            "linear-scaling",
            "The learning rate must grow in proportion to the batch: with four times the best rate of batch 32, batch "
            "128 reads more new images correctly than with twice that rate.",
            paired("validation_accuracy", more=LINEAR, than=TUNED["batch 128"]),
            predicted=Verdict.REFUTED,
            recorded=Verdict.REFUTED,
            folklore=True,
        ),
    ),
)
