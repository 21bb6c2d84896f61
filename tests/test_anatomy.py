"""What hidden units contribute, held to the forward pass."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from foundations import data, evaluation
from foundations.anatomy import LEADERS, contributions, decisions, leading, leads, path
from foundations.errors import FoundationsError
from foundations.runs import Floats, Run
from foundations.specs import baseline
from pretended import pretend, random_weights

IMAGES = np.random.default_rng(0).integers(0, 256, (30, 28, 28), dtype=np.uint8)

rows = arrays(np.float64, 10, elements=st.floats(-50, 50))


def random_network(hidden: tuple[int, ...] = (24,), seed: int = 0) -> Run:
    """Return a run whose weights are random, biases included."""
    spec = baseline.vary(hidden=hidden, seed=seed)
    return pretend(spec, weights=random_weights(spec, np.random.default_rng(seed)))


@pytest.mark.parametrize("hidden", [(24,), (24, 12)])
def test_contributions_sum_to_the_logits(hidden: tuple[int, ...]) -> None:
    """For every image the contributions of all units and of the bias sum to the logits."""
    run = random_network(hidden)
    *_, before, logits = evaluation.forward(run.weights, IMAGES, "relu")
    for units, expected in zip(np.maximum(before, 0), logits, strict=True):
        parts = contributions(run.weights, units)
        assert (hidden[-1] + 1, 10) == parts.shape
        assert pytest.approx(expected, abs=1e-5) == parts.sum(axis=0)


def test_contributions_are_what_silencing_takes_away() -> None:
    """Switching one unit off changes the logits by its contributions, and a unit that is off contributes nothing."""
    run = random_network()
    kernel, bias = run.weights[-2:]
    before = evaluation.forward(run.weights, IMAGES[:1], "relu")[0][0]
    units = np.maximum(before, 0)
    parts = contributions(run.weights, units)
    for unit in range(len(units)):
        silenced = np.where(np.arange(len(units)) == unit, 0, units)
        assert pytest.approx((units - silenced) @ kernel, abs=1e-6) == parts[unit]
    assert 0 == np.abs(parts[:-1][before <= 0]).max()
    assert bias.tolist() == pytest.approx(parts[-1].tolist())


def test_contributions_of_another_layer_are_refused() -> None:
    """What another number of units puts out is refused."""
    with pytest.raises(FoundationsError, match=r"the shape of hidden must be \(24,\). Received: \(23,\)"):
        contributions(random_network().weights, np.zeros(23))


@given(rows)
def test_leading_digits_and_their_lead(logits: Floats) -> None:
    """The two leading digits are the first of the sorted ones, and the lead is the difference of their logits."""
    first, second = leading(logits)
    assert first != second
    assert sorted(logits.tolist())[::-1][:2] == [logits[first], logits[second]]
    assert first == logits.argmax()
    assert [logits[first] - logits[second]] == leads(logits[np.newaxis]).tolist()


def test_path_follows_the_snapshots() -> None:
    """An image's logits are those of each kept network, in the order of the steps, and of the last one."""
    spec = baseline.vary(epochs=1, snapshots=(0, 10))
    nets = [random_weights(spec, np.random.default_rng(seed)) for seed in range(3)]
    run = pretend(spec, weights=nets[2], snapshots={0: nets[0], 10: nets[1]})
    found = path(run, IMAGES)
    assert [0, 10, spec.steps] == [*found]
    for weights, logits in zip(nets, found.values(), strict=True):
        assert evaluation.logits(pretend(spec, weights=weights), IMAGES).tolist() == logits.tolist()


@pytest.mark.usefixtures("runs_folder")
def test_decisions_by_loops(monkeypatch: pytest.MonkeyPatch) -> None:
    """The shares of units that are on, and of the weight of the leaders, are what loops over the images give."""

    def validation_set(seed: int, checksum: str) -> tuple[data.Images, data.Labels]:
        assert data.PACKAGED_SHA256 == checksum
        return IMAGES[seed : seed + 20], np.zeros(20, np.uint8)

    monkeypatch.setattr(evaluation, "validation_set", validation_set)
    runs = [random_network((40,), seed) for seed in (0, 3)]
    expected = []
    for run in runs:
        before, logits = evaluation.forward(run.weights, IMAGES[run.spec.seed : run.spec.seed + 20], "relu")
        weight = []
        for units, output in zip(before, logits, strict=True):
            first, second = leading(output)
            parts = contributions(run.weights, np.maximum(units, 0))[:-1]
            sizes = sorted(np.abs(parts[:, first] - parts[:, second]), reverse=True)
            weight.append(sum(sizes[:LEADERS]) / sum(sizes))
        expected.append([100 * (before > 0).mean(), 100 * np.mean(weight)])
    assert pytest.approx(np.array(expected), rel=1e-5) == decisions(runs)


@pytest.mark.usefixtures("runs_folder")
def test_decisions_are_about_relu() -> None:
    """Where no unit is ever off, the share of those that are on is not asked for."""
    with pytest.raises(FoundationsError, match="the activation must be relu. Received: 'tanh'"):
        decisions([pretend(baseline.vary(activation="tanh"))])
