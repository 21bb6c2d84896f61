"""Worker processes that pretend to train: for tests of what happens around training."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from types import SimpleNamespace

from foundations import parallel
from foundations.runs import Run
from foundations.specs import RunSpec
from pretended import random_run

SECONDS = 0.2


def pretend_to_train(spec: RunSpec) -> Run:
    """Take a moment, and return a run that nobody trained."""
    time.sleep(SECONDS)
    return random_run(spec)


def train_in_worker(spec: RunSpec, asked: Mapping[str, object]) -> Run:
    """Do in a worker process all that `foundations.parallel.train_in_worker` does, but do not train."""
    parallel.isolate = lambda: None  # it would load TensorFlow
    sys.modules["foundations.training"] = SimpleNamespace(train=pretend_to_train)  # type: ignore[assignment]
    return parallel.train_in_worker(spec, asked)
