"""Ink and paper: which of them is dark, and what the ink is like without the paper's shades."""

from __future__ import annotations

import contextlib

import numpy as np
import scipy  # as in `foundations.statistics`
import skimage
from numpy.typing import NDArray

from foundations.pictures import LEAST_CONTRAST, PictureError
from foundations.resampling import COARSE, linear, reduce, scale
from foundations.surroundings import inside

Picture = NDArray[np.float64]
WINDOW = 3
"""Paper is what is as bright over a whole square of a third of the picture; no stroke is as thick."""
ROUNDS = 3
"""How often a plane is fitted; each leaves less than a tenth of the tilt."""
NOISE_RATIO = 6
"""Ink must differ from its paper by `LEAST_CONTRAST`, and by six times the paper's noise."""
FULL_INK = 90
"""The percentile of the ink that becomes white, so that the texture of a pencil saturates."""
DARKEST = 0.1
"""Light that deeper shade is counted as, so that its noise does not grow beyond measure."""
CLEAN = 1 / 255
TEXTURE = 0.25
"""Paper with noise above one gray level has a texture, of up to a quarter of the ink: grain, folds, slanting lines."""
SPAN, FAINT = 95, 0.5
"""A ruled line spans so many percent of its row or column, and has at most half the ink of the digit."""


def is_dark(picture: Picture) -> bool:
    """Whether the ink is darker than its paper.

    Paper is what the rim shows, after a plane is taken off for uneven light. The cubes of the differences to it tell
    on which side the ink is: they let few large ones, the ink's, outweigh many small ones.
    """
    coarse = reduce(picture, COARSE)
    level = coarse - plane(coarse)
    rim = np.concatenate([level[0], level[-1], level[1:-1, 0], level[1:-1, -1]])
    apart = level - np.median(rim)
    return bool((apart * apart * apart).sum() < 0)


def plane(picture: Picture) -> Picture:
    """Return the plane that fits a picture best, by least squares."""
    rows, columns = (np.linspace(-1, 1, length) for length in picture.shape)
    # On a grid that is symmetric about 0 the three coefficients do not depend on each other.
    down = rows @ picture.mean(axis=1) / max(rows @ rows, 1e-9)
    across = columns @ picture.mean(axis=0) / max(columns @ columns, 1e-9)
    fitted: Picture = picture.mean() + down * rows[:, np.newaxis] + across * columns
    return fitted


def even_out(picture: Picture) -> Picture:
    """Return bright ink on uneven paper as ink of level 1 on paper of level 0.

    A picture whose paper is the same everywhere keeps its shades: only their range changes. The picture is bright
    where light is missing: dark ink on light paper turned round. Ink that was bright is treated in the same way.

    Raises
    ------
    PictureError
        If nothing on the paper is brighter than its noise.
    """
    inner = inside(picture)
    evened = np.zeros_like(picture)
    with contextlib.suppress(PictureError):
        evened[inner] = stretched(picture[inner])
    return evened if evened.any() else stretched(picture)


def stretched(picture: Picture) -> Picture:
    """Return bright ink as `even_out` does, on paper from edge to edge."""
    if min(picture.shape) < 1 or np.ptp(picture) < LEAST_CONTRAST:
        raise blank()
    shades = paper(picture)
    # Ink takes away a share of the light; in the shade that is less light.
    level = unruled((picture - shades) / (1 - shades).clip(DARKEST))
    if np.ptp(level) < LEAST_CONTRAST:
        raise blank()
    split = skimage.filters.threshold_otsu(level)
    blank_paper = level[level <= split]
    base = np.median(blank_paper)
    noise = 1.4826 * np.median(np.abs(blank_paper - base))
    full = np.percentile(level[level > split], FULL_INK)
    if full - base < max(LEAST_CONTRAST, NOISE_RATIO * noise):
        raise blank()
    # Clean paper has no texture; on paper that has, what is weaker than a quarter of the ink is taken for it.
    floor = base + (max(3 * noise, TEXTURE * (full - base)) if noise > CLEAN else 0)
    result: Picture = np.clip((level - floor) / (full - floor), 0, 1)
    return result


def unruled(level: Picture) -> Picture:
    """Return levels of bright ink without lines that run straight across the picture, as on ruled or squared paper.

    Ink that crosses a line keeps its level. A stroke that spans the picture is no line, as it is not so faint.
    """
    base = np.median(level)
    ink = level.max() - base
    across, down = (np.percentile(level, 100 - SPAN, axis=axis, keepdims=True) for axis in (1, 0))
    lines = np.maximum(across, down) - base
    lines[(lines < LEAST_CONTRAST) | (lines > FAINT * ink)] = 0
    if not lines.any():
        return level
    result: Picture = np.where(lines > 0, base + ink * (level - base - lines).clip(0) / (ink - lines), level)
    return result


def saturate(picture: Picture, mask: NDArray[np.bool_]) -> Picture:
    """Stretch a picture of bright ink so that the digit, which a mask marks, is white, whatever else is there."""
    inked = picture[mask]
    full = np.percentile(inked[2 * inked >= inked.max()], FULL_INK)
    saturated: Picture = np.clip(picture / full, 0, 1)
    return saturated


def blank() -> PictureError:
    """Return the error for a picture without ink."""
    return PictureError("a picture must show a digit that stands out from its paper. Received: a blank one")


def paper(picture: Picture) -> Picture:
    """Return the paper under bright ink.

    It is the picture's morphological opening by a square that is wider than any stroke. Where uneven light grows
    towards an edge, an opening falls short; so planes are fitted to it, without ink to mislead them, and taken off.
    """
    coarse = reduce(picture, COARSE)
    tilt, opened = np.zeros_like(coarse), opening(coarse)
    shades = opened
    for _ in range(ROUNDS):
        tilt = tilt + plane(opened)
        opened = opening(coarse - tilt)
        # None of these is brighter than the picture, so the brightest is nearest to the paper.
        shades = np.maximum(shades, tilt + opened)
    return scale(shades, picture.shape, linear)


def opening(picture: Picture) -> Picture:
    """Return the brightest level that a whole square round each pixel reaches, the square being a window wide."""
    size = max(3, max(picture.shape) // WINDOW)
    opened: Picture = scipy.ndimage.grey_opening(picture, size=(size, size), mode="nearest")
    return opened
