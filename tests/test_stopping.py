"""The replay of early stopping, held to Keras's callback on arbitrary curves, and to runs that it stopped."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from foundations import training
from foundations.backend import keras
from foundations.errors import FoundationsError
from foundations.specs import MONITORS, EarlyStoppingSpec, baseline
from foundations.stopping import Stop, at_stop, best_epochs, improves, lengths, optimism, regret, replay, stopped
from pretended import pretend

Curve = NDArray[np.float64]
PATIENCES = range(11)
DELTAS = (0.0, 1e-9, 0.001, 0.05, 0.5)
SMALL = baseline.vary(hidden=(8,), train_size=320, learning_rate=0.005, epochs=60)

# Few distinct values make ties and plateaus; neighbours in double precision are ties in single precision.
coarse = st.sampled_from([0.0, 0.05, 0.1, 0.15, 0.2, 0.25])
fine = st.floats(0, 2) | st.sampled_from([1.0, 1.0 + 1e-12, 1.0 + 1e-7, 1.0 + 2e-7])
curves = st.lists(coarse, min_size=1, max_size=20) | st.lists(fine, min_size=1, max_size=20)


class Weights:
    """As much of a model as the callback uses: its weights are the number of the epoch that it is in."""

    def __init__(self) -> None:
        self.epoch = 0
        self.stop_training = False

    def get_weights(self) -> int:
        """Return the epoch."""
        return self.epoch

    def set_weights(self, epoch: int) -> None:
        """Go back to an epoch."""
        self.epoch = epoch


def fed(callback: keras.callbacks.EarlyStopping, curve: list[float]) -> Stop:
    """Return what Keras's callback makes of a curve, which it is given as logs, epoch by epoch."""
    model = Weights()
    callback.set_model(model)
    callback.on_train_begin()
    for epoch, value in enumerate(curve):
        model.epoch = epoch
        callback.on_epoch_end(epoch, {callback.monitor: value})
        if model.stop_training:
            break
    trained = model.epoch + 1
    callback.on_train_end()
    return Stop(trained, callback.best_epoch + 1, model.epoch + 1, model.stop_training)


def callback_of(stop: EarlyStoppingSpec) -> keras.callbacks.EarlyStopping:
    """Return the callback that the engine makes of a rule."""
    found = training.early_stopping(SMALL.vary(early_stopping=stop))
    assert found is not None
    return found


@pytest.mark.parametrize("monitor", MONITORS)
@pytest.mark.parametrize("patience", PATIENCES)
@settings(max_examples=25, deadline=None)
@given(curve=curves, delta=st.sampled_from(DELTAS), restore=st.booleans())
def test_replay_is_keras_callback(curve: list[float], monitor: str, patience: int, delta: float, restore: bool) -> None:
    """On any curve the replay stops, keeps and triggers as Keras's callback does."""
    stop = EarlyStoppingSpec(monitor, patience, delta, restore)
    assert fed(callback_of(stop), curve) == replay(curve, stop)


@pytest.mark.parametrize("stop", [EarlyStoppingSpec(), EarlyStoppingSpec("val_accuracy", 2, 0.001)], ids=str)
@given(curve=curves, other=curves)
@settings(max_examples=20, deadline=None)
def test_callback_starts_afresh(stop: EarlyStoppingSpec, curve: list[float], other: list[float]) -> None:
    """In this version of Keras a callback that served another training gives what a new one does."""
    used = callback_of(stop)
    fed(used, other)
    assert fed(callback_of(stop), curve) == fed(used, curve)


@given(curves, st.integers(0, 10), st.sampled_from(MONITORS))
def test_length_is_best_plus_patience(curve: list[float], patience: int, monitor: str) -> None:
    """A triggered stop comes `patience` epochs after the best one, at least one; any other at the end of the curve."""
    found = replay(curve, EarlyStoppingSpec(monitor, patience))
    expected = found.best_epoch + max(patience, 1) if found.triggered else len(curve)
    assert expected == found.epochs


