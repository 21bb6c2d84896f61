"""From a `ModelSpec` and an optimizer's spec to the Keras objects that a reader would build."""

from __future__ import annotations

from typing import Any

from foundations.backend import keras, tf
from foundations.specs import SGD, AdamW, ModelSpec, OptimizerSpec


class Dropout(keras.layers.Dropout):
    """Keras's inverted dropout, with random bits that are cheap inside a compiled epoch.

    The default generator costs more than the rest of the epoch when XLA compiles it for a CPU; Philox does not, and
    16 bits a unit are enough: the rate is met to 2⁻¹⁷.
    """

    def call(self, inputs: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Return `inputs` with a share `rate` of them silenced and the others scaled by 1/(1 - rate)."""
        if not training or not hasattr(self, "seed_generator"):  # Keras makes none for a rate of 0
            return inputs
        count = tf.size(inputs)
        seed = tf.cast(self.seed_generator.next(), tf.int32)
        words = tf.random.stateless_uniform(((count + 1) // 2,), seed, None, None, tf.uint32, alg="philox")
        halves = tf.reshape(tf.bitcast(words, tf.uint16), (-1,))[:count]
        threshold = tf.cast(tf.round(self.rate * 2.0**16), tf.int32)
        kept = tf.reshape(tf.cast(halves, tf.int32) >= threshold, tf.shape(inputs))
        return tf.where(kept, inputs / (1 - self.rate), tf.zeros_like(inputs))


class L2(keras.regularizers.L2):
    """Keras's penalty, summed column by column first, which takes a CPU a quarter of the time.

    No sum of squares is below 0, so ReLU changes none; without it XLA would make one long sum of both.
    """

    def __call__(self, x: tf.Tensor) -> tf.Tensor:
        """Return `l2` times the sum of the squares of a kernel, (inputs, units)."""
        return self.l2 * tf.reduce_sum(tf.nn.relu(tf.reduce_sum(tf.square(x), axis=0)))


def build(spec: ModelSpec) -> keras.Sequential:
    """Return the network: Flatten, then Dense (and Dropout) for every hidden layer, then Dense(softmax).

    The penalty `l2` is on the first layer's kernel alone. Initial weights and dropout masks follow Keras's
    global seed (`keras.utils.set_random_seed`).
    """
    layers: list[keras.layers.Layer] = [keras.layers.Input((28, 28)), keras.layers.Flatten()]
    for depth, width in enumerate((*spec.hidden, 10)):
        penalty = L2(spec.l2) if spec.l2 and depth == 0 else None
        hidden = depth < len(spec.hidden)
        activation, initializer = (spec.activation, spec.initializer) if hidden else ("softmax", "glorot_uniform")
        layers.append(
            keras.layers.Dense(width, activation=activation, kernel_initializer=initializer, kernel_regularizer=penalty)
        )
        if hidden and spec.dropout:
            layers.append(Dropout(spec.dropout))
    return keras.Sequential(layers)


def build_optimizer(spec: OptimizerSpec) -> keras.optimizers.Optimizer:
    """Return Keras's optimizer with the spec's hyperparameters."""
    settings: dict[str, Any] = {"learning_rate": spec.learning_rate}
    if isinstance(spec, SGD):
        return keras.optimizers.SGD(**settings, momentum=spec.momentum)
    if isinstance(spec, AdamW):
        return keras.optimizers.AdamW(**settings, weight_decay=spec.weight_decay)
    return keras.optimizers.Adam(**settings)


def compiled(model: ModelSpec, optimizer: OptimizerSpec) -> keras.Sequential:
    """Return the network compiled with cross-entropy on its probabilities and with accuracy."""
    network = build(model)
    network.compile(build_optimizer(optimizer), keras.losses.SparseCategoricalCrossentropy(), metrics=["accuracy"])
    return network
