"""Optimism of a choice, held to loops, to closed forms and to the expected maximum."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import integrate, stats

from foundations.errors import FoundationsError
from foundations.selection import optimism

Hits = NDArray[np.bool_]


@st.composite
def choices(draw: st.DrawFn) -> tuple[Hits, int, int]:
    """Draw hits, with a number of candidates and a size of subsets that divide them."""
    candidates, groups = draw(st.integers(1, 5)), draw(st.integers(1, 3))
    subset, subsets = draw(st.integers(1, 6)), draw(st.integers(2, 4))
    rate, seed = draw(st.floats(0, 1)), draw(st.integers(0, 2**32 - 1))
    shape = (candidates * groups, subset * subsets)
    return np.random.default_rng(seed).random(shape) < rate, candidates, subset


def in_loops(hits: Hits, candidates: int, subset: int) -> list[float]:
    """Return what `optimism` should, with one choice after the other."""
    models, images = hits.tolist(), range(hits.shape[1])
    excess, gains = [], []
    for first in range(0, len(models), candidates):
        group = models[first : first + candidates]
        for start in range(0, len(images), subset):
            here = [i for i in images if start <= i < start + subset]
            others = [i for i in images if i not in here]
            shown = [sum(model[i] for i in here) / len(here) for model in group]
            true = [sum(model[i] for i in others) / len(others) for model in group]
            winner = shown.index(max(shown))
            excess.append(shown[winner] - true[winner])
            gains.append(true[winner] - sum(true) / len(true))
    return [100 * sum(values) / len(values) for values in (excess, gains)]


@given(choices())
def test_optimism_is_what_loops_give(choice: tuple[Hits, int, int]) -> None:
    """Optimism and gain are those of a plain loop over groups and subsets."""
    assert pytest.approx(in_loops(*choice), abs=1e-9) == optimism(*choice).tolist()


@given(choices())
def test_no_choice_flatters_nobody(choice: tuple[Hits, int, int]) -> None:
    """With one candidate there is nothing to choose, nothing to gain and no optimism."""
    hits, _, subset = choice
    assert pytest.approx([0, 0], abs=1e-9) == optimism(hits, 1, subset).tolist()


@given(choices(), st.data())
def test_equal_candidates_gain_nothing(choice: tuple[Hits, int, int], data: st.DataObject) -> None:
    """Among copies of one model the choice neither flatters nor gains."""
    hits, candidates, subset = choice
    model = data.draw(st.integers(0, len(hits) - 1))
    copies = np.tile(hits[model], (candidates, 1))
    assert pytest.approx([0, 0], abs=1e-9) == optimism(copies, candidates, subset).tolist()


def test_optimism_by_hand() -> None:
    """Of two models, each right on one half of the images, the winner of a half is right there and nowhere else."""
    hits = np.array([[1, 1, 0, 0], [0, 0, 1, 1]], dtype=bool)
    assert [100.0, -50.0] == optimism(hits, 2, 2).tolist()


def test_first_of_equals_wins() -> None:
    """Of candidates with equal accuracy on the subset the first wins."""
    hits = np.array([[1, 0, 1, 1], [0, 1, 0, 0]], dtype=bool)
    # The first wins both halves: 50 against 100 elsewhere, then 100 against 50; the means elsewhere are 50 and 50.
    assert [0.0, 25.0] == optimism(hits, 2, 2).tolist()


@pytest.mark.parametrize("candidates", [2, 8, 32])
def test_noise_flatters_by_the_expected_maximum(candidates: int) -> None:
    """Among coin-flipping models the winner is flattered by the expected maximum of as many binomial shares."""
    subset, images = 50, 1_000
    hits = np.random.default_rng(8).random((32 * 60, images)) < 0.9
    share = stats.binom(subset, 0.9)
    maximum = sum(1 - share.cdf(k) ** candidates for k in range(subset))  # the mean of a count is the sum of its tail
    expected = 100 * (maximum / subset - 0.9)
    found = optimism(hits, candidates, subset)
    # Over 1,200 choices and more, three standard errors are about a tenth of a point.
    assert pytest.approx(expected, abs=0.15) == found[0]
    assert pytest.approx(0, abs=0.1) == found[1]


def test_expected_maximum_is_that_of_normal_noise() -> None:
    """On many images the optimism tends to the standard error times the expected maximum of normal numbers."""
    subset, candidates = 1_000, 16
    hits = np.random.default_rng(9).random((candidates * 40, 4 * subset)) < 0.5

    def weighted(x: float) -> float:
        return candidates * x * stats.norm.pdf(x) * stats.norm.cdf(x) ** (candidates - 1)

    expected = 100 * np.sqrt(0.25 / subset) * integrate.quad(weighted, -10, 10)[0]
    # 160 choices whose winners scatter by about a point: three standard errors are a quarter of a point.
    assert pytest.approx(expected, abs=0.25) == optimism(hits, candidates, subset)[0]


def test_a_real_difference_is_gained() -> None:
    """Where one candidate is much better than the others, the choice finds it and gains its lead over the average."""
    rates = np.array([0.5, 0.5, 0.5, 0.9])
    hits = np.random.default_rng(10).random((4, 4_000)) < rates[:, np.newaxis]
    expected = 100 * (0.9 - rates.mean())
    excess, gain = optimism(hits, 4, 1_000)
    assert pytest.approx(0, abs=1e-9) == excess
    assert pytest.approx(expected, abs=3) == gain


@pytest.mark.parametrize("candidates", [0, -1, -2, 3, 8])
def test_candidates_must_divide_the_models(candidates: int) -> None:
    """Groups of candidates that leave models out, or are empty, are refused."""
    with pytest.raises(FoundationsError, match=f"candidates must be a divisor of 4. Received: {candidates}"):
        optimism(np.zeros((4, 6), dtype=bool), candidates, 2)


@pytest.mark.parametrize("subset", [0, -1, -2, 4, 6, 12])
def test_subsets_must_divide_the_images(subset: int) -> None:
    """Subsets that leave images out, are empty, or leave no others to judge on, are refused."""
    with pytest.raises(FoundationsError, match=f"subset must be a divisor of 6, but less. Received: {subset}"):
        optimism(np.zeros((4, 6), dtype=bool), 2, subset)
