"""Task 4: where early stopping stops, what its patience costs, and what it buys."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from foundations.claims import Claim
from foundations.effects import Effect, Measured, Values
from foundations.metrics import MARGIN_NATS, MARGIN_POINTS, NATS, POINTS, SETTLED, metric, series
from foundations.retraining import restored_difference
from foundations.runs import Run
from foundations.specs import EarlyStoppingSpec, baseline
from foundations.statistics import Verdict
from foundations.stopping import NEVER, at_stop, best_epochs, lengths, optimism
from foundations.study import Arm, Study

PATIENT = EarlyStoppingSpec(patience=3)
BY_ACCURACY = EarlyStoppingSpec("val_accuracy", patience=10)
PATIENCES = range(11)
OPTIMIZERS = ("Adam", "AdamW", "momentum", "SGD")
"""The arms that are trained without early stopping; the rule is replayed on them."""
TWENTY = "Adam for 20 epochs"

Case = tuple[str, EarlyStoppingSpec]
"""An arm and the rule that is replayed on its runs."""


def rule(patience: int = 3, monitor: str = "val_loss", min_delta: float = 0.0, restore: bool = True) -> Case:
    """Return the Adam arm under a rule."""
    return "Adam", EarlyStoppingSpec(monitor, patience, min_delta, restore)


def stopped_name(arm: str) -> str:
    """Return the name of the arm that was trained with Keras's callback."""
    return f"{arm} with the callback"


def _words(case: Case) -> str:
    arm, stop = case
    if stop == NEVER:
        return arm
    weights = "" if stop.restore_best_weights else ", last weights"
    return f"{arm} with patience {stop.patience} on {stop.monitor}{weights}"


def compared(name: str, *, more: Case, than: Case, margin: float, equivalence: bool = False) -> Effect:
    """Return the effect "more under one rule than under another", paired by seed.

    It is about the epochs trained ("epochs"), or about a curve at the epoch that is kept.
    """
    kind = metric(name)

    def values(results: Measured, case: Case) -> Values:
        arm, stop = case
        return lengths(results[arm], stop) if name == "epochs" else at_stop(results[arm], name, stop)

    def difference(results: Measured) -> Values:
        return values(results, more) - values(results, than)

    label = f"{kind.label}: {_words(more)} minus {_words(than)}"
    return Effect(label, kind.unit, kind.digits, margin, difference, equivalence)


def settled(runs: Sequence[Run]) -> Values:
    """Return each run's accuracy on the judge half, in points, averaged over its last epochs, (runs,)."""
    return np.array([100 * series(run, "judge_accuracy")[-SETTLED:].mean() for run in runs])


def accuracy_gain(arm: str, sign: int) -> Effect:
    """Return the effect "stopping Adam with patience 3 gains (sign 1) or costs (sign -1) accuracy against an arm"."""
    kept, whole = _words(rule()), f"mean of the last {SETTLED} epochs of {arm}"
    label = f"accuracy: {kept} minus {whole}" if sign > 0 else f"accuracy: {whole} minus {kept}"

    def gain(results: Measured) -> Values:
        return sign * (at_stop(results["Adam"], "judge_accuracy", PATIENT) - settled(results[arm]))

    return Effect(label, POINTS, 2, MARGIN_POINTS, gain)


def restored(results: Measured) -> float:
    """Return how far restored weights are from those of a plain training to the best epoch, at most, in three runs."""
    return float(restored_difference(results[stopped_name("Adam")][:3]).max())


