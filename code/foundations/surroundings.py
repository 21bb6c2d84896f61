"""What is round the paper of a photo: a table on all sides, or a strip of it along an edge."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy  # as in `foundations.statistics`
import skimage
from numpy.typing import NDArray

from foundations.resampling import COARSE, reduce

Picture = NDArray[np.float64]
SHEET, SOLID = 0.4, 0.85
"""A sheet has at least so much of the picture's width and height, and covers so much of its own convex hull."""
CORNERED = 0.87
"""A quadrilateral covers at least so much of a sheet's convex hull, but not of a thick 0's or 8's, which are round."""
MARGIN = 0.03
"""What is cut off a sheet's edges, in its sides."""
STRIP_LENGTH, STRIP_WIDTH = 0.8, 0.2
"""A strip along an edge spans at least so much of it, and is at most so thick, in sides of the picture."""


def sheet(picture: Picture) -> Picture:
    """Return the part of a picture that is a sheet with something on it, if one lies there with a table all round.

    The ink of a digit is no sheet: none is as solid, has holes, and four corners.
    """
    coarse = reduce(picture, COARSE)
    bright = coarse > skimage.filters.threshold_otsu(coarse)
    for side in (bright, ~bright):
        for part in skimage.measure.regionprops(skimage.measure.label(side, connectivity=1)):
            if is_sheet(part, coarse.shape):
                return picture[shrunk(part.bbox, np.divide(picture.shape, coarse.shape))]
    return picture


def is_sheet(part: Any, shape: tuple[int, ...]) -> bool:
    """Whether a region touches no edge, is large and solid, and has holes and four corners."""
    top, left, bottom, right = part.bbox
    inner = top > 0 and left > 0 and bottom < shape[0] and right < shape[1]
    large = bottom - top >= SHEET * shape[0] and right - left >= SHEET * shape[1]
    # The costlier a question, the later it is asked.
    return inner and large and part.euler_number < 1 and part.solidity >= SOLID and cornered(part) >= CORNERED


def cornered(part: Any) -> float:
    """Return the share of a region's convex hull that the largest quadrilateral in it covers.

    It is 1 for paper, however it lies and is seen, and 2/π for an ellipse.
    """
    corners = np.argwhere(part.image)[:, np.newaxis] + [[0, 0], [0, 1], [1, 0], [1, 1]]
    hull = scipy.spatial.ConvexHull(corners.reshape(-1, 2))
    points = hull.points[hull.vertices]
    down, across = np.moveaxis(points - points[:, np.newaxis], 2, 0)
    # Twice the area of every triangle on a diagonal, with the sign of the side that it lies on.
    areas = down[:, :, np.newaxis] * across[:, np.newaxis] - across[:, :, np.newaxis] * down[:, np.newaxis]
    return float(np.ptp(areas, axis=2).max() / 2 / hull.volume)


def shrunk(box: tuple[int, int, int, int], factors: NDArray[np.float64]) -> tuple[slice, slice]:
    """Return a box (top, left, bottom, right), enlarged by factors and without its margin, as slices."""
    corners = np.reshape(box, (2, 2))
    margin = np.ceil(MARGIN * np.ptp(corners, axis=0)) + 1
    inner = np.array([corners[0] + margin, corners[1] - margin])
    (top, left), (bottom, right) = np.rint(inner * factors).astype(int)
    return slice(top, bottom), slice(left, right)


def inside(picture: Picture) -> tuple[slice, slice]:
    """Return the part of a picture without strips of something bright along its edges, such as the table's."""
    bounds = np.array([[0, 0], picture.shape])
    slack = 2 + max(picture.shape) // 50  # a strip's end is blurred
    bright = skimage.measure.label(picture > skimage.filters.threshold_otsu(picture), connectivity=2)
    for part in skimage.measure.regionprops(bright):
        box = np.array(part.bbox).reshape(2, 2)
        for axis, length in enumerate(picture.shape):
            spans = np.ptp(box[:, 1 - axis]) >= STRIP_LENGTH * picture.shape[1 - axis]
            if spans and np.ptp(box[:, axis]) <= STRIP_WIDTH * length:
                if box[0, axis] == 0:
                    bounds[0, axis] = max(bounds[0, axis], box[1, axis] + slack)
                elif box[1, axis] == length:
                    bounds[1, axis] = min(bounds[1, axis], box[0, axis] - slack)
    (top, left), (bottom, right) = bounds
    return slice(top, bottom), slice(left, right)
