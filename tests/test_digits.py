"""From a picture to MNIST's 28×28: what comes out, and what must not matter."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image, ImageDraw

from foundations import data, digits
from foundations.digits import Picture, PictureError, Prepared, Steps, preprocess

STEPS = [field.name for field in dataclasses.fields(Steps)]
STAGES = ["picture", "polarity", "background", "crop", "box", "image"]


def on_canvas(image: np.ndarray, factor: int = 1, shape: tuple[int, int] = (1, 1)) -> Picture:
    """Return an image of MNIST enlarged by a whole number, with so many blank rows and columns before and after it."""
    return np.pad(np.kron(image / 255, np.ones((factor, factor))), [(side, 2 * side) for side in shape])


def difference(first: np.ndarray, second: np.ndarray) -> float:
    """Return the mean absolute difference of two images in gray levels, over the pixels with ink in either."""
    inked = (first > 0) | (second > 0)
    return float(np.abs(first.astype(float) - second)[inked].mean())


@pytest.fixture(scope="module")
def some(pool: data.Pool) -> data.Images:
    """Return a few images of each digit."""
    return np.concatenate([pool.images[pool.labels == digit][:6] for digit in range(10)])


def strokes(draw: ImageDraw.ImageDraw, width: int, **ink: object) -> None:
    """Draw a 4 of two strokes that do not touch, into a square of 200."""
    draw.line([(70, 30), (40, 110), (140, 110)], width=width, joint="curve", **ink)  # type: ignore[arg-type]
    draw.line([(120, 128), (116, 170)], width=width, **ink)  # type: ignore[arg-type]


def four(size: tuple[int, int] = (200, 200), width: int = 12) -> Picture:
    """Return that 4 in white on black."""
    picture = Image.new("L", size, 0)
    strokes(ImageDraw.Draw(picture), width, fill=255)
    return np.asarray(picture) / 255


def photo(seed: int, noise: float = 0.02) -> Picture:
    """Return the 4 in gray ink on paper that is lit from one side, with grain, a speck and a dark strip at its edge."""
    random = np.random.default_rng(seed)
    light = np.linspace(0.85, 0.5, 300)[:, np.newaxis] * np.linspace(1, 0.8, 300)
    ink = np.pad(four(), [(20, 80), (60, 40)])
    picture = light * (1 - 0.7 * ink) + noise * random.standard_normal(light.shape)
    picture[280:284, 20:24] = 0.1
    picture[:, :8] = 0.1
    return picture.clip(0, 1)


def test_images_of_mnist_come_back(some: data.Images) -> None:
    """On a blank canvas, at whole multiples of their size, MNIST's images come out as they are, but for a rare speck.

    What is left is the brightest level, which becomes 255.
    """
    for factor in (1, 2, 5):
        made = [preprocess(on_canvas(image, factor, (7, 31))).image for image in some]
        largest = np.abs(np.array(made).astype(int) - some).max(axis=(1, 2))
        assert np.median(largest) <= 2
        assert (largest <= 26).mean() >= 0.95


def test_polarity_does_not_matter(some: data.Images) -> None:
    """Dark ink on light paper gives the same as light ink on dark paper."""
    for image in some:
        picture = on_canvas(image, 3)
        made, turned = preprocess(picture), preprocess(1 - picture)
        assert np.abs(made.image.astype(int) - turned.image).max() <= 1


@pytest.mark.parametrize(("low", "high"), [(0.2, 0.5), (0.45, 0.55), (0.9, 0.3), (1.0, 0.0)])
def test_contrast_does_not_matter(some: data.Images, low: float, high: float) -> None:
    """Ink and paper may have any two levels that differ enough."""
    for image in some[::6]:
        picture = on_canvas(image, 4)
        made = preprocess(low + (high - low) * picture).image
        assert np.abs(preprocess(picture).image.astype(int) - made).max() <= 2


def test_place_and_size_hardly_matter(some: data.Images) -> None:
    """A digit smoothly enlarged to any size, anywhere, gives nearly the same image, if not one pixel beside it."""
    found = []
    for number, image in enumerate(some[::3]):
        side = 28 + 9 * number
        enlarged = np.asarray(Image.fromarray(image).resize((side, side), Image.Resampling.BILINEAR))
        made = preprocess(on_canvas(enlarged, 1, (3 * number, 50))).image
        found.append(difference(image, made))
    assert np.median(found) < 35
    assert max(found) < 80


def test_centre_of_mass_is_mnists(some: data.Images) -> None:
    """The centre of mass lies in [13.5, 14.5) on both axes, as in MNIST; without that step the ink's box is central."""
    for image in some:
        picture = on_canvas(image, 3, (40, 2))
        box = preprocess(picture).image.astype(float)
        for axis in (0, 1):
            mass = box.sum(axis=axis) @ np.arange(28) / box.sum()
            assert 13.45 < mass < 14.55
        plain = preprocess(picture, Steps(centre=False)).image
        for axis in (0, 1):
            inked = np.flatnonzero(plain.any(axis=axis))
            assert abs(inked[0] - (27 - inked[-1])) <= 1


