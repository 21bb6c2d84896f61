"""Task 7: SGD, momentum, Adam and AdamW, at Keras's default learning rates and each at its own best one."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from foundations.claims import Claim
from foundations.convergence import epochs_to, fluctuation, stepwise_accuracy
from foundations.effects import Effect, Measured, Values, paired, same
from foundations.metrics import MARGIN_POINTS, POINTS, series
from foundations.specs import baseline
from foundations.statistics import Verdict
from foundations.study import Arm, Study
from foundations.tuning import Sweep

OPTIMIZERS = ("Adam", "AdamW", "momentum", "SGD")
EPOCHS = 5
"""How long the tuned networks are trained, and those that they were tuned on."""
LATE_STEPS = (6_815, 7_015, 7_215, 7_415, 7_615)
"""Steps of the fifth epoch whose weights are kept: with its last, the 7,815th, six moments 200 steps apart."""
EARLY, LATE = 0.15, 0.12
"""Validation cross-entropies, in nats, to which convergence is timed: at the default rates, and at the tuned ones."""
SETTLED = 10
"""The last epochs, over which the fluctuation from epoch to epoch is measured."""
DECAYS = (0.0, 0.01, 0.03, 0.1, 0.3, 1.0)
"""AdamW's decays, beside Keras's own of 0.004."""
DECAY_EPOCHS = 10
TENFOLD = "Adam, ten times the default"
CALM = "a quarter more or less would not show in the curves"


def tuned(optimizer: str) -> str:
    """Return the name of the arm of an optimizer at its best learning rate."""
    return f"{optimizer}, tuned"


def decayed(decay: float) -> str:
    """Return the name of the arm of AdamW with a weight decay."""
    return f"AdamW, decay {decay:g}"


def half_decades(lowest: int) -> tuple[float, ...]:
    """Return nine learning rates, 1 and 3 times the powers of ten, over the four decades from 10 to the `lowest` on."""
    return tuple(float(f"{digit}e{lowest + decade}") for decade in range(5) for digit in (1, 3))[:9]


def early(results: Measured, optimizer: str) -> Values:
    """Return the validation accuracy at the default rate after as many epochs as the tuned networks have, (seeds,)."""
    return np.array([100 * series(run, "validation_accuracy")[EPOCHS - 1] for run in results[optimizer]])


def lead(more: str, than: str) -> Effect:
    """Return the effect "at the default rates one optimizer is more accurate after five epochs than another"."""
    label = f"validation accuracy after {EPOCHS} epochs at the default rates: {more} minus {than}"
    return Effect(label, POINTS, 2, MARGIN_POINTS, lambda results: early(results, more) - early(results, than))


def gain(optimizer: str, equivalence: bool = False) -> Effect:
    """Return the effect "an optimizer is more accurate (for equivalence: as accurate) at its tuned rate"."""
    return Effect(
        f"validation accuracy after {EPOCHS} epochs, {optimizer}: tuned rate minus default rate",
        POINTS,
        2,
        MARGIN_POINTS,
        lambda results: results.values("validation_accuracy", tuned(optimizer)) - early(results, optimizer),
        equivalence,
    )


def slower(target: float, slow: str, fast: str, margin: float) -> Effect:
    """Return the effect "one arm takes more epochs to a validation cross-entropy than another", as a factor."""

    def times(results: Measured) -> Values:
        late, soon = (epochs_to(results[arm], "validation_cross_entropy", target) for arm in (slow, fast))
        return np.log(late / soon)

    label = f"epochs to a validation cross-entropy of {target:g} nats: {slow} over {fast}"
    return Effect(label, "times", 2, math.log(margin), times, ratio=True)


def jumps(results: Measured, optimizer: str) -> Values:
    """Return the fluctuation of the validation accuracy over the last epochs at the default rate, (seeds,)."""
    return fluctuation(100 * np.array([series(run, "validation_accuracy")[-SETTLED:] for run in results[optimizer]]))


def late_jumps(results: Measured, arm: str) -> Values:
    """Return the fluctuation of the validation accuracy between steps of a tuned arm's last epoch, (seeds,)."""
    return fluctuation(stepwise_accuracy(results[arm]))


def restless(of: Callable[[Measured, str], Values], when: str, more: str, than: str) -> Effect:
    """Return the effect "the accuracy fluctuates more with one optimizer than with another", as a factor."""
    return Effect(
        f"fluctuation of the validation accuracy {when}: {more} over {than}",
        "times",
        2,
        math.log(1.25),
        lambda results: np.log(of(results, more) / of(results, than)),
        ratio=True,
    )


