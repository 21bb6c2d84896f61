"""Distribution shifts: MNIST's images changed by degrees, and what networks make of them.

Some of the kinds are among those of Mu and Gilmer, *MNIST-C* (2019), here each with an amount that starts at none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import scipy  # as in `foundations.statistics`
from numpy.typing import NDArray

from foundations import data
from foundations.errors import require_one_of
from foundations.evaluation import probabilities, validation_set
from foundations.measurements import measurement
from foundations.runs import Run

Inks = NDArray[np.float64]
Change = Callable[[Inks, float, np.random.Generator], Inks]


@dataclass(frozen=True)
class Shift:
    """One way in which images can differ from MNIST's.

    Attributes
    ----------
    label
        What is varied, with its unit.
    amounts
        How much, from none.
    change
        From images (n, 28, 28) in [0, 1], an amount and a generator to images of the same shape, which may leave
        [0, 1]: they are clipped.
    """

    label: str
    amounts: Sequence[float]
    change: Change


def translate(images: Inks, amount: float, random: np.random.Generator) -> Inks:
    """Move each image by whole pixels, to the left, right, top or bottom; what leaves the frame is lost."""
    pixels = round(amount)
    moved = [_moved(images, pixels, axis, towards) for axis in (1, 2) for towards in (-1, 1)]
    return np.asarray(np.choose(random.integers(4, size=(len(images), 1, 1)), moved))


def _moved(images: Inks, pixels: int, axis: int, towards: int) -> Inks:
    shift = [0, 0, 0]
    shift[axis] = towards * pixels
    return np.asarray(scipy.ndimage.shift(images, shift, order=0))


def rotate(images: Inks, amount: float, random: np.random.Generator) -> Inks:
    """Turn each image by so many degrees about its middle, to one side or the other."""
    turned = [scipy.ndimage.rotate(images, side * amount, axes=(1, 2), reshape=False, order=1) for side in (-1, 1)]
    return np.asarray(np.choose(random.integers(2, size=(len(images), 1, 1)), turned))


def shrink(images: Inks, amount: float, random: np.random.Generator) -> Inks:  # noqa: ARG001  # the form of Change
    """Make each image smaller by so many percent, about its middle."""
    factor, middle = 1 / (1 - amount / 100), (images.shape[1] - 1) / 2
    offset = [0, middle * (1 - factor), middle * (1 - factor)]
    # Shrinking skips pixels: blurring first, by half of what is skipped, weighs them all.
    smooth = scipy.ndimage.gaussian_filter(images, [0, *2 * [(factor - 1) / 2]])
    return np.asarray(scipy.ndimage.affine_transform(smooth, [1, factor, factor], offset, order=1))


def thicken(images: Inks, amount: float, random: np.random.Generator) -> Inks:  # noqa: ARG001
    """Widen each stroke on both sides, as a pen would that is thicker by so many pixels in radius."""
    return np.asarray(scipy.ndimage.grey_dilation(images, footprint=disc(amount)))


def thin(images: Inks, amount: float, random: np.random.Generator) -> Inks:  # noqa: ARG001
    """Take so many pixels off each stroke on both sides."""
    return np.asarray(scipy.ndimage.grey_erosion(images, footprint=disc(amount)))


def disc(radius: float) -> NDArray[np.bool_]:
    """Return the pixels, (1, k, k), whose centres lie within a radius of the middle one's."""
    reach = np.arange(-int(radius), int(radius) + 1)
    return (reach[:, None] ** 2 + reach**2 <= radius**2)[None]


def blur(images: Inks, amount: float, random: np.random.Generator) -> Inks:  # noqa: ARG001
    """Smooth each image by a Gaussian of that standard deviation in pixels."""
    return np.asarray(scipy.ndimage.gaussian_filter(images, [0, amount, amount]))


def add_noise(images: Inks, amount: float, random: np.random.Generator) -> Inks:
    """Add independent normal noise of that standard deviation to every pixel."""
    return images + amount * random.standard_normal(images.shape)


def fade(images: Inks, amount: float, random: np.random.Generator) -> Inks:  # noqa: ARG001
    """Make all ink paler by so many percent."""
    return images * (1 - amount / 100)


def invert(images: Inks, amount: float, random: np.random.Generator) -> Inks:  # noqa: ARG001
    """Blend each image with its negative, whose share is so many percent."""
    return images + amount / 100 * (1 - 2 * images)


SHIFTS: Mapping[str, Shift] = {
    "translation": Shift("translation (pixels)", (0, 1, 2, 3, 4, 6, 8), translate),
    "rotation": Shift("rotation (degrees)", (0, 10, 15, 20, 30, 45, 60, 90), rotate),
    "size": Shift("shrinking (%)", (0, 10, 20, 30, 40, 50, 60), shrink),
    "thicker": Shift("thicker strokes (pixels on each side)", (0, 1, 1.5, 2, 2.5, 3), thicken),
    "thinner": Shift("thinner strokes (pixels on each side)", (0, 1, 1.5, 2), thin),
    "blur": Shift("blur (standard deviation in pixels)", (0, 0.5, 1, 1.5, 2, 3), blur),
    "noise": Shift("noise (standard deviation)", (0, 0.1, 0.2, 0.3, 0.4, 0.6, 0.8), add_noise),
    "contrast": Shift("paler ink (%)", (0, 20, 40, 60, 80, 90, 95), fade),
    "polarity": Shift("inversion (%)", (0, 10, 20, 30, 40, 50, 75, 100), invert),
}
"""Every kind of shift, each with the amounts at which networks are measured."""


def shifted(images: data.Images, kind: str, amount: float, seed: int = 0) -> data.Images:
    """Return images (n, 28, 28), gray levels 0 to 255, changed by an amount of one kind of shift.

    Raises
    ------
    FoundationsError
        If there is no such kind.
    """
    require_one_of("a kind of shift", kind, SHIFTS)
    random = np.random.default_rng([seed, 2])
    changed = SHIFTS[kind].change(images / 255, amount, random)
    return np.rint(255 * np.clip(changed, 0, 1)).astype(np.uint8)


@measurement
def shift_curves(runs: Sequence[Run], kind: str, count: int) -> NDArray[np.float64]:
    """Return accuracy and mean confidence, in points, at each amount of a shift, (runs, amounts, 2).

    Each run reads the first `count` of its own seed's validation images. Confidence is the probability of the
    predicted digit.
    """
    checksum = data.checksum(data.source())
    found = np.empty((len(runs), len(SHIFTS[kind].amounts), 2))
    for row, run in zip(found, runs, strict=True):
        images, labels = (part[:count] for part in validation_set(run.spec.seed, checksum))
        for cell, amount in zip(row, SHIFTS[kind].amounts, strict=True):
            shares = probabilities(run, shifted(images, kind, amount, run.spec.seed))
            cell[:] = 100 * (shares.argmax(axis=1) == labels).mean(), 100 * shares.max(axis=1).mean()
    return found