@pytest.mark.parametrize("seed", range(5))
def test_a_photo_is_read_like_a_drawing(seed: int) -> None:
    """Uneven light, grain, a speck and a strip at the edge change little, and no part of the digit is lost."""
    expected = preprocess(four()).image
    made = preprocess(photo(seed)).image
    assert difference(expected, made) < 5
    assert difference(expected, preprocess(photo(seed), Steps(background=False)).image) > 60


def test_parts_stay_together() -> None:
    """Strokes that do not touch are both kept, as are those of a digit in dashes; a far speck is not."""
    inked = preprocess(four()).image > 0
    assert 19 <= np.ptp(np.flatnonzero(inked.any(axis=1))) + 1 <= 20
    dashes = np.zeros((200, 100))
    for top in range(20, 180, 26):
        dashes[top : top + 16, 46:54] = 1
    assert 20 == np.ptp(np.flatnonzero(preprocess(dashes).image.any(axis=1))) + 1
    speck = np.pad(four(), 100)
    speck[5:9, 380:384] = 1
    assert preprocess(np.pad(four(), 100)).image.tolist() == preprocess(speck).image.tolist()


def test_without_a_step() -> None:
    """Each step does what it is there for, and leaving it out leaves the others as they are."""
    picture = 1 - np.pad(four(), [(0, 0), (100, 0)])
    made = {name: preprocess(picture, Steps(**{name: False})) for name in STEPS}
    whole = preprocess(picture)
    assert [STAGES] * len(STEPS) == [[*item.stages] for item in made.values()]
    assert picture.tolist() == made["polarity"].stages["polarity"].tolist()
    assert made["background"].stages["polarity"] is made["background"].stages["background"]
    assert picture.shape == made["crop"].stages["crop"].shape
    assert (made["aspect"].stages["box"][:, -1] > 0).any()
    assert not (whole.stages["box"][:, -1] > 0).any()
    assert {0.0, 1.0} == {*np.unique(made["area"].stages["box"])}


def test_stages_end_with_the_image(some: data.Images) -> None:
    """The stages hold levels in [0, 1], and the last is the image."""
    prepared = preprocess(on_canvas(some[0], 3))
    assert STAGES == [*prepared.stages]
    assert all(0 <= stage.min() <= stage.max() <= 1 for stage in prepared.stages.values())
    assert prepared.image.tolist() == (255 * prepared.stages["image"]).round().tolist()


def pair(some: data.Images, first: int, second: int, gap: int) -> Picture:
    """Return two digits side by side, so far apart."""
    inks = [image[:, np.flatnonzero(image.any(axis=0))] / 255 for image in (some[first], some[second])]
    joined = np.hstack([inks[0], np.zeros((28, gap)), inks[1]])
    return np.pad(np.kron(joined, np.ones((3, 3))), 20)


def test_several_digits_are_refused(some: data.Images) -> None:
    """Two digits side by side are refused for nearly all pairs, one is not."""
    refused = 0
    for first in range(60):
        try:
            preprocess(pair(some, first, (first + 23) % 60, 6))
        except PictureError as error:
            refused += "a picture must show one digit. Received: 2" in str(error)
    assert refused >= 57


def test_one_digit_is_not_taken_for_several(pool: data.Pool) -> None:
    """Hardly any image of MNIST is refused, though some are in parts."""
    refused = 0
    for image in pool.images[:1000]:
        try:
            preprocess(on_canvas(image))
        except PictureError:
            refused += 1
    assert refused <= 1


