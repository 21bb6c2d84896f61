"""The lessons of the book, each with the claims that it rests on: data, which `foundations.evidence` shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Lesson:
    """What to take away, in a sentence or two without numbers, and the ids of the claims that it rests on."""

    text: str
    claims: tuple[str, ...]


LESSONS: Mapping[str, Sequence[Lesson]] = {
    "What a figure is worth": (
        Lesson(
            "A figure that chose its own winner flatters it, the more so the more candidates there were. "
            "Among equals the choice gains little; among learning rates it pays.",
            (
                "choosing-flatters",
                "optimism-grows",
                "identical-winner-gains-nothing",
                "choosing-rates-pays",
                "rates-flatter-less",
            ),
        ),
        Lesson(
            "Not every choice flatters by as much as counts: the epoch that early stopping chose by its loss on "
            "thousands of images is nearly honest. Judge it on other images all the same.",
            ("chosen-epoch-flatters",),
        ),
        Lesson(
            "Compare losses that were measured in the same way. Keras's training loss is an average over an epoch in "
            "which the weights improve, so it starts above the validation loss; new images are not easier for that.",
            ("keras-loss-above-val-loss", "validation-easier-than-training"),
        ),
        Lesson(
            "A softmax output is not the probability of being right. Longer training makes it claim more than the "
            "network knows, even where the network errs.",
            ("softmax-is-the-probability", "calibration-error-grows", "errors-are-unsure"),
        ),
        Lesson(
            "One temperature, fitted on held-out images, undoes most of that; after a short training there is hardly "
            "anything to undo.",
            ("temperature-calibrates", "temperature-lowers-cross-entropy", "short-training-needs-no-temperature"),
        ),
        Lesson(
            "A poor probability can be a useful ranking: confidence tells errors from hits after a long training as "
            "well as after a short one.",
            ("detection-survives", "confidence-detects-errors"),
        ),
        Lesson(
            "With dropout, Keras's training loss is measured with the masks on. Measure it without them before you "
            "speak of a gap.",
            ("keras-loss-overstates", "noise-lifts-keras-loss", "loss-above-val-loss-underfits"),
        ),
        Lesson(
            "Keras's validation loss contains the penalty, so that a network with a penalty can look worse than it "
            "predicts. Compare cross-entropies.",
            ("val-loss-counts-the-penalty",),
        ),
    ),
    "How networks train": (
        Lesson(
            "A hidden layer is what separates a network from ten templates, and of what five epochs teach, most is "
            "learned in the first.",
            ("hidden-layer-pays", "baseline-above-97", "first-epoch-covers-most"),
        ),
        Lesson(
            "Accuracy and cross-entropy are two measures and turn at different times. Validation cross-entropy turns "
            "early and rises, while validation accuracy climbs to a plateau and stays there.",
            (
                "accuracy-rises-to-20",
                "longer-training-keeps-accuracy",
                "longer-training-raises-cross-entropy",
                "cross-entropy-turns-first",
            ),
        ),
        Lesson(
            "Here a rising validation loss shows errors that cost more, not more errors.",
            ("errors-grow-confident", "longer-training-lowers-accuracy"),
        ),
        Lesson(
            "A constant learning rate is no constant step: within a hundred steps Adam moves by far less, as it would "
            "if gradients were noise.",
            ("adam-steps-shrink",),
        ),
        Lesson(
            "How much a network claims depends on its optimizer and on how long it ran. Adam ends with claiming too "
            "much; plain gradient descent, after half as many epochs, does not yet claim enough.",
            ("sgd-claims-too-little", "softmax-is-the-probability"),
        ),
        Lesson(
            "Optimizers compared at their default learning rates are defaults compared. A tuned rate lifts plain SGD, "
            "and no other tuned optimizer is seen to differ from tuned Adam by our margin.",
            (
                "adam-leads-at-defaults",
                "tuning-lifts-sgd",
                "adam-is-best",
                "tuned-sgd-equals-adam",
                "tuned-momentum-equals-adam",
                "tuned-adamw-equals-adam",
                "adam-needs-no-tuning",
            ),
        ),
        Lesson(
            "Say what was held equal. At the default rate a large batch fits better after equally many updates, and "
            "worse after equally many epochs.",
            ("equal-updates-fit-better", "equal-epochs-fit-worse", "large-batches-train-faster"),
        ),
        Lesson(
            "A larger batch wants a larger learning rate, but with Adam not in proportion. Whether a rate that grows "
            "with the root of the batch keeps an epoch as good is open.",
            ("large-batch-wants-larger-rate", "square-root-keeps-the-epoch", "linear-scaling"),
        ),
        Lesson(
            "The variance of a batch's gradient falls as one over its size, and the squared gradient that it is to be "
            "compared with fades as training goes on.",
            ("noise-falls-as-one-over-batch", "noise-scale-grows"),
        ),
        Lesson(
            "Vanishing gradients are a matter of depth, of the activation function and of the initial weights "
            "together; in one layer nothing vanishes.",
            (
                "tanh-passes-less",
                "sigmoid-vanishes-in-four",
                "tanh-holds-sixteen",
                "relu-falls-with-glorot",
                "he-holds-relu",
            ),
        ),
        Lesson(
            "In one hidden layer, each at its own learning rate, no activation function was found ahead of ReLU. Even "
            "the sigmoid, which is behind at the default rate, is trained well.",
            ("relu-beats-tanh", "sigmoid-behind-at-default", "sigmoid-cannot-be-trained", "gelu-beats-relu"),
        ),
        Lesson(
            "Units die at a learning rate that is too high, hardly at the default one. That the dead are what costs "
            "accuracy was not borne out.",
            ("relus-die", "fast-rate-kills", "dead-units-cost-accuracy"),
        ),
    ),
    "What regularization buys": (
        Lesson(
            "Dropout with early stopping leaves a lower cross-entropy on new images than twenty epochs without either. "
            "That it reads more of them correctly is another claim, and was not borne out.",
            (
                "improved-lowers-cross-entropy",
                "improved-raises-accuracy",
                "dropout-raises-accuracy",
                "stopping-costs-accuracy",
            ),
        ),
        Lesson(
            "Stopping by the loss regularizes the loss: a network that is stopped so has better "
            "probabilities, and no more accuracy than one that trained on.",
            ("stopping-lowers-cross-entropy", "stopping-raises-accuracy", "stopping-early-costs-accuracy"),
        ),
        Lesson(
            "With Adam a little patience is enough; more costs epochs and buys nothing, and without restoring the best "
            "weights it costs loss as well.",
            ("patience-10-trains-longer", "patience-10-buys-nothing", "patience-pays", "last-weights-cost"),
        ),
        Lesson(
            "Watch what you need: accuracy as a monitor trains on long after the loss has turned.",
            ("accuracy-monitor-trains-longer", "accuracy-monitor-raises-cross-entropy"),
        ),
        Lesson(
            "A rule that waits for the turn has nothing to say about a training that has not come that far. "
            "Such a training needs more epochs or a larger learning rate, not more patience.",
            ("sgd-does-not-stop", "patience-3-stops-before-15"),
        ),
        Lesson(
            "After twenty epochs dropout lowers the baseline's cross-entropy on new images, after five not by our "
            "margin. It does not end overfitting, and it takes accuracy from a narrow network.",
            (
                "dropout-lowers-cross-entropy",
                "dropout-lowers-early-cross-entropy",
                "gain-grows-with-epochs",
                "dropout-prevents-overfitting",
                "narrow-net-pays",
                "dropout-raises-early-accuracy",
            ),
        ),
        Lesson(
            "A penalty on the weights shrinks them and narrows the gap. With many images it does not make the network "
            "read more new ones, and a strong one costs.",
            ("penalty-shrinks-weights", "penalty-narrows-gap", "l2-raises-accuracy", "l2-default-is-safe"),
        ),
        Lesson(
            "On few images and after many epochs a stronger penalty leaves the lower cross-entropy; on many images and "
            "after few epochs a weaker one does.",
            ("few-images-want-more-penalty", "many-images-want-less-penalty", "l2-pays-on-few-images"),
        ),
        Lesson(
            "Under Adam a penalty on squared weights is not weight decay: Adam divides it by the size of "
            "each weight's gradients.",
            ("decay-is-l2", "adam-forgets-the-coefficient", "adam-empties-rare-pixels"),
        ),
        Lesson(
            "On few images, each averaged over the other two, dropout and early stopping lower the cross-entropy of a "
            "wide network, and a weak penalty lowers it perhaps by less than counts. Together they gain less than the "
            "sum of what each gains alone.",
            (
                "dropout-lowers-small-data-loss",
                "l2-lowers-small-data-loss",
                "stopping-lowers-small-data-loss",
                "l2-and-stopping-overlap",
                "regularizers-add-up",
            ),
        ),
    ),
    "What is inside": (
        Lesson(
            "What puts one digit before another is a sum over the hidden units, and biases. In each decision the "
            "eighth of the units that counts most there carries most of the weight, signs left out.",
            ("fewer-than-half-are-on", "an-eighth-decides"),
        ),
        Lesson(
            "Networks trained with dropout stand the loss of hidden units. Their units are hardly less correlated, but "
            "they cancel each other less.",
            (
                "dropout-survives-silence",
                "dropout-makes-units-agree",
                "dropout-decorrelates",
                "dropout-spreads-decisions",
            ),
        ),
        Lesson(
            "More parameters do not harm new images here; whether they widen the gap by as much as counts, three "
            "seeds hardly tell.",
            (
                "gap-grows-with-width",
                "wider-lowers-cross-entropy",
                "more-parameters-overfit",
                "error-peaks-at-threshold",
            ),
        ),
        Lesson(
            "A wide network can learn random labels by heart, and they take longer than true ones.",
            ("random-labels-are-memorised", "random-labels-take-longer", "few-units-learn-no-noise"),
        ),
        Lesson(
            "The smaller half of the first layer's weights is not needed, and size is not the best sign of what is.",
            ("most-weights-are-needed", "signal-prunes-better"),
        ),
        Lesson(
            "Training moves a kernel in many directions, and its filters do not look like strokes.",
            ("change-has-low-rank", "most-singular-values-leave", "filters-look-like-strokes"),
        ),
    ),
    "Beyond MNIST": (
        Lesson(
            "Prepare a picture as MNIST's makers prepared theirs, and the clean drawings of this book are read "
            "about as well as MNIST's own.",
            (
                "own-digits-fail",
                "centring-counts",
                "polarity-counts",
                "evening-counts",
                "cropping-counts",
                "canvas-costs-nothing",
            ),
        ),
        Lesson(
            "Scans of other handwriting stay hard: they lose far more than MNIST's own images do at as few pixels.",
            ("scans-are-harder", "eight-pixels-suffice", "scans-lie-farther"),
        ),
        Lesson(
            "A fully connected network minds where the ink is. Shift it by a few pixels and it fails; turn it far, or "
            "show no digit at all, and it stays confident.",
            (
                "three-pixels-cost-twenty-points",
                "fifteen-degrees-cost-little",
                "confidence-outlives-accuracy",
                "unsure-of-no-digit",
            ),
        ),
    ),
}
"""The lessons by theme. A new one is an entry here; a theme is a heading of the page "Key takeaways"."""
