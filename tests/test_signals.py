"""What goes back through networks, held to TensorFlow's gradients, to loops and to the theory of wide layers."""

from __future__ import annotations

import math

import numpy as np
import pytest

from foundations import data, models, signals
from foundations.activations import DERIVATIVES, GAINS, factors, variances
from foundations.backend import keras, tf
from foundations.evaluation import ACTIVATIONS, forward
from foundations.runs import Run
from foundations.signals import at_start, error_signals, first_variance, initial_weights, norms, openness
from foundations.specs import ACTIVATIONS as KNOWN
from foundations.specs import INITIALIZERS, ModelSpec, baseline
from pretended import pretend, random_weights

COUNT = 40
IMAGES = np.random.default_rng(0).integers(0, 256, (COUNT, 28, 28), dtype=np.uint8)
LABELS = (np.arange(COUNT) % 10).astype(np.uint8)

each_activation = pytest.mark.parametrize("activation", KNOWN)
each_initializer = pytest.mark.parametrize("initializer", INITIALIZERS)


@pytest.fixture
def few_training_images(monkeypatch: pytest.MonkeyPatch, runs_folder: object) -> None:  # noqa: ARG001  # a fixture
    """Let every seed's training images be the ones above, rolled by the seed."""

    def training_images(seed: int, checksum: str) -> tuple[data.Images, data.Labels]:
        assert data.PACKAGED_SHA256 == checksum
        return np.roll(IMAGES, seed, axis=0), np.roll(LABELS, seed)

    monkeypatch.setattr(signals, "training_images", training_images)


def random_network(activation: str, hidden: tuple[int, ...] = (16, 12), seed: int = 0) -> Run:
    """Return a run whose weights are random, biases included."""
    spec = baseline.vary(hidden=hidden, activation=activation, seed=seed)
    return pretend(spec, weights=random_weights(spec, np.random.default_rng(seed)))


@each_activation
def test_backpropagation_is_tensorflows(activation: str) -> None:
    """An image's error signals are TensorFlow's gradients by the biases; a mean gradient by a kernel is its own."""
    run = random_network(activation)
    network = models.build(run.spec.model)
    network.set_weights(run.weights)
    loss = keras.losses.SparseCategoricalCrossentropy()
    errors = error_signals(run.weights, IMAGES, LABELS, activation)
    assert [(COUNT, 16), (COUNT, 12), (COUNT, 10)] == [error.shape for error in errors]
    for image in range(3):
        with tf.GradientTape() as tape:
            cost = loss(LABELS[image : image + 1], network(data.unit_range(IMAGES[image : image + 1])))
        for error, expected in zip(errors, tape.gradient(cost, network.trainable_variables)[1::2], strict=True):
            assert pytest.approx(expected.numpy(), abs=1e-5) == error[image]
    with tf.GradientTape() as tape:
        cost = loss(LABELS, network(data.unit_range(IMAGES)))
    kernels = tape.gradient(cost, network.trainable_variables)[::2]
    expected = [np.linalg.norm(kernel.numpy()) for kernel in kernels]
    assert pytest.approx(expected, rel=1e-4) == norms(run.weights, IMAGES, LABELS, activation)[:, 1]


def test_lengths_by_loops() -> None:
    """The length of a layer's error signal is the root mean square over images."""
    run = random_network("tanh")
    errors = error_signals(run.weights, IMAGES, LABELS, "tanh")
    expected = [math.sqrt(sum(float(value) ** 2 for value in error.ravel()) / COUNT) for error in errors]
    assert pytest.approx(expected, rel=1e-5) == norms(run.weights, IMAGES, LABELS, "tanh")[:, 0]


@each_initializer
def test_initial_weights_are_distributed_as_kerass(initializer: str) -> None:
    """Drawn kernels have the spread, the bounds and the fourth moment of Keras's; biases are zero."""
    spec = ModelSpec((256, 300), initializer=initializer)
    keras.utils.set_random_seed(0)
    own, kerass = initial_weights(spec, 0), models.build(spec).get_weights()
    assert [array.shape for array in kerass] == [array.shape for array in own]
    for kernel, expected in zip(own[::2], kerass[::2], strict=True):
        noise = 4 / math.sqrt(kernel.size)
        assert pytest.approx(expected.std(), rel=noise) == kernel.std()
        assert pytest.approx(np.mean(expected**4), rel=4 * noise) == np.mean(kernel**4)
        assert pytest.approx(np.abs(expected).max(), rel=0.02) == np.abs(kernel).max()
        assert abs(kernel.mean()) < noise * kernel.std()
        assert np.float32 == kernel.dtype
    assert not any(bias.any() for bias in own[1::2])


def test_gain_is_fan_in_times_variance() -> None:
    """Between layers of equal width, fan-in times the variance of the drawn weights is the initializer's gain."""
    for initializer, gain in GAINS.items():
        kernel = initial_weights(ModelSpec((300, 300), initializer=initializer), 0)[2]
        assert pytest.approx(gain, rel=0.02) == 300 * kernel.var()


