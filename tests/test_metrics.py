"""What is read off a run: curves, and one number at its end."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundations import data
from foundations.errors import FoundationsError
from foundations.evaluation import cross_entropy
from foundations.metrics import METRICS, SERIES_LABELS, SETTLED, at_end, best_epoch, kept, metric, series
from foundations.specs import EarlyStoppingSpec, baseline
from foundations.training import train
from pretended import HISTORY, pretend

CURVES = {
    "loss": [0.9, 0.5, 0.4],
    "accuracy": [0.7, 0.8, 0.9],
    "val_loss": [0.8, 0.6, 0.7],
    "val_accuracy": [0.75, 0.85, 0.8],
    "train_cross_entropy": [0.6, 0.3, 0.2],
    "train_accuracy": [0.8, 0.9, 0.96],
    "select_cross_entropy": [0.7, 0.4, 0.5],
    "select_accuracy": [0.8, 0.92, 0.9],
    "judge_cross_entropy": [0.5, 0.4, 0.6],
    "judge_accuracy": [0.7, 0.9, 0.94],
}
RUN = pretend(baseline.vary(epochs=3), CURVES)
AT_END = {
    "train_accuracy": (96.0, "points", 0.2),
    "validation_accuracy": (92.0, "points", 0.2),
    "judge_accuracy": (94.0, "points", 0.2),
    "train_cross_entropy": (0.2, "nats", 0.01),
    "validation_cross_entropy": (0.55, "nats", 0.01),
    "judge_cross_entropy": (0.6, "nats", 0.01),
    "gap": (0.35, "nats", 0.01),
    "loss": (0.4, "nats", 0.01),
    "val_loss": (0.7, "nats", 0.01),
    "best_accuracy": (91.0, "points", 0.2),
    "best_cross_entropy": (0.4, "nats", 0.01),
    "best_epoch_cross_entropy": (2.0, "epochs", None),
    "best_epoch_accuracy": (3.0, "epochs", None),
    "settled_accuracy": (86.0, "points", 0.2),
    "epochs": (3.0, "epochs", None),
}
DIGITS = {"points": 2, "nats": 4, "epochs": 1}
curves = st.lists(st.floats(0, 1), min_size=1, max_size=8)


@pytest.mark.parametrize("name", CURVES)
def test_history_is_a_curve(name: str) -> None:
    """Every name of a run's history is a curve, as it was recorded."""
    assert CURVES[name] == series(RUN, name).tolist()


def test_history_of_these_tests_is_whole() -> None:
    """These tests name every curve of a run's history."""
    assert {*HISTORY} == {*CURVES}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("validation_cross_entropy", [0.6, 0.4, 0.55]),
        ("validation_accuracy", [0.75, 0.91, 0.92]),
        ("gap", [0.0, 0.1, 0.35]),
    ],
)
def test_derived_curves(name: str, expected: list[float]) -> None:
    """Validation curves are the mean of both halves', and the gap is validation minus training cross-entropy."""
    assert pytest.approx(expected, abs=1e-12) == series(RUN, name).tolist()


@pytest.mark.parametrize("name", ["validation", "validation_", "validation_loss", "test_accuracy", "Gap", ""])
def test_unknown_curve(name: str) -> None:
    """A curve that does not exist is refused, with those that do."""
    with pytest.raises(FoundationsError, match=rf"a curve must be one of loss, .*, gap\. Received: '{name}'"):
        series(RUN, name)


@pytest.mark.parametrize("name", METRICS)
def test_metric(name: str) -> None:
    """Every metric is the number that its name says, in its unit, with that unit's decimals and book-wide margin."""
    found = metric(name)
    value, unit, margin = AT_END[name]
    assert pytest.approx(value, abs=1e-12) == found.of(RUN)
    assert (unit, margin, DIGITS[unit]) == (found.unit, found.margin, found.digits)


def test_metrics_of_these_tests_are_all() -> None:
    """These tests name every metric."""
    assert {*METRICS} == {*AT_END}


def test_every_curve_has_a_label() -> None:
    """Every curve that a run has, and no other, has a label."""
    assert {*HISTORY, "validation_cross_entropy", "validation_accuracy", "gap"} == {*SERIES_LABELS}


def test_labels_tell_metrics_apart() -> None:
    """No two metrics and no two curves are printed under one name."""
    assert len(METRICS) == len({found.label for found in METRICS.values()})
    assert len(SERIES_LABELS) == len({*SERIES_LABELS.values()})


