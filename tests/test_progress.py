"""Runs compared where they fit equally well, and by the clock, on curves made by hand."""

from __future__ import annotations

import pytest

from foundations.progress import at_equal_fit, epoch_seconds, updates_to_fit
from foundations.runs import Run
from foundations.specs import baseline
from pretended import pretend


def run_of(train: list[float], batch_size: int = 32, seconds: float = 1.0) -> Run:
    """Return a run of a training cross-entropy, whose halves of the validation set cost twice as much."""
    curves = {
        "train_cross_entropy": train,
        "select_cross_entropy": [2 * value for value in train],
        "judge_cross_entropy": [2 * value for value in train],
    }
    return pretend(baseline.vary(epochs=len(train), batch_size=batch_size), curves, seconds=seconds)


def test_updates_are_counted_by_batch_size() -> None:
    """The same curve over epochs needs sixteen times as many updates with batch 8 as with batch 128."""
    curve = [0.4, 0.1]
    small, large = run_of(curve, 8), run_of(curve, 128)
    assert pytest.approx([1.5 * 6_250, 1.5 * 391]) == updates_to_fit([small, large], 0.2).tolist()


def test_validation_at_an_equal_fit() -> None:
    """Another curve is read where the training cross-entropy meets the level, on a straight line between epochs."""
    assert (
        pytest.approx([0.5, 0.2])
        == at_equal_fit([run_of([0.4, 0.1]), run_of([0.1])], "validation_cross_entropy", 0.2).tolist()
    )


def test_epoch_seconds_are_a_median() -> None:
    """One run that also compiled, and took ten times as long, does not change how long an epoch takes."""
    runs = [run_of([0.1, 0.1], seconds=seconds) for seconds in (2.0, 2.2, 20.0)]
    assert pytest.approx(1.1) == epoch_seconds(runs)
