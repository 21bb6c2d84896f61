"""The best of k trials, against every subset, and against drawing."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundations.errors import FoundationsError
from foundations.trials import expected_best


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=8))
def test_expectation_is_the_mean_over_all_subsets(values: list[float]) -> None:
    """The expected best of k is the mean of the maxima of all subsets of k, ties included."""
    for k, found in enumerate(expected_best(values), start=1):
        maxima = [max(subset) for subset in itertools.combinations(values, k)]
        assert pytest.approx(np.mean(maxima), abs=1e-9) == found


def test_ends_and_order() -> None:
    """One trial is worth the mean, all are worth the best, and more are never worth less."""
    found = expected_best([97.0, 10.0, 95.0, 96.5])
    assert pytest.approx([np.mean([97.0, 10.0, 95.0, 96.5]), 97.0]) == found[[0, -1]]
    assert (np.diff(found) >= 0).all()


def test_columns_are_searches_of_their_own() -> None:
    """Each column, such as a seed, is a search of its own."""
    values = np.random.default_rng(0).random((9, 3))
    expected = np.stack([expected_best(column) for column in values.T], axis=1)
    np.testing.assert_allclose(expected, expected_best(values))


@pytest.mark.parametrize("wrong", [[], [1.0, np.nan]])
def test_what_cannot_be_searched_is_refused(wrong: list[float]) -> None:
    """No values, and values that are not finite, are refused."""
    with pytest.raises(FoundationsError, match="the values of trials must be one finite number or more"):
        expected_best(wrong)
