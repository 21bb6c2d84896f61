"""Effects about what comes back, on measurements that are made by hand."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from foundations import fading
from foundations.fading import below, closing, dead, deep, falls, holds, slope_ratio
from foundations.runs import Run
from foundations.specs import baseline
from foundations.statistics import Verdict
from foundations.study import Results
from pretended import pretend, results_of

SEEDS = 4
NORMS = np.array([[[1e-3, 9.0], [0.01, 2.0], [0.1, 3.0], [5.0, 7.0]]] * SEEDS)
"""Error signals and gradients of three hidden layers and the logits."""
OPEN = {("relu", True): (0.5, 40, 0), ("relu", False): (0.6, 50, 10), ("tanh", True): (1.0, 0, 0)}


@pytest.fixture
def results(monkeypatch: pytest.MonkeyPatch) -> Results:
    """Return results whose measurements are the numbers above, with a little noise between the seeds."""
    noise = 1 + 0.001 * np.arange(SEEDS)

    def at_start(runs: Sequence[Run], depth: int, activation: str, initializer: str) -> NDArray[np.float64]:
        assert ("relu", 3, "tanh", "he_normal") == (runs[0].spec.model.activation, depth, activation, initializer)
        return NORMS * noise[:, np.newaxis, np.newaxis] ** np.array([[1], [1], [2], [1]])

    def openness(runs: Sequence[Run], start: bool) -> NDArray[np.float64]:
        return np.outer(noise, OPEN[runs[0].spec.model.activation, start])

    monkeypatch.setattr(fading, "at_start", at_start)
    monkeypatch.setattr(fading, "openness", openness)
    specs = {name: baseline.vary(activation=name.lower(), epochs=1) for name in ("ReLU", "tanh")}
    curves = {"select_accuracy": [0.2], "judge_accuracy": [0.3]}
    return results_of(
        {name: [pretend(spec.vary(seed=seed), curves) for seed in range(SEEDS)] for name, spec in specs.items()}
    )


def test_deep_networks_are_named() -> None:
    """A deep network's arm says its depth, its activation and its initial weights."""
    assert "16 GELU layers, He" == deep("gelu", 16, "He")


def test_fall_of_the_error_signal(results: Results) -> None:
    """The fall is the last hidden layer's error signal over the first's, not the logits'; it is judged as a factor."""
    effect = falls("tanh", 3, "He", over=50)
    assert pytest.approx([math.log(100)] * SEEDS, abs=0.01) == effect.compute(results)
    assert Verdict.SUPPORTED == effect.judge(results).verdict
    assert Verdict.REFUTED == falls("tanh", 3, "He", over=200).judge(results).verdict


def test_holding_within_a_factor(results: Results) -> None:
    """What stays within a factor holds: error signals from the first layer, gradients from the second."""
    gradients = holds("tanh", 3, "He", within=2, column=1)
    assert pytest.approx([math.log(1.5)] * SEEDS, abs=0.01) == gradients.compute(results)
    assert Verdict.SUPPORTED == gradients.judge(results).verdict
    assert Verdict.REFUTED == holds("tanh", 3, "He", within=5).judge(results).verdict
    assert "the second, 3 tanh layers, He" in gradients.label


def test_slopes_are_compared(results: Results) -> None:
    """An activation lets less back than another if the other's rms derivative is larger by over a tenth."""
    assert pytest.approx([math.log(2)] * SEEDS) == slope_ratio("relu", than="tanh").compute(results)
    assert Verdict.SUPPORTED == slope_ratio("relu", than="tanh").judge(results).verdict
    assert Verdict.REFUTED == slope_ratio("tanh", than="relu").judge(results).verdict


def test_closed_and_dead_units(results: Results) -> None:
    """Closing is the rise of the share of closed pairs in training; dead units are counted after it."""
    assert pytest.approx([10] * SEEDS, rel=0.01) == closing("ReLU", over=5).compute(results)
    assert pytest.approx([10] * SEEDS, rel=0.01) == dead("ReLU", over=5).compute(results)
    assert Verdict.REFUTED == dead("ReLU", over=20).judge(results).verdict


def test_below_a_bound(results: Results) -> None:
    """An accuracy of a quarter is five points below thirty percent."""
    assert pytest.approx([5] * SEEDS) == below("ReLU", 30).compute(results)
