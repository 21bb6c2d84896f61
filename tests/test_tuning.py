"""Tuned learning rates: the search, its choice, and what happens when the choice is no longer the recorded one."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundations import parallel
from foundations.errors import FoundationsError, VerdictError
from foundations.runs import Run
from foundations.specs import RunSpec, baseline
from foundations.store import RunStore
from foundations.study import Arm, Study
from foundations.tuning import Sweep, SweepResults
from markup import tagless
from pretended import pretend

SHORT = baseline.vary(train_size=64, epochs=4, optimizer="sgd", momentum=0.9)
SWEEP = Sweep(SHORT, (0.01, 0.1, 1.0), chosen=0.1)
STUDY = Study("task00-pretended", "What if?", {"tuned": Arm(SWEEP.tuned, 2)}, sweeps={"momentum": SWEEP})


def accurate(spec: RunSpec, share: float) -> Run:
    """Return a run that nobody trained, of a certain validation accuracy."""
    curve = np.full(spec.epochs, share)
    return pretend(spec, {"select_accuracy": curve, "judge_accuracy": curve}, (np.zeros(1),))


def swept(shares: Sequence[float], sweep: Sweep = SWEEP) -> SweepResults:
    """Return a sweep's results, one accuracy for each rate and seed in turn."""
    return SweepResults(
        "momentum", sweep, [accurate(spec, share) for spec, share in zip(sweep.specs(), shares, strict=True)]
    )


@pytest.mark.parametrize("rates", [(), (0.1, 0.01), (0.1, 0.1)])
def test_rates_must_rise(rates: tuple[float, ...]) -> None:
    """A search without values, or with values out of order or twice, is refused."""
    with pytest.raises(FoundationsError, match="rates must be rising"):
        Sweep(SHORT, rates, chosen=0.1)


def test_the_choice_must_have_been_tried() -> None:
    """A recorded choice that is none of the values is refused, and named."""
    with pytest.raises(FoundationsError, match=r"the chosen rate must be one of \(0.01, 0.1\). Received: 0.2"):
        Sweep(SHORT, (0.01, 0.1), chosen=0.2)


def test_a_sweep_runs_every_rate_on_the_tuning_seeds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every rate is run on seeds 100 to 102, in a preview on the first of them, and nothing else is changed."""
    expected = [SHORT.vary(learning_rate=rate, seed=seed) for rate in SWEEP.rates for seed in (100, 101, 102)]
    assert expected == SWEEP.specs()
    assert SHORT.vary(learning_rate=0.1) == SWEEP.tuned
    monkeypatch.setenv("FOUNDATIONS_PROFILE", "preview")
    assert [(0.01, 100), (0.1, 100), (1.0, 100)] == [(s.optimizer.learning_rate, s.seed) for s in SWEEP.specs()]
    assert {1} == {spec.epochs for spec in SWEEP.specs()}


@given(st.lists(st.floats(0, 1), min_size=9, max_size=9))
def test_the_best_rate_has_the_best_mean(shares: list[float]) -> None:
    """The best rate is the one with the highest mean accuracy over its seeds, the lowest of equals."""
    results = swept(shares)
    means = [math.fsum(100 * share for share in shares[start : start + 3]) / 3 for start in (0, 3, 6)]
    np.testing.assert_allclose(means, results.values("validation_accuracy").mean(axis=1))
    assert pytest.approx(max(means)) == means[SWEEP.rates.index(results.best)]
    assert swept([0.5] * 9).best == 0.01


def test_a_cross_entropy_chooses_the_lowest() -> None:
    """Where a cross-entropy chooses, the lowest mean is best, and a rate with a run that is not finite worst."""
    by_entropy = dataclasses.replace(SWEEP, criterion="best_cross_entropy")

    def best(*entropies: float) -> float:
        curves = [{f"{half}_cross_entropy": [value] for half in ("select", "judge")} for value in entropies]
        runs = [pretend(spec, curve) for spec, curve in zip(by_entropy.specs(), curves, strict=True)]
        return SweepResults("entropy", by_entropy, runs).best

    assert 0.1 == best(0.5, 0.5, 0.5, 0.1, 0.3, 0.2, 0.4, 0.4, 0.4)
    assert 1.0 == best(0.5, 0.5, 0.5, 0.1, math.nan, 0.1, 0.4, 0.4, 0.4)


@pytest.mark.parametrize("strict", ["0", "1"])
def test_a_choice_that_still_holds_is_confirmed(strict: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The card names the arm, the rate and the search, and a strict build goes on."""
    monkeypatch.setenv("STRICT", strict)
    card = swept([0.1] * 3 + [0.9] * 3 + [0.1] * 3).confirm()._repr_html_()
    expected = "Momentum: learning rate 0.1, the best of 3 values from 0.01 to 1 by mean validation accuracy"
    assert f"{expected}, after 4 epochs (seeds 100, 101, 102)" in tagless(card)
    assert "differs" not in card


def test_a_choice_that_no_longer_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    """A strict build stops and names both rates; another one says on the page that this machine differs."""
    monkeypatch.setenv("STRICT", "0")
    results = swept([0.1] * 6 + [0.9] * 3)
    assert "differs on this machine: here the best is 1" in results.confirm()._repr_html_()
    monkeypatch.setenv("STRICT", "1")
    with pytest.raises(VerdictError, match="recorded as 0.1, but the tuning seeds choose 1, which is better by 80"):
        results.confirm()


def test_a_choice_as_good_as_the_best(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where another rate is better by less than the margin, the card says so and a strict build goes on."""
    monkeypatch.setenv("STRICT", "1")
    results = swept([0.1] * 3 + [0.9] * 3 + [0.901] * 3)
    assert pytest.approx(0.1) == results.lag
    assert "differs on this machine: here the best is 1" in results.confirm()._repr_html_()
    assert pytest.approx(0.0) == swept([0.1] * 3 + [0.9] * 3 + [0.1] * 3).lag


def test_a_preview_confirms_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a preview one seed and few epochs decide nothing, and the card says so."""
    monkeypatch.setenv("FOUNDATIONS_PROFILE", "preview")
    monkeypatch.setenv("STRICT", "1")
    assert "not evaluated in a preview" in swept([0.1, 0.1, 0.9]).confirm()._repr_html_()


def test_sweeps_are_trained_with_their_study(runs_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A study trains its sweeps with its arms, loads both, and counts the time of both."""

    def pretend_missing(specs: Sequence[RunSpec], store: RunStore, progress: parallel.Progress) -> int:  # noqa: ARG001
        assert runs_folder == store.root
        for spec in parallel.missing(specs, store):
            store.put(accurate(spec, spec.optimizer.learning_rate / 2))
        return len(specs)

    monkeypatch.setattr(parallel, "train_missing", pretend_missing)
    assert [*SWEEP.specs(), *STUDY.arms["tuned"].specs()] == STUDY.specs()
    results = STUDY.results()
    assert results.sweep("momentum").best == 1
    np.testing.assert_array_equal([0.01, 0.1, 1.0], results.sweep("momentum").rates)
    expected = 11.0
    assert (11, expected) == (len(results.all_runs), results.seconds)
    with pytest.raises(FoundationsError, match="a sweep of task00-pretended must be one of momentum. Received: 'adam'"):
        results.sweep("adam")
    assert [100, 101, 102] == [run.spec.seed for run in STUDY.results(pilot=True)["tuned"]]
