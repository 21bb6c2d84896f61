"""A study: one chapter's experiment as data; and its results."""

from __future__ import annotations

import dataclasses
import string
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from foundations import parallel, profiles
from foundations.claims import Claim, Outcome
from foundations.effects import Values
from foundations.errors import require, require_count, require_one_of
from foundations.metrics import metric, series
from foundations.runs import Run, trajectory
from foundations.specs import RunSpec
from foundations.store import RunStore
from foundations.tuning import TUNING_SEEDS, Sweep, SweepResults

PILOT_SEEDS = TUNING_SEEDS


@dataclass(frozen=True)
class Arm:
    """One setting of the scientific hyperparameters, run over the first so many seeds.

    Attributes
    ----------
    spec
        The run, whose own seed does not count.
    seeds
        How many.
    """

    spec: RunSpec
    seeds: int = 10

    def __post_init__(self) -> None:
        require_count("seeds", self.seeds, 1)

    def specs(self, pilot: bool = False) -> list[RunSpec]:
        """Return one spec a seed, as the current profile trains them, or those of the pilot seeds."""
        profile = profiles.current()
        spec = profile.shorten(self.spec)
        seeds = PILOT_SEEDS if pilot else range(profile.seeds(self.seeds))
        return [dataclasses.replace(spec, seed=seed) for seed in seeds]


@dataclass(frozen=True)
class Study:
    """One chapter's experiment.

    Attributes
    ----------
    name
        As the chapter's file, such as "task03-learning-curves".
    question
        What it answers.
    arms
        What is compared, by name.
    scientific, nuisance, fixed
        Hyperparameters that are compared, that are tuned for each arm, and that are held fixed, in words; each fixed
        one is a caveat.
    claims
        The conclusions.
    sweeps
        Searches for learning rates, by name, whose choices the arms are given.
    retrained
        What the chapter trains again, to show that the same comes out: functions of the results that store it.
    measured
        What else takes seconds to measure, for the claims or for the chapter alone.
    """

    name: str
    question: str
    arms: Mapping[str, Arm]
    scientific: Sequence[str] = ()
    nuisance: Sequence[str] = ()
    fixed: Sequence[str] = ()
    claims: Sequence[Claim] = ()
    sweeps: Mapping[str, Sweep] = field(default_factory=dict)
    retrained: Sequence[Callable[[Results], object]] = ()
    measured: Sequence[Callable[[Results], object]] = ()

    @property
    def chapter(self) -> str:
        """The chapter's name in the text, such as "Task 3"."""
        mark = self.name.partition("-")[0]
        kind = mark.rstrip(string.digits)
        return f"{kind.capitalize()} {int(mark.removeprefix(kind))}"

    def specs(self, pilot: bool = False) -> list[RunSpec]:
        """Return every run of the study, as the current profile trains them, or the arms' of the pilot seeds."""
        swept = [spec for sweep in self.sweeps.values() for spec in sweep.specs()]
        return [*swept, *(spec for arm in self.arms.values() for spec in arm.specs(pilot))]

    def train(self, pilot: bool = False, progress: parallel.Progress = parallel.silent) -> int:
        """Train what the run store lacks of the study; return the number of runs trained.

        A trajectory that other studies share is trained once, for as long as any of them asks.
        """
        from foundations.studies import sharing  # noqa: PLC0415  # the list of studies imports this module

        specs = self.specs(pilot)
        return parallel.train_missing(specs if pilot else sharing(specs), RunStore(), progress)

    def results(self, pilot: bool = False) -> Results:
        """Return the study's results: load its runs, and train first what is missing.

        With `pilot`, the runs are those of seeds 100, 101 and 102, which margins and predictions are written from.
        """
        if (results := self._stored(pilot)) is None:
            self.train(pilot)
            results = self._stored(pilot)
        assert results is not None
        return results

    def _stored(self, pilot: bool) -> Results | None:
        """Return the results as far as runs are stored, or None if one is missing."""
        runs = _whole({name: arm.specs(pilot) for name, arm in self.arms.items()})
        swept = _whole({name: sweep.specs() for name, sweep in self.sweeps.items()})
        return None if runs is None or swept is None else Results(self, runs, swept)


def _whole(specs: Mapping[str, Sequence[RunSpec]]) -> dict[str, list[Run]] | None:
    """Return the stored runs of groups of specs, or None if one is missing."""
    store = RunStore()
    runs = {name: [store.get(spec) for spec in group] for name, group in specs.items()}
    whole = {name: [run for run in group if run is not None] for name, group in runs.items()}
    return whole if sum(map(len, whole.values())) == sum(map(len, runs.values())) else None


@dataclass(frozen=True)
class Results:
    """The runs of a study, by arm and in the order of the seeds, and those of its sweeps."""

    study: Study
    runs: Mapping[str, Sequence[Run]] = field(repr=False)
    swept: Mapping[str, Sequence[Run]] = field(default_factory=dict, repr=False)

    def __getitem__(self, arm: str) -> Sequence[Run]:
        """Return an arm's runs."""
        require_one_of(f"an arm of {self.study.name}", arm, self.runs)
        return self.runs[arm]

    def values(self, name: str, arm: str) -> Values:
        """Return a metric over an arm's seeds, (seeds,)."""
        of = metric(name).of
        return np.array([of(run) for run in self[arm]])

    def curves(self, name: str, arm: str) -> Values:
        """Return a curve over an arm's seeds, (seeds, evaluations), as far as all of them go; accuracies as shares."""
        curves = [series(run, name) for run in self[arm]]
        return np.array([curve[: min(map(len, curves))] for curve in curves])

    def claim(self, identifier: str) -> Outcome:
        """Return what the results say of one claim; in a strict build raise if that contradicts the record."""
        claims = {claim.id: claim for claim in self.study.claims}
        require_one_of(f"a claim of {self.study.name}", identifier, claims)
        return claims[identifier].judge(self).enforce()

    def sweep(self, name: str) -> SweepResults:
        """Return what a search for a learning rate gave."""
        require_one_of(f"a sweep of {self.study.name}", name, self.swept)
        return SweepResults(name, self.study.sweeps[name], self.swept[name])

    @property
    def all_runs(self) -> list[Run]:
        """Every run of the study, its sweeps' first."""
        return [run for group in (*self.swept.values(), *self.runs.values()) for run in group]

    @property
    def seconds(self) -> float:
        """How long the study's runs took to train, in core-seconds; a shared trajectory counts once, and in full."""
        return sum({trajectory(run.spec): run.provenance.seconds for run in self.all_runs}.values())


def unique_claims(studies: Sequence[Study]) -> list[Claim]:
    """Return the claims of several studies.

    Raises
    ------
    FoundationsError
        If two have one id.
    """
    claims = [claim for study in studies for claim in study.claims]
    ids = [claim.id for claim in claims]
    for identifier in ids:
        require(ids.count(identifier) == 1, "a claim's id", identifier, "used once")
    return claims
