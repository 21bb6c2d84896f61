"""The description of a run: what it accepts, what it refuses and how it varies."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundations.errors import FoundationsError
from foundations.specs import (
    ACTIVATIONS,
    INITIALIZERS,
    OPTIMIZERS,
    SGD,
    Adam,
    AdamW,
    DataSpec,
    EarlyStoppingSpec,
    ModelSpec,
    RunSpec,
    baseline,
)

NOT_A_RATE = (-0.1, 1.0, 1, math.nan, math.inf, True, "0.5", None)
NOT_A_STEP_SIZE = (0, 0.0, -0.1, math.nan, math.inf, -math.inf, True, "0.1", None)
NOT_A_PENALTY = (-1e-9, math.nan, math.inf, True, "0", None)
NOT_POSITIVE = (0, -1, 1.0, True, "1", None)
NOT_A_COUNT = (-1, 0.0, False, "0", None)

REFUSED = [
    (DataSpec, "train_size", NOT_POSITIVE, "a whole number of at least 1"),
    (DataSpec, "train_size", (50_001, 60_000), "at most 50,000"),
    (DataSpec, "random_labels", (0, 1, "True", None), "True or False"),
    (ModelSpec, "hidden", ([128], 128, None), "a tuple of widths"),
    (ModelSpec, "activation", ("swish", "ReLU", "", None), "one of relu, tanh, softsign, gelu, sigmoid"),
    (ModelSpec, "dropout", NOT_A_RATE, "a rate in [0, 1)"),
    (ModelSpec, "l2", NOT_A_PENALTY, "a number of at least 0"),
    (ModelSpec, "initializer", ("he", "he_uniform", "", None), "one of glorot_uniform, he_normal"),
    (SGD, "learning_rate", NOT_A_STEP_SIZE, "a finite number above 0"),
    (Adam, "learning_rate", NOT_A_STEP_SIZE, "a finite number above 0"),
    (AdamW, "learning_rate", NOT_A_STEP_SIZE, "a finite number above 0"),
    (SGD, "momentum", NOT_A_RATE, "a number in [0, 1)"),
    (AdamW, "weight_decay", NOT_A_PENALTY, "a number of at least 0"),
    (EarlyStoppingSpec, "monitor", ("loss", "judge_cross_entropy", None), "one of val_loss, val_accuracy"),
    (EarlyStoppingSpec, "patience", NOT_A_COUNT, "a whole number of at least 0"),
    (EarlyStoppingSpec, "min_delta", NOT_A_PENALTY, "a number of at least 0"),
    (RunSpec, "batch_size", NOT_POSITIVE, "a whole number of at least 1"),
    (RunSpec, "batch_size", (50_001,), "at most the 50,000 training images"),
    (RunSpec, "epochs", NOT_POSITIVE, "a whole number of at least 1"),
    (RunSpec, "evaluate_every", NOT_POSITIVE, "a whole number of at least 1"),
    (RunSpec, "evaluate_images", NOT_POSITIVE, "a whole number of at least 2"),
    (RunSpec, "evaluate_images", [3, 10_002], "an even number of at most 10,000"),
    (RunSpec, "seed", NOT_A_COUNT, "a whole number of at least 0"),
    (RunSpec, "replica", NOT_A_COUNT, "a whole number of at least 0"),
]
FLAT = [(kind, name, bad, right) for kind, name, values, right in REFUSED for bad in values]
STEPS_OF_BASELINE = 20 * 1563


@pytest.mark.parametrize(("kind", "name", "bad", "right"), FLAT, ids=lambda part: getattr(part, "__name__", repr(part)))
def test_bad_value_is_refused(kind: Callable[..., Any], name: str, bad: object, right: str) -> None:
    """A value out of range is refused by an error that names the setting, the value and what would be right."""
    with pytest.raises(FoundationsError) as caught:
        kind(**{name: bad})
    assert f"{name} must be {right}. Received: {bad!r}" == str(caught.value)


@pytest.mark.parametrize("bad", NOT_POSITIVE)
def test_bad_width_is_refused(bad: Any) -> None:
    """Every hidden layer's width is checked, not only the first."""
    with pytest.raises(FoundationsError) as caught:
        ModelSpec(hidden=(64, bad))
    assert f"a hidden layer's width must be a whole number of at least 1. Received: {bad!r}" == str(caught.value)


