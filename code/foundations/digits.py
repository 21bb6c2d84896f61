"""Any picture of a digit → the 28×28 that MNIST's makers would have made of it.

The steps are those of Yadav and Bottou, *Cold Case: The Lost MNIST Digits* (2019), who reconstructed them: the ink's
bounding box, padded to a square, is resampled by area to 20×20, and that box is placed in the 28×28 so that the ink's
centre of mass lies at its centre. What a photo needs beyond NIST's clean scans stands before them: `foundations.ink`
turns dark ink on light paper round and evens the paper out, `foundations.regions` finds the digit on it, and
`foundations.surroundings` leaves the table out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from foundations import ink, regions
from foundations.pictures import PictureError, read
from foundations.resampling import nearest, overlap, reduce, scale
from foundations.surroundings import sheet

__all__ = [
    "BOX",
    "SIZE",
    "PictureError",
    "Prepared",
    "Steps",
    "centre",
    "isolate",
    "place",
    "prepare",
    "preprocess",
    "read",
    "resample",
]

Picture = NDArray[np.float64]
BOX, SIZE = 20, 28
CENTRE = 14.0
"""Where the centre of mass of MNIST's images lies, in pixels counted from 0, to the nearest whole pixel.

The middle of 28 pixels is 13.5; MNIST's centres of mass are spread evenly over [13.5, 14.5).
"""
LEAST_SIDE, MOST_SIDE = 8, 512
"""A picture has at least so many pixels a side; it is worked on at no more than so many."""


@dataclass(frozen=True)
class Steps:
    """Which steps are taken; leaving one out shows what it is good for.

    Parameters
    ----------
    polarity
        Dark ink on light paper is turned round.
    background
        Paper is made black and even, lines that run straight across it are taken off, and contrast is stretched.
    crop
        The digit's bounding box is found, and specks and shadows at the picture's edge are dropped.
    aspect
        The box is padded to a square before it is scaled to 20×20; otherwise it is stretched.
    area
        Scaling weighs by area; otherwise it takes the nearest pixel.
    centre
        The centre of mass is placed at the centre of the 28×28; otherwise the ink's box is.
    """

    polarity: bool = True
    background: bool = True
    crop: bool = True
    aspect: bool = True
    area: bool = True
    centre: bool = True


@dataclass(frozen=True)
class Prepared:
    """A picture as MNIST would have it.

    Attributes
    ----------
    image
        (28, 28), gray levels 0 (paper) to 255 (ink).
    stages
        The picture after each step, in order, with values in [0, 1]: "picture", "polarity", "background", "crop",
        "box" (20, 20) and "image" (28, 28). A step that is left out leaves its picture as it was.
    """

    image: NDArray[np.uint8]
    stages: Mapping[str, Picture]


def prepare(path: Path, steps: Steps = Steps()) -> Prepared:
    """Read and preprocess the picture in a file.

    Raises
    ------
    PictureError
        If that cannot be done; the message names the file.
    """
    picture = read(path)
    try:
        return preprocess(picture, steps)
    except PictureError as error:
        raise PictureError(f"{path}: {error}") from error


def preprocess(picture: Picture, steps: Steps = Steps()) -> Prepared:
    """Return the 28×28 that MNIST's makers would have made of a picture of one digit.

    Parameters
    ----------
    picture
        (height, width), gray levels 0 (black) to 1 (white), of ink that is either darker or lighter than its paper.
    steps
        Which steps are taken.

    Raises
    ------
    PictureError
        If the picture is too small, blank, or shows several digits.
    """
    stages = isolate(picture, steps)
    stages["box"] = resample(stages["crop"], steps)
    image = place(stages["box"], steps)
    stages["image"] = image / 255
    return Prepared(image, stages)


def isolate(picture: Picture, steps: Steps = Steps()) -> dict[str, Picture]:
    """Return the stages of `preprocess` up to "crop", for which the later steps do not matter.

    Raises
    ------
    PictureError
        As `preprocess` does.
    """
    check(picture)
    stages = {"picture": reduce(sheet(picture), MOST_SIDE)}
    dark = ink.is_dark(stages["picture"])
    turned = dark and steps.polarity
    stages["polarity"] = 1 - stages["picture"] if turned else stages["picture"]
    evened = ink.even_out(1 - stages["picture"] if dark else stages["picture"])
    # Without the turn, the evened picture is shown in its own polarity: bright paper, dark ink.
    shown = 1 - evened if dark and not turned else evened
    stages["background"] = shown if steps.background else stages["polarity"]
    stages["crop"] = cropped(stages["background"], evened) if steps.crop else stages["background"]
    return stages


def check(picture: Picture) -> None:
    """Raise unless an array is a picture that can show a digit."""
    size = " × ".join(map(str, picture.shape[::-1]))
    if picture.ndim != 2:
        raise PictureError(f"a picture must have one gray level a pixel. Received: an array of {size}")
    if min(picture.shape) < LEAST_SIDE:
        raise PictureError(f"a picture must be at least {LEAST_SIDE} pixels wide and high. Received: {size}")
    if not np.isfinite(picture).all() or picture.min() < 0 or picture.max() > 1:
        raise PictureError(f"gray levels must be in [0, 1]. Received: {picture.min():g} to {picture.max():g}")


def resample(picture: Picture, steps: Steps = Steps()) -> Picture:
    """Return a cropped picture (height, width) scaled to the 20×20 box, and as bright as MNIST's.

    With weights by area, each pixel of the box is the mean of what it covers: two products of small matrices.
    """
    if steps.aspect:
        picture = square(picture)
    box = scale(picture, (BOX, BOX), overlap if steps.area else nearest)
    # The brightest pixel of every image in MNIST is 254 or 255, however thin its strokes.
    return box / box.max() if steps.background and box.max() > 0 else box


def cropped(picture: Picture, evened: Picture) -> Picture:
    """Return the digit's bounding box on a picture, which is the evened one unless a step before is left out."""
    found = regions.find(evened)
    if found.digits > 1:
        raise PictureError(f"a picture must show one digit. Received: {found.digits} apart from each other")
    if picture is not evened:
        return regions.crop(picture, regions.find(picture).mask)
    return regions.crop(ink.saturate(picture, found.mask), found.mask)


