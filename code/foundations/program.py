"""The compiled program: a network, its optimizer, and the functions that train and measure it.

Models, optimizers and losses are Keras's own; what XLA compiles is many of their steps at once.
"""

from __future__ import annotations

import functools
from typing import Any

from numpy.typing import NDArray

from foundations.backend import keras, tf
from foundations.models import Dropout, build, compiled
from foundations.specs import AdamW, ModelSpec, OptimizerSpec, RunSpec

ABSENT = -1
"""Stands in an epoch's last batch where no image is left."""


class Program:
    """A network, its optimizer and the compiled functions that train and measure it.

    A program depends on the structure of a run only: seeds, learning rates and coefficients are values of its
    variables, so runs that differ in nothing else share its compilation.
    """

    def __init__(self, model: ModelSpec, optimizer: OptimizerSpec) -> None:
        self.model = compiled(model, optimizer)
        self.model.optimizer.build(self.model.trainable_variables)
        self.untouched = [variable.numpy() for variable in self.model.optimizer.variables]
        self.coefficients: list[tuple[str, tf.Variable]] = []
        if model.l2:
            self._open("l2", self.model.layers[1].kernel_regularizer, "l2")
        if isinstance(optimizer, AdamW):
            self._open("weight_decay", self.model.optimizer, "weight_decay")
        for layer in self.model.layers:
            if isinstance(layer, Dropout):
                self._open("dropout", layer, "rate")

    def _open(self, setting: str, owner: Any, name: str) -> None:
        """Let the value of a spec's setting, which Keras would compile in, be a variable."""
        variable = tf.Variable(getattr(owner, name), dtype=keras.config.floatx())
        setattr(owner, name, variable)
        self.coefficients.append((setting, variable))

    def reset(self, spec: RunSpec) -> None:
        """Set weights, dropout seeds, optimizer and coefficients to where a run of `spec` starts."""
        variables = [*state(self.model), *self.model.optimizer.variables]
        initial = initial_state(spec.model, spec.stream_seed("initialisation"), keras.config.floatx())
        for variable, value in zip(variables, [*initial, *self.untouched], strict=True):
            variable.assign(value)
        self.model.optimizer.learning_rate = spec.optimizer.learning_rate
        settings = vars(spec.model) | vars(spec.optimizer)
        for setting, variable in self.coefficients:
            variable.assign(settings[setting])
        self.model.stop_training = False

    @functools.cached_property
    def steps(self) -> Any:
        """The compiled function that takes optimizer steps `start` to `stop` of `order`, the `batches` of epochs.

        It adds to `sums`, the loss and the correct predictions so far, so that a pause does not change their rounding.
        """

        @tf.function(jit_compile=True, autograph=False, reduce_retracing=False)
        def steps(
            images: tf.Tensor, labels: tf.Tensor, order: tf.Tensor, start: tf.Tensor, stop: tf.Tensor, *sums: tf.Tensor
        ) -> Any:
            def step(i: tf.Tensor, loss: tf.Tensor, correct: tf.Tensor) -> tuple[tf.Tensor, ...]:
                positions = tf.maximum(order[i], 0)
                batch = tf.gather(images, positions), tf.gather(labels, positions), order[i] != ABSENT
                batch_loss, batch_correct = self._step(*batch)
                return i + 1, loss + batch_loss, correct + batch_correct

            return tf.while_loop(lambda i, *_: i < stop, step, (start, *sums))[1:]

        return steps

    def _step(self, images: tf.Tensor, labels: tf.Tensor, present: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Take one optimizer step on the images that are present.

        Return the batch's loss, summed over them, and its correct predictions.
        """
        variables = self.model.trainable_variables
        counted = tf.cast(present, images.dtype)
        size = tf.reduce_sum(counted)
        # Keras divides by the number of rows, whether they are counted or not.
        weights = counted * (counted.shape[0] / size)
        with tf.GradientTape() as tape:
            probabilities = self.model(images, training=True)
            loss = self.model.loss(labels, probabilities, weights) + penalty(self.model)
        self.model.optimizer.apply(tape.gradient(loss, [variable.value for variable in variables]), variables)
        return loss * size, tf.reduce_sum(counted * hits(labels, probabilities))

    @functools.cached_property
    def measure(self) -> Any:
        """The compiled function from images and labels to each one's cross-entropy and correctness, and the penalty."""

        @tf.function(jit_compile=True, autograph=False, reduce_retracing=False)
        def measure(images: tf.Tensor, labels: tf.Tensor) -> Any:
            probabilities = self.model(images, training=False)
            entropies = keras.losses.sparse_categorical_crossentropy(labels, probabilities)
            return entropies, hits(labels, probabilities), penalty(self.model)

        return measure


def state(model: keras.Model) -> list[Any]:
    """Return a network's weights and dropout seeds, without the metrics that `compile` adds."""
    return [variable for layer in model.layers for variable in layer.variables]


@functools.lru_cache(maxsize=64)
def initial_state(model: ModelSpec, seed: int, dtype: str) -> list[NDArray[Any]]:
    """Return the `state` that Keras gives a new network after a global seed; kept, as many runs start from the same."""
    assert dtype == keras.config.floatx()
    keras.utils.set_random_seed(seed)
    return [variable.numpy() for variable in state(build(model))]


def penalty(model: keras.Model) -> Any:
    """Return the sum of a network's regularization losses."""
    return tf.add_n(model.losses) if model.losses else 0.0


def hits(labels: tf.Tensor, probabilities: tf.Tensor) -> tf.Tensor:
    """Return 1 for every image whose most probable digit is its label, otherwise 0."""
    predicted = tf.argmax(probabilities, axis=-1, output_type=labels.dtype)
    return tf.cast(predicted == labels, probabilities.dtype)


@functools.lru_cache(maxsize=4)
def cached_program(model: ModelSpec, optimizer: OptimizerSpec, dtype: str) -> Program:
    """Return a program in Keras's current float type; kept from run to run."""
    assert dtype == keras.config.floatx()
    return Program(model, optimizer)


def program_for(spec: RunSpec) -> Program:
    """Return the program of a run's structure, reset to the run's beginning."""
    ready = cached_program(*spec.structure, keras.config.floatx())
    ready.reset(spec)
    return ready
