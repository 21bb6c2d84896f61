"""MNIST as package data, verified; its splits; any other data set of the same shape.

Only the 60,000 images meant for training are read here. The 10,000 test images stay behind `foundations.evaluation`.
"""

from __future__ import annotations

import functools
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from foundations.errors import DataError
from foundations.specs import TRAINING_IMAGES

PACKAGED = Path(__file__).parent / "mnist" / "mnist.npz"
PACKAGED_SHA256 = "06af5dfe73b70e3bc1c36439982b18a8d76803db9b544f6fdf838a37fbb01b64"
POOL_IMAGES = 60_000
VALIDATION_IMAGES = POOL_IMAGES - TRAINING_IMAGES
PROBE_IMAGES = 10_000
CLASSES = 10

Images = NDArray[np.uint8]
Labels = NDArray[np.uint8]


@dataclass(frozen=True)
class Pool:
    """The images that training and validation are drawn from.

    Attributes
    ----------
    images
        (60000, 28, 28), gray levels 0 (paper) to 255 (ink).
    labels
        (60000,), digits 0 to 9.
    checksum
        SHA-256 of the file they came from.
    """

    images: Images
    labels: Labels
    checksum: str


@dataclass(frozen=True)
class Split:
    """Positions in the pool, as one random seed divides it.

    Attributes
    ----------
    train
        (50000,), in random order.
    select, judge
        (5000,) each: the halves of the validation set. What a run chooses by its own validation curve is chosen on
        the first and reported on the second.
    """

    train: NDArray[np.int32]
    select: NDArray[np.int32]
    judge: NDArray[np.int32]

    @property
    def validation(self) -> NDArray[np.int32]:
        """Both halves, (10000,)."""
        return np.concatenate([self.select, self.judge])

    def probe(self, train_size: int) -> NDArray[np.int32]:
        """Return the training images, 10,000 at most, on which training metrics are measured in inference mode."""
        return self.train[: min(train_size, PROBE_IMAGES)]


def source() -> Path:
    """Return the data file: the packaged MNIST, or the one that the variable FOUNDATIONS_DATA names."""
    return Path(os.environ.get("FOUNDATIONS_DATA", PACKAGED))


def load(path: Path | None = None) -> Pool:
    """Return the training and validation images of `path`, by default of `source()`.

    Raises
    ------
    DataError
        If the file is missing, is not a NumPy archive, or does not hold images and labels like MNIST's; for the
        packaged file also if its checksum is wrong.
    """
    chosen = source() if path is None else path
    return _load(chosen, checksum(chosen))


@functools.lru_cache(maxsize=2)
def _load(path: Path, digest: str) -> Pool:
    images, labels = read_part(path, "train", POOL_IMAGES)
    return Pool(images, labels, digest)


def checksum(path: Path) -> str:
    """Return the SHA-256 of a data file, after comparing the packaged one with its published value."""
    try:
        stat = path.stat()
        digest = _sha256(path, stat.st_size, stat.st_mtime_ns)
    except OSError as error:
        raise DataError(f"the data file must be readable. Received: {str(path)!r} ({error.strerror})") from error
    if path == PACKAGED and digest != PACKAGED_SHA256:
        raise DataError(f"{path.name} is damaged: its SHA-256 must be {PACKAGED_SHA256}. Received: {digest!r}")
    return digest


@functools.lru_cache(maxsize=4)
def _sha256(path: Path, size: int, modified: int) -> str:  # noqa: ARG001  # they are part of the cache's key
    """Hash a file once for as long as its size and time of modification stay the same."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_part(path: Path, part: str, count: int) -> tuple[Images, Labels]:
    """Read the images and labels of one part, "train" or "test", and check that they are like MNIST's."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            images, labels = np.asarray(archive[f"x_{part}"]), np.asarray(archive[f"y_{part}"])
    except KeyError as error:
        raise DataError(f"{path.name} must hold x_train, y_train, x_test and y_test. Missing: {error}") from error
    except Exception as error:  # what a damaged file raises is open-ended: BadZipFile, zlib.error, SyntaxError, …
        raise DataError(f"{path.name} must be a NumPy archive (.npz) without pickled objects: {error}") from error
    _check(path.name, f"x_{part}", images, (count, 28, 28))
    _check(path.name, f"y_{part}", labels, (count,))
    if labels.max() >= CLASSES:
        raise DataError(f"{path.name}: labels in y_{part} must be digits 0 to 9. Received: {int(labels.max())}")
    return images, labels


def _check(file: str, name: str, array: NDArray[np.generic], shape: tuple[int, ...]) -> None:
    """Raise unless an array has the shape and type of MNIST's."""
    if array.shape != shape or array.dtype != np.uint8:
        raise DataError(
            f"{file}: {name} must be uint8 of shape {shape}. Received: {array.dtype} of shape {array.shape}"
        )


def split(labels: Labels, seed: int) -> Split:
    """Divide the pool into training and validation images, with the same share of every digit in each.

    Parameters
    ----------
    labels
        (60000,), as in `Pool`.
    seed
        The permutation belongs to it, so that what varies over seeds includes the draw of the data.
    """
    random = np.random.default_rng([seed, 0])
    order = random.permutation(len(labels))
    # Spread every digit evenly over [0, 1): cutting that line anywhere leaves the digits in proportion.
    place = np.empty(len(labels))
    for digit in range(CLASSES):
        members = order[labels[order] == digit]
        place[members] = (np.arange(len(members)) + random.random()) / len(members)
    ranked = np.argsort(place, kind="stable").astype(np.int32)
    held_out, train = ranked[:VALIDATION_IMAGES], ranked[VALIDATION_IMAGES:]
    half = VALIDATION_IMAGES // 2
    return Split(random.permutation(train), random.permutation(held_out[:half]), random.permutation(held_out[half:]))


def random_labels(labels: Labels, split: Split, seed: int) -> Labels:
    """Return the labels (60000,) with every training image's drawn at random, each digit equally likely."""
    random = np.random.default_rng([seed, 1])
    drawn = labels.copy()
    drawn[split.train] = random.integers(CLASSES, size=len(split.train))
    return drawn


def unit_range(images: Images) -> NDArray[np.float32]:
    """Return images (n, 28, 28) with gray levels as float32 in [0, 1]."""
    return images.astype(np.float32) / np.float32(255)