# Half of the study's trajectories are Task 4's.
DEFAULTS = {
    "Adam": baseline.vary(epochs=20),
    "AdamW": baseline.vary(optimizer="adamw", epochs=20),
    "momentum": baseline.vary(optimizer="sgd", momentum=0.9, epochs=20),
    "SGD": baseline.vary(optimizer="sgd", epochs=20),
}
# Equal budgets: nine rates over four decades each. A steady gradient moves momentum 0.9 ten times as far.
SWEEPS = {
    "Adam": Sweep(DEFAULTS["Adam"].vary(epochs=EPOCHS), half_decades(-5), chosen=0.001),
    "AdamW": Sweep(DEFAULTS["AdamW"].vary(epochs=EPOCHS), half_decades(-5), chosen=0.001),
    "momentum": Sweep(DEFAULTS["momentum"].vary(epochs=EPOCHS), half_decades(-4), chosen=0.03),
    "SGD": Sweep(DEFAULTS["SGD"].vary(epochs=EPOCHS), half_decades(-3), chosen=0.1),
}
study = Study(
    name="task07-optimizers",
    question="Which of SGD, momentum, Adam and AdamW trains best, at Keras's default learning rates and at tuned ones?",
    arms={
        **{name: Arm(spec) for name, spec in DEFAULTS.items()},
        **{tuned(name): Arm(sweep.tuned.vary(snapshots=LATE_STEPS)) for name, sweep in SWEEPS.items()},
        TENFOLD: Arm(baseline.vary(epochs=EPOCHS, learning_rate=0.01)),
        **{
            decayed(decay): Arm(DEFAULTS["AdamW"].vary(epochs=DECAY_EPOCHS, weight_decay=decay), seeds=3)
            for decay in DECAYS
        },
    },
    sweeps=SWEEPS,
    scientific=("optimizer (SGD, SGD with momentum 0.9, Adam, AdamW)", "AdamW's decay (0 to 1)"),
    nuisance=("learning rate: nine values over four decades for each optimizer, on three seeds of their own",),
    fixed=(
        "momentum 0.9, Adam's decay rates and epsilon at Keras's defaults",
        "learning rates constant",
        "5 epochs to tune and after tuning, 20 at the defaults, 10 for the decays",
        "batch size 32",
        "128 ReLU units",
        "50,000 training images",
    ),
    claims=(
        Claim(
            "adam-leads-at-defaults",
            "At Keras's default learning rates, Adam reads more validation images after five epochs than SGD.",
            lead("Adam", "SGD"),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
        ),
        Claim(
            "momentum-leads-at-defaults",
            "At the same learning rate, SGD with momentum reads more validation images after five epochs than without.",
            lead("momentum", "SGD"),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
        ),
        Claim(
            "adamw-is-adam-at-defaults",
            "With Keras's default decay, AdamW reads as many validation images after twenty epochs as Adam.",
            same("validation_accuracy", "AdamW", "Adam"),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
        ),
        Claim(
            "tuning-lifts-sgd",
            "SGD at its tuned learning rate reads more validation images after five epochs than at its default one.",
            gain("SGD"),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
        ),
        Claim(
            "tuned-sgd-equals-adam",
            "With both tuned, SGD reads as many validation images after five epochs as Adam.",
            same("validation_accuracy", tuned("SGD"), tuned("Adam")),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
        ),
        Claim(
            "tuned-momentum-equals-adam",
            "With both tuned, SGD with momentum reads as many validation images after five epochs as Adam.",
            same("validation_accuracy", tuned("momentum"), tuned("Adam")),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
        ),
        Claim(
            "adam-is-fast-at-defaults",
            "At the default rates SGD takes more than five times as many epochs to 0.15 nats as Adam.",
            slower(EARLY, "SGD", "Adam", 5.0),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
            margin_reason="the threshold itself",
        ),
        Claim(
            "adam-jumps-at-defaults",
            "At the default rates Adam's validation accuracy jumps about more from epoch to epoch than SGD's.",
            restless(jumps, f"over the last {SETTLED} epochs", "Adam", "SGD"),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
            margin_reason=CALM,
        ),
        Claim(
            "adam-jumps-when-tuned",
            "With both tuned, Adam's validation accuracy jumps about more from step to step than SGD's.",
            restless(late_jumps, "in the fifth epoch", tuned("Adam"), tuned("SGD")),
            predicted=Verdict.INCONCLUSIVE,
            recorded=Verdict.INCONCLUSIVE,
            margin_reason=CALM,
        ),
        Claim(
            "adam-converges-faster",
            "Adam converges faster than SGD: with both tuned, SGD takes more epochs to 0.12 nats.",
            slower(LATE, tuned("SGD"), tuned("Adam"), 1.25),
            predicted=Verdict.INCONCLUSIVE,
            recorded=Verdict.INCONCLUSIVE,
            margin_reason="a quarter more epochs is what one would notice",
            folklore=True,
        ),
        Claim(
            "adam-is-best",
            "Adam is the best optimizer: with both tuned, it reads more validation images than SGD with momentum.",
            paired("validation_accuracy", more=tuned("Adam"), than=tuned("momentum")),
            predicted=Verdict.REFUTED,
            recorded=Verdict.REFUTED,
            folklore=True,
        ),
        Claim(
            "momentum-is-a-must",
            "Momentum is a must: with both tuned, SGD without it reads fewer validation images than with it.",
            paired("validation_accuracy", less=tuned("SGD"), than=tuned("momentum")),
            predicted=Verdict.REFUTED,
            recorded=Verdict.REFUTED,
            folklore=True,
        ),
        Claim(
            "adam-needs-no-tuning",
            "Adam needs no tuning: at ten times its default learning rate it reads as many validation images.",
            same("validation_accuracy", TENFOLD, tuned("Adam")),
            predicted=Verdict.REFUTED,
            recorded=Verdict.REFUTED,
            folklore=True,
        ),
        Claim(
            "sgd-generalizes-better",
            "SGD generalizes better: with both tuned, it leaves a smaller cross-entropy gap than Adam.",
            paired("gap", less=tuned("SGD"), than=tuned("Adam")),
            predicted=Verdict.INCONCLUSIVE,
            recorded=Verdict.INCONCLUSIVE,
            folklore=True,
        ),
    ),
)
