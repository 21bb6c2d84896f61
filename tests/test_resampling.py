"""Scaling by weights: what each kind of weight keeps."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from foundations.resampling import linear, nearest, overlap, reduce, scale

lengths = st.integers(1, 60)
levels = st.floats(0, 1)
pictures = hnp.arrays(np.float64, st.tuples(lengths, lengths), elements=levels)


def test_overlap_by_hand() -> None:
    """Three pixels over two: the outer ones lie in one, the middle one half in each."""
    assert np.array([[2 / 3, 1 / 3, 0], [0, 1 / 3, 2 / 3]]) == pytest.approx(overlap(3, 2))
    assert np.array([[1, 0], [0.5, 0.5], [0, 1]]) == pytest.approx(overlap(2, 3))


@given(lengths, lengths)
def test_overlap_shares_out_every_pixel(inputs: int, outputs: int) -> None:
    """Each output is a mean of inputs, and each input is given away whole."""
    weights = overlap(inputs, outputs)
    assert (outputs, inputs) == weights.shape
    assert np.ones(outputs) == pytest.approx(weights.sum(axis=1))
    assert np.full(inputs, outputs / inputs) == pytest.approx(weights.sum(axis=0))
    assert weights.min() >= 0


@pytest.mark.parametrize("weights", [overlap, nearest, linear])
@given(length=lengths, other=lengths)
def test_weights_are_those_of_means(weights: object, length: int, other: int) -> None:
    """With all weights an axis of the same length stays as it is, and each output is a mean of inputs."""
    assert callable(weights)
    assert np.eye(length) == pytest.approx(weights(length, length))
    assert np.ones(other) == pytest.approx(weights(length, other).sum(axis=1))
    assert weights(length, other).min() >= 0


@given(pictures, lengths, lengths)
def test_scaling_by_area_keeps_the_mean(picture: np.ndarray, rows: int, columns: int) -> None:
    """A picture that is scaled by area has the mean that it had."""
    scaled = scale(picture, (rows, columns))
    assert (rows, columns) == scaled.shape
    assert scaled.mean() == pytest.approx(picture.mean())


@given(pictures, st.integers(1, 4))
def test_enlarging_is_undone(picture: np.ndarray, factor: int) -> None:
    """A picture enlarged by a whole number is the picture again after scaling by area, or to the nearest pixel."""
    enlarged = np.kron(picture, np.ones((factor, factor)))
    assert picture == pytest.approx(scale(enlarged, picture.shape))
    assert picture.tolist() == scale(enlarged, picture.shape, nearest).tolist()


@given(pictures, lengths)
def test_reduced_to_at_most(picture: np.ndarray, most: int) -> None:
    """No side is longer than asked; a picture that is small enough stays as it is."""
    reduced = reduce(picture, most)
    assert max(reduced.shape) == min(most, max(picture.shape))
    assert reduced is picture or max(picture.shape) > most


def test_linear_follows_a_ramp() -> None:
    """Between the centres of the inputs a ramp stays one."""
    ramp = linear(10, 40) @ np.arange(10.0)
    assert np.full(35, 0.25) == pytest.approx(np.diff(ramp)[2:-2])
    assert (0, 9) == (ramp[0], ramp[-1])
