"""Which networks dropout is tried on, and what is read off them."""

from __future__ import annotations

import numpy as np
import pytest

from foundations import thinning
from foundations.runs import Run
from foundations.specs import baseline
from foundations.studies import task05
from pretended import pretend, results_of


def cross_entropies(rate: float, width: int, epochs: int) -> list[Run]:
    """Return two pretended runs whose validation cross-entropy is the rate, plus the seed and the epoch."""
    spec = baseline.vary(dropout=rate, hidden=(width,), epochs=epochs)
    curves = [rate + seed + np.arange(epochs) for seed in range(2)]
    halves = ("select_cross_entropy", "judge_cross_entropy")
    return [pretend(spec.vary(seed=seed), dict.fromkeys(halves, curve)) for seed, curve in enumerate(curves)]


RESULTS = results_of(
    {
        thinning.arm_name(rate, width, epochs): cross_entropies(rate, width, epochs)
        for rate, width, epochs in ((0.0, 128, 20), (0.0, 128, 40), (0.1, 128, 20), (0.3, 128, 20), (0.3, 128, 40))
    }
    | {thinning.arm_name(rate, 32): cross_entropies(rate, 32, 20) for rate in (0.0, 0.3)}
    | {thinning.arm_name(0.1, 512, 10): cross_entropies(0.1, 512, 10)}
)


@pytest.mark.parametrize(
    ("width", "rate", "expected"),
    [
        (128, 0.0, [5, 10, 20, 40]),
        (128, 0.1, [5, 10, 20]),
        (128, 0.3, [5, 10, 20, 40]),
        (32, 0.3, [5, 10, 20]),
        (512, 0.1, [5, 10]),
    ],
)
def test_lengths_are_those_that_were_trained(width: int, rate: float, expected: list[int]) -> None:
    """The study has an arm for each: at the lowest and highest rate 128 units go on to 40; wide ones with 0.1 stop."""
    assert expected == thinning.lengths(RESULTS, width, rate)
    for epoch in expected:
        spec = task05.study.arms[thinning.arm_at(rate, width, epoch)].spec
        assert (rate, (width,)) == (spec.model.dropout, spec.model.hidden)
        assert spec.epochs >= epoch


def test_changes_are_paired_by_seed() -> None:
    """A change is the value with dropout minus that of the same seed without it, after as many epochs."""
    assert pytest.approx([0.3, 0.3]) == thinning.change(RESULTS, "validation_cross_entropy", 0.3, 40)
    assert pytest.approx([0.1, 0.1]) == thinning.change(RESULTS, "validation_cross_entropy", 0.1, 5)
