"""The speed of the engine, measured once a machine and stored."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from foundations import profiles
from foundations.measurements import measurement
from foundations.runs import Run
from foundations.specs import baseline

IMAGES = 16_000
"""What is timed: 500 steps, as the time of a step does not depend on how many an epoch has."""


def on_this_machine() -> tuple[float, float]:
    """Return the median seconds of a step of the baseline in the engine and in `model.fit`; in a preview roughly."""
    spec = profiles.current().shorten(baseline.vary(train_size=IMAGES))
    engine, fit = engine_and_fit([], rounds=3, train_size=spec.data.train_size) / spec.steps_per_epoch
    return float(engine), float(fit)


@measurement
def engine_and_fit(runs: Sequence[Run], rounds: int, train_size: int) -> NDArray[np.float64]:  # noqa: ARG001  # no runs
    """Return the median seconds an epoch of the engine and of `model.fit`, (2,), on so many images of the baseline."""
    from foundations.bench import engine_against_fit  # noqa: PLC0415  # it loads TensorFlow

    return np.array([*engine_against_fit(rounds, baseline.vary(train_size=train_size)).values()])
