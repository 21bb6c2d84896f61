"""Shifts of MNIST's images: none at amount zero, exact where they can be, and always images."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from foundations import data
from foundations.errors import FoundationsError
from foundations.shifts import SHIFTS, disc, shift_curves, shifted
from foundations.specs import baseline
from pretended import random_run

each_kind = pytest.mark.parametrize("kind", SHIFTS)


@pytest.fixture
def images(pool: data.Pool) -> data.Images:
    """Return a few of MNIST's images."""
    return pool.images[:40]


@each_kind
def test_no_amount_changes_nothing(images: data.Images, kind: str) -> None:
    """Every kind starts at none, where the images are as they were."""
    assert SHIFTS[kind].amounts[0] == 0
    np.testing.assert_array_equal(images, shifted(images, kind, 0))


@each_kind
def test_larger_amounts_change_more(images: data.Images, kind: str) -> None:
    """Amounts rise, and from each to the next the images are farther from what they were, up to half inverted."""
    amounts = [amount for amount in SHIFTS[kind].amounts if kind != "polarity" or amount <= 50]
    assert sorted(set(amounts)) == list(amounts)
    distances = [np.abs(shifted(images, kind, amount) / 255 - images / 255).mean() for amount in amounts]
    assert distances[0] == 0 < distances[1]
    assert distances[-1] == max(distances)


@each_kind
def test_the_same_seed_gives_the_same_images(images: data.Images, kind: str) -> None:
    """What is drawn by chance belongs to the seed."""
    amount = SHIFTS[kind].amounts[-1]
    np.testing.assert_array_equal(shifted(images, kind, amount, 3), shifted(images, kind, amount, 3))


def test_translation_is_exact(images: data.Images) -> None:
    """Each image is the original moved by whole pixels to one of four sides."""
    padded = np.pad(images, [(0, 0), (3, 3), (3, 3)])
    ways = [padded[:, top : top + 28, left : left + 28] for top, left in ((3, 0), (3, 6), (0, 3), (6, 3))]
    moved = shifted(images, "translation", 3)
    matches = np.array([(way == moved).all(axis=(1, 2)) for way in ways])
    assert matches.any(axis=0).all()
    assert matches.any(axis=1).all()


def test_quarter_turns_are_exact(images: data.Images) -> None:
    """Turned by 90 degrees, each image is its transpose, read backwards along one axis."""
    turned = shifted(images, "rotation", 90)
    ways = np.array([(np.rot90(images, times, axes=(1, 2)) == turned).all(axis=(1, 2)) for times in (1, 3)])
    assert ways.any(axis=0).all()
    assert ways.any(axis=1).all()


def test_inversion_is_the_negative(images: data.Images) -> None:
    """Whole inversion is the negative, half of it uniform gray."""
    np.testing.assert_array_equal(255 - images, shifted(images, "polarity", 100))
    assert len(np.unique(shifted(images, "polarity", 50))) == 1


def test_strokes_grow_and_shrink(images: data.Images) -> None:
    """A wider pen covers what was covered, a narrower one nothing else."""
    assert (shifted(images, "thicker", 1.5) >= images).all()
    assert (shifted(images, "thinner", 1) <= images).all()


def test_shrinking_keeps_shape_and_place(images: data.Images) -> None:
    """A digit at half its size has about a quarter of the ink, at the same centre of mass about the middle."""
    small = shifted(images, "size", 50)
    assert small.sum() / images.sum() == pytest.approx(0.25, rel=0.05)
    rows = np.arange(28) - 13.5
    mass, half = ((part.sum(axis=2) @ rows / part.sum(axis=(1, 2))) for part in (images, small))
    np.testing.assert_allclose(half, mass / 2, atol=0.3)


@pytest.mark.parametrize(("radius", "count"), [(0, 1), (1, 5), (1.5, 9), (2, 13)])
def test_discs(radius: float, count: int) -> None:
    """A disc holds the pixels within its radius of the middle."""
    assert disc(radius).sum() == count


def test_unknown_kind(images: data.Images) -> None:
    """A kind that does not exist is named, with those that do."""
    with pytest.raises(FoundationsError, match=r"a kind of shift must be one of translation, .* Received: 'mirror'"):
        shifted(images, "mirror", 1)


def test_curves_are_of_each_runs_own_images(runs_folder: Path) -> None:
    """Without a shift, accuracy and confidence are those on the first validation images of the run's seed."""
    assert not runs_folder.exists()
    runs = [random_run(baseline.vary(hidden=(8,), seed=seed)) for seed in (1, 2)]
    found = shift_curves(runs, "contrast", 50)
    assert found.shape == (2, len(SHIFTS["contrast"].amounts), 2)
    assert ((found >= 0) & (found <= 100)).all()
    assert (found[:, :, 1] >= 10).all()