def test_unknown_metric() -> None:
    """A metric that does not exist is refused, with those that do."""
    with pytest.raises(
        FoundationsError, match=r"a metric must be one of train_accuracy, .*, epochs\. Received: 'speed'"
    ):
        metric("speed")


@given(curves)
def test_at_end_is_the_last_value(values: list[float]) -> None:
    """A metric at the end is a curve's last value, accuracies in points."""
    run = pretend(baseline, {"loss": values, "judge_accuracy": values})
    assert values[-1] == at_end("loss")(run)
    assert 100 * values[-1] == at_end("judge_accuracy")(run)


@given(curves)
def test_settled_accuracy_is_the_mean_of_the_last(values: list[float]) -> None:
    """The settled accuracy is the mean of both halves' accuracy over the last few epochs, or all if there are fewer."""
    run = pretend(baseline, {"select_accuracy": values, "judge_accuracy": [1.0] * len(values)})
    last = values[-SETTLED:]
    expected = 50 + 50 * sum(last) / len(last)
    assert pytest.approx(expected, abs=1e-9) == metric("settled_accuracy").of(run)


@given(curves, st.integers(1, 5))
def test_best_epoch_is_the_first_of_the_best(values: list[float], every: int) -> None:
    """The best epoch, counted from 1, is the first with the highest accuracy or the lowest cross-entropy."""
    spec = baseline.vary(epochs=every * len(values), evaluate_every=every)
    run = pretend(spec, {"judge_accuracy": values, "judge_cross_entropy": values})
    assert every * (values.index(max(values)) + 1) == best_epoch("judge_accuracy")(run)
    assert every * (values.index(min(values)) + 1) == best_epoch("judge_cross_entropy")(run)


@given(curves, st.integers(1, 5))
def test_epochs_are_those_trained(values: list[float], every: int) -> None:
    """The number of epochs is of those that were trained, also where an early stop left some out."""
    run = pretend(baseline.vary(epochs=100 * every, evaluate_every=every), {"loss": values})
    assert every * len(values) == metric("epochs").of(run)


def test_end_of_an_early_stopped_run_is_what_its_weights_give() -> None:
    """The number at the end of a run that restored its best weights is what those weights score."""
    stopping = EarlyStoppingSpec(patience=2)
    run = train(baseline.vary(train_size=256, hidden=(16,), learning_rate=0.05, epochs=30, early_stopping=stopping))
    pool = data.load()
    judge = data.split(pool.labels, run.spec.seed).judge
    scored = cross_entropy(run, pool.images[judge], pool.labels[judge])
    assert run.best_epoch == run.epochs - 2
    assert kept(run) == run.best_epoch - 1
    assert pytest.approx(scored, abs=1e-5) == at_end("judge_cross_entropy")(run)
    assert abs(scored - run.history["judge_cross_entropy"][-1]) > 1e-3


def test_end_of_a_run_that_kept_its_last_weights() -> None:
    """Without restored weights, the number at the end is the last epoch's, whichever was best."""
    stopping = EarlyStoppingSpec(restore_best_weights=False)
    run = pretend(baseline.vary(epochs=3, early_stopping=stopping), CURVES, best_epoch=2)
    assert 0.6 == at_end("judge_cross_entropy")(run)


def test_halves_choose_for_each_other() -> None:
    """Each half of the validation set reports the epoch at which the other half's cross-entropy is lowest."""
    curves = {
        "select_cross_entropy": [0.3, 0.1, 0.5],
        "judge_cross_entropy": [0.2, 0.4, 0.6],
        "select_accuracy": [0.80, 0.90, 0.70],
        "judge_accuracy": [0.60, 0.50, 0.40],
    }
    run = pretend(baseline.vary(epochs=3), curves)
    assert pytest.approx(100 * (0.80 + 0.50) / 2) == metric("best_accuracy").of(run)
    assert pytest.approx((0.3 + 0.4) / 2) == metric("best_cross_entropy").of(run)


def test_a_diverged_run_has_no_best_epoch() -> None:
    """A run whose cross-entropy is not finite at some epoch has none at its best epoch either."""
    curve = [0.3, math.nan]
    run = pretend(baseline.vary(epochs=2), {"select_cross_entropy": curve, "judge_cross_entropy": curve})
    assert math.isnan(metric("best_cross_entropy").of(run))
