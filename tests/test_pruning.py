"""Pruning, held to loops and to what it must not change."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundations import data, evaluation
from foundations.errors import FoundationsError
from foundations.evaluation import training_set
from foundations.filters import blank_pixels
from foundations.pruning import BY_MAGNITUDE, BY_SIGNAL, importance, pruned, pruned_accuracy
from foundations.specs import baseline
from pretended import random_run

SPEC = baseline.vary(train_size=200, hidden=(6,))
SHARES = (0.0, 0.5, 1.0)


@given(st.integers(0, 2**32 - 1), st.floats(0, 1))
def test_the_least_important_go(seed: int, share: float) -> None:
    """A share of the weights becomes zero, none of them more important than one that stays as it is."""
    random = np.random.default_rng(seed)
    kernel, rank = random.standard_normal((7, 5)), random.standard_normal((7, 5))
    left = pruned(kernel, rank, share)
    gone = left != kernel
    assert round(share * 35) == gone.sum()
    assert not left[gone].any()
    if 0 < gone.sum() < 35:
        assert rank[gone].max() < rank[~gone].min()


@pytest.mark.parametrize("share", [-0.1, 1.1, np.nan])
def test_impossible_shares_are_refused(share: float) -> None:
    """A share is from 0 to 1."""
    with pytest.raises(FoundationsError, match="share of weights to remove must be a number in"):
        pruned(np.ones((2, 2)), np.ones((2, 2)), share)


def test_importance_by_loops() -> None:
    """Magnitude is the size of a weight; signal is the root mean square of what it adds to its unit."""
    run = random_run(SPEC)
    kernel, images = run.weights[0], training_set(run)[0]
    gray = images[:, 14, 13] / 255
    assert np.array_equal(np.abs(kernel), importance(run, BY_MAGNITUDE))
    signal = importance(run, BY_SIGNAL)
    assert pytest.approx(np.sqrt(np.mean((gray * kernel[28 * 14 + 13, 2]) ** 2)), rel=1e-5) == signal[28 * 14 + 13, 2]
    assert not signal[blank_pixels(run)].any()


def test_unknown_rules_are_refused() -> None:
    """A rule of pruning is one of those that there are."""
    with pytest.raises(FoundationsError, match="the rule of pruning must be one of magnitude, signal. Received: 'age'"):
        importance(random_run(SPEC), "age")


@pytest.mark.usefixtures("runs_folder")
def test_accuracies_between_all_and_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without pruning the accuracy is the network's own; without its first kernel it calls all images alike."""
    random = np.random.default_rng(0)
    images = random.integers(0, 256, (300, 28, 28), dtype=np.uint8)
    labels = (np.arange(300) % 10).astype(np.uint8)

    def validation_set(seed: int, checksum: str) -> tuple[data.Images, data.Labels]:  # noqa: ARG001  # one for all
        return images, labels

    monkeypatch.setattr(evaluation, "validation_set", validation_set)
    runs = [random_run(SPEC.vary(seed=seed)) for seed in range(2)]
    found = pruned_accuracy(runs, SHARES, BY_MAGNITUDE)
    for run, (whole, half, none) in zip(runs, found, strict=True):
        assert pytest.approx(100 * evaluation.accuracy(run, images, labels)) == whole
        kernel = run.weights[0]
        small = np.abs(kernel) < np.median(np.abs(kernel))
        left = random_run(run.spec).weights[1:]
        logits = evaluation.forward((np.where(small, np.float32(0), kernel), *left), images, "relu")[-1]
        assert pytest.approx(100 * (logits.argmax(axis=1) == labels).mean(), abs=0.7) == half
        assert pytest.approx(10) == none
