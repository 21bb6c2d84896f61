"""Contrasts of a factorial, held to their definition, to least squares and to effects that are put in."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from foundations.errors import FoundationsError
from foundations.factorial import beyond_sum, combinations, contrast

Cells = NDArray[np.float64]
SEEDS = 3

cells_of_three = arrays(np.float64, (2, 2, 2, SEEDS), elements=st.floats(-100, 100))


def regression(cells: Cells, factors: tuple[int, ...]) -> Cells:
    """Return twice the coefficient that least squares gives a product of factors that are coded as -1 and 1."""
    rows = [*itertools.product((-1, 1), repeat=3)]
    terms = [(), *combinations(3)]
    design = np.array([[np.prod([row[axis] for axis in term]) for term in terms] for row in rows])
    coefficients, *_ = np.linalg.lstsq(design, cells.reshape(8, SEEDS), rcond=None)
    return np.asarray(2 * coefficients[terms.index(factors)])


@given(cells_of_three, st.sampled_from([*combinations(3)]))
def test_contrast_is_twice_the_regression_coefficient(cells: Cells, factors: tuple[int, ...]) -> None:
    """Main effects and interactions are those that least squares finds with factors coded as -1 and 1."""
    assert pytest.approx(regression(cells, factors), abs=1e-9) == contrast(cells, factors)


@given(cells_of_three)
def test_main_effect_is_a_difference_of_means(cells: Cells) -> None:
    """A main effect is the mean of the cells where the factor is on, minus that of the others."""
    expected = cells[:, 1].mean(axis=(0, 1)) - cells[:, 0].mean(axis=(0, 1))
    assert pytest.approx(expected, abs=1e-9) == contrast(cells, [1])


@given(cells_of_three)
def test_interaction_is_half_a_difference_of_effects(cells: Cells) -> None:
    """An interaction is half of what one factor does with the other on, minus half of what it does with it off."""
    effects = [contrast(cells[:, :, level], [0]) for level in (0, 1)]
    assert pytest.approx((effects[1] - effects[0]) / 2, abs=1e-9) == contrast(cells, [0, 2])


@given(cells_of_three, arrays(np.float64, SEEDS, elements=st.floats(-100, 100)))
def test_what_all_cells_share_cancels(cells: Cells, shift: Cells) -> None:
    """A seed whose cells are all higher has the same effects."""
    for factors in combinations(3):
        assert pytest.approx(contrast(cells, factors), abs=1e-9) == contrast(cells + shift, factors)
    assert pytest.approx(beyond_sum(cells), abs=1e-9) == beyond_sum(cells + shift)


@given(arrays(np.float64, (3, SEEDS), elements=st.floats(-100, 100)))
def test_effects_that_add_up(alone: Cells) -> None:
    """Where every factor adds its own amount, that is its main effect, no interaction is left, and nothing beyond."""
    switches = np.indices((2, 2, 2))[..., np.newaxis]
    cells = (switches * alone[:, np.newaxis, np.newaxis, np.newaxis]).sum(axis=0)
    for factors in combinations(3):
        expected = alone[factors[0]] if len(factors) == 1 else np.zeros(SEEDS)
        assert pytest.approx(expected, abs=1e-9) == contrast(cells, factors)
    assert pytest.approx(np.zeros(SEEDS), abs=1e-9) == beyond_sum(cells)


def test_beyond_sum_by_hand() -> None:
    """Three factors that each take 4 off, and 5 together, are 7 short of their sum."""
    cells = np.full((2, 2, 2, 1), 5.0)
    cells[0, 0, 0], cells[1, 0, 0], cells[0, 1, 0], cells[0, 0, 1] = 10, 6, 6, 6
    assert [7.0] == beyond_sum(cells).tolist()


def test_a_contrast_has_half_the_variance_of_a_cell() -> None:
    """With independent noise a contrast of eight cells varies half as much as one cell."""
    cells = np.random.default_rng(0).standard_normal((2, 2, 2, 100_000))
    for factors in combinations(3):
        assert pytest.approx(0.5, rel=0.02) == contrast(cells, factors).var()


def test_combinations() -> None:
    """Every set of factors has its effect, single ones first."""
    assert [(0,), (1,), (2,), (0, 1), (0, 2), (1, 2), (0, 1, 2)] == [*combinations(3)]


@pytest.mark.parametrize("factors", [(), (3,), (0, 0), (-1,)])
def test_unknown_factors_are_refused(factors: tuple[int, ...]) -> None:
    """A contrast of no factor, of one that is not there, or of one twice, is refused."""
    with pytest.raises(FoundationsError, match="different factors from 0 to 2. Received"):
        contrast(np.zeros((2, 2, 2, 1)), factors)
