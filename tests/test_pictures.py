"""Reading pictures: every kind that is promised, and an error in one sentence for everything else."""

from __future__ import annotations

import io
import os
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from foundations.pictures import MOST_SIDE, SUFFIXES, PictureError, in_folder, read

LEVELS = np.tile(np.linspace(0, 255, 40).astype(np.uint8), (30, 1))
LEVELS[:10, :10] = 0
GRAY = Image.fromarray(LEVELS)
LOSSLESS = [("PNG", "L"), ("PNG", "RGB"), ("PNG", "P"), ("PNG", "LA"), ("PNG", "RGBA"), ("GIF", "L"), ("GIF", "P")]
LOSSLESS += [("BMP", "L"), ("BMP", "RGB"), ("BMP", "P")]


def saved(path: Path, picture: Image.Image, kind: str, **settings: object) -> Path:
    """Write a picture as a certain kind, whatever its name, and return the path."""
    picture.save(path, format=kind, **settings)
    return path


def encoded(kind: str) -> bytes:
    """Return the bytes of a small picture."""
    file = io.BytesIO()
    GRAY.save(file, format=kind)
    return file.getvalue()


@pytest.mark.parametrize(("kind", "mode"), LOSSLESS)
def test_lossless_kinds(tmp_path: Path, kind: str, mode: str) -> None:
    """What is stored without loss is read as it was, in every mode, up to the rounding of a palette or of gray."""
    levels = read(saved(tmp_path / "picture", GRAY.convert(mode), kind))
    assert np.float64 == levels.dtype
    assert pytest.approx(LEVELS / 255, abs=1.01 / 255) == levels


@pytest.mark.parametrize(("kind", "mode"), [("JPEG", "L"), ("JPEG", "RGB"), ("JPEG", "CMYK"), ("WEBP", "RGB")])
def test_lossy_kinds(tmp_path: Path, kind: str, mode: str) -> None:
    """JPEG, also one for print, and WebP are read as they were, but for what they lose."""
    levels = read(saved(tmp_path / "picture", GRAY.convert(mode), kind, quality=95))
    assert pytest.approx(LEVELS / 255, abs=0.1) == levels


def test_two_colours(tmp_path: Path) -> None:
    """A picture of black and white pixels is read as 0 and 1."""
    levels = read(saved(tmp_path / "picture.png", GRAY.convert("1", dither=Image.Dither.NONE), "PNG"))
    assert (LEVELS > 127).astype(float).tolist() == levels.tolist()


def test_sixteen_bits(tmp_path: Path) -> None:
    """Sixteen bits a pixel are read to their full depth."""
    deep = np.arange(30 * 40, dtype=np.uint16).reshape(30, 40) * 50
    levels = read(saved(tmp_path / "deep.png", Image.fromarray(deep), "PNG"))
    assert pytest.approx(deep / 65535, abs=1e-9) == levels


@pytest.mark.parametrize("orientation", range(1, 9))
def test_turned_as_the_camera_says(tmp_path: Path, orientation: int) -> None:
    """A photo that was taken with the camera turned is read upright, for each of the eight orientations of EXIF."""
    upright = np.zeros((32, 48), np.uint8)
    upright[:16, :16] = 255
    turns = {1: upright, 2: upright[:, ::-1], 3: upright[::-1, ::-1], 4: upright[::-1], 5: upright.T}
    turns |= {6: np.rot90(upright), 7: upright[::-1, ::-1].T, 8: np.rot90(upright, -1)}
    exif = Image.Exif()
    exif[0x112] = orientation
    picture = Image.fromarray(np.ascontiguousarray(turns[orientation]))
    levels = read(saved(tmp_path / "photo.jpg", picture, "JPEG", quality=95, exif=exif))
    assert pytest.approx(upright / 255, abs=0.1) == levels


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "GIF"])
def test_transparent_is_white(tmp_path: Path, kind: str) -> None:
    """Where a picture is transparent, white shows through, whatever colour is stored there."""
    picture = Image.new("RGBA", (20, 20), (0, 0, 0, 0))
    picture.paste((0, 0, 0, 255), (5, 5, 10, 10))
    levels = read(saved(tmp_path / "picture", picture, kind, **({"lossless": True} if kind == "WEBP" else {})))
    assert (0, 1) == (levels[7, 7], levels[0, 0])
    assert 25 == (levels == 0).sum()


@pytest.mark.parametrize("level", [248, 255])
def test_white_on_nothing(tmp_path: Path, level: int) -> None:
    """A picture that is transparent but for something white shows that on black."""
    picture = Image.new("RGBA", (20, 20), (255, 255, 255, 0))
    picture.paste((level, level, level, 255), (5, 5, 10, 10))
    levels = read(saved(tmp_path / "picture.png", picture, "PNG"))
    assert pytest.approx((level / 255, 0)) == (levels[7, 7], levels[0, 0])
    assert 25 == (levels > 0).sum()


def test_white_without_transparency(tmp_path: Path) -> None:
    """A picture that could be transparent, and is white everywhere, stays white."""
    levels = read(saved(tmp_path / "picture.png", Image.new("RGBA", (20, 20), "white"), "PNG"))
    assert {1.0} == {*levels.ravel()}


def test_half_transparent(tmp_path: Path) -> None:
    """Half transparent black is gray."""
    levels = read(saved(tmp_path / "picture.png", Image.new("RGBA", (20, 20), (0, 0, 0, 128)), "PNG"))
    assert np.full((20, 20), 0.5) == pytest.approx(levels, abs=0.01)


