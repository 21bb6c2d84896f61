"""Which ink is the digit: its regions, without specks and shadows at the edge; and whether it is one digit."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy  # as in `foundations.statistics`
import skimage
from numpy.typing import NDArray

Picture = NDArray[np.float64]
Mask = NDArray[np.bool_]
FAINT, STRONG = 0.1, 0.4
"""Ink is what is brighter than the first, and connected to what is brighter than the second, of the brightest."""
SPECK = 0.02
"""Smaller regions than this share of the largest are specks. Of MNIST's detached parts a quarter are smaller."""
DIGIT = 0.08
"""A digit is at least so tall or wide, in sides of the picture."""
GAP = 0.12
"""Regions that are nearer to each other than this, in sides of all the ink, are parts of one digit."""
REACH = 0.3
"""Smaller groups of regions within this of the largest, in its sides, belong to it, as the flag of a 5 does."""
TALL, HEAVY = 0.5, 0.15
"""A group of at least this height and area, as shares of the largest one's, is another digit."""
ABREAST = 0.75
"""Regions side by side, each of this share of the height, are digits, however near, if together they are wide."""


@dataclass(frozen=True)
class Found:
    """The digit on a picture.

    Attributes
    ----------
    mask
        (height, width), whether a pixel is the digit's.
    digits
        How many digits the ink seems to be, at least 1.
    """

    mask: Mask
    digits: int


def find(picture: Picture) -> Found:
    """Return where the digit is on a picture of bright ink, which must not be black all over."""
    labels, parts = regions(ink(picture))
    parts = without_edges(parts, picture.shape)
    largest = max(part.area for part in parts)
    kept = among(labels, [part for part in parts if part.area >= SPECK * largest])
    separate = regions(kept)[1]
    if (digits := abreast(separate)) > 1:
        return Found(kept, digits)
    return Found(kept, 1) if len(separate) == 1 else together(kept)


def ink(picture: Picture) -> Mask:
    """Return which pixels are ink."""
    brightest = picture.max()
    mask: Mask = skimage.filters.apply_hysteresis_threshold(picture, FAINT * brightest, STRONG * brightest)
    return mask


def regions(mask: Mask) -> tuple[NDArray[np.integer], list[Any]]:
    """Return the connected regions of a mask: their numbers from 1 as a picture, and their properties."""
    labels = skimage.measure.label(mask, connectivity=2)
    return labels, skimage.measure.regionprops(labels)


def among(labels: NDArray[np.integer], parts: Sequence[Any]) -> Mask:
    """Return the mask of some regions."""
    mask: Mask = np.isin(labels, [part.label for part in parts])
    return mask


def without_edges(parts: list[Any], shape: tuple[int, ...]) -> list[Any]:
    """Return regions without shadows, lines and frames at the picture's edges, unless nothing else is a digit."""
    inner = [part for part in parts if not is_edge(part, shape)]
    tallest = max((side(part.bbox) for part in inner), default=0)
    return inner if tallest >= DIGIT * max(shape) else parts


def is_edge(part: Any, shape: tuple[int, ...]) -> bool:
    """Whether a region reaches from edge to edge, or lies along an edge for at least half of its length."""
    top, left, bottom, right = part.bbox
    image = part.image
    sides = {"top": top == 0, "bottom": bottom == shape[0], "left": left == 0, "right": right == shape[1]}
    if (sides["top"] and sides["bottom"]) or (sides["left"] and sides["right"]):
        return True
    ends = {"top": image[0], "bottom": image[-1], "left": image[:, 0], "right": image[:, -1]}
    contact = sum(int(ends[name].sum()) for name, touches in sides.items() if touches)
    return contact >= side(part.bbox) / 2


def together(mask: Mask) -> Found:
    """Return the digit that several regions make, and how many they make."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    extent = max(np.ptp(rows), np.ptp(columns)) + 1
    near = scipy.ndimage.distance_transform_edt(~mask) <= GAP * extent / 2
    labels = np.where(mask, skimage.measure.label(near, connectivity=2), 0)
    groups = sorted(skimage.measure.regionprops(labels), key=lambda group: -group.area)
    main, others = groups[0], groups[1:]
    more = sum(height(group) >= TALL * height(main) and group.area >= HEAVY * main.area for group in others)
    belonging = [group for group in others if distance(group.bbox, main.bbox) <= REACH * side(main.bbox)]
    return Found(among(labels, [main, *belonging]), 1 + more)


def abreast(parts: Sequence[Any]) -> int:
    """Return how many regions stand side by side, each nearly as tall as all ink, if that is wider than tall."""
    boxes = np.array([part.bbox for part in parts])
    (top, left), (bottom, right) = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
    tall = sorted((part.bbox for part in parts if height(part) >= ABREAST * (bottom - top)), key=lambda box: box[1])
    apart = 1 + sum(box[1] >= before[3] for before, box in itertools.pairwise(tall))
    return apart if right - left > bottom - top else 1


def height(part: Any) -> int:
    """Return the height of a region, in pixels."""
    return int(part.bbox[2] - part.bbox[0])


def side(box: Sequence[int]) -> int:
    """Return the longer side of a box (top, left, bottom, right)."""
    top, left, bottom, right = box
    return max(bottom - top, right - left)


def distance(box: Sequence[int], other: Sequence[int]) -> float:
    """Return the distance between two boxes; 0 if they touch."""
    down, across = (max(box[axis] - other[axis + 2], other[axis] - box[axis + 2], 0) for axis in (0, 1))
    return float(np.hypot(down, across))


def crop(picture: Picture, mask: Mask) -> Picture:
    """Return the bounding box of a digit, with other ink in it taken off."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    box = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    other = ~mask & (picture > FAINT * picture.max())
    cleaned: Picture = np.where(other, 0, picture)[box]
    return cleaned