@given(curves, st.sampled_from(DELTAS))
def test_patience_zero_acts_as_one(curve: list[float], delta: float) -> None:
    """Patience 0 and patience 1 stop alike."""
    zero, one = (replay(curve, EarlyStoppingSpec(patience=patience, min_delta=delta)) for patience in (0, 1))
    assert zero == one


@given(curves, st.integers(0, 9))
def test_more_patience_never_keeps_worse(curve: list[float], patience: int) -> None:
    """More patience trains at least as long, and keeps a value of the monitored curve that is at least as good."""
    short, long = (replay(curve, EarlyStoppingSpec(patience=p)) for p in (patience, patience + 1))
    assert short.epochs <= long.epochs
    assert curve[long.best_epoch - 1] <= curve[short.best_epoch - 1]


@given(curves, st.floats(0, 1), st.integers(0, 10))
def test_only_what_came_before_counts(curve: list[float], later: float, patience: int) -> None:
    """What a curve would do after the stop does not matter."""
    found = replay(curve, EarlyStoppingSpec(patience=patience))
    again = replay([*curve[: found.epochs], *([later] * found.triggered)], EarlyStoppingSpec(patience=patience))
    assert found == again


def test_tie_is_no_improvement() -> None:
    """Equal values do not restart the wait, and the first of them is kept."""
    assert Stop(4, 2, 2, triggered=True) == replay([3, 1, 1, 1, 0], EarlyStoppingSpec(patience=2))


def test_precision_of_the_comparison() -> None:
    """Values that single precision cannot tell apart tie; that holds for the sum with `min_delta`."""
    assert not improves(1.0, 1.0 + 1e-9, EarlyStoppingSpec())
    assert improves(1.0, 1.0 + 1e-6, EarlyStoppingSpec())
    assert not improves(0.5 + 1e-9, 0.5, EarlyStoppingSpec("val_accuracy"))
    assert not improves(0.9, 1.0, EarlyStoppingSpec(min_delta=0.1))


def test_best_is_restored_without_a_trigger() -> None:
    """Where the epochs end before the patience does, the best weights are kept all the same."""
    assert Stop(3, 2, 2, triggered=False) == replay([3, 1, 2], EarlyStoppingSpec(patience=5))
    unrestored = EarlyStoppingSpec(patience=5, restore_best_weights=False)
    assert Stop(3, 2, 3, triggered=False) == replay([3, 1, 2], unrestored)


@pytest.mark.parametrize("curve", [[], [1.0, float("nan")], [float("inf")], [[1.0, 2.0]]], ids=str)
def test_curve_must_be_finite(curve: list[float]) -> None:
    """A curve that is empty, not finite or not one-dimensional is refused."""
    with pytest.raises(FoundationsError, match="a curve must be one finite number or more"):
        replay(curve, EarlyStoppingSpec())


RULES = [EarlyStoppingSpec(), EarlyStoppingSpec("val_accuracy", 2), EarlyStoppingSpec("val_loss", 2, 0.02)]


@pytest.mark.parametrize("every", [1, 3])
@pytest.mark.parametrize("stop", RULES, ids=str)
def test_replay_of_a_run_is_the_stopped_run(stop: EarlyStoppingSpec, every: int) -> None:
    """What is replayed on a plain run is what training with the callback gives: its length, best epoch and figures."""
    spec = SMALL.vary(evaluate_every=every)
    plain, real = training.train(spec), training.train(spec.vary(early_stopping=stop))
    found = stopped(plain, stop)
    assert (real.epochs, real.best_epoch) == (found.epochs, found.best_epoch)
    assert found.triggered
    assert real.epochs < spec.epochs
    for name, values in real.history.items():
        np.testing.assert_array_equal(values, plain.history[name][: len(values)])


def test_stopped_run_is_not_replayed() -> None:
    """A run that a rule has stopped already is refused: its curve ends too early."""
    run = pretend(SMALL.vary(early_stopping=EarlyStoppingSpec()))
    with pytest.raises(FoundationsError, match="of a run to replay must be None"):
        stopped(run, EarlyStoppingSpec())