def test_initial_weights_belong_to_the_seed() -> None:
    """One seed gives one draw, whatever the activation; another seed gives another."""
    first, again, other = (
        initial_weights(ModelSpec((8,), activation), seed)[0]
        for activation, seed in (("relu", 1), ("tanh", 1), ("relu", 2))
    )
    assert first.tolist() == again.tolist()
    assert first.tolist() != other.tolist()


@each_activation
@each_initializer
def test_wide_layers_obey_the_theory(activation: str, initializer: str) -> None:
    """In wide layers, variances going forward and factors going back are the derived ones, to a few percent."""
    width, depth = 1_024, 4
    weights = initial_weights(ModelSpec((width,) * depth, activation, initializer=initializer), 0)
    measured = np.array([np.mean(np.square(layer)) for layer in forward(weights, IMAGES, activation)[:-1]])
    theory = activation, GAINS[initializer], float(measured[0]), depth
    assert pytest.approx(variances(*theory), rel=0.1) == measured
    lengths = norms(weights, IMAGES, LABELS, activation)[:-1, 0]
    assert pytest.approx(factors(*theory)[:-1], rel=0.1) == lengths[:-1] / lengths[1:]


@pytest.mark.usefixtures("few_training_images")
def test_first_variance_is_that_of_drawn_networks() -> None:
    """The derived variance of the first pre-activations is their mean square in drawn networks."""
    for initializer in INITIALIZERS:
        weights = initial_weights(ModelSpec((2_000,), initializer=initializer), 0)
        measured = np.mean(np.square(forward(weights, IMAGES, "relu")[0]))
        assert pytest.approx(measured, rel=0.05) == first_variance([0, 1], initializer, 2_000)


@pytest.mark.usefixtures("few_training_images")
def test_at_start_is_about_each_seed() -> None:
    """Each run's seed draws the weights and brings the images; layers are those of the depth asked for."""
    runs = [pretend(baseline.vary(seed=seed)) for seed in (0, 3)]
    found = at_start(runs, 3, "tanh", "he_normal")
    assert (2, 4, 2) == found.shape
    model = ModelSpec((signals.WIDTH,) * 3, "tanh", initializer="he_normal")
    images, labels = np.roll(IMAGES, 3, axis=0), np.roll(LABELS, 3)
    assert norms(initial_weights(model, 3), images, labels, "tanh").tolist() == found[1].tolist()


def test_training_images_are_the_probe() -> None:
    """The images are the first 10,000 that a seed trains on."""
    pool = data.load()
    images, labels = signals.training_images(5, pool.checksum)
    positions = data.split(pool.labels, 5).probe(50_000)
    assert (pool.images[positions] == images).all()
    assert (pool.labels[positions] == labels).all()


@each_activation
@pytest.mark.usefixtures("few_training_images")
def test_openness_by_loops(activation: str) -> None:
    """The rms derivative and the shares of closed pairs and units are what loops over units and images give."""
    run = random_network(activation, (12,))
    kernel, bias, *rest = run.weights
    shifted = bias + np.linspace(-40, 40, 13, dtype=np.float32)[:12]  # some are closed for all images
    run = pretend(run.spec, weights=(kernel, shifted, *rest), snapshots={0: run.weights})
    largest = DERIVATIVES[activation](np.linspace(-9, 9, 1_001)).max() if activation == "sigmoid" else 1
    for start, weights in ((False, run.weights), (True, run.snapshots[0])):
        slopes = DERIVATIVES[activation](forward(weights, IMAGES, activation)[0])
        closed = [[abs(float(slope)) < 0.1 * largest for slope in unit] for unit in slopes.T]
        expected = [
            math.sqrt(np.mean([float(slope) ** 2 for slope in slopes.ravel()])),
            100 * sum(map(sum, closed)) / slopes.size,
            100 * sum(map(all, closed)) / len(closed),
        ]
        assert pytest.approx(expected, rel=1e-4) == openness([run], start)[0]
    assert 0 < openness([run], False)[0, 2] < 100


@pytest.mark.usefixtures("few_training_images")
def test_dead_units_get_no_gradient() -> None:
    """A ReLU that is closed for every image has no gradient in its weights, and one that is open for some has."""
    run = random_network("relu", (12,))
    kernel, bias, *rest = run.weights
    weights = (kernel, np.where(np.arange(12) < 3, np.float32(-1e3), bias).astype(np.float32), *rest)
    units = ACTIVATIONS["relu"](forward(weights, IMAGES, "relu")[0])
    gradient = np.abs(error_signals(weights, IMAGES, LABELS, "relu")[0]).sum(axis=0)
    assert [not unit.any() for unit in units.T] == [value == 0 for value in gradient]
    assert 100 * np.mean(gradient == 0) == openness([pretend(run.spec, weights=weights)], False)[0, 2]
