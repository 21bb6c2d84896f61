"""The noise of a minibatch's gradient, held to explicit gradients and to all batches that can be drawn."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from foundations import data, noise
from foundations.gradients import backward
from foundations.noise import (
    deviation,
    gradient_moments,
    kept,
    left_of_noise,
    minibatch_noise,
    moments,
    noise_scale,
)
from foundations.runs import Run
from foundations.specs import baseline
from pretended import random_run, random_weights

SMALL = baseline.vary(hidden=(8,))
WEIGHTS = random_weights(SMALL, np.random.default_rng(1))
COUNT = 7
RANDOM = np.random.default_rng(0)
IMAGES = RANDOM.integers(0, 256, (COUNT, 28, 28), dtype=np.uint8)
LABELS = RANDOM.integers(0, 10, COUNT).astype(np.uint8)


def explicit() -> NDArray[np.float64]:
    """Return each example's gradient as a vector, (examples, parameters)."""
    written = backward(WEIGHTS, IMAGES, LABELS).batch_gradients(1)
    return np.concatenate([array.reshape(COUNT, -1) for array in written], axis=1).astype(np.float64)


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every run have been trained on seven images."""

    def seven(run: Run) -> tuple[data.Images, data.Labels]:  # noqa: ARG001  # the same for all
        return IMAGES, LABELS

    monkeypatch.setattr(noise, "training_set", seven)


@pytest.mark.parametrize("chunk", [2, 7, 100])
def test_moments_are_mean_and_trace_of_the_covariance(chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """G is the mean of explicit gradients and tr Σ the trace of their covariance, however they are cut up."""
    monkeypatch.setattr(noise, "CHUNK", chunk)
    gradient, trace = moments(WEIGHTS, IMAGES, LABELS)
    np.testing.assert_allclose(gradient, explicit().mean(axis=0), rtol=1e-4, atol=1e-6)
    assert pytest.approx(explicit().var(axis=0).sum(), rel=1e-4) == trace


def test_equal_examples_make_no_noise() -> None:
    """Copies of one image have one gradient, and its spread is nothing beside its length."""
    gradient, trace = moments(WEIGHTS, np.repeat(IMAGES[:1], 9, axis=0), np.repeat(LABELS[:1], 9))
    assert abs(trace) < 1e-5 * float(gradient @ gradient)


@pytest.mark.parametrize("size", range(1, COUNT + 1))
def test_law_holds_over_all_batches(size: int) -> None:
    """Over all batches of one size, the mean of ‖G_B − G‖² is tr Σ times what drawing without replacement leaves."""
    gradients = explicit()
    apart = [
        np.sum((gradients[[*batch]].mean(axis=0) - gradients.mean(axis=0)) ** 2)
        for batch in itertools.combinations(range(COUNT), size)
    ]
    expected = gradients.var(axis=0).sum() * left_of_noise(size, COUNT)
    assert pytest.approx(expected, rel=1e-9, abs=1e-9) == np.mean(apart)


@given(st.integers(2, 10_000), st.data())
def test_what_is_left_of_the_noise(images: int, drawn: st.DataObject) -> None:
    """One image has all of the noise, all images none, and no batch more than its share 1/B."""
    size = drawn.draw(st.integers(1, images))
    assert [1, 0] == left_of_noise([1, images], images).tolist()
    assert 0 <= float(left_of_noise(size, images)) <= 1 / size + 1e-12


@pytest.mark.parametrize("written", [1, 2, 64])
@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_deviation_is_that_of_explicit_batches(size: int, written: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The mean squared distance is that of successive batches, without the rest, however many are written at once."""
    monkeypatch.setattr(noise, "WRITTEN", written)
    gradient = explicit().mean(axis=0)
    batches = [explicit()[start : start + size].mean(axis=0) for start in range(0, COUNT - size + 1, size)]
    expected = np.mean([np.sum((batch - gradient) ** 2) for batch in batches])
    assert pytest.approx(expected, rel=1e-4, abs=1e-8) == deviation(WEIGHTS, IMAGES, LABELS, gradient, size)


def test_noise_scale_by_hand() -> None:
    """A variance of 6 beside a squared gradient of 2 is a noise scale of three images."""
    assert [[3.0, 0.5]] == noise_scale(np.array([[[2.0, 6.0], [4.0, 2.0]]])).tolist()


def test_kept_weights_come_in_the_order_of_training() -> None:
    """The weights that a run kept are in the order of their steps, and the last ones are the run's own."""
    run = random_run(SMALL.vary(epochs=1, snapshots=(100, 0)))
    assert [0, 100, 1_563] == [*kept(run)]
    assert kept(run)[1_563] is run.weights


@pytest.mark.usefixtures("runs_folder", "few")
def test_measured_moments() -> None:
    """Moments are measured for every run at all weights that it kept."""
    runs = [random_run(SMALL.vary(epochs=1, snapshots=(0, 5), seed=seed)) for seed in (0, 1)]
    found = gradient_moments(runs)
    gradient, trace = moments(runs[1].snapshots[5], IMAGES, LABELS)
    assert (2, 3, 2) == found.shape
    assert [float(gradient @ gradient), trace] == found[1, 1].tolist()


@pytest.mark.usefixtures("few")
def test_measured_noise_of_all_images_is_none(runs_folder: Path) -> None:
    """A batch of all images has no noise, a smaller one has some, and the result is stored."""
    run = random_run(SMALL.vary(epochs=1, snapshots=(0,)))
    found = minibatch_noise([run], [1, COUNT], [0, -1])
    assert (1, 2, 2) == found.shape
    assert found[0, :, 1].max() < 1e-6 * found[0, :, 0].min()
    assert found.tolist() == minibatch_noise([run], [1, COUNT], [0, -1]).tolist()
    assert [*runs_folder.iterdir()]
