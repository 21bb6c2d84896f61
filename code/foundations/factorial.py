"""Factorial studies: what several factors do that are switched on and off in all combinations."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from foundations.errors import require

Values = NDArray[np.float64]


def combinations(factors: int) -> Iterator[tuple[int, ...]]:
    """Yield every set of factors that has an effect: single ones first, then pairs, up to all of them."""
    for size in range(1, factors + 1):
        yield from itertools.combinations(range(factors), size)


def contrast(cells: Values, factors: Sequence[int]) -> Values:
    """Return a main effect, or an interaction, over seeds, (seeds,).

    Of one factor it is the mean of the cells where it is on, minus the mean of those where it is off. Of two it is half
    the difference between the effect of one with the other on, and its effect with the other off; and so on (Box,
    Hunter and Hunter, 2005, chapter 5).

    Parameters
    ----------
    cells
        (2, …, 2, seeds): one axis a factor, off and on, and one for the seeds.
    factors
        Which factors, as axes; none twice.

    Raises
    ------
    FoundationsError
        If a factor is no axis of `cells`, or named twice, or none is named.
    """
    count = cells.ndim - 1
    right = f"different factors from 0 to {count - 1}"
    require(0 < len(factors) == len({*factors} & {*range(count)}), "the factors of a contrast", factors, right)
    for axis in reversed(range(count)):
        off, on = np.take(cells, 0, axis), np.take(cells, 1, axis)
        cells = on - off if axis in factors else on + off
    return np.asarray(cells / 2 ** (count - 1))


def beyond_sum(cells: Values) -> Values:
    """Return what all factors together do, minus the sum of what each does alone, (seeds,).

    Both are counted from the cell where everything is off. It is 0 if the effects add up.

    Parameters
    ----------
    cells
        As of `contrast`.
    """
    count = cells.ndim - 1
    none, everything = cells[(0,) * count], cells[(1,) * count]
    alone = [cells[tuple(int(axis == factor) for axis in range(count))] for factor in range(count)]
    return np.asarray((everything - none) - sum(single - none for single in alone))
