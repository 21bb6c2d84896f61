"""Digits, letters and shapes drawn as strokes, and the pictures that a pen makes of them."""

from __future__ import annotations

import collections

import numpy as np
import pytest

from foundations.errors import FoundationsError
from foundations.strokes import UNITS, Drawing, checksum, drawings, ink, page, path

ALL = [drawing for group in ("digits", "letters", "shapes") for drawing in drawings(group)]
LINE = np.array([[20.0, 50.0], [50.0, 50.0], [80.0, 50.0]])


def test_there_are_ten_styles_of_every_digit() -> None:
    """Each digit is drawn ten times, each time in a style of its own."""
    styles = collections.defaultdict(set)
    for drawing in drawings("digits"):
        styles[drawing.what].add(drawing.style)
    assert dict.fromkeys("0123456789", 10) == {digit: len(found) for digit, found in styles.items()}
    assert len(drawings("digits")) == 100


@pytest.mark.parametrize("drawing", ALL, ids=lambda drawing: f"{drawing.what}, {drawing.style}")
def test_drawings_stay_inside_their_square(drawing: Drawing) -> None:
    """The pen stays inside the square, so that a picture cuts nothing off, and uses more than half of it."""
    points = np.concatenate([path(stroke) for stroke in drawing.strokes])
    reach = max(drawing.pen) / 2
    assert points.min() >= reach - 4
    assert points.max() <= UNITS + 4 - reach
    assert (points.max(axis=0) - points.min(axis=0)).max() > UNITS / 2


def test_unknown_group() -> None:
    """A group that does not exist is named, with those that do."""
    with pytest.raises(FoundationsError, match=r"a group of drawings must be one of .*letters.* Received: 'words'"):
        drawings("words")


def test_the_path_passes_its_points_and_turns_at_doubled_ones() -> None:
    """A stroke goes through the points it names; a doubled point is a corner between straight lines."""
    corner = np.array([[10.0, 10.0], [50.0, 10.0], [50.0, 10.0], [50.0, 90.0]])
    points = path(corner)
    for point in corner:
        assert np.linalg.norm(points - point, axis=1).min() < 1e-9
    assert np.all((points[:, 1] == 10) | (points[:, 0] == 50))


def test_a_straight_line_covers_its_length_times_its_width() -> None:
    """The ink of a line with round ends is that of a rectangle and a disc."""
    covered = ink(Drawing("line", "straight", (10, 10, 10), [LINE]), size=200)
    assert covered.sum() / 4 == pytest.approx(60 * 10 + np.pi * 25, rel=0.01)
    assert covered.min() == 0
    assert covered.max() == 1


def test_ink_scales_and_moves() -> None:
    """A drawing in a part of the canvas is the drawing at that size, elsewhere nothing."""
    drawing = drawings("digits")[0]
    part = ink(drawing, size=100, corner=(30, 20), side=50)
    np.testing.assert_allclose(part[20:70, 30:80], ink(drawing, size=50), atol=1e-9)
    assert part.sum() == pytest.approx(ink(drawing, size=50).sum())


def test_a_page_shows_dark_ink_on_light_paper() -> None:
    """A page is a picture in [0, 1], mostly paper, and the same for the same seed alone."""
    drawing = drawings("digits")[5]
    first, again, other = page(drawing, 1), page(drawing, 1), page(drawing, 2)
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
    assert (first.min() >= 0) & (first.max() <= 1)
    assert first.min() < 0.4
    assert np.median(first) > 0.6


def test_the_checksum_is_of_the_file() -> None:
    """It is a SHA-256 in hexadecimal."""
    assert len(checksum()) == 64
    assert int(checksum(), 16) > 0
