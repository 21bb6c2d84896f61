"""Blank pixels and the smoothness of filters, held to loops and to pictures made for it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundations.evaluation import training_set
from foundations.filters import (
    blank_pixels,
    digit_smoothness,
    neighbour_correlation,
    pictures,
    smoothness,
)
from foundations.specs import baseline
from pretended import pretend, random_run, random_weights

EVERYWHERE = np.ones(784, dtype=bool)
FEW = baseline.vary(train_size=200, hidden=(5,), seed=3)


def test_blank_pixels_by_loops() -> None:
    """A pixel is blank if no training image has ink there, and more images leave fewer pixels blank."""
    images, _ = training_set(pretend(FEW))
    expected = [not any(image[row, column] for image in images) for row in range(28) for column in range(28)]
    assert expected == blank_pixels(pretend(FEW)).tolist()
    more = blank_pixels(pretend(FEW.vary(train_size=2_000)))
    assert 0 < (more & blank_pixels(pretend(FEW))).sum() == more.sum() < sum(expected)


def test_pictures_are_columns_of_the_kernel() -> None:
    """The picture of a unit holds the weights from each pixel to it, in the pixel's place."""
    kernel = random_weights(FEW, np.random.default_rng(0))[0]
    found = pictures(kernel)
    assert (5, 28, 28) == found.shape
    assert kernel[28 * 3 + 7, 4] == found[4, 3, 7]


@given(st.integers(0, 2**32 - 1))
def test_neighbour_correlation_by_loops(seed: int) -> None:
    """The correlation is over every pair of pixels that share an edge and both count."""
    random = np.random.default_rng(seed)
    drawn, within = random.standard_normal((2, 28, 28)), random.random(784) < 0.8
    grid = within.reshape(28, 28)
    pairs = [
        (picture[row, column], picture[other])
        for picture in drawn
        for row in range(28)
        for column in range(28)
        for other in ((row, column + 1), (row + 1, column))
        if max(other) < 28 and grid[row, column] and grid[other]
    ]
    expected = np.corrcoef(np.array(pairs).T)[0, 1]
    assert pytest.approx(expected) == neighbour_correlation(drawn, within)


def test_noise_and_slopes() -> None:
    """Independent weights do not correlate, a slope does fully, and a chessboard is the opposite of smooth."""
    noise = np.random.default_rng(0).standard_normal((50, 28, 28))
    row, column = np.indices((28, 28))
    assert pytest.approx(0, abs=0.02) == neighbour_correlation(noise, EVERYWHERE)
    assert neighbour_correlation((row + column)[np.newaxis], EVERYWHERE) > 0.99
    assert pytest.approx(-1, abs=0.01) == neighbour_correlation(((row + column) % 2)[np.newaxis], EVERYWHERE)


@pytest.mark.usefixtures("runs_folder")
def test_smoothness_leaves_blank_pixels_out() -> None:
    """The smoothness of a run is that of its first kernel, whatever the weights of blank pixels are."""
    run = random_run(FEW)
    blank = blank_pixels(run)
    expected = neighbour_correlation(pictures(run.weights[0]), ~blank)
    kernel = np.where(blank[:, np.newaxis], 100, run.weights[0]).astype(np.float32)
    other = pretend(FEW.vary(epochs=3), weights=(kernel, *run.weights[1:]))
    assert [expected] * 2 == smoothness([run, other]).tolist()


@pytest.mark.usefixtures("runs_folder")
def test_digits_are_smooth() -> None:
    """Neighbouring pixels of the digits agree; the correlation is that of the first training images."""
    run = pretend(FEW.vary(train_size=1_500))
    images = training_set(run)[0][:1_000]
    expected = neighbour_correlation(images, ~blank_pixels(run))
    assert [expected] == digit_smoothness([run]).tolist()
    assert 0.7 < expected < 0.9
