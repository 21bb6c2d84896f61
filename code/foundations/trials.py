"""What a search over a few random settings may be expected to find."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from foundations.errors import require


def expected_best(values: ArrayLike) -> NDArray[np.float64]:
    """Return the expected maximum of k values drawn without replacement, for k = 1 to n, along the first axis.

    Of the n values in ascending order, the i-th is the largest of k drawn in C(i-1, k-1) of the C(n, k) cases. This is
    exact for the values given, and of k independent trials, of which the values are n, an unbiased estimate. Drawing
    with replacement, as Dodge et al. (2019) do, would make it too low.

    Parameters
    ----------
    values
        (n, …), such as the accuracies of n settings for several seeds.

    Returns
    -------
    NDArray
        (n, …): the mean of the values first, their maximum last.

    Raises
    ------
    FoundationsError
        If there are no values, or one is not finite.
    """
    ordered = np.sort(np.asarray(values, dtype=float), axis=0)
    whole = ordered.ndim > 0 and len(ordered) > 0 and bool(np.isfinite(ordered).all())
    require(whole, "the values of trials", ordered.tolist(), "one finite number or more")
    number = np.arange(1, len(ordered) + 1)
    drawn = number[:, np.newaxis]
    # comb is 0 where fewer values are smaller than the i-th than are drawn beside it
    chances = special.comb(number - 1, drawn - 1) / special.comb(len(ordered), drawn)
    return np.asarray(np.tensordot(chances, ordered, axes=1))