def test_only_weights_are_restored() -> None:
    """Keras restores the best epoch's weights and leaves the optimizer where the last epoch left it."""
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, kernel_initializer="zeros")])
    model.compile("adam", "mse")
    x, y = np.ones((8, 1)), np.ones((8, 1))
    stopping = keras.callbacks.EarlyStopping(patience=3, restore_best_weights=True)
    history = model.fit(x, y, batch_size=4, epochs=9, validation_data=(x, -y), callbacks=[stopping], verbose=0).history
    assert (4, 0) == (len(history["loss"]), stopping.best_epoch)  # what helps on y harms on -y from the first epoch on
    assert len(history["loss"]) * 2 == int(model.optimizer.iterations)


CURVE = np.array([0.5, 0.4, 0.1, 0.2, 0.3, 0.4, 0.05])
JUDGE = np.array([0.6, 0.5, 0.3, 0.25, 0.4, 0.5, 0.2])


def halves(
    select: NDArray[np.float64], judge: NDArray[np.float64], kind: str = "cross_entropy"
) -> dict[str, NDArray[np.float64]]:
    """Return a run's curves on both halves, with what Keras calls that on the select half."""
    keras_name = "val_loss" if kind == "cross_entropy" else "val_accuracy"
    return {f"select_{kind}": select, keras_name: select, f"judge_{kind}": judge}


def test_figures_at_the_stop() -> None:
    """Length, best epoch, the judge half's figure and the regret are those of the kept epoch, by hand."""
    runs, stop = [pretend(SMALL, halves(CURVE, JUDGE))], EarlyStoppingSpec(patience=2)
    assert [5] == lengths(runs, stop).tolist()
    assert [3] == best_epochs(runs, stop).tolist()
    assert [0.3] == at_stop(runs, "judge_cross_entropy", stop).tolist()
    assert pytest.approx([0.3 - 0.2]) == regret(runs, stop).tolist()
    last = dataclasses.replace(stop, restore_best_weights=False)
    assert [0.4] == at_stop(runs, "judge_cross_entropy", last).tolist()


def test_figures_in_points() -> None:
    """Accuracies come in points."""
    runs = [pretend(SMALL, halves(1 - CURVE, 1 - JUDGE, "accuracy"))]
    assert pytest.approx([70]) == at_stop(runs, "judge_accuracy", EarlyStoppingSpec("val_accuracy", 2)).tolist()


def test_optimism_by_hand() -> None:
    """Optimism is the kept epoch's advantage on the select half beyond that of its neighbours."""
    runs = [pretend(SMALL, halves(CURVE, JUDGE))]
    neighbours = np.delete(JUDGE - CURVE, 2)[:5].mean()  # two epochs before the third, and three after
    expected = pytest.approx([0.2 - neighbours])
    assert expected == optimism(runs, "cross_entropy", EarlyStoppingSpec(patience=2)).tolist()
    shares = [pretend(SMALL, halves(1 - CURVE, 1 - JUDGE, "accuracy"))]
    points = optimism(shares, "accuracy", EarlyStoppingSpec("val_accuracy", 2))
    assert pytest.approx([100 * (0.2 - neighbours)]) == points.tolist()


@given(curves.filter(lambda curve: len(curve) > 1), st.floats(-1, 1))
def test_optimism_ignores_a_constant(curve: list[float], shift: float) -> None:
    """A judge half that differs by the same amount at every epoch shows no optimism."""
    select = np.array(curve)
    runs = [pretend(SMALL, halves(select, select + shift))]
    assert pytest.approx([0], abs=1e-9) == optimism(runs, "cross_entropy", EarlyStoppingSpec()).tolist()


def test_choosing_among_noise_flatters() -> None:
    """Where all epochs are equal but for noise, the chosen one is flattered; on a curve with a clear best it is not."""
    random = np.random.default_rng(0)
    clear = 10.0 * np.abs(np.arange(20) - 9)
    stop = EarlyStoppingSpec(patience=20)
    for signal, low, high in ((np.zeros(20), 1, 4), (clear, -0.3, 0.3)):
        runs = [pretend(SMALL, halves(*(signal + random.standard_normal((2, 20))))) for _ in range(200)]
        assert low < optimism(runs, "cross_entropy", stop).mean() < high
