"""MNIST's own images somewhere on larger canvases: what preprocessing costs where nothing was to be gained."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from foundations import data, digits
from foundations.digits import Picture, PictureError, Steps
from foundations.errors import require_one_of
from foundations.evaluation import accuracy, validation_set
from foundations.measurements import measurement
from foundations.runs import Run

MAGNIFICATION = 10
CANVAS = 2
INTERPOLATIONS = {"nearest": Image.Resampling.NEAREST, "bilinear": Image.Resampling.BILINEAR}


def canvas(image: data.Images, interpolation: str, random: np.random.Generator) -> Picture:
    """Return an image at 1 to 10 times its size, anywhere on a canvas of up to twice that, in either polarity.

    Parameters
    ----------
    image
        (28, 28), gray levels 0 to 255.
    interpolation
        How it is enlarged: "nearest" or "bilinear".
    random
        Draws the size (evenly on a logarithmic scale), the canvas, the place and the polarity.
    """
    require_one_of("interpolation", interpolation, INTERPOLATIONS)
    side = round(len(image) * math.exp(random.uniform(0, math.log(MAGNIFICATION))))
    enlarged = Image.fromarray(image).resize((side, side), INTERPOLATIONS[interpolation])
    picture = np.zeros(random.integers(side, CANVAS * side, size=2, endpoint=True))
    top, left = (int(random.integers(slack, endpoint=True)) for slack in np.array(picture.shape) - side)
    picture[top : top + side, left : left + side] = np.asarray(enlarged) / 255
    return 1 - picture if random.random() < 0.5 else picture


def canvases(images: data.Images, interpolation: str, seed: int) -> Iterator[Picture]:
    """Yield each of the images (n, 28, 28) on a canvas of its own."""
    random = np.random.default_rng([seed, 1])
    return (canvas(image, interpolation, random) for image in images)


def preprocessed(picture: Picture, steps: Steps) -> NDArray[np.uint8]:
    """Return the 28×28 of a picture, black if preprocessing refuses it."""
    try:
        return digits.preprocess(picture, steps).image
    except PictureError:
        return np.zeros((digits.SIZE, digits.SIZE), dtype=np.uint8)


@measurement
def canvas_accuracy(
    runs: Sequence[Run], count: int, interpolation: str = "bilinear", without: Sequence[str] = ()
) -> NDArray[np.float64]:
    """Return the accuracy on validation images as they are, and on canvases after preprocessing, (runs, 2), in points.

    Parameters
    ----------
    runs
        Each reads the first so many of its own seed's validation images.
    count
        How many.
    interpolation
        How they are enlarged: "nearest" or "bilinear".
    without
        Names of the steps that are left out, as in `foundations.digits.Steps`.
    """
    steps = dataclasses.replace(Steps(), **dict.fromkeys(without, False))
    checksum = data.checksum(data.source())
    rows = []
    for run in runs:
        images, labels = (part[:count] for part in validation_set(run.spec.seed, checksum))
        made = [preprocessed(picture, steps) for picture in canvases(images, interpolation, run.spec.seed)]
        rows.append([100 * accuracy(run, pictures, labels) for pictures in (images, np.array(made))])
    return np.array(rows)
