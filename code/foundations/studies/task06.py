"""Task 6: what an L2 penalty does to weights, to loss and to accuracy, and whether decay is the same."""

from __future__ import annotations

from foundations.claims import Claim
from foundations.effects import paired, same
from foundations.shrinkage import (
    choosier,
    equally_small,
    slower,
    smaller,
    stepwise,
)
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
GLANCE = "a factor of 1.5 is what a histogram of the weights shows at a glance"
SEEN = "a factor of 1.1 is about the least that the figure of the weights by ink shows"
LEFT = "5 points of the initial size are little where nearly all of it goes"
"""Why the margins of weights are as large as they are."""


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
    """Return the name of an arm that is trained for 20 epochs, not six."""
    return f"20 epochs, λ = {penalty}"


brief = baseline.vary(epochs=6)
thousand = baseline.vary(train_size=1_000, epochs=60, evaluate_every=20)
study = Study(
    name="task06-l2",
    question="What does an L2 penalty do to weights, to loss and to accuracy, and is weight decay the same?",
    arms={
        **{full(name): Arm(brief.vary(l2=value)) for name, value in PENALTIES.items()},
        **{long(name): Arm(baseline.vary(l2=PENALTIES[name]), seeds=3) for name in ("0", "1e-4")},
        **{
            stepwise(name): Arm(brief.vary(l2=PENALTIES[name], snapshots=STEPS), seeds=3)
            for name in ("1e-5", "1e-4", "1e-2")
        },
        **{small(name): Arm(thousand.vary(l2=PENALTIES[name])) for name in SMALL_PENALTIES},
        **{decayed(name): Arm(thousand.vary(optimizer="adamw", weight_decay=value)) for name, value in DECAYS.items()},
    },
    scientific=(
        "the coefficient λ of the penalty on the hidden layer's kernel (0, 1e-5, 3e-5, 1e-4, 1e-3, 1e-2)",
        "training images (50,000; 1,000)",
        "penalty with Adam or decoupled decay with AdamW, on 1,000 images",
    ),
    fixed=(
        "the output layer and all biases are not penalized (AdamW decays them too)",
        "6 epochs on 50,000 images (20 in two arms), 60 on 1,000",
        "128 ReLU units",
        "learning rate 0.001",
        "batch size 32",
    ),
    claims=(
        Claim(
            "penalty-shrinks-weights",
            "With λ = 1e-4 the hidden layer's weights are smaller than without a penalty by a factor above 1.5.",
            smaller(full("1e-4"), full("0"), 1.5),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
            margin_reason=GLANCE,
        ),
        Claim(
            "larger-penalty-shrinks-more",
            "With λ = 1e-2 the hidden layer's weights are smaller than with λ = 1e-4 by a factor above 1.5.",
            smaller(full("1e-2"), full("1e-4"), 1.5),
            predicted=None,
            recorded=Verdict.SUPPORTED,
            margin_reason=GLANCE,
        ),
        Claim(
            "smallest-penalty-empties-rare-pixels",
            "On 50,000 images λ = 1e-5 shrinks the weights of rarely inked pixels more than those of often inked ones.",
            choosier(full("1e-5"), full("0"), 1.5),
            predicted=None,
            recorded=Verdict.SUPPORTED,
            margin_reason=GLANCE,
        ),
        Claim(
            "free-layer-grows",
            "With λ = 1e-2 the output layer, which is not penalized, grows by a factor above 1.5 over no penalty.",
            smaller(full("0"), full("1e-2"), 1.5, layer=1),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
            margin_reason=GLANCE,
        ),
        Claim(
            "penalty-narrows-gap",
            "With λ = 1e-4 the gap between validation and training cross-entropy is narrower than without a penalty.",
            paired("gap", less=full("1e-4"), than=full("0")),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
        ),
        Claim(
            "penalty-loosens-fit",
            "After six epochs λ = 1e-4 leaves a higher training cross-entropy than no penalty.",
            paired("train_cross_entropy", more=full("1e-4"), than=full("0")),
            predicted=None,
            recorded=Verdict.SUPPORTED,
        ),
        Claim(
            "penalty-lowers-cross-entropy",
            "After six epochs λ = 1e-4 leaves a lower validation cross-entropy than no penalty.",
            paired("validation_cross_entropy", less=full("1e-4"), than=full("0")),
            predicted=Verdict.INCONCLUSIVE,
            recorded=Verdict.REFUTED,
            reason="no practical difference",
        ),
        Claim(
            "longer-training-with-penalty",
            "After twenty epochs λ = 1e-4 leaves a lower validation cross-entropy than no penalty.",
            paired("validation_cross_entropy", less=long("1e-4"), than=long("0")),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.INCONCLUSIVE,
            elsewhere=Verdict.SUPPORTED,
        ),
        Claim(
            "val-loss-counts-the-penalty",
            "By val_loss, the network with λ = 1e-4 looks worse than the one without a penalty.",
            paired("val_loss", more=full("1e-4"), than=full("0")),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
        ),
        Claim(
            "l2-of-a-thousandth-costs",
            "On 50,000 images λ = 1e-3 costs accuracy against no penalty.",
            paired("validation_accuracy", less=full("1e-3"), than=full("0")),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
        ),
        Claim(
            "l2-pays-on-few-images",
            "After 60 epochs on 1,000 images, λ = 1e-3 leaves a lower validation cross-entropy than no penalty.",
            paired("validation_cross_entropy", less=small("1e-3"), than=small("0")),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
        ),
        Claim(
            "l2-reads-more-on-few-images",
            "After 60 epochs on 1,000 images, the network with λ = 1e-3 reads more new images correctly than the one "
            "without a penalty.",
            paired("validation_accuracy", more=small("1e-3"), than=small("0")),
            predicted=Verdict.INCONCLUSIVE,
            recorded=Verdict.REFUTED,
            reason="no practical difference",
        ),
        Claim(
            "l2-of-a-hundredth-pays-on-few-images",
            "After 60 epochs on 1,000 images, λ = 1e-2 leaves a lower validation cross-entropy than no penalty.",
            paired("validation_cross_entropy", less=small("1e-2"), than=small("0")),
            predicted=None,
            recorded=Verdict.SUPPORTED,
        ),
        Claim(
            "l2-of-a-hundredth-reads-less-on-few-images",
            "After 60 epochs on 1,000 images, λ = 1e-2 costs accuracy against λ = 1e-3.",
            paired("validation_accuracy", less=small("1e-2"), than=small("1e-3")),
            predicted=None,
            recorded=Verdict.SUPPORTED,
        ),
        Claim(
            "few-images-want-more-penalty",
            "After 60 epochs on 1,000 images, λ = 1e-2 leaves a lower validation cross-entropy than λ = 1e-4.",
            paired("validation_cross_entropy", less=small("1e-2"), than=small("1e-4")),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
        ),
        Claim(
            "many-images-want-less-penalty",
            "On 50,000 images λ = 1e-2 leaves a higher validation cross-entropy than λ = 1e-4.",
            paired("validation_cross_entropy", more=full("1e-2"), than=full("1e-4")),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
        ),
        Claim(
            "adam-forgets-the-coefficient",
            "Under Adam a hundred times the penalty takes the weights of blank pixels to zero hardly faster.",
            slower("1e-4", "1e-2", equivalence=True),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
            margin_reason=LEFT,
        ),
        Claim(
            "smallest-penalty-lags",
            "Under Adam λ = 1e-5 takes the weights of blank pixels to zero more slowly than λ = 1e-4.",
            slower("1e-5", "1e-4"),
            predicted=None,
            recorded=Verdict.SUPPORTED,
            margin_reason=LEFT,
        ),
        Claim(
            "adam-empties-rare-pixels",
            "Under Adam λ = 1e-3 shrinks the weights of rarely inked pixels more than those of often inked ones.",
            choosier(small("1e-3"), small("0"), 1.5),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
            margin_reason=GLANCE,
        ),
        Claim(
            "equal-decay-does-little",
            "On 1,000 images AdamW with decay 0.002 leaves the same validation cross-entropy as no penalty.",
            same("validation_cross_entropy", decayed("0.002"), small("0")),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
        ),
        Claim(
            "equal-decay-leaves-weights",
            "On 1,000 images AdamW with decay 0.002 leaves the hidden layer's weights as large as no penalty does.",
            equally_small(decayed("0.002"), small("0"), 1.1),
            predicted=None,
            recorded=Verdict.SUPPORTED,
            margin_reason=SEEN,
        ),
        Claim(
            "stronger-decay-pays",
            "After 60 epochs on 1,000 images, AdamW with decay 0.2 leaves a lower validation cross-entropy than no "
            "penalty.",
            paired("validation_cross_entropy", less=decayed("0.2"), than=small("0")),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
        ),
        Claim(
            "stronger-decay-shrinks-weights",
            "On 1,000 images AdamW with decay 0.2 leaves smaller weights in the hidden layer than no penalty.",
            smaller(decayed("0.2"), small("0"), 1.1),
            predicted=None,
            recorded=Verdict.SUPPORTED,
            margin_reason=SEEN,
        ),
        Claim(
            "decay-shrinks-pixels-alike",
            "On 1,000 images AdamW with decay 0.2 shrinks the weights of rarely and of often inked pixels alike.",
            choosier(decayed("0.2"), small("0"), 1.1, equivalence=True),
            predicted=None,
            recorded=Verdict.SUPPORTED,
            margin_reason=SEEN,
        ),
        Claim(
            "l2-raises-accuracy",
            "L2 regularization prevents overfitting, so with λ = 1e-4 the network reads more new images correctly.",
            paired("validation_accuracy", more=full("1e-4"), than=full("0")),
            predicted=Verdict.INCONCLUSIVE,
            recorded=Verdict.REFUTED,
            folklore=True,
        ),
        Claim(
            "l2-default-is-safe",
            "Keras's default, l2() with λ = 1e-2, is a safe start: as many new images are read as without a penalty.",
            same("validation_accuracy", full("1e-2"), full("0")),
            predicted=Verdict.REFUTED,
            recorded=Verdict.REFUTED,
            folklore=True,
        ),
        Claim(
            "decay-is-l2",
            "Weight decay is L2: AdamW with decay 2λ leaves weights as small as Adam with l2(λ) does, for λ = 1e-3.",
            equally_small(small("1e-3"), decayed("0.002"), 1.5),
            predicted=Verdict.REFUTED,
            recorded=Verdict.REFUTED,
            margin_reason=GLANCE,
            folklore=True,
        ),
    ),
)
