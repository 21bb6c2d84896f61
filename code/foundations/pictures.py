"""Reading pictures: whatever Pillow decodes, as gray levels."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from foundations.errors import FoundationsError

SUFFIXES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp")
FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP")
RIGHT = "PNG, JPEG, GIF, WebP or BMP"
MOST_PIXELS = 100_000_000
MOST_SIDE = 2048
"""A longer side is divided by a whole number while decoding, to save memory."""
LEAST_CONTRAST = 8 / 255
"""What differs by fewer than eight gray levels does not stand out."""


class PictureError(FoundationsError):
    """A picture that cannot be read, or that does not show one digit."""


def in_folder(folder: Path) -> list[Path]:
    """Return the pictures in a folder, by the endings of their names and in alphabetical order."""
    try:
        return sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES and path.is_file())
    except OSError:  # no folder, or one that cannot be read
        return []


def read(path: Path) -> NDArray[np.float64]:
    """Return the gray levels of a picture, (height, width), from 0 (black) to 1 (white).

    It is turned as its camera says (EXIF), what is transparent in it shows white, or black if there is nothing but
    white, and one that is larger than any later step needs is scaled down.

    Raises
    ------
    PictureError
        If the file is missing, unreadable, damaged, no picture, too large, or holds several frames.
    """
    if path.is_dir():
        right = f"readable and hold pictures ({', '.join(SUFFIXES)})"
        raise PictureError(f"{path}: a folder must be {right}. Received: none")
    try:
        return decode(path)
    except PictureError:
        raise
    except Exception as error:  # what damaged files make decoders raise is open-ended
        raise PictureError(f"{path}: the file must be a {RIGHT} picture. Received: {reason(path, error)}") from error


def decode(path: Path) -> NDArray[np.float64]:
    """Return the gray levels of a picture, or raise whatever its decoder does."""
    if path.exists() and not path.is_file():  # a device or a pipe, which may never end
        raise OSError(0, "not a regular file")
    with warnings.catch_warnings(action="ignore"), Image.open(path, formats=FORMATS) as picture:
        check(path, picture)
        return gray(ImageOps.exif_transpose(picture))


def reason(path: Path, error: Exception) -> str:
    """Return in words why a file could not be decoded."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    if isinstance(error, Image.DecompressionBombError):
        return f"one of far more than {MOST_PIXELS // 1_000_000} megapixels"
    if isinstance(error, UnidentifiedImageError):
        return "a file of another kind" if path.stat().st_size else "an empty file"
    return f"a damaged one ({error})"


def check(path: Path, picture: Image.Image) -> None:
    """Raise if what a file declares is too much: before its pixels are decoded."""
    width, height = picture.size
    if width * height > MOST_PIXELS:
        limit = f"at most {MOST_PIXELS // 1_000_000} megapixels"
        raise PictureError(f"{path}: a picture must have {limit}. Received: {width} × {height} pixels")
    frames = getattr(picture, "n_frames", 1)
    if frames > 1 and picture.format != "MPO":  # a JPEG to which a phone has added further views
        raise PictureError(f"{path}: a picture must not be animated. Received: {frames} frames")


def gray(picture: Image.Image) -> NDArray[np.float64]:
    """Return gray levels in [0, 1] of a picture of any mode."""
    if picture.mode.startswith("I"):  # 16 bits a pixel, which Pillow would cut off at 255
        return np.clip(np.asarray(picture, dtype=np.float64) / 65535, 0, 1)
    levels = opaque(picture)
    levels = levels.reduce(-(-max(levels.size) // MOST_SIDE))
    return np.asarray(levels, dtype=np.float64) / 255


def opaque(picture: Image.Image) -> Image.Image:
    """Return a picture's gray levels with white behind what is transparent, or black if white would leave nothing."""
    if not picture.has_transparency_data:
        return picture.convert("L")
    levels = laid_on(picture, "white")
    return levels if 1 - np.asarray(levels).min() / 255 >= LEAST_CONTRAST else laid_on(picture, "black")


def laid_on(picture: Image.Image, colour: str) -> Image.Image:
    """Return a picture's gray levels where a colour shows through what is transparent."""
    return Image.alpha_composite(Image.new("RGBA", picture.size, colour), picture.convert("RGBA")).convert("L")
