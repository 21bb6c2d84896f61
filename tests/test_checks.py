"""Exact facts: they hold, or stop the build."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from foundations.checks import check, largest_difference
from foundations.errors import CheckError
from markup import tagless

SENTENCE = "Both forms agree."
numbers = st.floats(-1e6, 1e6)
blocks = array_shapes(max_dims=3, max_side=4).flatmap(lambda shape: arrays(float, shape, elements=numbers))


@given(st.floats(0, 1), st.floats(0, 1))
def test_check_passes_up_to_its_bound(error: float, at_most: float) -> None:
    """A check passes if its error is at most the bound, and otherwise stops the build."""
    if error <= at_most:
        found = check(SENTENCE, error, at_most)
        assert (SENTENCE, error, at_most) == (found.sentence, found.error, found.at_most)
        return
    with pytest.raises(CheckError, match=SENTENCE):
        check(SENTENCE, error, at_most)


@pytest.mark.parametrize("error", [math.nan, np.nan, math.inf, -math.inf, -1e-9])
def test_no_size_is_no_pass(error: float) -> None:
    """An error that is infinite, negative or not a number stops the build."""
    with pytest.raises(CheckError, match=r"The error must be from 0 to 0\.5\. Received: "):
        check(SENTENCE, error, 0.5)


@pytest.mark.parametrize("error", [1e-300, 5e-324, 1, True])
def test_a_bound_is_zero_unless_stated(error: float) -> None:
    """Without a bound a fact holds exactly or not at all."""
    with pytest.raises(CheckError, match="The error must be from 0 to 0"):
        check(SENTENCE, error)
    assert 0.0 == check(SENTENCE, 0).error


def test_no_bound_is_no_pass() -> None:
    """A bound that is not a number lets nothing pass."""
    with pytest.raises(CheckError):
        check(SENTENCE, 0.0, math.nan)


def test_card_shows_error_and_bound() -> None:
    """The card of a check says how large the difference is and how large it may be, and escapes its sentence."""
    html = check("Loss is < a & finite.", 1.25e-7, 1e-6)._repr_html_()
    assert "(largest difference 1.2e-07, allowed 1e-06)" in tagless(html)
    assert "<strong>Checked.</strong> Loss is &lt; a &amp; finite." in html
    assert '<aside class="check" aria-label="Check">' in html


def test_card_of_an_exact_fact() -> None:
    """The card of a fact without tolerance says that it holds exactly."""
    assert "<span>(exactly)</span>" in check(SENTENCE, 0)._repr_html_()


@given(blocks, st.data())
def test_largest_difference_finds_the_one(block: np.ndarray, data: st.DataObject) -> None:
    """The largest difference is that of the one entry that differs, whatever its place and sign."""
    other = block.copy()
    place = data.draw(st.integers(0, block.size - 1))
    change = data.draw(numbers)
    other.flat[place] += change
    expected = abs(float(other.flat[place]) - float(block.flat[place]))
    assert expected == largest_difference(block, other) == largest_difference(other.tolist(), block.tolist())


@given(blocks)
def test_equal_arrays_do_not_differ(block: np.ndarray) -> None:
    """An array does not differ from itself, in whatever type it is written."""
    assert 0.0 == largest_difference(block, block.tolist())


@given(blocks)
def test_other_shapes_differ_infinitely(block: np.ndarray) -> None:
    """Arrays of different shapes are never taken for equal, also where NumPy would broadcast them."""
    assert math.inf == largest_difference(block, block[np.newaxis])
    assert math.inf == largest_difference(0.0, np.zeros(3))


def test_unsigned_types_do_not_wrap() -> None:
    """Images of unsigned bytes are compared as numbers."""
    assert 255.0 == largest_difference(np.uint8([0, 1]), np.uint8([255, 1]))


def test_not_a_number_is_no_agreement() -> None:
    """A value that is not a number makes the difference one too, so that no check passes."""
    with pytest.raises(CheckError):
        check(SENTENCE, largest_difference([1.0, math.nan], [1.0, math.nan]), 1.0)
