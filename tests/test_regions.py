"""The digit among regions of ink: what belongs to it, what does not, and how many digits there are."""

from __future__ import annotations

import numpy as np
import pytest

from foundations.regions import crop, find


def paper(height: int = 120, width: int = 120, **boxes: tuple[int, int, int, int]) -> np.ndarray:
    """Return black paper with white boxes (top, left, bottom, right)."""
    picture = np.zeros((height, width))
    for top, left, bottom, right in boxes.values():
        picture[top:bottom, left:right] = 1
    return picture


def box(mask: np.ndarray) -> tuple[int, int, int, int]:
    """Return the bounding box of a mask."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return int(rows[0]), int(columns[0]), int(rows[-1] + 1), int(columns[-1] + 1)


STEM = (30, 50, 90, 58)


@pytest.mark.parametrize(
    ("other", "whole"),
    [
        ((36, 62, 44, 80), (30, 50, 90, 80)),  # near
        ((18, 50, 26, 76), (18, 50, 90, 76)),  # above, as the flag of a 5
        ((100, 100, 102, 102), STEM),  # a speck
        ((20, 85, 32, 97), STEM),  # far and small
        ((0, 0, 120, 6), STEM),  # a strip from edge to edge
        ((0, 70, 10, 110), STEM),  # a shadow along an edge
        ((114, 0, 116, 120), STEM),  # a ruled line
    ],
)
def test_what_belongs_to_the_digit(other: tuple[int, int, int, int], whole: tuple[int, int, int, int]) -> None:
    """Parts near it belong to it; specks, far marks and what lies along an edge do not."""
    found = find(paper(stem=STEM, other=other))
    assert (1, whole) == (found.digits, box(found.mask))


@pytest.mark.parametrize("stem", [(0, 0, 120, 30), (0, 40, 120, 60), (0, 0, 60, 120)])
def test_a_digit_at_the_edge_stays(stem: tuple[int, int, int, int]) -> None:
    """What lies along an edge is the digit if there is nothing else."""
    assert stem == box(find(paper(stem=stem)).mask)


def test_digits_are_counted() -> None:
    """Regions side by side, or above each other, are several digits if each is large and they are apart."""
    assert 2 == find(paper(one=(30, 20, 90, 40), two=(32, 70, 88, 90))).digits
    assert 2 == find(paper(one=(10, 50, 50, 70), two=(70, 50, 110, 70))).digits
    assert 3 == find(paper(one=(30, 10, 60, 30), two=(30, 34, 60, 54), three=(32, 58, 62, 78))).digits
    assert 1 == find(paper(left=(30, 50, 90, 56), right=(30, 62, 90, 68))).digits


def test_weak_ink_counts_where_it_is_connected() -> None:
    """The weak end of a stroke belongs to it; weak ink on its own does not, and is taken off the crop."""
    picture = paper(stem=STEM)
    picture[90:100, 50:58] = 0.2
    picture[35:40, 62:66] = 0.3
    picture[35:40, 70:74] = 0.05
    found = find(picture)
    assert (30, 50, 100, 58) == box(found.mask)
    mask = found.mask.copy()
    mask[30, 75] = True  # a wider box
    cropped = crop(picture, mask)
    assert (70, 26) == cropped.shape
    assert 0 == cropped[5:10, 12:16].max()
    assert 0.05 == cropped[5:10, 20:24].max()
