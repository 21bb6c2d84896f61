"""Practical 1: what the baseline learns in five epochs, and what its hidden layer is for."""

from __future__ import annotations

import math

import numpy as np

from foundations.claims import Claim
from foundations.effects import Effect, Measured, Values, against, between, paired
from foundations.specs import baseline
from foundations.statistics import Verdict
from foundations.study import Arm, Study

GUESSING = math.log(10)
"""Cross-entropy, in nats, of giving every digit the same probability."""


def first_epoch_share(results: Measured) -> Values:
    """Return the part of the way from guessing to five epochs' cross-entropy that the first epoch covers, (seeds,)."""
    first, fifth = (results.values("validation_cross_entropy", arm) for arm in ("1 epoch", "baseline"))
    return np.asarray((GUESSING - first) / (GUESSING - fifth))


study = Study(
    name="practical1-training",
    question="How well does the plainest network read digits after five epochs, and what does its hidden layer add?",
    arms={
        "baseline": Arm(baseline.vary(epochs=5)),
        "1 epoch": Arm(baseline.vary(epochs=1)),
        "no hidden layer": Arm(baseline.vary(epochs=5, hidden=())),
    },
    scientific=("hidden layer (128 ReLU units or none)", "epochs (1 or 5)"),
    fixed=("Adam at Keras's default learning rate 0.001", "batch size 32", "50,000 training images"),
    claims=(
        Claim(
            "baseline-above-97",
            "Five epochs of training bring validation accuracy above 97%.",
            against("validation_accuracy", "baseline", more_than=97.0, margin=0.0),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
            margin_reason="97% is the threshold itself",
        ),
        Claim(
            "hidden-layer-pays",
            "The hidden layer raises validation accuracy by more than four points over no hidden layer.",
            paired("validation_accuracy", more="baseline", than="no hidden layer", margin=4.0),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
            margin_reason="half of the errors that a network without one makes",
        ),
        Claim(
            "first-epoch-covers-most",
            "The first of five epochs covers more than nine tenths of the way from guessing to where they lead.",
            Effect("share of the fall in validation cross-entropy", "of the way", 3, 0.9, first_epoch_share),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
            margin_reason="nine tenths is the threshold itself",
        ),
        Claim(
            "keras-loss-above-val-loss",
            "In the first epoch the training loss that Keras prints is higher than the validation loss.",
            between("loss", "val_loss", "1 epoch", margin=0.01),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
        ),
        Claim(
            "validation-easier-than-training",
            "A training loss above the validation loss means that the network does better on new images.",
            between("train_cross_entropy", "validation_cross_entropy", "1 epoch", margin=0.01),
            predicted=Verdict.REFUTED,
            recorded=Verdict.REFUTED,
            folklore=True,
        ),
    ),
)
