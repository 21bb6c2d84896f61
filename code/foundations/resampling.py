"""Scaling pictures: weights by overlapping areas, as two products of small matrices."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.float64]


def overlap(inputs: int, outputs: int) -> NDArray[np.float64]:
    """Return the weights, (outputs, inputs), of scaling one axis by area.

    Lay `inputs` pixels over `outputs` pixels of length 1. The weight of an input in an output is the length that they
    share, so each row adds up to 1. For a picture, `overlap(h, m) @ picture @ overlap(w, n).T` weighs by shared area.
    """
    edges = np.arange(inputs + 1) * (outputs / inputs)
    left = np.arange(outputs)[:, np.newaxis]
    shared: NDArray[np.float64] = np.minimum(edges[1:], left + 1) - np.maximum(edges[:-1], left)
    return shared.clip(0)


def nearest(inputs: int, outputs: int) -> NDArray[np.float64]:
    """Return the weights, (outputs, inputs), of taking for each output the input pixel under its centre."""
    chosen = ((np.arange(outputs) + 0.5) * (inputs / outputs)).astype(int)
    weights: NDArray[np.float64] = np.eye(inputs)[chosen]
    return weights


def reduce(picture: Picture, most: int) -> Picture:
    """Return a picture scaled down by area, if a side is longer than `most`, and as it is otherwise."""
    height, width = picture.shape
    scale = min(1.0, most / max(height, width))
    if scale == 1:
        return picture
    rows, columns = max(1, round(height * scale)), max(1, round(width * scale))
    return overlap(height, rows) @ picture @ overlap(width, columns).T
