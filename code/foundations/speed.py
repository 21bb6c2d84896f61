"""The speed of the engine, measured once a machine and stored."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from foundations import profiles
from foundations.measurements import measurement
from foundations.runs import Run


def on_this_machine() -> tuple[float, float]:
    """Return the median seconds an epoch of the engine and of `model.fit`, of three; in a preview of one."""
    engine, fit = engine_and_fit([], rounds=3 if profiles.current() is profiles.Profile.FULL else 1)
    return float(engine), float(fit)


@measurement
def engine_and_fit(runs: Sequence[Run], rounds: int) -> NDArray[np.float64]:  # noqa: ARG001  # it needs no runs
    """Return the median seconds an epoch of the engine and of `model.fit`, (2,), timed once on this machine."""
    from foundations.bench import engine_against_fit  # noqa: PLC0415  # it loads TensorFlow

    return np.array([*engine_against_fit(rounds).values()])
