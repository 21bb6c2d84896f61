"""The networks: Keras's own objects, built as a reader would build them; and Philox dropout."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf
from numpy.typing import NDArray

from foundations import models
from foundations.specs import ACTIVATIONS, OPTIMIZERS, SGD, AdamW, ModelSpec

KERAS_OPTIMIZERS = {"sgd": keras.optimizers.SGD, "adam": keras.optimizers.Adam, "adamw": keras.optimizers.AdamW}
RATES = (0.1, 0.3, 0.5, 0.9)
SHAPE = (1001, 301)  # an odd number of units, so that half of the last random word is left over


def silence(rate: float, seed: int = 0, calls: int = 1, compile_it: bool = False) -> NDArray[np.float32]:
    """Return what dropout makes of an array of ones, at its last call."""
    layer = models.Dropout(rate, seed=seed)
    call = tf.function(lambda x: layer(x, training=True), jit_compile=compile_it)
    for _ in range(calls):
        output = call(tf.ones(SHAPE))
    return np.asarray(output)


@pytest.mark.parametrize("hidden", [(), (128,), (64, 32), (16, 16, 16)])
@pytest.mark.parametrize("dropout", [0.0, 0.3])
def test_parameters_are_those_of_keras(hidden: tuple[int, ...], dropout: float) -> None:
    """The formula for the number of parameters agrees with Keras's count."""
    spec = ModelSpec(hidden=hidden, dropout=dropout)
    assert models.build(spec).count_params() == spec.parameters


def test_baseline_has_101770_parameters() -> None:
    """The baseline network has the number of parameters that the book states."""
    expected = 101_770
    assert expected == models.build(ModelSpec()).count_params()


def test_layers_without_dropout() -> None:
    """The network is Flatten, the hidden layers and a softmax, so that layer 1 is the first dense one."""
    flatten, first, second, output = models.build(ModelSpec(hidden=(64, 32), activation="tanh")).layers
    assert isinstance(flatten, keras.layers.Flatten)
    widths = [64, 32, 10]
    assert widths == [layer.units for layer in (first, second, output)]
    activations = ["tanh", "tanh", "softmax"]
    assert activations == [layer.activation.__name__ for layer in (first, second, output)]


@pytest.mark.parametrize(("initializer", "outputs_count"), [("glorot_uniform", 1), ("he_normal", 0)])
def test_initial_weights_have_the_variance_of_their_initializer(initializer: str, outputs_count: int) -> None:
    """Hidden kernels have Glorot's or He's variance, the output layer's always Glorot's, and biases start at 0."""
    keras.utils.set_random_seed(0)
    _, first, second, output = models.build(ModelSpec(hidden=(256, 128), initializer=initializer)).layers
    for layer in (first, second):
        inputs, outputs = layer.kernel.shape
        assert pytest.approx(2 / (inputs + outputs_count * outputs), rel=0.05) == np.var(layer.kernel)
    assert pytest.approx(2 / (128 + 10), rel=0.15) == np.var(output.kernel)
    assert np.abs(output.kernel).max() <= np.sqrt(6 / (128 + 10))
    assert not any(np.any(layer.bias) for layer in (first, second, output))


def test_softmax_regression() -> None:
    """Without hidden layers the network is Flatten and a softmax, whose kernel carries the penalty, without dropout."""
    network = models.build(ModelSpec(hidden=(), l2=0.01, dropout=0.5))
    flatten, output = network.layers
    assert isinstance(flatten, keras.layers.Flatten)
    assert keras.activations.softmax is output.activation
    (penalty,) = network.losses
    assert pytest.approx(0.01 * np.square(output.kernel).sum(), rel=1e-5) == float(penalty)


def test_dropout_follows_every_hidden_layer() -> None:
    """Dropout comes after each hidden layer, and neither the input nor the output is dropped."""
    network = models.build(ModelSpec(hidden=(64, 32), dropout=0.25))
    expected = ["Flatten", "Dense", "Dropout", "Dense", "Dropout", "Dense"]
    assert expected == [type(layer).__name__ for layer in network.layers]
    rates = [0.25, 0.25]
    assert rates == [layer.rate for layer in network.layers if isinstance(layer, models.Dropout)]


def test_penalty_is_on_the_first_kernel() -> None:
    """The penalty is l2 times the sum of squares of the first hidden layer's kernel, and nothing else's."""
    network = models.build(ModelSpec(hidden=(64, 32), l2=0.01))
    kernel = network.layers[1].kernel.numpy().astype(np.float64)
    (penalty,) = network.losses
    assert pytest.approx(0.01 * np.square(kernel).sum(), rel=1e-5) == float(penalty)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activation_is_that_of_keras(name: str) -> None:
    """The hidden layers use Keras's function of the activation's name."""
    assert getattr(keras.activations, name) is models.build(ModelSpec(activation=name)).layers[1].activation


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_optimizer_defaults_are_those_of_keras(name: str) -> None:
    """The defaults that the specs write out are Keras's own, for every setting that Keras has."""
    expected = KERAS_OPTIMIZERS[name]().get_config()
    actual = models.build_optimizer(OPTIMIZERS[name]()).get_config()
    assert {**expected, "name": None} == {**actual, "name": None}  # Keras numbers the names of its objects