def test_first_of_several_views(tmp_path: Path) -> None:
    """Of the views that some phones store in one .jpg the first is read."""
    picture = saved(tmp_path / "views.jpg", GRAY, "MPO", save_all=True, append_images=[Image.new("L", GRAY.size)])
    assert pytest.approx(LEVELS / 255, abs=0.1) == read(picture)


def test_large_pictures_are_scaled_down(tmp_path: Path) -> None:
    """A photo with more pixels than any step needs is read at a whole fraction of its size."""
    levels = read(saved(tmp_path / "large.png", Image.new("L", (2 * MOST_SIDE + 1, 300), 51), "PNG"))
    assert (100, -(-(2 * MOST_SIDE + 1) // 3)) == levels.shape
    assert np.full_like(levels, 0.2) == pytest.approx(levels)


def png(width: int, height: int) -> bytes:
    """Return a PNG that declares a size, and holds next to nothing."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 99)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def animated(kind: str) -> bytes:
    """Return a picture of two frames."""
    file = io.BytesIO()
    frames = [Image.new("L", (20, 20), level) for level in (0, 200)]
    frames[0].save(file, format=kind, save_all=True, append_images=frames[1:])
    return file.getvalue()


NO_PICTURE = r"the file must be a PNG, JPEG, GIF, WebP or BMP picture. Received: "
BAD = {
    "text": (b"a digit", NO_PICTURE + "a file of another kind"),
    "empty": (b"", NO_PICTURE + "an empty file"),
    "pdf": (b"%PDF-1.4\n" + b"0" * 99, NO_PICTURE + "a file of another kind"),
    "truncated png": (encoded("PNG")[:-30], NO_PICTURE + "a damaged one"),
    "truncated jpeg": (encoded("JPEG")[:-30], NO_PICTURE + "a damaged one"),
    "truncated gif": (encoded("GIF")[:-30], NO_PICTURE + "a damaged one"),
    "bomb": (png(50_000, 50_000), NO_PICTURE + "one of far more than 100 megapixels"),
    "large": (png(11_000, 10_000), r"a picture must have at most 100 megapixels. Received: 11000 × 10000 pixels"),
    "gif": (animated("GIF"), "a picture must not be animated. Received: 2 frames"),
    "webp": (animated("WEBP"), "a picture must not be animated. Received: 2 frames"),
    "apng": (animated("PNG"), "a picture must not be animated. Received: 2 frames"),
}


@pytest.mark.parametrize(("content", "message"), BAD.values(), ids=BAD)
def test_what_is_no_picture_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    """A file that is no picture, damaged, too large or animated is refused with a sentence that names it."""
    path = tmp_path / "seven.png"
    path.write_bytes(content)
    with pytest.raises(PictureError, match=message) as refused:
        read(path)
    assert str(refused.value).startswith(f"{path}: ")
    assert "\n" not in str(refused.value)


def test_places_without_a_file_are_refused(tmp_path: Path) -> None:
    """A file that is not there, a folder without pictures and a device are refused by name."""
    with pytest.raises(PictureError, match=f"none.png: {NO_PICTURE}No such file or directory"):
        read(tmp_path / "none.png")
    with pytest.raises(PictureError, match=r"a folder must be readable and hold pictures \(.png, .*\). Received: none"):
        read(tmp_path)
    with pytest.raises(PictureError, match=r"/dev/null: .*Received: not a regular file"):
        read(Path("/dev/null"))


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    """A pipe that nobody writes to is refused at once."""
    os.mkfifo(tmp_path / "pipe.png")
    with pytest.raises(PictureError, match=r"Received: not a regular file"):
        read(tmp_path / "pipe.png")


def test_pictures_in_a_folder(tmp_path: Path) -> None:
    """The pictures in a folder are found by their endings, in alphabetical order; what is no folder holds none."""
    for name in ("b.PNG", "a.jpeg", "c.txt", *(f"d{suffix}" for suffix in SUFFIXES)):
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "folder.png").mkdir()
    assert ["a.jpeg", "b.PNG", *sorted(f"d{suffix}" for suffix in SUFFIXES)] == [p.name for p in in_folder(tmp_path)]
    assert [] == in_folder(tmp_path / "a.jpeg")
    assert [] == in_folder(tmp_path / "none")


def read_or_refuse(folder: Path, content: bytes) -> None:
    """Check that a file is read as gray levels, or refused as it should be."""
    path = folder / "any"
    path.write_bytes(content)
    try:
        levels, message = read(path), "Received: "
    except PictureError as error:
        levels, message = np.zeros((1, 1)), str(error)
    assert "Received: " in message
    assert 2 == levels.ndim
    assert 0 <= levels.min() <= levels.max() <= 1


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder for all examples."""
    return tmp_path_factory.mktemp("pictures")


BEGINNINGS = st.sampled_from([b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"GIF89a", b"BM", b"RIFF    WEBPVP8 "])


@given(beginning=BEGINNINGS, rest=st.binary())
def test_any_bytes(folder: Path, beginning: bytes, rest: bytes) -> None:
    """Whatever bytes a file holds, it is read or refused."""
    read_or_refuse(folder, beginning + rest)


@given(kind=st.sampled_from(["PNG", "JPEG", "GIF", "WEBP", "BMP"]), place=st.floats(0, 1), byte=st.binary(max_size=3))
def test_any_damage(folder: Path, kind: str, place: float, byte: bytes) -> None:
    """A picture of which some bytes are others, or that is cut short, is read or refused."""
    content = encoded(kind)
    at = int(place * len(content))
    read_or_refuse(folder, content[:at] + byte + (content[at + len(byte) :] if byte else b""))
