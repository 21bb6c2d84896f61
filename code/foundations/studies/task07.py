"""Task 7: SGD, momentum, Adam and AdamW, at Keras's default learning rates and each at its own best one."""

from __future__ import annotations

from foundations.claims import Claim
from foundations.contests import (
    EPOCHS,
    LONGER,
    gain,
    lead,
    lead_closed,
    longer,
    one_try,
    restless,
    slower,
    tuned,
)
from foundations.effects import Effect, paired, same
from foundations.metrics import MARGIN_POINTS, POINTS
from foundations.quantities import at_epoch, differs
from foundations.specs import baseline
from foundations.statistics import Verdict
from foundations.study import Arm, Study
from foundations.tuning import Sweep

OPTIMIZERS = ("Adam", "AdamW", "momentum", "SGD")
EARLY, LATE = 0.15, 0.12
"""Validation cross-entropies, in nats, to which convergence is timed: at the default rates, and at the tuned ones."""
DECAYS = (0.0, 0.03, 0.1, 0.3, 1.0)
"""AdamW's decays, beside Keras's own of 0.004."""
DECAY_EPOCHS = 10
TENFOLD = "Adam, ten times the default"
TENFOLD_SGD = "SGD, ten times the tuned rate"
FASTER = "SGD, ten times momentum's default"
CALM = "a quarter more or less would not show in the curves"


def decayed(decay: float) -> str:
    """Return the name of the arm of AdamW with a weight decay."""
    return f"AdamW, decay {decay:g}"


def half_decades(lowest: int) -> tuple[float, ...]:
    """Return seven learning rates over three decades: 1 and 3 times the powers of ten, from 10 to the `lowest` on."""
    return tuple(float(f"{(1, 3)[step % 2]}e{lowest + step // 2}") for step in range(7))


