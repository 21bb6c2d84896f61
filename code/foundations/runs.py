"""What training gave: a `Run`, and the shorter runs that are its beginning."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foundations.specs import RunSpec

Floats = NDArray[np.floating]
Weights = tuple[Floats, ...]


@dataclass(frozen=True)
class Provenance:
    """Where and when a run was trained; no part of its result.

    Attributes
    ----------
    seconds
        Time of the epochs and their evaluation, without compilation where the program was there already.
    started
        UTC, ISO 8601.
    machine, python, tensorflow, keras, numpy
        Processor architecture with operating system, and versions.
    """

    seconds: float
    started: str
    machine: str
    python: str
    tensorflow: str
    keras: str
    numpy: str


@dataclass(frozen=True)
class Run:
    """What training a `RunSpec` gave.

    Attributes
    ----------
    spec
        What was trained.
    history
        One value an evaluation, which is one an epoch unless the spec says otherwise, for each of: `loss`, `accuracy`
        (averages over the epoch's batches, penalty and dropout included), `val_loss`, `val_accuracy` (on the select
        half, penalty included), all four as Keras counts them; and in inference mode without penalty `train_…`,
        `select_…`, `judge_…`, each with `cross_entropy` (nats) and `accuracy` (a share): on 10,000 training images
        and on the halves of the validation set.
    weights
        Kernel and bias of each layer from input to output, after the last epoch (or of the best, where restored).
    snapshots
        The same after certain optimizer steps; those after an early stop are missing.
    best_epoch
        With early stopping the best epoch, counted from 1; otherwise None.
    provenance
        Where and when.
    """

    spec: RunSpec
    history: Mapping[str, Floats]
    weights: Weights
    snapshots: Mapping[int, Weights]
    best_epoch: int | None
    provenance: Provenance

    @property
    def epochs(self) -> int:
        """The epochs that were trained."""
        return len(self.history["loss"]) * self.spec.evaluate_every

    @property
    def evaluated(self) -> NDArray[np.int64]:
        """The epochs, counted from 1, that the values of `history` belong to."""
        return np.arange(1, len(self.history["loss"]) + 1) * self.spec.evaluate_every

    def answers(self, spec: RunSpec) -> bool:
        """Whether a run of `spec` can be read off this one."""
        return covers(self.spec, spec)

    def prefix(self, spec: RunSpec) -> Run:
        """Return the run of `spec`, which must be one that this run `answers`."""
        if not self.answers(spec):
            raise ValueError(f"this run of {self.spec} does not hold {spec}")
        whole = spec.epochs == self.spec.epochs
        return dataclasses.replace(
            self,
            spec=spec,
            history={name: values[: spec.epochs // spec.evaluate_every] for name, values in self.history.items()},
            weights=self.weights if whole else self.snapshots[spec.steps],
            snapshots={step: self.snapshots[step] for step in spec.snapshots if step in self.snapshots},
        )


def trajectory(spec: RunSpec) -> RunSpec:
    """Return what two specs have in common when one's run is the beginning of the other's.

    Without early stopping that is everything but the length and the snapshots. With it, the length counts too: the
    weights that are restored at the end depend on it.
    """
    length = spec.evaluate_every if spec.early_stopping is None else spec.epochs
    return dataclasses.replace(spec, epochs=length, snapshots=())


def covers(whole: RunSpec, part: RunSpec) -> bool:
    """Whether a run of `whole` holds a run of `part`: the same trajectory, long enough, with the weights asked for."""
    if trajectory(whole) != trajectory(part) or part.epochs > whole.epochs:
        return False
    end = set() if part.epochs == whole.epochs else {part.steps}
    return end.union(part.snapshots) <= set(whole.snapshots)


def longest(specs: list[RunSpec]) -> RunSpec:
    """Return one spec, of the same trajectory, whose run answers all of `specs`."""
    epochs = max(spec.epochs for spec in specs)
    ends = {spec.steps for spec in specs if spec.epochs < epochs}
    snapshots = ends.union(*(spec.snapshots for spec in specs))
    return dataclasses.replace(specs[0], epochs=epochs, snapshots=tuple(snapshots))