def noisy(level: float) -> Callable[[int], Picture]:
    """Return a function from a seed to a picture of nothing but noise."""
    return lambda seed: np.random.default_rng(seed).normal(0.5, level, (100, 120)).clip(0, 1)


BLANK = [
    lambda _: np.full((50, 60), 0.7),
    lambda _: np.tile(np.linspace(0.2, 0.9, 80), (60, 1)),
    noisy(0.02),
    noisy(0.2),
]


@pytest.mark.parametrize("make", BLANK, ids=["even", "gradient", "weak noise", "strong noise"])
@pytest.mark.parametrize("seed", range(3))
def test_blank_pictures_are_refused(make: Callable[[int], Picture], seed: int) -> None:
    """Paper without ink is refused, be it even, unevenly lit or grainy."""
    with pytest.raises(PictureError, match="a picture must show a digit that stands out from its paper. Received: a "):
        preprocess(make(seed))


@pytest.mark.parametrize(
    ("picture", "message"),
    [
        (np.zeros((1, 1)), "a picture must be at least 8 pixels wide and high. Received: 1 × 1"),
        (np.zeros((7, 500)), "a picture must be at least 8 pixels wide and high. Received: 500 × 7"),
        (np.zeros((9, 9, 3)), "a picture must have one gray level a pixel. Received: an array of 3 × 9 × 9"),
        (np.zeros((0, 9)), "a picture must be at least 8 pixels wide and high. Received: 9 × 0"),
        (np.full((9, 9), 2.0), r"gray levels must be in \[0, 1\]. Received: 2 to 2"),
        (np.full((9, 9), np.nan), r"gray levels must be in \[0, 1\]. Received: nan to nan"),
    ],
)
def test_arrays_that_are_no_pictures_are_refused(picture: np.ndarray, message: str) -> None:
    """An array that is too small, of another shape, or of other levels is refused."""
    with pytest.raises(PictureError, match=message):
        preprocess(picture)


def test_the_file_is_named(tmp_path: Path) -> None:
    """When a file's picture cannot be preprocessed, the error begins with its path; else it is prepared."""
    path = tmp_path / "blank.png"
    Image.new("L", (50, 50), 200).save(path)
    with pytest.raises(PictureError, match=f"^{path}: a picture must show a digit"):
        digits.prepare(path)
    Image.fromarray((255 * four()).astype(np.uint8)).save(path)
    assert preprocess(four()).image.tolist() == digits.prepare(path).image.tolist()


def assert_prepared_or_refused(picture: Picture, steps: Steps) -> None:
    """Check that a picture gives a 28×28 of gray levels, or the error that is promised."""
    try:
        made: Prepared | None = preprocess(picture, steps)
    except PictureError:
        made = None
    assert made is None or (made.image.shape, made.image.dtype) == ((28, 28), np.uint8)
    assert made is None or steps != Steps() or made.image.max() == 255


SIDES = st.integers(1, 40)
ANY = hnp.arrays(np.float64, st.tuples(SIDES, SIDES), elements=st.floats(0, 1) | st.sampled_from([0.0, 1.0]))
ANY_STEPS = st.builds(Steps, **{name: st.booleans() for name in STEPS})


@given(ANY, ANY_STEPS)
def test_any_picture(picture: Picture, steps: Steps) -> None:
    """Whatever a picture shows, it gives a 28×28, or a `PictureError`."""
    assert_prepared_or_refused(picture, steps)


@given(
    hnp.arrays(np.bool_, hnp.array_shapes(min_dims=2, max_dims=2, min_side=8, max_side=60)),
    ANY_STEPS,
    st.integers(1, 9),
)
def test_any_drawing(drawing: np.ndarray, steps: Steps, factor: int) -> None:
    """The same for any two-coloured drawing, enlarged."""
    assert_prepared_or_refused(np.kron(drawing, np.ones((factor, factor))), steps)


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1), st.floats(0.001, 1), ANY_STEPS)
def test_any_noise(seed: int, share: float, steps: Steps) -> None:
    """The same for random pixels, of which few or many are ink."""
    random = np.random.default_rng(seed)
    height, width = random.integers(8, 700, size=2)
    picture = random.random((height, width)) * (random.random((height, width)) < share)
    assert_prepared_or_refused(picture, steps)