@pytest.mark.parametrize(
    ("bad", "right"),
    [
        *((bad, "a whole number of at least 0") for bad in NOT_A_COUNT),
        (STEPS_OF_BASELINE + 1, "at most the run's 31,260 steps"),
    ],
)
def test_bad_snapshot_is_refused(bad: Any, right: str) -> None:
    """A snapshot is due after a whole number of steps that the run really takes."""
    with pytest.raises(FoundationsError) as caught:
        RunSpec(snapshots=(0, bad))
    assert f"a snapshot's step must be {right}. Received: {bad!r}" == str(caught.value)


def test_batch_must_fit_the_training_images() -> None:
    """A batch larger than a small training set is refused, and one as large is accepted."""
    with pytest.raises(FoundationsError, match=r"at most the 100 training images\. Received: 101"):
        baseline.vary(train_size=100, batch_size=101)
    whole = baseline.vary(train_size=100, batch_size=100)
    expected = 1
    assert expected == whole.steps_per_epoch


def test_run_ends_with_an_evaluation() -> None:
    """A length that is no multiple of the epochs between evaluations is refused, and a multiple is accepted."""
    with pytest.raises(FoundationsError, match=r"epochs must be a multiple of evaluate_every, 6\. Received: 20"):
        baseline.vary(evaluate_every=6)
    spec = baseline.vary(evaluate_every=6, epochs=18)
    assert 18 * baseline.steps_per_epoch == spec.steps


@pytest.mark.parametrize(
    ("changes", "bad"),
    [
        ({"dropuot": 0.3}, "dropuot"),
        ({"momentum": 0.9}, "momentum"),
        ({"optimizer": "sgd", "weight_decay": 0.1}, "weight_decay"),
        ({"optimizer": Adam(), "momentum": 0.9}, "momentum"),
    ],
)
def test_unknown_setting_is_refused(changes: dict[str, Any], bad: str) -> None:
    """A setting that a run with its optimizer does not have is named, and those that it has are listed."""
    with pytest.raises(FoundationsError) as caught:
        baseline.vary(**changes)
    message = str(caught.value)
    assert message.endswith(f"Received: {bad!r}")
    listed = message.partition("one of ")[2].partition(".")[0].split(", ")
    assert bad not in listed
    assert {"learning_rate", "dropout", "train_size", "epochs"} <= set(listed)


def test_unknown_optimizer_is_refused() -> None:
    """A name that is no optimizer's is refused, with the names that are."""
    with pytest.raises(FoundationsError, match=r"one of sgd, adam, adamw\. Received: 'rmsprop'"):
        baseline.vary(optimizer="rmsprop")


def test_vary_checks_what_it_reaches() -> None:
    """A bad value given through `vary` is refused like one given to the part itself."""
    for changes in ({"dropout": 1.0}, {"learning_rate": 0}, {"train_size": 0}, {"epochs": 0}, {"momentum": 1}):
        spec = baseline.vary(optimizer="sgd")
        with pytest.raises(FoundationsError, match=f"Received: {next(iter(changes.values()))!r}"):
            spec.vary(**changes)


def test_vary_reaches_every_part() -> None:
    """Flat names reach into the data, the model, the optimizer and the run, and change nothing else."""
    spec = baseline.vary(train_size=1000, dropout=0.3, hidden=(64, 32), learning_rate=0.01, epochs=5, seed=7)
    expected = RunSpec(
        data=DataSpec(train_size=1000),
        model=ModelSpec(hidden=(64, 32), dropout=0.3),
        optimizer=Adam(learning_rate=0.01),
        epochs=5,
        seed=7,
    )
    assert expected == spec
    assert RunSpec() == baseline


