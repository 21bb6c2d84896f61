"""Which ink is the digit: its regions, without specks and shadows at the edge; and whether it is one digit."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from skimage.filters import apply_hysteresis_threshold
from skimage.measure import label, regionprops

from foundations.pictures import PictureError

Picture = NDArray[np.float64]
FAINT, STRONG = 0.1, 0.4
"""Ink is what is brighter than the first, and connected to what is brighter than the second, of the brightest."""
SPECK = 0.02


def crop(picture: Picture) -> Picture:
    """Return the part of a picture of bright ink that holds the digit, with nothing else on it."""
    brightest = picture.max()
    mask = apply_hysteresis_threshold(picture, FAINT * brightest, STRONG * brightest)
    parts = regionprops(label(mask, connectivity=2))
    if not parts:
        raise PictureError("a picture must show a digit. Received: a blank one")
    largest = max(part.area for part in parts)
    kept = [part for part in parts if part.area >= SPECK * largest]
    boxes = np.array([part.bbox for part in kept])
    top, left = boxes[:, :2].min(axis=0)
    bottom, right = boxes[:, 2:].max(axis=0)
    return picture[top:bottom, left:right]
