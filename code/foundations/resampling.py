"""Scaling pictures: weights by overlapping areas, as two products of small matrices."""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Picture = NDArray[np.float64]
COARSE = 96
"""Pixels a side, at most, at which it is enough to look at paper: its shades are smooth."""
Weights = Callable[[int, int], NDArray[np.float64]]


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


def linear(inputs: int, outputs: int) -> NDArray[np.float64]:
    """Return the weights, (outputs, inputs), of interpolating linearly between the centres of the inputs."""
    centres = ((np.arange(outputs) + 0.5) * (inputs / outputs) - 0.5).clip(0, inputs - 1)
    apart: NDArray[np.float64] = np.abs(centres[:, np.newaxis] - np.arange(inputs))
    return (1 - apart).clip(0)


def scale(picture: Picture, shape: tuple[int, ...], weights: Weights = overlap) -> Picture:
    """Return a picture scaled to another shape."""
    down, across = (_sparse(weights, *lengths) for lengths in zip(picture.shape, shape, strict=True))
    return np.asarray(down @ picture @ across.T)


@functools.lru_cache(maxsize=256)
def _sparse(weights: Weights, inputs: int, outputs: int) -> sparse.csr_array:
    """Return weights as a sparse matrix: nearly all are 0, and products' bits do not depend on threads then."""
    return sparse.csr_array(weights(inputs, outputs))


def reduce(picture: Picture, most: int) -> Picture:
    """Return a picture scaled down by area, if a side is longer than `most`, and as it is otherwise."""
    factor = most / max(picture.shape)
    return picture if factor >= 1 else scale(picture, tuple(max(1, round(side * factor)) for side in picture.shape))
