"""MNIST's images on canvases: what they are like, and that preprocessing costs next to nothing there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from foundations import data
from foundations.canvases import INTERPOLATIONS, canvas, canvas_accuracy, canvases, preprocessed
from foundations.digits import Steps
from foundations.errors import FoundationsError
from foundations.specs import baseline
from pretended import random_run


@pytest.mark.parametrize("interpolation", INTERPOLATIONS)
def test_canvases(pool: data.Pool, interpolation: str) -> None:
    """Canvases are at most twice as large as the image, which is 1 to 10 times its size, in either polarity."""
    made = [*canvases(pool.images[:100], interpolation, seed=3)]
    again = [*canvases(pool.images[:100], interpolation, seed=3)]
    assert all(first.tolist() == second.tolist() for first, second in zip(made, again, strict=True))
    sides = [side for picture in made for side in picture.shape]
    assert 28 <= min(sides) < 56
    assert 280 < max(sides) <= 560
    assert 30 <= sum(picture[0, 0] == 0 for picture in made) <= 70


def test_unknown_interpolation(pool: data.Pool) -> None:
    """Another interpolation is refused by name."""
    with pytest.raises(FoundationsError, match="interpolation must be one of nearest, bilinear. Received: 'cubic'"):
        canvas(pool.images[0], "cubic", np.random.default_rng(0))


def test_refused_pictures_are_black() -> None:
    """What preprocessing refuses counts as an image without ink."""
    assert not preprocessed(np.zeros((30, 30)), Steps()).any()


def test_accuracies(runs_folder: Path) -> None:
    """Accuracies are in points, one row a run, of all images as they are and on canvases; without steps they differ."""
    assert not runs_folder.exists()
    runs = [random_run(baseline.vary(hidden=(8,), seed=seed)) for seed in (0, 1)]
    accuracies = canvas_accuracy(runs, 60, "nearest")
    assert (2, 2) == accuracies.shape
    assert ((accuracies >= 0) & (accuracies <= 100)).all()
    assert np.abs(accuracies[:, 0] - accuracies[:, 1]).max() <= 10
    assert accuracies[:, 1].tolist() != canvas_accuracy(runs, 60, "nearest", ["crop"])[:, 1].tolist()


@pytest.mark.slow
@pytest.mark.parametrize("interpolation", INTERPOLATIONS)
def test_preprocessing_costs_at_most_half_a_point(runs_folder: Path, interpolation: str) -> None:
    """On 2,000 validation images, preprocessing costs a trained network at most half a point of accuracy."""
    from foundations.training import train  # noqa: PLC0415  # it loads TensorFlow

    assert not runs_folder.exists()
    ((original, made),) = canvas_accuracy([train(baseline.vary(epochs=3))], 2_000, interpolation)
    assert original > 95
    assert made >= original - 0.5
