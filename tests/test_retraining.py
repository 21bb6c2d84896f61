"""That training anew is compared with what is stored, weight by weight and figure by figure."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from foundations import parallel
from foundations.retraining import retraining_difference
from foundations.runs import Run
from foundations.specs import RunSpec, baseline
from foundations.training import train

SPEC = baseline.vary(hidden=(4,), train_size=64, epochs=2)


@pytest.fixture
def run(runs_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return a small run; training anew stays in this process."""

    def trained(specs: Sequence[RunSpec]) -> Iterator[Run]:
        yield from map(train, specs)

    assert not runs_folder.exists()
    monkeypatch.setattr(parallel, "trained", trained)
    return train(SPEC)


def test_a_run_is_what_training_gives(run: Run) -> None:
    """The same training gives the same bits."""
    assert retraining_difference([run]).tolist() == [0.0]


@pytest.mark.parametrize("part", ["weights", "history"])
def test_the_largest_difference_is_found(run: Run, part: str) -> None:
    """One number that differs, in the last weights or in the history, is reported with its size."""
    weights = [array.copy() for array in run.weights]
    history = {name: values.copy() for name, values in run.history.items()}
    changed = weights[-1] if part == "weights" else history["val_loss"]
    changed[-1] += 0.5
    other = dataclasses.replace(run, weights=tuple(weights), history=history)
    assert retraining_difference([other])[0] == pytest.approx(0.5, rel=1e-6)
    assert np.isfinite(retraining_difference([run])).all()
