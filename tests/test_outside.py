"""Pictures from outside MNIST, and what is measured on them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_digits

from foundations import data, outside, representation, strokes
from foundations.errors import FoundationsError
from foundations.evaluation import forward
from foundations.specs import baseline
from pretended import random_run

RUNS = [random_run(baseline.vary(hidden=(8,), seed=seed)) for seed in (1, 2)]


@pytest.fixture
def three(monkeypatch: pytest.MonkeyPatch, runs_folder: Path) -> Iterator[outside.Pictures]:
    """Let each set have three drawings."""
    assert not runs_folder.exists()
    pages = [strokes.page(drawing, 0) for drawing in strokes.drawings("digits")[::40]]
    found = outside.Pictures(pages, np.array([0, 4, 8], np.uint8))
    monkeypatch.setattr(outside, "SETS", {"drawn": lambda: found})
    outside._prepared.cache_clear()
    outside._cropped.cache_clear()
    yield found
    outside._prepared.cache_clear()
    outside._cropped.cache_clear()


def test_every_drawing_is_a_page() -> None:
    """There is a page for each drawn digit, labelled with what it shows."""
    found = outside.drawn()
    assert {page.shape for page in found.pictures} == {(128, 128)}
    assert found.labels.tolist() == [digit for digit in range(10) for _ in range(10)]


def test_the_scans_are_scikit_learns() -> None:
    """Each scan is an 8×8 image, enlarged, with a black margin."""
    found, source = outside.scanned(), load_digits()
    assert len(found.pictures) == 1797
    np.testing.assert_array_equal(found.labels, source.target)
    picture = found.pictures[3]
    assert picture.shape == (96, 96)
    inner = picture[16:80, 16:80]
    assert inner.sum() == picture.sum()
    np.testing.assert_allclose(inner.reshape(8, 8, 8, 8).mean(axis=(1, 3)), source.images[3] / 16, atol=0.25)


def test_a_preview_has_some_of_the_scans(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first twentieth of them, and all drawings."""
    monkeypatch.setenv("FOUNDATIONS_PROFILE", "preview")
    outside.scanned.cache_clear()
    found = outside.scanned()
    outside.scanned.cache_clear()
    assert len(found.pictures) == len(found.labels) == 89
    np.testing.assert_array_equal(found.labels, load_digits().target[:89])


def test_hits_are_of_each_picture(three: outside.Pictures) -> None:
    """Each run says of each picture whether it is right, and a step that is left out changes the images."""
    assert outside.outside_hits(RUNS, "drawn", 3, strokes.checksum(), without=[]).shape == (2, len(three.labels))
    assert not np.array_equal(outside.prepared("drawn"), outside.prepared("drawn", ("crop",)))


def test_preprocessing_is_stored(three: outside.Pictures, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was prepared once is not prepared again, in this process or another; a picture that is refused is black."""
    three.pictures[1][:] = 0.5
    first = outside.prepared("drawn")
    assert [True, False, True] == first.any(axis=(1, 2)).tolist()
    outside._prepared.cache_clear()
    monkeypatch.delattr(outside, "place")
    np.testing.assert_array_equal(outside.prepared("drawn"), first)


def test_unknown_set() -> None:
    """A set that does not exist is named, with those that do."""
    with pytest.raises(FoundationsError, match=r"a set of pictures must be one of drawn, scanned\. Received: 'mail'"):
        outside.prepared("mail")


def test_coarse_images_have_the_resolution_of_scans(pool: data.Pool) -> None:
    """One of MNIST's images becomes a picture of the scans' size, whose ink is that of its box."""
    picture = outside.coarse(pool.images[0])
    assert picture.shape == (96, 96)
    box = pool.images[0][4:24, 4:24] / 255
    assert picture.mean() * 144 == pytest.approx(box.mean() * 64, rel=0.1)


def test_things_that_are_no_digits() -> None:
    """There are images of each kind, and the confidence in a black one follows from the biases alone."""
    kinds = outside.no_digits()
    assert {kind: images.shape[1:] for kind, images in kinds.items()} == dict.fromkeys(kinds, (28, 28))
    kernel, bias, last, last_bias = RUNS[0].weights
    scores = np.exp(np.maximum(bias, 0) @ last + last_bias)
    assert outside.confidence_in_nothing(RUNS[0], ["blank"]) == pytest.approx(
        100 * scores.max() / scores.sum(), rel=1e-5
    )
    assert kernel.shape[0] == 784


def test_hidden_activations_lead_to_the_logits(pool: data.Pool) -> None:
    """The last hidden layer's activations, times the last kernel, plus the bias, are the logits."""
    images = pool.images[:5]
    logits = representation.hidden(RUNS[0], images) @ RUNS[0].weights[2] + RUNS[0].weights[3]
    np.testing.assert_allclose(logits, forward(RUNS[0].weights, images, "relu")[-1], rtol=1e-5)


def test_nearest_is_the_least_distance() -> None:
    """It is the minimum of all distances, and zero for a point that is among the others."""
    random = np.random.default_rng(0)
    points, others = random.normal(size=(4, 3)), random.normal(size=(9, 3))
    expected = np.linalg.norm(points[:, None] - others, axis=2).min(axis=1)
    np.testing.assert_allclose(representation.nearest(points, others), expected)
    np.testing.assert_allclose(representation.nearest(others[:2], others), 0, atol=1e-7)


def test_remoteness_has_two_columns(three: outside.Pictures) -> None:
    """For each run, the distance of MNIST's own images and of the set's pictures."""
    found = representation.remoteness(RUNS, "drawn", 3, strokes.checksum())
    assert found.shape == (2, 2)
    assert (found > 0).all()
    assert len(three.pictures) == 3
