"""Pictures from outside MNIST: digits by other hands, things that are no digits, and what networks make of them."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from foundations import data, profiles, strokes
from foundations.canvases import preprocessed
from foundations.digits import SIZE, Picture, PictureError, Steps, isolate, place, resample
from foundations.errors import require_one_of
from foundations.evaluation import accuracy, probabilities, validation_set
from foundations.measurements import measurement
from foundations.resampling import overlap, scale
from foundations.runs import Run

DRAWN, SCANNED = "drawn", "scanned"
SCAN_SIDE, ENLARGED, MARGIN = 8, 8, 16
NOISE_IMAGES = 32
UP_TO_CROP = ("polarity", "background", "crop")
"""The steps of preprocessing that decide what is cropped."""


@dataclass(frozen=True)
class Pictures:
    """Pictures of digits, before any preprocessing.

    Attributes
    ----------
    pictures
        Each (height, width), gray levels 0 to 1.
    labels
        The digit that each shows, (n,).
    """

    pictures: Sequence[Picture]
    labels: data.Labels


@functools.cache
def drawn() -> Pictures:
    """Return the book's hundred digits, (128, 128): dark ink on unevenly lit paper, each page of its own."""
    found = strokes.drawings("digits")
    pages = [strokes.page(drawing, seed) for seed, drawing in enumerate(found)]
    return Pictures(pages, np.array([int(drawing.what) for drawing in found], dtype=np.uint8))


@functools.cache
def scanned() -> Pictures:
    """Return scikit-learn's 1,797 digits, (96, 96): 8×8 scans by 13 people, enlarged, with a margin of paper.

    They are part of the UCI set *Optical Recognition of Handwritten Digits* (Alpaydin and Kaynak 1998). A preview has
    only the first of them.
    """
    from sklearn.datasets import load_digits  # noqa: PLC0415  # slow to load, and every chapter loads this module

    bunch = load_digits()
    count = profiles.current().images(len(bunch.images))
    return Pictures([_enlarged(image / 16) for image in bunch.images[:count]], bunch.target[:count].astype(np.uint8))


def _enlarged(image: Picture) -> Picture:
    side = ENLARGED * len(image)
    larger = Image.fromarray(image.astype(np.float32)).resize((side, side), Image.Resampling.BILINEAR)
    return np.pad(np.asarray(larger, dtype=np.float64), MARGIN)


SETS = {DRAWN: drawn, SCANNED: scanned}


def size(name: str) -> int:
    """Return how many pictures a set has."""
    return len(SETS[name]().labels)


def prepared(name: str, without: Sequence[str] = ()) -> data.Images:
    """Return a set's pictures after preprocessing, (n, 28, 28), with some of its steps left out; stored, and kept.

    A picture that preprocessing refuses is black: no network has anything to read in it.

    Raises
    ------
    FoundationsError
        If there is no such set.
    """
    require_one_of("a set of pictures", name, SETS)
    return _prepared(name, tuple(without))


@functools.lru_cache(maxsize=16)
def _prepared(name: str, without: tuple[str, ...]) -> data.Images:
    return preprocessed_set([], name, size(name), strokes.checksum(), without=[*without])


@measurement
def preprocessed_set(
    runs: Sequence[Run],  # noqa: ARG001  # no network has a part in it
    name: str,
    count: int,
    checksum: str,
    without: Sequence[str],
) -> data.Images:
    """Return what `prepared` does; count and checksum are those of `outside_hits`, and there are no runs."""
    assert (count, checksum) == (size(name), strokes.checksum())
    steps, black = _steps(without), np.zeros((SIZE, SIZE), dtype=np.uint8)
    crops = _cropped(name, tuple(step for step in UP_TO_CROP if step in without))
    return np.array([black if crop is None else place(resample(crop, steps), steps) for crop in crops])


@functools.lru_cache(maxsize=1 + len(UP_TO_CROP))
def _cropped(name: str, without: tuple[str, ...]) -> list[Picture | None]:
    """Return a set's pictures up to the crop, which is most of the work; None for one that preprocessing refuses."""
    return [_crop(picture, _steps(without)) for picture in SETS[name]().pictures]


def _crop(picture: Picture, steps: Steps) -> Picture | None:
    try:
        return isolate(picture, steps)["crop"]
    except PictureError:
        return None


def _steps(without: Sequence[str]) -> Steps:
    return dataclasses.replace(Steps(), **dict.fromkeys(without, False))


@measurement
def outside_hits(
    runs: Sequence[Run], name: str, count: int, checksum: str, without: Sequence[str] = ()
) -> NDArray[np.bool_]:
    """Return whether each run is right on each picture of a set after preprocessing, (runs, n).

    Parameters
    ----------
    runs
        The networks.
    name
        Of the set: "drawn" or "scanned".
    count, checksum
        How many pictures the set has, and `foundations.strokes.checksum()`, as the result depends on them.
    without
        The steps that are left out, as in `foundations.digits.Steps`.
    """
    images, labels = prepared(name, without), SETS[name]().labels
    assert (count, checksum) == (len(labels), strokes.checksum())
    return np.array([probabilities(run, images).argmax(axis=1) == labels for run in runs])


def coarse(image: NDArray[np.uint8]) -> Picture:
    """Return one of MNIST's images as if it were one of scikit-learn's: its box at 8×8 pixels, enlarged as they are."""
    inked = image > 0
    rows, columns = np.flatnonzero(inked.any(axis=1)), np.flatnonzero(inked.any(axis=0))
    box = image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] / 255
    missing = max(box.shape) - np.array(box.shape)
    padded = np.pad(box, [(length // 2, length - length // 2) for length in missing])
    return _enlarged(scale(padded, (SCAN_SIDE, SCAN_SIDE), overlap))


@measurement
def coarse_accuracy(runs: Sequence[Run], count: int) -> NDArray[np.float64]:
    """Return the accuracy on validation images as they are, and at 8×8 pixels, preprocessed, (runs, 2), in points."""
    checksum = data.checksum(data.source())
    rows = []
    for run in runs:
        images, labels = (part[:count] for part in validation_set(run.spec.seed, checksum))
        made = np.array([preprocessed(coarse(image), Steps()) for image in images])
        rows.append([100 * accuracy(run, pictures, labels) for pictures in (images, made)])
    return np.array(rows)


@functools.cache
def no_digits() -> dict[str, data.Images]:
    """Return images, each (n, 28, 28), of things that are no digits, by kind: two kinds drawn, two made up."""
    random = np.random.default_rng(0)
    static = random.integers(0, 256, (NOISE_IMAGES, SIZE, SIZE), dtype=np.uint8)
    drawings = {group: np.array([*_drawn_images(group)]) for group in ("letters", "shapes")}
    return {**drawings, "static": static, "blank": np.zeros((1, SIZE, SIZE), dtype=np.uint8)}


def _drawn_images(group: str) -> Iterator[NDArray[np.uint8]]:
    for seed, drawing in enumerate(strokes.drawings(group)):
        yield preprocessed(strokes.page(drawing, seed), Steps())


def confidence_in_nothing(run: Run, kinds: Sequence[str]) -> float:
    """Return a network's mean confidence, in points, over all images of some kinds of `no_digits`."""
    images = np.concatenate([no_digits()[kind] for kind in kinds])
    return float(100 * probabilities(run, images).max(axis=1).mean())