def test_optimizer_settings_arrive() -> None:
    """Momentum, weight decay and learning rate reach Keras's optimizer."""
    sgd = models.build_optimizer(SGD(learning_rate=0.5, momentum=0.75)).get_config()
    adamw = models.build_optimizer(AdamW(learning_rate=0.25, weight_decay=0.125)).get_config()
    expected = (0.5, 0.75, 0.25, 0.125)
    assert expected == (sgd["learning_rate"], sgd["momentum"], adamw["learning_rate"], adamw["weight_decay"])


def test_initial_weights_are_keras_defaults() -> None:
    """Under one global seed the network starts with the weights of the same network written by hand in Keras."""
    keras.utils.set_random_seed(5)
    network = models.compiled(ModelSpec(hidden=(64, 32)), SGD())
    keras.utils.set_random_seed(5)
    dense = keras.layers.Dense
    by_hand = keras.Sequential(
        [
            keras.layers.Input((28, 28)),
            keras.layers.Flatten(),
            dense(64, "relu"),
            dense(32, "relu"),
            dense(10, "softmax"),
        ]
    )
    for expected, actual in zip(by_hand.get_weights(), network.get_weights(), strict=True):
        np.testing.assert_array_equal(actual, expected)


@pytest.mark.parametrize("rate", RATES)
def test_dropout_silences_its_rate(rate: float) -> None:
    """The share of silenced units is the rate, within four standard deviations of a binomial count."""
    silenced = np.mean(silence(rate) == 0)
    tolerance = 4 * np.sqrt(rate * (1 - rate) / np.prod(SHAPE))
    assert pytest.approx(rate, abs=tolerance) == silenced


@pytest.mark.parametrize("rate", RATES)
def test_dropout_scales_what_it_keeps(rate: float) -> None:
    """Every unit that is kept is scaled by 1/(1 - rate)."""
    output = silence(rate)
    np.testing.assert_allclose(output[output != 0], 1 / (1 - rate), rtol=1e-6)


@pytest.mark.parametrize("rate", RATES)
def test_dropout_keeps_the_mean(rate: float) -> None:
    """The mean of the output equals the input's in expectation, within four standard errors."""
    tolerance = 4 * np.sqrt(rate / (1 - rate) / np.prod(SHAPE))
    assert pytest.approx(1.0, abs=tolerance) == silence(rate).mean(dtype=np.float64)


def test_dropout_is_independent_from_unit_to_unit() -> None:
    """Neighbouring units, whose 16 bits come from one random word, are silenced independently of each other."""
    silenced = (silence(0.5) == 0).ravel()[:-1].reshape(-1, 2)
    correlation = np.corrcoef(silenced.T)[0, 1]
    assert abs(correlation) < 4 / np.sqrt(len(silenced))


def test_dropout_is_the_identity_in_inference() -> None:
    """Outside training dropout changes nothing."""
    inputs = tf.random.stateless_normal((7, 5), seed=(1, 2))
    np.testing.assert_array_equal(models.Dropout(0.5)(inputs, training=False), inputs)
    np.testing.assert_array_equal(models.Dropout(0.5)(inputs), inputs)


def test_dropout_of_nothing_is_the_identity() -> None:
    """A rate of 0, for which Keras draws no seed, passes everything on in training too."""
    inputs = tf.random.stateless_normal((7, 5), seed=(1, 2))
    np.testing.assert_array_equal(models.Dropout(0)(inputs, training=True), inputs)


def test_dropout_repeats_by_seed() -> None:
    """One seed gives one mask, bit for bit, and another seed another mask."""
    np.testing.assert_array_equal(silence(0.3, seed=1), silence(0.3, seed=1))
    assert not np.array_equal(silence(0.3, seed=1), silence(0.3, seed=2))


def test_dropout_draws_anew_at_every_call() -> None:
    """Two calls of one layer silence different units, about as many in common as chance has it."""
    first, second = (silence(0.3, calls=calls) == 0 for calls in (1, 2))
    assert pytest.approx(0.3**2, abs=0.003) == np.mean(first & second)


def test_dropout_is_the_same_under_xla() -> None:
    """The compiled epoch silences the units that the layer silences outside XLA."""
    np.testing.assert_array_equal(silence(0.3, calls=3, compile_it=True), silence(0.3, calls=3))
