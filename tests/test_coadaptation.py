"""Silenced units and correlations, held to loops and closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundations import data, evaluation
from foundations.anatomy import contributions, leading
from foundations.coadaptation import agreement, alike, likeness, silence, silenced
from foundations.errors import FoundationsError
from foundations.runs import Run
from foundations.specs import baseline
from pretended import pretend, random_weights

IMAGES = np.random.default_rng(0).integers(0, 256, (60, 28, 28), dtype=np.uint8)
LABELS = (np.arange(60) % 10).astype(np.uint8)
WIDTH = 12


def random_network(seed: int = 0) -> Run:
    """Return a run whose weights are random, biases included."""
    spec = baseline.vary(hidden=(WIDTH,), seed=seed)
    return pretend(spec, weights=random_weights(spec, np.random.default_rng(seed)))


@pytest.fixture(autouse=True)
def few_images(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let sixty random images be every seed's validation set."""

    def validation_set(seed: int, checksum: str) -> tuple[data.Images, data.Labels]:  # noqa: ARG001  # the same for all
        return IMAGES, LABELS

    monkeypatch.setattr(evaluation, "validation_set", validation_set)


@given(st.integers(2, 40), st.data())
def test_silence_is_nested(units: int, drawn: st.DataObject) -> None:
    """So many units fall silent as asked, and the units of a smaller count are among those of a larger one."""
    counts = sorted(drawn.draw(st.lists(st.integers(0, units - 1), min_size=1, max_size=5)))
    on = silence(units, counts, np.random.default_rng(0))
    assert counts == (~on).sum(axis=1).tolist()
    assert (np.diff(on.astype(int), axis=0) <= 0).all()


def test_silencing_everything_is_refused() -> None:
    """One unit at least must be left."""
    with pytest.raises(FoundationsError, match=r"silenced units must be from 0 to 3. Received: \(0, 4\)"):
        silence(4, (0, 4), np.random.default_rng(0))


@pytest.mark.usefixtures("runs_folder")
def test_nothing_silenced_is_the_network_itself() -> None:
    """With no unit silenced, the accuracy is the network's, rescaled or not."""
    runs = [random_network(seed) for seed in (0, 1)]
    expected = [100 * evaluation.accuracy(run, IMAGES, LABELS) for run in runs]
    for rescale in (False, True):
        assert pytest.approx(expected) == silenced(runs, (0,), rescale=rescale)[:, 0]


@pytest.mark.usefixtures("runs_folder")
@pytest.mark.parametrize("rescale", [False, True])
def test_silencing_by_loops(rescale: bool) -> None:
    """What is left is a network whose silenced units' outgoing weights are 0, averaged over the draws."""
    run, counts = random_network(5), (3, 8)
    kernel, bias = run.weights[-2:]
    random = np.random.default_rng([5, 4])
    rows = []
    for _ in range(2):
        for on in silence(WIDTH, counts, random):
            factor = WIDTH / on.sum() if rescale else 1
            weights = (*run.weights[:2], (kernel * on[:, np.newaxis] * factor).astype(np.float32), 3 * bias)
            rows.append(100 * evaluation.accuracy(pretend(run.spec, weights=weights), IMAGES, LABELS))
    biased = pretend(run.spec, weights=(*run.weights[:-1], 3 * bias))
    expected = np.array(rows).reshape(2, 2).mean(axis=0)
    assert pytest.approx(expected) == silenced([biased], counts, 2, rescale)[0]
    assert len({*rows}) > 1


def test_alike_by_construction() -> None:
    """Copies and mirror images correlate fully, independent columns by chance, and constant ones are left out."""
    random = np.random.default_rng(0)
    column = random.standard_normal((10_000, 1))
    assert pytest.approx((1.0, 1)) == alike(np.hstack([column, 2 * column + 1, -column, np.ones_like(column)]))
    by_chance, constant = alike(random.standard_normal((10_000, 60)))
    assert pytest.approx(np.sqrt(2 / np.pi / 10_000), rel=0.1) == by_chance
    assert 0 == constant


def test_alike_needs_two_units() -> None:
    """One unit that varies has no pair."""
    with pytest.raises(FoundationsError, match="units that vary must be at least 2. Received: 1"):
        alike(np.array([[0.0, 1.0], [0.0, 2.0]]))


@pytest.mark.usefixtures("runs_folder")
def test_likeness_is_of_the_activations() -> None:
    """It is the correlation of what the hidden layer puts out, a row a run."""
    runs = [random_network(seed) for seed in (0, 1)]
    for run, (correlation, constant) in zip(runs, likeness(runs), strict=True):
        hidden = np.maximum(evaluation.forward(run.weights, IMAGES, "relu")[0], 0)
        moving = hidden[:, hidden.std(axis=0) > 0]
        pairs = [abs(np.corrcoef(moving[:, i], moving[:, j])[0, 1]) for i in range(moving.shape[1]) for j in range(i)]
        assert pytest.approx(np.mean(pairs), rel=1e-4) == correlation
        assert WIDTH - moving.shape[1] == constant


@pytest.mark.usefixtures("runs_folder")
def test_agreement_by_loops() -> None:
    """What cancelling leaves of the lead, and the lead's relative noise, are medians of what loops over images give."""
    runs = [random_network(seed) for seed in (0, 1)]
    for run, found in zip(runs, agreement(runs), strict=True):
        net, noise = [], []
        for before, logits in zip(*evaluation.forward(run.weights, IMAGES, "relu"), strict=True):
            first, second = leading(logits)
            parts = contributions(run.weights, np.maximum(before, 0))[:-1]
            added = parts[:, first] - parts[:, second]
            net.append(100 * added.sum() / np.abs(added).sum())
            noise.append(np.sqrt((added**2).sum()) / abs(added.sum()))
        assert pytest.approx([np.median(net), np.median(noise)], rel=1e-4) == found.tolist()


@pytest.mark.usefixtures("runs_folder")
def test_equal_contributions_do_not_cancel() -> None:
    """Units that all add the same leave the whole lead, with a relative noise of one over the root of their number."""
    spec = baseline.vary(hidden=(WIDTH,))
    kernel = np.zeros((WIDTH, 10), np.float32)
    kernel[:, 3] = 1
    weights = (np.zeros((784, WIDTH), np.float32), np.ones(WIDTH, np.float32), kernel, np.zeros(10, np.float32))
    assert pytest.approx([100, 1 / np.sqrt(WIDTH)]) == agreement([pretend(spec, weights=weights)])[0].tolist()
