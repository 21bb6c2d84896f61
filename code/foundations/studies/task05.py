"""Task 5: what dropout does to the baseline, and to narrower and wider networks."""

from __future__ import annotations

from foundations.claims import Claim
from foundations.effects import Effect, between, paired
from foundations.metrics import MARGIN_NATS, MARGIN_POINTS, NATS, POINTS, SETTLED
from foundations.quantities import at_epoch, differs, exceeds
from foundations.specs import baseline
from foundations.statistics import Verdict
from foundations.study import Arm, Study
from foundations.thinning import (
    AGREEMENT,
    CORRELATION,
    ENDS,
    HEAVY,
    LEADERS,
    LIGHT,
    LOST,
    PLAIN,
    RATES,
    arm_name,
    by_validation,
    change,
    left,
    longest,
    noise_share,
    quieter,
    settled_change,
)


def arms() -> dict[str, Arm]:
    """Return every rate at every width for up to 20 epochs, and at 128 units no dropout and 0.3 for 40 as well."""
    widths = {128: 10, 32: 3, 512: 3}
    cases = [(rate, width, min(20, longest(rate, width)), widths[width]) for width in widths for rate in RATES]
    cases += [(rate, 128, 40, 10) for rate in ENDS]
    return {
        arm_name(rate, width, epochs): Arm(baseline.vary(dropout=rate, hidden=(width,), epochs=epochs), seeds)
        for rate, width, epochs, seeds in cases
    }


