"""Where images lie for a network: the activations of its last hidden layer."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from foundations import data, strokes
from foundations.evaluation import ACTIVATIONS, forward, validation_set
from foundations.measurements import measurement
from foundations.outside import prepared
from foundations.runs import Floats, Run


def hidden(run: Run, images: data.Images) -> Floats:
    """Return the activations of the last hidden layer, (n, units), for images (n, 28, 28) of gray levels 0 to 255."""
    activation = run.spec.model.activation
    return ACTIVATIONS[activation](forward(run.weights, images, activation)[-2])


def nearest(points: Floats, others: Floats) -> NDArray[np.float64]:
    """Return the Euclidean distance from each point, (n, d), to the nearest of the others, (m, d)."""
    from sklearn.neighbors import NearestNeighbors  # noqa: PLC0415  # as in `outside`

    distances, _ = NearestNeighbors(n_neighbors=1).fit(others).kneighbors(points)
    return np.asarray(distances[:, 0])


@measurement
def remoteness(runs: Sequence[Run], name: str, count: int, checksum: str) -> NDArray[np.float64]:
    """Return the median distance of images to the nearest of a run's select half, in the hidden layer, (runs, 2).

    First of the judge half's images, which are MNIST's own, then of the set `name` of `foundations.outside`, which has
    so many pictures, of drawings with that checksum.
    """
    pictures = prepared(name)
    assert (count, checksum) == (len(pictures), strokes.checksum())
    pool = data.checksum(data.source())
    rows = []
    for run in runs:
        images, _ = validation_set(run.spec.seed, pool)
        select, judge = np.split(hidden(run, images), 2)
        outside = hidden(run, pictures)
        rows.append([np.median(nearest(points, select)) for points in (judge, outside)])
    return np.array(rows)
