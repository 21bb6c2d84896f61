"""Task 3: what longer and longer training does, and when each curve turns."""

from __future__ import annotations

import itertools

import numpy as np

from foundations.claims import Claim
from foundations.dynamics import effective_step
from foundations.effects import Effect, Measured, Values, between, paired, same
from foundations.evaluation import error_profile
from foundations.metrics import NATS
from foundations.retraining import retraining_difference
from foundations.specs import baseline
from foundations.statistics import Verdict
from foundations.study import Arm, Study

LENGTHS = (5, 10, 20, 40)
STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000)
"""The optimizer steps whose size is measured."""


def error_entropy(results: Measured, later: str, earlier: str) -> Values:
    """Return how much the mean cross-entropy of the misread validation images rises between two arms, (seeds,)."""
    after, before = (error_profile(results[arm])[:, 1] for arm in (later, earlier))
    return np.asarray(after - before)


def step_shrinkage(results: Measured) -> Values:
    """Return the logarithm of the ratio of Adam's effective step at step 1 to that at step 100, (seeds,)."""
    return np.array([np.log(effective_step(run, 1) / effective_step(run, 100)) for run in results["steps"]])


def retrained(results: Measured) -> float:
    """Return the largest difference between a run of five epochs, cut from a longer one, and the same trained anew."""
    return float(retraining_difference(results["5 epochs"][:1])[0])


snapshots = tuple(itertools.chain.from_iterable((step - 1, step) for step in STEPS))
study = Study(
    name="task03-learning-curves",
    question="What do 5, 10, 20 and 40 epochs do to loss and accuracy, on images seen and unseen?",
    arms={
        **{f"{epochs} epochs": Arm(baseline.vary(epochs=epochs)) for epochs in LENGTHS},
        "steps": Arm(baseline.vary(epochs=40, snapshots=snapshots), seeds=3),
    },
    scientific=("epochs (5, 10, 20, 40)",),
    fixed=("128 ReLU units", "Adam at Keras's default learning rate 0.001, constant", "batch size 32", "50,000 images"),
    retrained=(retrained,),
    claims=(
        Claim(
            "accuracy-rises-to-20",
            "Twenty epochs read more validation images correctly than five.",
            paired("validation_accuracy", more="20 epochs", than="5 epochs"),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
        ),
        Claim(
            "longer-training-raises-cross-entropy",
            "Forty epochs leave a higher validation cross-entropy than ten.",
            paired("validation_cross_entropy", more="40 epochs", than="10 epochs"),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
        ),
        Claim(
            "longer-training-keeps-accuracy",
            "From epoch 20 to epoch 40 the validation accuracy stays the same.",
            same("settled_accuracy", "40 epochs", "20 epochs"),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
        ),
        Claim(
            "longer-training-lowers-accuracy",
            "Training for too long overfits: after 40 epochs fewer new images are read correctly than after 10.",
            paired("settled_accuracy", less="40 epochs", than="10 epochs"),
            predicted=Verdict.REFUTED,
            recorded=Verdict.REFUTED,
            folklore=True,
        ),
        Claim(
            "cross-entropy-turns-first",
            "Validation cross-entropy is lowest more than five epochs before validation accuracy is highest.",
            between("best_epoch_accuracy", "best_epoch_cross_entropy", "40 epochs", margin=5.0),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
            margin_reason="five epochs are the shortest training that the chapter compares",
        ),
        Claim(
            "errors-grow-confident",
            "What rises is the price of an error: misread images cost over half a nat more after 40 epochs than 10.",
            Effect(
                "mean cross-entropy of misread validation images: 40 epochs minus 10 epochs",
                NATS,
                2,
                0.5,
                lambda results: error_entropy(results, "40 epochs", "10 epochs"),
            ),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
            margin_reason="half a nat makes the probability of the right digit 1.6 times smaller",
        ),
        Claim(
            "adam-steps-shrink",
            "At a constant learning rate Adam's effective step falls to less than a third within 100 steps.",
            Effect(
                "effective step of the weights that move: step 1 over step 100",
                "times",
                2,
                float(np.log(3)),
                step_shrinkage,
                ratio=True,
            ),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
            margin_reason="a step three times smaller would be called another learning rate",
        ),
    ),
)