def test_vary_takes_whole_parts() -> None:
    """A part may be given whole, together with flat changes to it."""
    spec = baseline.vary(model=ModelSpec(hidden=(16,), l2=0.1), dropout=0.5)
    expected = ModelSpec(hidden=(16,), l2=0.1, dropout=0.5)
    assert expected == spec.model


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_other_optimizer_starts_from_its_defaults(name: str) -> None:
    """Changing the optimizer by name drops the old one's settings; a setting given along with it holds."""
    tuned = baseline.vary(optimizer="sgd", learning_rate=0.5, momentum=0.9)
    assert OPTIMIZERS[name]() == tuned.vary(optimizer=name).optimizer
    assert OPTIMIZERS[name](learning_rate=0.25) == tuned.vary(optimizer=name, learning_rate=0.25).optimizer


def test_baseline() -> None:
    """The baseline is 784-128-10 with ReLU, Adam at 0.001, batch 32 and all 50,000 images."""
    expected = RunSpec(
        data=DataSpec(train_size=50_000, random_labels=False),
        model=ModelSpec(hidden=(128,), activation="relu", dropout=0.0, l2=0.0, initializer="glorot_uniform"),
        optimizer=Adam(learning_rate=0.001),
        batch_size=32,
        epochs=20,
        evaluate_every=1,
        evaluate_images=10_000,
        early_stopping=None,
        seed=0,
        replica=0,
        snapshots=(),
    )
    assert expected == baseline
    counts = (1563, STEPS_OF_BASELINE, 784 * 128 + 128 + 128 * 10 + 10)
    assert counts == (baseline.steps_per_epoch, baseline.steps, baseline.model.parameters)


SPECS = st.builds(
    RunSpec,
    data=st.builds(DataSpec, st.integers(512, 50_000), st.booleans()),
    model=st.builds(
        ModelSpec,
        st.lists(st.integers(1, 1024), max_size=4).map(tuple),
        st.sampled_from(ACTIVATIONS),
        st.floats(0, 1, exclude_max=True),
        st.floats(0, 10),
        st.sampled_from(INITIALIZERS),
    ),
    optimizer=st.one_of(
        st.builds(SGD, st.floats(1e-9, 10), st.floats(0, 1, exclude_max=True)),
        st.builds(Adam, st.floats(1e-9, 10)),
        st.builds(AdamW, st.floats(1e-9, 10), st.floats(0, 1)),
    ),
    batch_size=st.integers(1, 512),
    epochs=st.integers(1, 100),
    early_stopping=st.none() | st.builds(EarlyStoppingSpec, patience=st.integers(0, 20)),
    seed=st.integers(0, 10**6),
    replica=st.integers(0, 10),
    snapshots=st.lists(st.integers(0, 1), max_size=3).map(tuple),
)


@given(SPECS)
def test_equal_specs_are_one_key(spec: RunSpec) -> None:
    """A spec and its copy are equal and have one hash, and a spec of another seed is another key."""
    copy = dataclasses.replace(spec, model=dataclasses.replace(spec.model))
    assert {spec} == {spec, copy, spec.vary()}
    assert spec != spec.vary(seed=spec.seed + 1)


@given(SPECS)
def test_steps_count_the_partial_batch(spec: RunSpec) -> None:
    """An epoch's steps are just enough to take every image once."""
    images, batch = spec.data.train_size, spec.batch_size
    assert 0 <= spec.steps_per_epoch * batch - images < batch
    assert spec.epochs * spec.steps_per_epoch == spec.steps


def test_snapshots_are_put_in_order() -> None:
    """Snapshots that are the same set of steps are the same spec, in whatever order and how often they are given."""
    assert RunSpec(snapshots=(0, 5, 9)) == RunSpec(snapshots=(9, 0, 5, 9))


def test_specs_are_frozen() -> None:
    """A spec cannot be changed after its values were checked."""
    with pytest.raises(dataclasses.FrozenInstanceError):
        baseline.epochs = 0  # type: ignore[misc]