study = Study(
    name="task05-dropout",
    question="What does dropout do to training and validation loss, for which networks does it pay, and what for?",
    arms=arms(),
    scientific=(
        "dropout rate (0, 0.1, 0.3)",
        "hidden units (32, 128, 512)",
        "epochs (5, 10, 20; also 40 at 128 units with rates 0 and 0.3, and no more than 10 at 512 with 0.1)",
    ),
    fixed=(
        "one hidden ReLU layer, dropout after it and none on the pixels",
        "Adam at Keras's default learning rate for all rates",
        "batch size 32",
        "50,000 training images",
    ),
    claims=(
        Claim(
            "dropout-lowers-cross-entropy",
            "After 20 epochs, dropout 0.3 leaves a lower validation cross-entropy than no dropout.",
            paired("validation_cross_entropy", less=HEAVY, than=PLAIN),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
        ),
        Claim(
            "dropout-narrows-gap",
            "After 20 epochs, dropout 0.3 has narrowed the gap between validation and training cross-entropy.",
            paired("gap", less=HEAVY, than=PLAIN),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
        ),
        Claim(
            "light-dropout-narrows-gap",
            "After 20 epochs, dropout 0.1 has narrowed the gap between validation and training cross-entropy as well.",
            paired("gap", less=LIGHT, than=PLAIN),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
        ),
        Claim(
            "gap-narrows-from-above",
            "After 20 epochs, dropout 0.3 has narrowed the gap more by lowering the validation cross-entropy than by "
            "raising that in training.",
            Effect(
                f"fall of the validation minus rise of the training cross-entropy, {HEAVY} against {PLAIN}",
                NATS,
                4,
                MARGIN_NATS,
                by_validation,
            ),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
        ),
        Claim(
            "dropout-costs-fit",
            "After 20 epochs, dropout 0.3 leaves a higher training cross-entropy than no dropout.",
            paired("train_cross_entropy", more=HEAVY, than=PLAIN),
            predicted=None,
            recorded=Verdict.REFUTED,
            reason="no practical difference",
        ),
        Claim(
            "dropout-lowers-early-cross-entropy",
            "After five epochs, dropout 0.3 leaves a lower validation cross-entropy than no dropout.",
            differs(at_epoch("validation_cross_entropy", 5), more=PLAIN, than=HEAVY),
            predicted=None,
            recorded=Verdict.REFUTED,
        ),
        Claim(
            "dropout-raises-late-accuracy",
            "After 40 epochs, dropout 0.3 reads more validation images correctly than no dropout.",
            paired("settled_accuracy", more=arm_name(0.3, epochs=40), than=arm_name(0.0, epochs=40)),
            predicted=Verdict.REFUTED,
            recorded=Verdict.INCONCLUSIVE,
        ),
        Claim(
            "gain-grows-with-epochs",
            "What dropout 0.3 takes off the validation cross-entropy is more after 20 epochs than after 5.",
            Effect(
                "validation cross-entropy, dropout 0 minus dropout 0.3: at 20 epochs minus at 5",
                NATS,
                4,
                MARGIN_NATS,
                lambda results: (
                    change(results, "validation_cross_entropy", 0.3, 5)
                    - change(results, "validation_cross_entropy", 0.3, 20)
                ),
            ),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
        ),
        Claim(
            "narrow-net-pays",
            "A network of 32 units loses accuracy to dropout 0.3: after 20 epochs it reads fewer images correctly.",
            paired("settled_accuracy", less=arm_name(0.3, 32), than=arm_name(0.0, 32)),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
        ),
        Claim(
            "wide-net-gains",
            "A network of 512 units gains accuracy by dropout 0.3: after 20 epochs it reads more images correctly.",
            paired("settled_accuracy", more=arm_name(0.3, 512), than=arm_name(0.0, 512)),
            predicted=Verdict.INCONCLUSIVE,
            recorded=Verdict.INCONCLUSIVE,
        ),
        Claim(
            "narrow-net-fits-worse",
            "Without dropout, 32 units have a higher training cross-entropy after 20 epochs than 512.",
            paired("train_cross_entropy", more=arm_name(0.0, 32), than=arm_name(0.0, 512)),
            predicted=None,
            recorded=Verdict.SUPPORTED,
        ),
        Claim(
            "narrow-net-pays-in-cross-entropy",
            "After 20 epochs, 32 units have a higher validation cross-entropy with dropout 0.3 than without.",
            paired("validation_cross_entropy", more=arm_name(0.3, 32), than=arm_name(0.0, 32)),
            predicted=None,
            recorded=Verdict.INCONCLUSIVE,
        ),
        Claim(
            "wide-net-gains-in-cross-entropy",
            "After 20 epochs, 512 units have a lower validation cross-entropy with dropout 0.3 than without.",
            paired("validation_cross_entropy", less=arm_name(0.3, 512), than=arm_name(0.0, 512)),
            predicted=None,
            recorded=Verdict.SUPPORTED,
        ),
        Claim(
            "wide-net-gains-more-than-narrow",
            "What dropout 0.3 does to accuracy is better for 512 units than for 32.",
            Effect(
                f"mean accuracy of the last {SETTLED} epochs, dropout 0.3 minus dropout 0: at 512 units minus at 32",
                POINTS,
                2,
                MARGIN_POINTS,
                lambda results: settled_change(results, 512) - settled_change(results, 32),
            ),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
        ),
        Claim(
            "keras-loss-overstates",
            "With dropout 0.3, the loss that Keras prints for training is above the network's training cross-entropy.",
            between("loss", "train_cross_entropy", HEAVY, margin=MARGIN_NATS),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
        ),
        Claim(
            "noise-lifts-keras-loss",
            "With dropout 0.3, the masks lift Keras's training loss by more than its averaging over the epoch does.",
            Effect(
                "cross-entropy in training, share of the masks minus share of the averaging", NATS, 4, 0.0, noise_share
            ),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
            margin_reason="the claim is about which of two parts is larger",
        ),
        Claim(
            "dropout-survives-silence",
            "With a quarter of the hidden units silenced, networks trained with dropout 0.3 lose less accuracy.",
            differs(LOST, more=PLAIN, than=HEAVY),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
        ),
        Claim(
            "light-dropout-survives-silence",
            "Networks trained with dropout 0.1 lose less accuracy too, with a quarter of the hidden units silenced.",
            differs(LOST, more=PLAIN, than=LIGHT),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
        ),
        Claim(
            "rescaling-does-not-matter",
            "Rescaling the units that are left does not change the accuracy of a network without dropout.",
            exceeds(left(rescale=True), left(rescale=False), PLAIN, equivalence=True),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
        ),
        Claim(
            "dropout-spreads-decisions",
            "With dropout 0.3 a decision rests on more units: the 16 that weigh most in it have a smaller share.",
            differs(LEADERS, more=PLAIN, than=HEAVY, margin=3.0),
            predicted=Verdict.REFUTED,
            recorded=Verdict.REFUTED,
            reason="the opposite",
            margin_reason="16 of 128 units are an eighth, and 3 points are a quarter of that",
        ),
        Claim(
            "dropout-makes-units-agree",
            "With dropout 0.3 hidden units agree more: less of what they add to the lead of the first digit cancels.",
            differs(AGREEMENT, more=HEAVY, than=PLAIN, margin=3.0),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
            margin_reason="3 points are less than a tenth of what is left without dropout in the pilot seeds",
        ),
        Claim(
            "dropout-lowers-lead-noise",
            "With dropout 0.3 the lead has less noise for its size: a quarter less, or better.",
            quieter(by=4 / 3),
            predicted=None,
            recorded=Verdict.SUPPORTED,
            margin_reason="a quarter less is what the sentence says",
        ),
        Claim(
            "keras-losses-cross",
            "With dropout 0.3, the loss that Keras prints for the third epoch of training is above val_loss.",
            exceeds(at_epoch("loss", 3), at_epoch("val_loss", 3), HEAVY),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
        ),
        Claim(
            "loss-above-val-loss-underfits",
            "A printed loss above val_loss means that a network does worse on its training images than on new ones.",
            exceeds(at_epoch("train_cross_entropy", 3), at_epoch("validation_cross_entropy", 3), HEAVY),
            predicted=Verdict.REFUTED,
            recorded=Verdict.REFUTED,
            reason="the opposite",
            folklore=True,
        ),
        Claim(
            "dropout-raises-early-accuracy",
            "Dropout makes a network generalize better: after five epochs with 0.3 it reads more new images correctly.",
            differs(at_epoch("validation_accuracy", 5), more=HEAVY, than=PLAIN),
            predicted=Verdict.REFUTED,
            recorded=Verdict.REFUTED,
            folklore=True,
        ),
        Claim(
            "dropout-prevents-overfitting",
            "Dropout prevents overfitting: with 0.3, validation cross-entropy is the same after 40 epochs as after 10.",
            exceeds(
                at_epoch("validation_cross_entropy", 40),
                at_epoch("validation_cross_entropy", 10),
                arm_name(0.3, epochs=40),
                equivalence=True,
            ),
            predicted=Verdict.REFUTED,
            recorded=Verdict.REFUTED,
            folklore=True,
        ),
        Claim(
            "dropout-decorrelates",
            "Dropout breaks up co-adaptation, so the hidden units of a network trained with 0.3 are less correlated.",
            differs(CORRELATION, more=PLAIN, than=HEAVY, margin=0.02),
            predicted=Verdict.REFUTED,
            recorded=Verdict.REFUTED,
            reason="no practical difference",
            margin_reason="without dropout the pilot seeds show 0.14, of which that is a seventh",
            folklore=True,
        ),
    ),
)