# Task 4 trains the same.
DEFAULTS = {
    "Adam": baseline.vary(epochs=20),
    "AdamW": baseline.vary(optimizer="adamw", epochs=20),
    "momentum": baseline.vary(optimizer="sgd", momentum=0.9, epochs=20),
    "SGD": baseline.vary(optimizer="sgd", epochs=20),
}
# Equal budgets: seven rates over three decades each. A steady gradient moves momentum 0.9 ten times as far.
RATES = {"Adam": half_decades(-4), "AdamW": half_decades(-4), "momentum": half_decades(-3), "SGD": half_decades(-2)}
CHOSEN = {"Adam": 0.001, "AdamW": 0.001, "momentum": 0.03, "SGD": 0.3}
SWEEPS = {
    # A single last epoch is a matter of luck at high rates: the best one chooses.
    name: Sweep(spec.vary(epochs=EPOCHS), RATES[name], CHOSEN[name], criterion="best_cross_entropy")
    for name, spec in DEFAULTS.items()
}
study = Study(
    name="task07-optimizers",
    question="Which of SGD, momentum, Adam and AdamW trains best, at Keras's default learning rates and at tuned ones?",
    arms={
        **{name: Arm(spec) for name, spec in DEFAULTS.items()},
        **{tuned(name): Arm(sweep.tuned) for name, sweep in SWEEPS.items()},
        **{longer(name): Arm(sweep.tuned.vary(epochs=LONGER)) for name, sweep in SWEEPS.items()},
        TENFOLD: Arm(baseline.vary(epochs=EPOCHS, learning_rate=0.01)),
        TENFOLD_SGD: Arm(DEFAULTS["SGD"].vary(epochs=EPOCHS, learning_rate=10 * CHOSEN["SGD"])),
        FASTER: Arm(DEFAULTS["SGD"].vary(epochs=EPOCHS, learning_rate=0.1)),
        **{
            decayed(decay): Arm(DEFAULTS["AdamW"].vary(epochs=DECAY_EPOCHS, weight_decay=decay), seeds=3)
            for decay in DECAYS
        },
    },
    sweeps=SWEEPS,
    scientific=("optimizer (SGD, SGD with momentum 0.9, Adam, AdamW)", "AdamW's decay (0 to 1)"),
    nuisance=("learning rate: seven values over 3 decades for each optimizer, on three seeds of their own",),
    fixed=(
        "momentum 0.9, Adam's decay rates and epsilon at Keras's defaults",
        "learning rates constant",
        "5 epochs to tune, of which the best counts, and the same after tuning; 10 for jumps and decay; 20 at defaults",
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
            recorded=Verdict.INCONCLUSIVE,
        ),
        Claim(
            "tuning-lifts-sgd",
            "SGD at its tuned learning rate reads more validation images within five epochs than at its default one.",
            gain("SGD"),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
        ),
        Claim(
            "tuned-sgd-equals-adam",
            "With both tuned, SGD reads as many validation images within five epochs as Adam.",
            same("best_accuracy", tuned("SGD"), tuned("Adam")),
            predicted=Verdict.INCONCLUSIVE,
            recorded=Verdict.SUPPORTED,
            elsewhere=Verdict.INCONCLUSIVE,
        ),
        Claim(
            "tuned-momentum-equals-adam",
            "With both tuned, SGD with momentum reads as many validation images within five epochs as Adam.",
            same("best_accuracy", tuned("momentum"), tuned("Adam")),
            predicted=Verdict.INCONCLUSIVE,
            recorded=Verdict.SUPPORTED,
        ),
        Claim(
            "tuned-adamw-equals-adam",
            "With both tuned, AdamW reads as many validation images within five epochs as Adam.",
            same("best_accuracy", tuned("AdamW"), tuned("Adam")),
            predicted=None,
            recorded=Verdict.SUPPORTED,
        ),
        Claim(
            "tuning-closes-the-lead",
            "Tuning both takes away more than half of the lead that Adam has over SGD at the defaults.",
            Effect(
                f"half of the lead after {EPOCHS} epochs at the default rates minus the distance of the best epochs at "
                "the tuned ones",
                POINTS,
                2,
                0.0,
                lead_closed,
            ),
            predicted=None,
            recorded=Verdict.SUPPORTED,
            margin_reason="half of the lead is the threshold itself",
        ),
        Claim(
            "momentum-is-a-larger-rate",
            "After five epochs, SGD at a learning rate of 0.1 reads as many validation images as momentum 0.9 at 0.01.",
            differs(at_epoch("validation_accuracy", EPOCHS), more=FASTER, than="momentum", equivalence=True),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
        ),
        Claim(
            "adam-survives-large-rates",
            "At ten times its tuned rate, Adam reads more validation images within five epochs than SGD at ten times "
            "its own.",
            paired("best_accuracy", more=TENFOLD, than=TENFOLD_SGD),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
        ),
        Claim(
            "one-try-favours-adam",
            "At one rate that is drawn at random from the seven, Adam can be expected to read more validation images "
            "than SGD.",
            Effect(
                "mean over the rates of the validation accuracy of the best epoch: Adam minus SGD, tuning seeds",
                POINTS,
                1,
                MARGIN_POINTS,
                lambda results: one_try(results, "Adam") - one_try(results, "SGD"),
            ),
            predicted=None,
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
            restless("Adam", "SGD"),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
            margin_reason=CALM,
        ),
        Claim(
            "sgd-jumps-more-when-tuned",
            "From epoch 5 to 10, SGD's validation accuracy jumps about more at its tuned rate than at its default one.",
            restless(longer("SGD"), "SGD", epochs=LONGER),
            predicted=None,
            recorded=Verdict.SUPPORTED,
            margin_reason=CALM,
        ),
        Claim(
            "sgd-jumps-when-tuned",
            "With both tuned, SGD's validation accuracy jumps about more from epoch to epoch than Adam's.",
            restless(longer("SGD"), longer("Adam")),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.INCONCLUSIVE,
            margin_reason=CALM,
        ),
        Claim(
            "default-decay-does-little",
            "After ten epochs Keras's default decay has left the validation cross-entropy where it is without decay.",
            differs(at_epoch("validation_cross_entropy", DECAY_EPOCHS), more="AdamW", than="Adam", equivalence=True),
            predicted=None,
            recorded=Verdict.SUPPORTED,
        ),
        Claim(
            "decay-narrows-gap",
            "AdamW with a decay of 0.1, 25 times Keras's, leaves a smaller cross-entropy gap than without decay.",
            paired("gap", less=decayed(0.1), than=decayed(0.0)),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
        ),
        Claim(
            "decay-lowers-cross-entropy",
            "AdamW with a decay of 0.1 leaves a lower validation cross-entropy than without decay.",
            paired("validation_cross_entropy", less=decayed(0.1), than=decayed(0.0)),
            predicted=Verdict.INCONCLUSIVE,
            recorded=Verdict.INCONCLUSIVE,
        ),
        Claim(
            "too-much-decay",
            "AdamW with a decay of 1 reads fewer validation images than without decay.",
            paired("validation_accuracy", less=decayed(1.0), than=decayed(0.0)),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
        ),
        Claim(
            "too-much-decay-underfits",
            "AdamW with a decay of 1 leaves a higher training cross-entropy than without decay.",
            paired("train_cross_entropy", more=decayed(1.0), than=decayed(0.0)),
            predicted=None,
            recorded=Verdict.SUPPORTED,
        ),
        Claim(
            "adam-converges-faster",
            "Adam converges faster than SGD: with both tuned, SGD takes more epochs to 0.12 nats.",
            slower(LATE, tuned("SGD"), tuned("Adam"), 1.25),
            predicted=Verdict.INCONCLUSIVE,
            recorded=Verdict.REFUTED,
            margin_reason="a quarter more epochs is what one would notice",
            folklore=True,
        ),
        Claim(
            "adam-is-best",
            "Adam is the best optimizer: with both tuned, it reads more validation images than SGD with momentum.",
            paired("best_accuracy", more=tuned("Adam"), than=tuned("momentum")),
            predicted=Verdict.REFUTED,
            recorded=Verdict.REFUTED,
            folklore=True,
        ),
        Claim(
            "momentum-is-a-must",
            "Momentum is a must: with both tuned, SGD without it reads fewer validation images than with it.",
            paired("best_accuracy", less=tuned("SGD"), than=tuned("momentum")),
            predicted=Verdict.INCONCLUSIVE,
            recorded=Verdict.REFUTED,
            elsewhere=Verdict.INCONCLUSIVE,
            reason="no practical difference",
            folklore=True,
        ),
        Claim(
            "adam-needs-no-tuning",
            "Adam needs no tuning: at ten times its default learning rate it reads as many validation images.",
            same("best_accuracy", TENFOLD, tuned("Adam")),
            predicted=Verdict.REFUTED,
            recorded=Verdict.REFUTED,
            folklore=True,
        ),
        Claim(
            "sgd-generalizes-better",
            "SGD generalizes better: with both tuned, it leaves a smaller cross-entropy gap than Adam.",
            paired("gap", less=tuned("SGD"), than=tuned("Adam")),
            predicted=Verdict.REFUTED,
            recorded=Verdict.REFUTED,
            folklore=True,
        ),
    ),
)
