"""Restored weights, held to a plain training."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence

import numpy as np
import pytest

from foundations import parallel, training
from foundations.retraining import restored_difference
from foundations.runs import Run
from foundations.specs import EarlyStoppingSpec, RunSpec, baseline

SPEC = baseline.vary(
    hidden=(8,), train_size=320, learning_rate=0.005, epochs=60, early_stopping=EarlyStoppingSpec(patience=2)
)


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch, runs_folder: object) -> None:  # noqa: ARG001  # an empty store
    """Train in this process, backwards, as workers may end in any order."""

    def trained(specs: Sequence[RunSpec]) -> Iterator[Run]:
        return map(training.train, reversed(specs))

    monkeypatch.setattr(parallel, "trained", trained)


def test_restored_weights_are_the_best_epochs() -> None:
    """What Keras restores is, bit for bit, what training to the best epoch gives."""
    runs = [training.train(dataclasses.replace(SPEC, seed=seed)) for seed in range(2)]
    assert all(run.best_epoch is not None and run.best_epoch < run.epochs for run in runs)
    assert [0.0, 0.0] == restored_difference(runs).tolist()


def test_other_weights_are_told_apart() -> None:
    """Weights that were not restored differ from the best epoch's, and so does one changed weight, by its change."""
    unrestored = EarlyStoppingSpec(patience=2, restore_best_weights=False)
    last = training.train(SPEC.vary(early_stopping=unrestored))
    assert restored_difference([last])[0] > 0
    run = training.train(SPEC)
    changed = np.array(run.weights[-1])
    changed[3] += 0.5
    found = restored_difference([dataclasses.replace(run, weights=(*run.weights[:-1], changed))])
    assert pytest.approx(0.5, abs=1e-6) == found[0]
