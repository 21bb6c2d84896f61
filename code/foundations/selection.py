"""What choosing the best of several candidates does to the figure that it was chosen by."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from foundations.errors import require


def optimism(hits: NDArray[np.bool_], candidates: int, subset: int) -> NDArray[np.float64]:
    """Return how far the winner's own figure flatters it, and what choosing it gains, in points of accuracy.

    The images are cut into disjoint subsets, and the candidates into disjoint groups. In each, the candidate with the
    best accuracy on the subset wins (the first of equals).

    Parameters
    ----------
    hits
        (models, images): whether each model is right on each image.
    candidates
        Models in a group, a divisor of their number.
    subset
        Images that the choice is made on, a divisor of their number.

    Returns
    -------
    NDArray
        Two numbers, averaged over subsets and groups: the winner's accuracy on the subset minus its accuracy on all
        other images; and the latter minus the mean of its group there.
    """
    models, images = hits.shape
    require(candidates >= 1 and models % candidates == 0, "candidates", candidates, f"a divisor of {models}")
    require(1 <= subset < images and images % subset == 0, "subset", subset, f"a divisor of {images}, but less")
    right = hits.reshape(models // candidates, candidates, images // subset, subset).sum(axis=3)
    chosen_on = 100 * right / subset
    elsewhere = 100 * (right.sum(axis=2, keepdims=True) - right) / (images - subset)
    winner = chosen_on.argmax(axis=1, keepdims=True)
    flattering, honest = (np.take_along_axis(values, winner, axis=1)[:, 0] for values in (chosen_on, elsewhere))
    return np.array([(flattering - honest).mean(), (honest - elsewhere.mean(axis=1)).mean()])
