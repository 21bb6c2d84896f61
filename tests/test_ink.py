"""Ink and paper: polarity, and paper evened out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundations.ink import even_out, is_dark, paper, plane, saturate
from foundations.pictures import PictureError


def cross(height: int = 120, width: int = 100, thick: int = 6) -> np.ndarray:
    """Return a bright cross on black paper."""
    picture = np.zeros((height, width))
    middle, centre = height // 2, width // 2
    picture[middle - thick // 2 : middle + thick // 2, width // 5 : -width // 5] = 1
    picture[height // 5 : -height // 5, centre - thick // 2 : centre + thick // 2] = 1
    return picture


LIGHT = np.linspace(0.9, 0.45, 120)[:, np.newaxis] * np.linspace(1, 0.85, 100)


@pytest.mark.parametrize("thick", [2, 6, 30, 50])
@pytest.mark.parametrize("noise", [0, 0.03])
def test_polarity(thick: int, noise: float) -> None:
    """Dark ink and bright ink are told apart, thin or bold, clean or grainy, on even paper and under uneven light."""
    grain = noise * np.random.default_rng(0).standard_normal((120, 100))
    ink = cross(thick=thick)
    assert is_dark((1 - ink + grain).clip(0, 1))
    assert not is_dark((ink + grain).clip(0, 1))
    assert is_dark((LIGHT * (1 - 0.8 * ink) + grain).clip(0, 1))


def test_bold_ink_may_cover_more_than_its_paper() -> None:
    """With some paper round it, ink is ink even where there is more of it."""
    picture = np.pad(np.ones((60, 30)), 2)
    assert not is_dark(picture)
    assert is_dark(1 - picture)


@given(st.floats(0, 0.5), st.floats(-0.2, 0.2), st.floats(-0.2, 0.2))
def test_plane(level: float, down: float, across: float) -> None:
    """The plane that fits a plane is that plane."""
    expected = level + down * np.arange(9)[:, np.newaxis] + across * np.arange(14)
    assert expected == pytest.approx(plane(expected))


@given(st.floats(0, 0.6), st.integers(2, 20))
def test_even_paper_is_left_alone(level: float, thick: int) -> None:
    """Paper that is the same everywhere is found exactly, and the shades of ink on it keep their proportions."""
    ink = cross(thick=thick) * np.linspace(0.5, 1, 100)
    picture = level + (0.99 - level) * ink
    assert np.full_like(picture, level) == pytest.approx(paper(picture))
    evened = even_out(picture)
    assert evened[ink == 0].max() < 1e-9
    unsaturated = (ink > 0) & (evened < 1)
    ratios = evened[unsaturated] / ink[unsaturated]
    assert ratios.max() == pytest.approx(ratios.min())


@pytest.mark.parametrize("noise", [0, 0.01, 0.02])
def test_uneven_light_is_taken_off(noise: float) -> None:
    """Under uneven light, ink comes out white everywhere and paper black, with or without grain."""
    grain = noise * np.random.default_rng(1).standard_normal(LIGHT.shape)
    ink = cross()
    evened = even_out(1 - (LIGHT * (1 - 0.7 * ink) + grain).clip(0, 1))
    assert np.median(evened[ink == 1]) > 0.9
    assert evened[ink == 1].min() > 0.5
    assert (evened[ink == 0] < 0.05).mean() > 0.995


def test_hard_shadow_is_taken_off() -> None:
    """A shadow with an edge, over a part of the paper and of the ink, comes off both."""
    shadow = np.where(np.arange(100) + np.arange(120)[:, np.newaxis] / 4 < 65, 0.6, 1)
    evened = even_out(1 - shadow * (0.9 - 0.7 * cross()))
    assert evened[cross() == 1].min() > 0.7
    assert (evened[cross() == 0] < 0.05).mean() > 0.98


@pytest.mark.parametrize("strip", [np.s_[:, :8], np.s_[:, -8:], np.s_[:10], np.s_[-10:]])
def test_strips_along_an_edge_go(strip: tuple[slice, ...]) -> None:
    """A strip of table beside the paper does not hide ink that is much weaker than it, and is taken off."""
    picture = 0.3 + 0.15 * cross()
    picture[strip] = 0.9
    evened = even_out(picture)
    assert cross().tolist() == evened.round(9).tolist()


def test_ink_along_an_edge_stays() -> None:
    """A stroke along an edge, with nothing else on the paper, is the ink."""
    picture = np.zeros((60, 40))
    picture[:, :6] = 1
    assert picture.tolist() == even_out(picture).round(9).tolist()


def test_weak_lines_on_grainy_paper_go() -> None:
    """Ruled lines much weaker than the ink are part of grainy paper."""
    lines = 0.15 * (np.arange(120) % 20 < 2)[:, np.newaxis]
    grain = 0.01 * np.random.default_rng(1).standard_normal(LIGHT.shape)
    evened = even_out((0.2 + lines + 0.6 * cross() + grain).clip(0, 1))
    assert (evened[:, :15] == 0).all()


@pytest.mark.parametrize("strength", [0.05, 0.2, 0.45])
@pytest.mark.parametrize(("down", "across"), [(1, 0), (0, 1), (1, 1)], ids=["ruled", "columns", "squared"])
def test_lines_on_clean_paper_go(strength: float, down: int, across: int) -> None:
    """Ruled and squared paper is evened out to the bit, lines that run through the ink included."""
    lines = np.maximum(
        down * (np.arange(120) % 20 < 2)[:, np.newaxis],
        across * (np.arange(100) % 15 < 2),
    )
    picture = np.maximum(strength * lines, cross())
    assert cross().tolist() == even_out(picture).round(9).tolist()


def test_ink_from_edge_to_edge_stays() -> None:
    """A stroke that spans the picture is no line of the paper, as it is not fainter than the rest of the ink."""
    picture = np.zeros((60, 40))
    picture[:, 18:24] = 0.8
    picture[30:36, 10:30] = 1
    evened = even_out(picture)
    assert pytest.approx(0.8) == evened[0, 20]
    assert 0 == evened[0, 10]


@pytest.mark.parametrize("picture", [np.full((50, 50), 0.3), 0.3 + 0.02 * np.eye(50), 1 - LIGHT])
def test_no_ink(picture: np.ndarray) -> None:
    """Paper without ink, or with too little contrast, is refused."""
    with pytest.raises(PictureError, match="a picture must show a digit that stands out from its paper. Received: a"):
        even_out(picture)


def test_saturation_is_that_of_the_digit() -> None:
    """The digit becomes white, whatever brighter thing there is beside it."""
    picture = 0.3 * cross()
    picture[:, :5] = 1
    mask = picture == 0.3
    assert {0.0, 1.0} == {*np.unique(saturate(picture, mask))}
