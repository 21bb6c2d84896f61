"""Finished runs, and the shorter runs that are their beginning."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundations import training
from foundations.runs import Provenance, Run, longest, trajectory
from foundations.specs import EarlyStoppingSpec, RunSpec, baseline

SHORT = baseline.vary(train_size=64, epochs=6)  # two steps an epoch
SPARSE = SHORT.vary(evaluate_every=2)
STOPPING = EarlyStoppingSpec(patience=1)
PROVENANCE = Provenance(1.0, "2025-01-01T00:00:00+00:00", "x86_64 Linux", "3.11", "2", "3", "2")
OTHER_TRAJECTORIES = [
    {"seed": 1},
    {"replica": 1},
    {"batch_size": 16},
    {"train_size": 63},
    {"learning_rate": 0.01},
    {"optimizer": "sgd"},
    {"dropout": 0.1},
    {"evaluate_every": 2},
    {"evaluate_images": 2_000},
    {"early_stopping": STOPPING},
]


def pretend(spec: RunSpec, epochs: int | None = None) -> Run:
    """Return a run of `spec` without training it: its weights are the number of steps taken, its losses the epochs'."""
    epochs = epochs or spec.epochs
    evaluated = np.arange(spec.evaluate_every, epochs + 1, spec.evaluate_every)
    end = epochs * spec.steps_per_epoch
    return Run(
        spec=spec,
        history={"loss": evaluated.astype(float)},
        weights=(np.array([end]),),
        snapshots={step: (np.array([step]),) for step in spec.snapshots if step <= end},
        best_epoch=None,
        provenance=PROVENANCE,
    )


def contents(run: Run) -> tuple[object, ...]:
    """Return a pretended run's spec, losses, last weights and snapshots."""
    snapshots = {step: weights[0].item() for step, weights in run.snapshots.items()}
    return run.spec, run.history["loss"].tolist(), run.weights[0].item(), snapshots


@st.composite
def shorter(draw: st.DrawFn, whole: RunSpec) -> RunSpec:
    """Draw a run of one trajectory: some number of epochs, with snapshots after some of its steps."""
    epochs = whole.evaluate_every * draw(st.integers(1, whole.epochs // whole.evaluate_every))
    steps = st.integers(0, epochs * whole.steps_per_epoch)
    return whole.vary(epochs=epochs, snapshots=tuple(draw(st.sets(steps))))


ONE_TRAJECTORY = st.sampled_from([SHORT, SPARSE]).flatmap(
    lambda whole: st.lists(shorter(whole), min_size=1, max_size=5)
)


@given(ONE_TRAJECTORY)
def test_longest_answers_all(specs: list[RunSpec]) -> None:
    """One run of the longest spec holds every shorter run: its history, its last weights and its snapshots."""
    whole = pretend(longest(specs))
    for spec in specs:
        assert whole.answers(spec)
        assert contents(pretend(spec)) == contents(whole.prefix(spec))


@given(ONE_TRAJECTORY)
def test_longest_asks_for_no_more(specs: list[RunSpec]) -> None:
    """The longest spec is of the same trajectory, and trains and keeps nothing that no spec asks for."""
    whole = longest(specs)
    assert trajectory(specs[0]) == trajectory(whole)
    assert max(spec.epochs for spec in specs) == whole.epochs
    asked = {step for spec in specs for step in (*spec.snapshots, spec.steps)}
    assert {*whole.snapshots} <= asked


@given(shorter(SHORT), shorter(SHORT))
def test_prefix_is_right_or_refused(whole: RunSpec, part: RunSpec) -> None:
    """A run gives exactly the shorter run that it answers; of one whose weights it lacks it gives nothing."""
    run, expected = pretend(whole), pretend(part)
    if run.answers(part):
        assert contents(expected) == contents(run.prefix(part))
        return
    with pytest.raises(ValueError, match="does not hold"):
        run.prefix(part)
    assert part.epochs > whole.epochs or not {*part.snapshots, part.steps} <= {*whole.snapshots}


@pytest.mark.parametrize("changes", OTHER_TRAJECTORIES, ids=str)
def test_other_trajectory_is_not_answered(changes: dict[str, object]) -> None:
    """A run that differs in anything but length and snapshots is no prefix of this one."""
    other = SHORT.vary(**changes)
    assert trajectory(SHORT) != trajectory(other)
    assert not pretend(SHORT).answers(other)
    assert not pretend(other).answers(SHORT)


def test_early_stopping_makes_the_length_count() -> None:
    """With early stopping a shorter run may restore other weights, so it is a trajectory of its own."""
    spec = SHORT.vary(early_stopping=STOPPING)
    shorter_spec = spec.vary(epochs=3)
    assert trajectory(spec) != trajectory(shorter_spec)
    assert not pretend(spec.vary(snapshots=(shorter_spec.steps,))).answers(shorter_spec)
    assert trajectory(spec) == trajectory(spec.vary(snapshots=(1, 2)))


def test_early_stop_before_a_snapshot() -> None:
    """A run that stopped before a snapshot was due still is the run of its spec, without that snapshot."""
    spec = SHORT.vary(early_stopping=STOPPING, snapshots=(0, 3, 12))
    run = pretend(spec, epochs=2)
    assert run.answers(spec)
    expected = [0, 3]
    assert expected == [*run.prefix(spec).snapshots]


@given(ONE_TRAJECTORY)
def test_history_knows_its_epochs(specs: list[RunSpec]) -> None:
    """A run knows how many epochs it trained and to which of them the values of its history belong."""
    for spec in specs:
        run = pretend(spec)
        assert spec.epochs == run.epochs
        assert run.history["loss"].tolist() == run.evaluated.tolist()


def test_prefix_keeps_the_provenance() -> None:
    """A prefix says where and when the run was trained that it was read off."""
    spec = SHORT.vary(epochs=2)
    run = pretend(longest([SHORT, spec]))
    assert run.provenance == run.prefix(spec).provenance


def test_prefix_is_the_shorter_run(bits: Callable[[Run], dict[str, str]]) -> None:
    """The beginning of a longer run, which keeps more weights, is bitwise the run of five epochs."""
    five = baseline.vary(train_size=330, dropout=0.3, epochs=5, snapshots=(0, 17))
    whole = training.train(longest([five, five.vary(epochs=8, snapshots=(3, 4, 70))]))
    assert bits(training.train(five)) == bits(whole.prefix(five))
    assert bits(whole) != bits(training.train(dataclasses.replace(whole.spec, seed=1)))


def test_runs_can_be_read_without_tensorflow(import_closure: Callable[[str], set[str]]) -> None:
    """A chapter that only reads runs does not load TensorFlow."""
    closure = import_closure("runs")
    assert "foundations.specs" in closure
    assert not any(name.split(".")[0] in ("tensorflow", "keras") for name in closure)
    assert "tensorflow" in import_closure("training")
