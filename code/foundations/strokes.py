"""Digits, letters and shapes that were drawn as strokes for this book, and the pictures that a pen makes of them."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy  # as in `foundations.statistics`
from numpy.typing import NDArray

from foundations.errors import require_one_of

DRAWINGS = Path(__file__).with_name("strokes.json")
UNITS = 100
PAGE = 128
SAMPLES = 240

Picture = NDArray[np.float64]
Points = NDArray[np.float64]


@dataclass(frozen=True)
class Drawing:
    """What one pen drew.

    Attributes
    ----------
    what
        A digit, a letter, or the name of a shape.
    style
        How it is drawn, such as "crossed" for a 7.
    pen
        Width of the line at the start, the middle and the end of a stroke, in hundredths of the drawing's square.
    strokes
        Points (n, 2) that the pen passes, x to the right and y downwards, in the same unit. A doubled point is a
        corner; between corners the line is smooth.
    """

    what: str
    style: str
    pen: tuple[float, float, float]
    strokes: Sequence[Points]


@functools.cache
def _groups() -> Mapping[str, Sequence[Drawing]]:
    """Read the package's drawings."""
    content = json.loads(DRAWINGS.read_text(encoding="utf-8"))
    return {group: [_drawing(**entry) for entry in entries] for group, entries in content.items()}


def _drawing(what: str, style: str, pen: Sequence[float], strokes: Sequence[str]) -> Drawing:
    """Return a drawing, whose strokes are written as "x,y x,y …", as in SVG's polylines."""
    start, middle, end = pen
    points = [np.array([[float(number) for number in point.split(",")] for point in s.split()]) for s in strokes]
    return Drawing(what, style, (start, middle, end), points)


def drawings(group: str) -> Sequence[Drawing]:
    """Return the package's drawings of one group: "digits", "letters" or "shapes".

    Raises
    ------
    FoundationsError
        If there is no such group.
    """
    require_one_of("a group of drawings", group, _groups())
    return _groups()[group]


@functools.cache
def checksum() -> str:
    """Return the SHA-256 of the drawings, on which what is measured on them depends."""
    return hashlib.sha256(DRAWINGS.read_bytes()).hexdigest()


def path(stroke: Points) -> Points:
    """Return points (n, 2) along a stroke, close enough together to be drawn as dots.

    Each part between corners is a natural cubic spline through its points, with the square roots of their distances
    as its parameter (centripetal), which keeps it from overshooting.
    """
    doubled = np.flatnonzero((stroke[1:] == stroke[:-1]).all(axis=1)) + 1
    return np.concatenate([_smooth(part) for part in np.split(stroke, doubled)])


def _smooth(part: Points) -> Points:
    steps = np.sqrt(np.linalg.norm(np.diff(part, axis=0), axis=1))
    along = np.concatenate([[0], np.cumsum(steps)])
    spline = scipy.interpolate.CubicSpline(along, part, bc_type="natural")
    return np.asarray(spline(np.linspace(0, along[-1], SAMPLES)))


def ink(drawing: Drawing, size: int, corner: tuple[float, float] = (0, 0), side: float | None = None) -> Picture:
    """Return how much of each pixel of a square canvas the pen covers, (size, size), from 0 to 1.

    The pen is a disc that moves along the strokes. A pixel is covered as far as its centre lies inside the nearest
    disc, which runs from 0 to 1 over one pixel's width: so lines are anti-aliased.

    Parameters
    ----------
    drawing
        What is drawn.
    size
        Side of the canvas in pixels.
    corner
        Where the upper left corner of the drawing's square lies on it: x and y in pixels.
    side
        Side of that square in pixels; the whole canvas if None.
    """
    scale = (size if side is None else side) / UNITS
    centres = np.arange(size) + 0.5
    nearest = np.full((size, size), np.inf)
    for stroke in drawing.strokes:
        points = path(stroke)
        radii = np.interp(np.linspace(0, 1, len(points)), [0, 0.5, 1], drawing.pen) * scale / 2
        x, y = (points * scale + corner).T
        reach = radii.max() + 0.5  # no pixel that is further from the stroke is covered
        columns, rows = (slice(*np.searchsorted(centres, (at.min() - reach, at.max() + reach))) for at in (x, y))
        across, down = (centres[columns] - x[:, None]) ** 2, (centres[rows] - y[:, None]) ** 2
        distances = np.sqrt(across[:, None, :] + down[:, :, None]) - radii[:, None, None]
        nearest[rows, columns] = np.minimum(nearest[rows, columns], distances.min(axis=0))
    return np.clip(0.5 - nearest, 0, 1)


def page(drawing: Drawing, seed: int) -> Picture:
    """Return a drawing as a camera might show it, (128, 128), from 0 (black) to 1: dark ink on unevenly lit paper.

    The seed decides the size of the drawing, its place on the page, the light and the paper's grain.
    """
    random = np.random.default_rng(seed)
    side = random.uniform(0.45, 0.85) * PAGE
    left, top = random.uniform(0, PAGE - side, 2)
    direction, fall = random.uniform(0, 2 * np.pi), random.uniform(0.05, 0.25)
    y, x = np.mgrid[0:PAGE, 0:PAGE] / PAGE - 0.5
    paper = 0.8 + fall * (np.cos(direction) * x + np.sin(direction) * y) + random.normal(0, 0.01, (PAGE, PAGE))
    shade = random.uniform(0.15, 0.35)
    covered = ink(drawing, PAGE, (left, top), side)
    return np.asarray(np.clip(paper * (1 - covered * (1 - shade)), 0, 1))
