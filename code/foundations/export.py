"""Results as plain data for other programs, such as a page's script."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from foundations.metrics import series
from foundations.runs import Run
from foundations.study import Results

TRAJECTORIES_SCHEMA = 1
CURVES: Mapping[str, int] = {
    "select_cross_entropy": 6,
    "select_accuracy": 4,
    "judge_cross_entropy": 6,
    "judge_accuracy": 4,
}
"""The exported curves with their decimals. Four are exact for accuracies on 5,000 images. Cross-entropies of
different epochs differ by more than six round off, so that a rule of stopping replayed on them stops where it did."""


def trajectories(results: Results, arms: Sequence[str]) -> dict[str, Any]:
    """Return what early stopping chooses by and is judged by, epoch by epoch, ready for JSON.

    Parameters
    ----------
    results
        Of a study.
    arms
        Those to export.

    Returns
    -------
    dict
        `schema`, a number that changes with the form; `study`, its name; `curves`, the names of `CURVES`; and
        `arms`, a list of `name` and `runs`, each of `seed`, `every` (epochs between values) and one list a curve:
        cross-entropies in nats, accuracies as shares.
    """
    return {
        "schema": TRAJECTORIES_SCHEMA,
        "study": results.study.name,
        "curves": [*CURVES],
        "arms": [{"name": arm, "runs": [_trajectory(run) for run in results[arm]]} for arm in arms],
    }


def _trajectory(run: Run) -> dict[str, Any]:
    curves = {name: [round(float(v), digits) for v in series(run, name)] for name, digits in CURVES.items()}
    return {"seed": run.spec.seed, "every": run.spec.evaluate_every, **curves}


def write_json(content: Mapping[str, Any], path: Path) -> None:
    """Write data as compact JSON, in ASCII, with its folder; what is not a finite number is refused.

    Raises
    ------
    ValueError
        If a number is infinite or not a number, which JSON cannot express.
    """
    text = json.dumps(content, separators=(",", ":"), allow_nan=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text + "\n", encoding="ascii")
