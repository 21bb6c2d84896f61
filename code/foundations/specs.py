"""The typed description of everything that determines one training run.

Nothing here imports TensorFlow, so that a chapter can name runs without loading it.
"""

from __future__ import annotations

import dataclasses
import itertools
import math
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from foundations.errors import require, require_count, require_number, require_one_of

ACTIVATIONS = ("relu", "tanh", "softsign", "gelu", "sigmoid")
INITIALIZERS = ("glorot_uniform", "he_normal")
STREAMS = ("initialisation", "order")
MONITORS = ("val_loss", "val_accuracy")
TRAINING_IMAGES = 50_000
EVALUATED_IMAGES = 10_000


@dataclass(frozen=True)
class DataSpec:
    """Which images a run is trained on.

    Parameters
    ----------
    train_size
        The number of training images: the first so many of the seed's 50,000, in the split's random order,
        so that a smaller training set is part of every larger one.
    random_labels
        Whether every training image has a digit drawn at random for its label, so that there is nothing to learn but
        the images themselves (Zhang et al., 2017). Validation labels stay true.
    """

    train_size: int = TRAINING_IMAGES
    random_labels: bool = False

    def __post_init__(self) -> None:
        require_count("train_size", self.train_size, 1)
        require(self.train_size <= TRAINING_IMAGES, "train_size", self.train_size, f"at most {TRAINING_IMAGES:,}")
        require(isinstance(self.random_labels, bool), "random_labels", self.random_labels, "True or False")


@dataclass(frozen=True)
class ModelSpec:
    """A fully connected network: Flatten, hidden layers, softmax over ten digits.

    Parameters
    ----------
    hidden
        Units of each hidden layer, from input to output; none of them makes the network a softmax regression.
    activation
        Activation function of the hidden layers, one of `ACTIVATIONS`.
    dropout
        Share of the hidden units that dropout silences in a training step, in [0, 1).
    l2
        Coefficient of the sum of squared weights of the first layer's kernel, as in `keras.regularizers.l2`.
    initializer
        How the hidden layers' initial weights are drawn, one of `INITIALIZERS`, Keras's default or He's; the output
        layer's always are as Keras's default does.
    """

    hidden: tuple[int, ...] = (128,)
    activation: str = "relu"
    dropout: float = 0.0
    l2: float = 0.0
    initializer: str = INITIALIZERS[0]

    def __post_init__(self) -> None:
        require(isinstance(self.hidden, tuple), "hidden", self.hidden, "a tuple of widths")
        for width in self.hidden:
            require_count("a hidden layer's width", width, 1)
        require_one_of("activation", self.activation, ACTIVATIONS)
        require_number("dropout", self.dropout, "a rate in [0, 1)", 0, 1)
        require_number("l2", self.l2, "a number of at least 0", 0)
        require_one_of("initializer", self.initializer, INITIALIZERS)

    @property
    def parameters(self) -> int:
        """The number of weights and biases, by formula."""
        widths = (784, *self.hidden, 10)
        return sum((fan_in + 1) * fan_out for fan_in, fan_out in itertools.pairwise(widths))


@dataclass(frozen=True)
class OptimizerSpec:
    """What every optimizer has; use `SGD`, `Adam` or `AdamW`.

    Parameters
    ----------
    learning_rate
        Step size, above 0. The defaults here and below are Keras's own, written out.
    """

    name: ClassVar[str]
    learning_rate: float

    def __post_init__(self) -> None:
        require_number("learning_rate", self.learning_rate, "a finite number above 0", math.ulp(0.0))


@dataclass(frozen=True)
class SGD(OptimizerSpec):
    """Stochastic gradient descent, with momentum in [0, 1) if asked."""

    name: ClassVar[str] = "sgd"
    learning_rate: float = 0.01
    momentum: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        require_number("momentum", self.momentum, "a number in [0, 1)", 0, 1)


@dataclass(frozen=True)
class Adam(OptimizerSpec):
    """Adam (Kingma and Ba, 2015) with Keras's default decay rates."""

    name: ClassVar[str] = "adam"
    learning_rate: float = 0.001


@dataclass(frozen=True)
class AdamW(OptimizerSpec):
    """Adam with decoupled weight decay (Loshchilov and Hutter, 2019), in units of the learning rate a step."""

    name: ClassVar[str] = "adamw"
    learning_rate: float = 0.001
    weight_decay: float = 0.004

    def __post_init__(self) -> None:
        super().__post_init__()
        require_number("weight_decay", self.weight_decay, "a number of at least 0", 0)


OPTIMIZERS: dict[str, type[OptimizerSpec]] = {spec.name: spec for spec in (SGD, Adam, AdamW)}


@dataclass(frozen=True)
class EarlyStoppingSpec:
    """Keras's `EarlyStopping`, which watches the select half of the validation set.

    Parameters
    ----------
    monitor
        "val_loss" or "val_accuracy".
    patience
        Epochs without improvement after which training stops (0 acts as 1).
    min_delta
        The smallest change that counts as an improvement.
    restore_best_weights
        Whether the run ends with the weights of its best epoch.
    """

    monitor: str = "val_loss"
    patience: int = 3
    min_delta: float = 0.0
    restore_best_weights: bool = True

    def __post_init__(self) -> None:
        require_one_of("monitor", self.monitor, MONITORS)
        require_count("patience", self.patience, 0)
        require_number("min_delta", self.min_delta, "a number of at least 0", 0)


