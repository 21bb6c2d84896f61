"""What is round the paper is left out, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import ndimage
from skimage.measure import regionprops

from foundations import data
from foundations.digits import preprocess
from foundations.outside import scanned
from foundations.surroundings import cornered, inside, sheet
from test_ink import cross


def on_table(paper: np.ndarray, table: float, angle: float = 0) -> np.ndarray:
    """Return a picture of paper on a table of another level, turned by an angle."""
    height, width = paper.shape
    laid = np.pad(paper, [(height // 4, height // 3), (width // 5, width // 4)], constant_values=-1)
    turned = ndimage.rotate(laid, angle, order=0, mode="constant", cval=-1)
    return np.where(turned < 0, table, turned)


@pytest.mark.parametrize("table", [0.1, 0.35])
@pytest.mark.parametrize("angle", [0, 4])
@pytest.mark.parametrize("size", [1, 4])
def test_a_sheet_on_a_table(table: float, angle: float, size: int) -> None:
    """Of a sheet on a darker table its own part of the picture is left, and the digit is that on the sheet."""
    paper = np.kron(0.9 - 0.8 * cross(), np.ones((size, size)))
    found = sheet(on_table(paper, table, angle))
    assert found.min() == pytest.approx(0.1)
    assert (found == table).mean() < 0.1
    assert 0.75 < found.size / paper.size < 1.2
    expected = preprocess(cross()).image
    made = preprocess(on_table(paper, table)).image
    assert np.abs(expected.astype(int) - made).mean() < 5


def test_a_frame_is_left_out() -> None:
    """A line round a drawing is no part of it."""
    framed = np.pad(cross(), 2, constant_values=1)
    assert np.abs(preprocess(cross()).image.astype(int) - preprocess(np.pad(framed, 6)).image).max() <= 2


def test_digits_are_no_sheets(pool: data.Pool) -> None:
    """No image of MNIST is taken for a sheet, on a tight canvas and in either polarity."""
    for image in pool.images[:300]:
        rows, columns = np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.any(axis=0))
        tight = np.pad(image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] / 255, 1)
        assert sheet(tight) is tight
        inverted = 1 - tight
        assert sheet(inverted) is inverted


@pytest.mark.parametrize("digit", [0, 8])
def test_thick_digits_with_loops_are_no_sheets(digit: int) -> None:
    """However thick, a scanned 0 or 8 is not taken for paper with something on it, and is not refused."""
    pictures = scanned()
    found = [picture for picture, label in zip(pictures.pictures, pictures.labels, strict=True) if label == digit]
    assert [*map(id, found)] == [id(sheet(picture)) for picture in found]
    assert all(preprocess(picture).image.max() > 250 for picture in found[::10])


@given(st.floats(0.4, 2.5), st.floats(0, 90))
def test_paper_has_four_corners_and_an_ellipse_none(ratio: float, angle: float) -> None:
    """A quadrilateral covers all of a rectangle's hull, however it lies, and 2/π of an ellipse's, but for pixels."""
    turn = np.deg2rad(angle)
    down, across = np.mgrid[-99:100, -99:100] / 99
    along, aside = down * np.cos(turn) + across * np.sin(turn), across * np.cos(turn) - down * np.sin(turn)
    long, short = 0.7 / max(1, 1 / ratio), 0.7 / max(1, ratio)
    shapes = ((np.abs(along) <= long) & (np.abs(aside) <= short), np.hypot(along / long, aside / short) <= 1)
    paper, ellipse = (cornered(regionprops(shape.astype(int))[0]) for shape in shapes)
    assert paper > 0.93
    assert pytest.approx(2 / np.pi, abs=0.02) == ellipse


def test_paper_from_edge_to_edge_is_left_alone() -> None:
    """A picture without surroundings is all inside."""
    picture = cross()
    assert picture is sheet(picture)
    assert (slice(0, 120), slice(0, 100)) == inside(picture)


def test_strips_are_outside() -> None:
    """A bright strip along an edge is outside, with the blur at its end; a short one is not a strip."""
    left, below, short = cross(), cross(), cross()
    left[:, :5], below[-3:], short[:60, :5] = 1, 1, 1
    assert [(0, 120, 9, 100), (0, 113, 0, 100), (0, 120, 0, 100)] == [bounds(left), bounds(below), bounds(short)]


def bounds(picture: np.ndarray) -> tuple[int, int, int, int]:
    """Return where the inside of a picture begins and ends, down and across."""
    rows, columns = inside(picture)
    return rows.start, rows.stop, columns.start, columns.stop