def square(picture: Picture) -> Picture:
    """Pad a picture to a square.

    The padding is on the right or below only: the digit's place follows from its centre of mass, and half a pixel on
    either side would blur it.
    """
    side = max(picture.shape)
    padding = [(0, side - length) for length in picture.shape]
    return np.pad(picture, padding)


def place(box: Picture, steps: Steps = Steps()) -> NDArray[np.uint8]:
    """Return the 28×28, gray levels 0 to 255, with the 20×20 box in its place."""
    return np.rint(255 * centre(box, steps.centre)).astype(np.uint8)


def centre(box: Picture, by_mass: bool = True) -> Picture:
    """Place the 20×20 box in the 28×28, by whole pixels: its centre of mass or the ink's own box in the middle."""
    image = np.pad(box, (0, SIZE - BOX))
    # Only paper is rolled over an edge: `shift` keeps the ink inside.
    return np.roll(image, (shift(box.sum(axis=1), by_mass), shift(box.sum(axis=0), by_mass)), axis=(0, 1))


def shift(profile: NDArray[np.float64], by_mass: bool) -> int:
    """Return by how many pixels the box is moved along one axis, given its ink along it, (20,)."""
    inked = np.flatnonzero(profile)
    if len(inked) == 0:
        return (SIZE - BOX) // 2
    first, last = int(inked[0]), int(inked[-1])
    if not by_mass:
        return (SIZE - 1 - first - last) // 2
    mass = profile @ np.arange(BOX) / profile.sum()
    # The smallest shift that brings it into [13.5, 14.5), where those of MNIST are.
    return int(np.clip(np.ceil(CENTRE - 0.5 - mass), -first, SIZE - 1 - last))