adamw = baseline.vary(optimizer="adamw", epochs=20)
momentum = baseline.vary(optimizer="sgd", momentum=0.9, epochs=30)
sgd = baseline.vary(optimizer="sgd", epochs=20)
study = Study(
    name="task04-early-stopping",
    question="When does early stopping stop, which weights does it keep, and what do its settings cost and buy?",
    arms={
        "Adam": Arm(baseline.vary(epochs=40)),
        TWENTY: Arm(baseline.vary(epochs=20)),
        "AdamW": Arm(adamw),
        "momentum": Arm(momentum),
        "SGD": Arm(sgd),
        stopped_name("Adam"): Arm(baseline.vary(epochs=40, early_stopping=PATIENT)),
        stopped_name("AdamW"): Arm(adamw.vary(early_stopping=PATIENT), seeds=1),
        stopped_name("momentum"): Arm(momentum.vary(early_stopping=PATIENT), seeds=1),
        stopped_name("SGD"): Arm(sgd.vary(early_stopping=PATIENT), seeds=1),
    },
    scientific=(
        "patience (0 to 10), min_delta, and the monitored curve, replayed",
        "optimizer (SGD, SGD with momentum 0.9, Adam, AdamW)",
    ),
    fixed=(
        "40 epochs with Adam, 30 with momentum, 20 with AdamW and SGD, unless stopped",
        "learning rates and decay at Keras's defaults",
        "batch size 32",
        "128 ReLU units",
        "50,000 training images",
        "5,000 images to stop on and 5,000 others to judge on",
    ),
    retrained=(restored,),
    claims=(
        Claim(
            "patience-3-stops-before-15",
            "With patience 3 on val_loss, training with Adam ends before epoch 15.",
            Effect(
                "15 minus epochs trained, Adam",
                "epochs",
                1,
                0.0,
                lambda results: 15 - lengths(results["Adam"], PATIENT),
            ),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
            margin_reason="15 epochs are the threshold itself",
        ),
        Claim(
            "stopping-lowers-cross-entropy",
            "Stopping with patience 3 leaves a lower cross-entropy than training for 20 epochs.",
            compared("judge_cross_entropy", more=(TWENTY, NEVER), than=rule(), margin=MARGIN_NATS),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
        ),
        Claim(
            "stopping-early-costs-accuracy",
            "Stopping with patience 3 on val_loss costs accuracy against training for 20 epochs.",
            accuracy_gain(TWENTY, -1),
            predicted=Verdict.INCONCLUSIVE,
            recorded=Verdict.INCONCLUSIVE,
        ),
        Claim(
            "patience-10-trains-longer",
            "Patience 10 trains more than five epochs longer than patience 3.",
            compared("epochs", more=rule(10), than=rule(3), margin=5.0),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
            margin_reason="five epochs are about half of what patience 3 trains",
        ),
        Claim(
            "patience-10-buys-nothing",
            "With Adam, patience 10 leaves the same cross-entropy as patience 3.",
            compared("judge_cross_entropy", more=rule(10), than=rule(3), margin=MARGIN_NATS, equivalence=True),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
        ),
        Claim(
            "impatience-costs",
            "With momentum, patience 1 leaves a higher cross-entropy than patience 3.",
            compared(
                "judge_cross_entropy",
                more=("momentum", EarlyStoppingSpec(patience=1)),
                than=("momentum", PATIENT),
                margin=MARGIN_NATS,
            ),
            predicted=Verdict.INCONCLUSIVE,
            recorded=Verdict.INCONCLUSIVE,
        ),
        Claim(
            "last-weights-cost",
            "With patience 10, keeping the last weights instead of the best leaves a higher cross-entropy.",
            compared("judge_cross_entropy", more=rule(10, restore=False), than=rule(10), margin=MARGIN_NATS),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
        ),
        Claim(
            "accuracy-monitor-trains-longer",
            "At patience 10, watching val_accuracy trains more than five epochs longer than watching val_loss.",
            compared("epochs", more=rule(10, "val_accuracy"), than=rule(10), margin=5.0),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
            margin_reason="five epochs are about half of what patience 3 trains",
        ),
        Claim(
            "accuracy-monitor-raises-cross-entropy",
            "At patience 10, watching val_accuracy leaves a higher cross-entropy than watching val_loss.",
            compared("judge_cross_entropy", more=rule(10, "val_accuracy"), than=rule(10), margin=MARGIN_NATS),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
        ),
        Claim(
            "sgd-does-not-stop",
            "Plain SGD at its default rate improves so steadily that patience 3 does not end it within 20 epochs.",
            Effect(
                "best epoch of SGD under patience 3, minus 17",
                "epochs",
                1,
                0.0,
                lambda results: best_epochs(results["SGD"], PATIENT) - 17,
            ),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
            margin_reason="a best epoch after the 17th leaves no room for three worse ones",
        ),
        Claim(
            "momentum-trains-longer",
            "Under patience 3, SGD with momentum trains more than five epochs longer than Adam.",
            compared("epochs", more=("momentum", PATIENT), than=rule(), margin=5.0),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.INCONCLUSIVE,
            margin_reason="five epochs are about half of what patience 3 trains",
        ),
        Claim(
            "momentum-stops-lower",
            "Under patience 3, SGD with momentum ends with a lower cross-entropy than Adam.",
            compared("judge_cross_entropy", more=rule(), than=("momentum", PATIENT), margin=MARGIN_NATS),
            predicted=Verdict.INCONCLUSIVE,
            recorded=Verdict.REFUTED,
        ),
        Claim(
            "chosen-epoch-flatters",
            "The cross-entropy by which patience 3 chose its epoch flatters that epoch.",
            Effect(
                "advantage of the select half at the kept epoch of Adam, minus at its neighbours",
                NATS,
                4,
                MARGIN_NATS,
                lambda results: optimism(results["Adam"], "cross_entropy", PATIENT),
            ),
            predicted=Verdict.REFUTED,
            recorded=Verdict.REFUTED,
        ),
        Claim(
            "chosen-accuracy-flatters",
            "The accuracy by which patience 10 chose its epoch flatters that epoch.",
            Effect(
                "advantage in accuracy of the select half at the kept epoch of Adam, minus at its neighbours",
                POINTS,
                2,
                MARGIN_POINTS,
                lambda results: optimism(results["Adam"], "accuracy", BY_ACCURACY),
            ),
            predicted=None,
            recorded=Verdict.INCONCLUSIVE,
        ),
        Claim(
            "stopping-raises-accuracy",
            "Early stopping prevents overfitting, so the network reads more new images correctly than after 40 epochs.",
            accuracy_gain("Adam", 1),
            predicted=Verdict.REFUTED,
            recorded=Verdict.REFUTED,
            folklore=True,
        ),
        Claim(
            "patience-pays",
            "More patience is better: with patience 10, Adam ends with a lower cross-entropy than with patience 1.",
            compared("judge_cross_entropy", more=rule(1), than=rule(10), margin=MARGIN_NATS),
            predicted=Verdict.INCONCLUSIVE,
            recorded=Verdict.REFUTED,
            folklore=True,
        ),
    ),
)
