"""What is round the paper is left out, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from foundations import data
from foundations.digits import preprocess
from foundations.surroundings import inside, sheet
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
