"""Reading pictures: whatever Pillow decodes, as gray levels."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from foundations.errors import FoundationsError

SUFFIXES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp")
FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "MPO")
"""What is decoded; MPO is what some phones write into a .jpg."""
MOST_PIXELS = 100_000_000


class PictureError(FoundationsError):
    """A picture that cannot be read, or that does not show one digit."""


def read(path: Path) -> NDArray[np.float64]:
    """Return the gray levels of a picture, (height, width), from 0 (black) to 1 (white).

    It is turned as its camera says (EXIF), and what is transparent in it shows white.

    Raises
    ------
    PictureError
        If the file is missing, unreadable, damaged, no picture, too large, or holds several frames.
    """
    try:
        with warnings.catch_warnings(action="ignore"), Image.open(path, formats=FORMATS) as picture:
            check(path, picture)
            return gray(ImageOps.exif_transpose(picture))
    except PictureError:
        raise
    except UnidentifiedImageError as error:
        right = "a picture: PNG, JPEG, GIF, WebP or BMP"
        found = "an empty file" if path.stat().st_size == 0 else "a file of another kind"
        raise PictureError(f"{path}: the file must be {right}. Received: {found}") from error
    except OSError as error:
        reason = error.strerror or "damaged or cut short"
        raise PictureError(f"{path}: the file must be a picture that can be read. Received: {reason}") from error
    except Exception as error:  # what damaged files make decoders raise is open-ended
        raise PictureError(
            f"{path}: the file must be a picture that can be read. Received: damaged ({error})"
        ) from error


def check(path: Path, picture: Image.Image) -> None:
    """Raise if what a file declares is too much: before its pixels are decoded."""
    width, height = picture.size
    if width * height > MOST_PIXELS:
        limit = f"at most {MOST_PIXELS // 1_000_000} megapixels"
        raise PictureError(f"{path}: a picture must have {limit}. Received: {width} × {height} pixels")
    frames = getattr(picture, "n_frames", 1)
    if frames > 1 and picture.format != "MPO":
        raise PictureError(f"{path}: a picture must not be animated. Received: {frames} frames")


def gray(picture: Image.Image) -> NDArray[np.float64]:
    """Return gray levels in [0, 1] of a picture of any mode."""
    if picture.mode.startswith("I"):  # 16 bits a pixel, which Pillow would cut off at 255
        return np.clip(np.asarray(picture, dtype=np.float64) / 65535, 0, 1)
    if picture.has_transparency_data:
        coloured = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), coloured)
    return np.asarray(picture.convert("L"), dtype=np.float64) / 255
