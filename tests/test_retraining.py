"""Stored runs and restored weights, held to a plain training."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence

import numpy as np
import pytest

from foundations import parallel, training
from foundations.retraining import restored_difference, retraining_difference
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


def test_a_run_is_what_training_gives() -> None:
    """The same training gives the same bits."""
    runs = [training.train(dataclasses.replace(SPEC, seed=seed)) for seed in range(2)]
    assert [0.0, 0.0] == retraining_difference(runs).tolist()


@pytest.mark.parametrize("part", ["weights", "history"])
def test_what_training_does_not_give_is_found(part: str) -> None:
    """One number that differs, in the last weights or in the history, is reported with its size."""
    run = training.train(SPEC)
    weights = [array.copy() for array in run.weights]
    history = {name: values.copy() for name, values in run.history.items()}
    changed = weights[-1] if part == "weights" else history["val_loss"]
    changed[-1] += 0.5
    other = dataclasses.replace(run, weights=tuple(weights), history=history)
    assert pytest.approx(0.5, abs=1e-6) == retraining_difference([other])[0]
