"""Trajectories as plain data: whole, small, and good enough to replay early stopping on."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

from foundations.export import CURVES, TRAJECTORIES_SCHEMA, trajectories, write_json
from foundations.metrics import series
from foundations.specs import EarlyStoppingSpec, baseline
from foundations.stopping import replay, stopped
from foundations.study import Results
from pretended import pretend, random_run, results_of


def pretended() -> Results:
    """Return the results of two arms of ten seeds and 40 epochs."""
    specs = {"Adam": baseline.vary(epochs=40), "SGD": baseline.vary(optimizer="sgd", epochs=40)}
    return results_of({name: [random_run(spec.vary(seed=seed)) for seed in range(10)] for name, spec in specs.items()})


def test_every_value_of_every_curve_is_exported() -> None:
    """Arms come in the order asked for, runs in that of the seeds, curves to their decimals."""
    results = pretended()
    content = trajectories(results, ["SGD", "Adam"])
    assert (TRAJECTORIES_SCHEMA, "task00-pretended", [*CURVES]) == tuple(
        content[key] for key in ("schema", "study", "curves")
    )
    assert ["SGD", "Adam"] == [arm["name"] for arm in content["arms"]]
    for arm in content["arms"]:
        assert [(seed, 1) for seed in range(10)] == [(run["seed"], run["every"]) for run in arm["runs"]]
        for exported, run in zip(arm["runs"], results[arm["name"]], strict=True):
            for name, digits in CURVES.items():
                np.testing.assert_allclose(exported[name], series(run, name), atol=0.5 * 10**-digits + 1e-12, rtol=0)


def test_accuracies_are_exact() -> None:
    """Every share of 5,000 images survives the rounding."""
    shares = np.arange(5001) / 5000
    run = pretend(curves=dict.fromkeys(CURVES, shares))
    (arm,) = trajectories(results_of({"a": [run, run]}), ["a"])["arms"]
    assert shares.tolist() == arm["runs"][0]["select_accuracy"]


@pytest.mark.parametrize("patience", range(11))
def test_replay_on_exported_curves(patience: int) -> None:
    """Early stopping replayed on the exported curves does what it does on the recorded ones."""
    results = pretended()
    for arm in trajectories(results, ["Adam"])["arms"]:
        for exported, run in zip(arm["runs"], results[arm["name"]], strict=True):
            stop = EarlyStoppingSpec(patience=patience)
            watched = pretend(run.spec, {"val_loss": series(run, "select_cross_entropy")})
            assert stopped(watched, stop) == replay(exported["select_cross_entropy"], stop)


def test_file_is_json_and_small(tmp_path: Path) -> None:
    """The file, in a folder that need not exist, reads back as what was written; a value takes less than ten bytes."""
    content = trajectories(pretended(), ["Adam", "SGD"])
    path = tmp_path / "new" / "trajectories.json"
    write_json(content, path)
    assert content == json.loads(path.read_text(encoding="ascii"))
    values = 2 * 10 * 40 * len(CURVES)
    assert path.stat().st_size < 10 * values + 2_000


def test_numbers_must_be_finite(tmp_path: Path) -> None:
    """A number that JSON does not know is refused, and no file is written."""
    path = tmp_path / "bad.json"
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json({"value": math.nan}, path)
    assert not path.exists()