@dataclass(frozen=True)
class RunSpec:
    """Everything that determines one training run; the defaults are the book's baseline.

    Parameters
    ----------
    data, model, optimizer
        What is trained on, what is trained, and how.
    batch_size
        Images a step; the last step of an epoch takes what is left.
    epochs
        Passes over the training images.
    evaluate_every
        Epochs between evaluations, of which `epochs` is a multiple. What Keras's callbacks count as an epoch is then
        so many; small training sets would otherwise spend most of their time on being evaluated.
    evaluate_images
        Training images, and validation images of both halves together, that an evaluation reads, at most; an even
        number up to 10,000.
    early_stopping
        When to stop before `epochs`, or None.
    seed
        Fixes the split, the initial weights, the order of the batches, the dropout masks and random labels.
    replica
        Another draw of everything that the seed fixes, except the split.
    snapshots
        Optimizer steps after which the weights are kept as well; 0 keeps the initial ones.
    """

    data: DataSpec = field(default_factory=DataSpec)
    model: ModelSpec = field(default_factory=ModelSpec)
    optimizer: OptimizerSpec = field(default_factory=Adam)
    batch_size: int = 32
    epochs: int = 20
    evaluate_every: int = 1
    evaluate_images: int = EVALUATED_IMAGES
    early_stopping: EarlyStoppingSpec | None = None
    seed: int = 0
    replica: int = 0
    snapshots: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        for name, least in (("batch_size", 1), ("epochs", 1), ("evaluate_every", 1), ("seed", 0), ("replica", 0)):
            require_count(name, getattr(self, name), least)
        for name, kind in (("data", DataSpec), ("model", ModelSpec), ("optimizer", OptimizerSpec)):
            require(isinstance(getattr(self, name), kind), name, getattr(self, name), f"of type {kind.__name__}")
        stop = self.early_stopping
        require(isinstance(stop, EarlyStoppingSpec | None), "early_stopping", stop, "None or of type EarlyStoppingSpec")
        require_count("evaluate_images", self.evaluate_images, 2)
        halved = self.evaluate_images % 2 == 0 and self.evaluate_images <= EVALUATED_IMAGES
        require(halved, "evaluate_images", self.evaluate_images, f"an even number of at most {EVALUATED_IMAGES:,}")
        whole = self.epochs % self.evaluate_every == 0
        require(whole, "epochs", self.epochs, f"a multiple of evaluate_every, {self.evaluate_every}")
        size = self.data.train_size
        require(self.batch_size <= size, "batch_size", self.batch_size, f"at most the {size:,} training images")
        for step in self.snapshots:
            require_count("a snapshot's step", step, 0)
            require(step <= self.steps, "a snapshot's step", step, f"at most the run's {self.steps:,} steps")
        object.__setattr__(self, "snapshots", tuple(sorted(set(self.snapshots))))

    @property
    def steps_per_epoch(self) -> int:
        """Optimizer steps in an epoch, the last partial batch included."""
        return -(-self.data.train_size // self.batch_size)

    @property
    def steps(self) -> int:
        """Optimizer steps in the whole run, if nothing stops it early."""
        return self.epochs * self.steps_per_epoch

    @property
    def structure(self) -> tuple[ModelSpec, OptimizerSpec]:
        """The network and the optimizer, with fixed values for what is not compiled in: rates and coefficients.

        A penalty of 0 is none, and compiled out, and so is dropout.
        """
        decay = {"weight_decay": 1.0} if isinstance(self.optimizer, AdamW) else {}
        penalty, dropout = float(self.model.l2 > 0), 0.5 * (self.model.dropout > 0)
        alike = self.vary(learning_rate=1.0, l2=penalty, dropout=dropout, initializer=INITIALIZERS[0], **decay)
        return alike.model, alike.optimizer

    def stream_seed(self, purpose: str) -> int:
        """Return the seed of one of a run's independent random streams, one of `STREAMS`."""
        require_one_of("a random stream", purpose, STREAMS)
        entropy = [self.seed, STREAMS.index(purpose) + 1, self.replica]
        return int(np.random.SeedSequence(entropy).generate_state(1)[0] % 2**31)

    def vary(self, **changes: Any) -> RunSpec:
        """Return a copy with some settings changed, each named flatly.

        `baseline.vary(dropout=0.3, optimizer="sgd", train_size=1000)` reaches into the model, the optimizer and the
        data. Another optimizer starts from its own defaults.

        Raises
        ------
        FoundationsError
            If a setting does not exist, or its value is out of range.
        """
        parts: dict[str, Any] = {"data": self.data, "model": self.model, "optimizer": self.optimizer}
        for part, current in parts.items():
            chosen = changes.pop(part, current)
            spec = named_optimizer(chosen) if part == "optimizer" and isinstance(chosen, str) else chosen
            require(dataclasses.is_dataclass(spec), part, spec, f"of type {type(current).__name__}")
            inner = {name: changes.pop(name) for name in field_names(spec) if name in changes}
            parts[part] = dataclasses.replace(spec, **inner)
        known = (*field_names(self), *(name for spec in parts.values() for name in field_names(spec)))
        for name in changes:
            require_one_of(f"a setting of a run with {parts['optimizer'].name}", name, known)
        return dataclasses.replace(self, **parts, **changes)


def named_optimizer(name: str) -> OptimizerSpec:
    """Return the optimizer of that name at Keras's defaults."""
    require_one_of("optimizer", name, OPTIMIZERS)
    return OPTIMIZERS[name]()  # type: ignore[call-arg]  # every named one has a default rate


def field_names(spec: Any) -> list[str]:
    """Return the names of a spec's settings."""
    return [setting.name for setting in dataclasses.fields(spec)]


baseline = RunSpec()
"""784-128-10, ReLU, Adam at Keras's defaults, batch 32: what every study varies."""
