"""Arms, studies and their results."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from foundations import parallel
from foundations.effects import paired
from foundations.errors import FoundationsError, VerdictError
from foundations.runs import Run
from foundations.specs import EarlyStoppingSpec, RunSpec, baseline
from foundations.statistics import Verdict
from foundations.store import RunStore
from foundations.studies import sharing
from foundations.study import Arm, Results, Study, unique_claims
from pretended import fixed_claim, fixed_effect, pretend, results_of

SHORT = baseline.vary(train_size=64, epochs=4)  # two steps an epoch
WIDE = SHORT.vary(hidden=(256,))
STUDY = Study("task00-pretended", "What if?", {"narrow": Arm(SHORT, 3), "wide": Arm(WIDE, 2)})
Trained = list[tuple[RunSpec, ...]]


def marked(spec: RunSpec, curve: Sequence[float] | None = None, **settings: object) -> Run:
    """Return a run whose loss at the end is its seed, and whose accuracies are a curve."""
    losses = np.full(spec.epochs, float(spec.seed))
    accuracies = losses / 1000 if curve is None else curve
    curves = {"loss": losses[: len(accuracies)], "select_accuracy": accuracies, "judge_accuracy": accuracies}
    return pretend(spec, curves, (np.zeros(1),), **settings)  # type: ignore[arg-type]


@pytest.fixture
def trained(runs_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Trained:
    """Replace training by pretending in an empty run store; return the lists of specs that were asked for."""
    asked: Trained = []

    def pretend_missing(specs: Sequence[RunSpec], store: RunStore, progress: parallel.Progress) -> int:
        assert runs_folder == store.root
        todo = parallel.missing(specs, store)
        for spec in todo:
            ends = {step: (np.zeros(1),) for step in spec.snapshots}
            store.put(marked(spec, snapshots=ends))
        asked.append(tuple(specs))
        return len([*progress(todo, [])]) + len(todo)

    monkeypatch.setattr(parallel, "train_missing", pretend_missing)
    return asked


@pytest.mark.parametrize("seeds", [0, -1, 2.5, True, None])
def test_arm_needs_a_seed(seeds: object) -> None:
    """An arm without seeds is refused."""
    with pytest.raises(FoundationsError, match="seeds must be a whole number of at least 1"):
        Arm(baseline, seeds)  # type: ignore[arg-type]


def test_arm_runs_over_the_first_seeds() -> None:
    """An arm is run over the first so many seeds, whatever the seed of its spec, and over ten by default."""
    arm = Arm(baseline.vary(seed=7, dropout=0.3), 3)
    assert [baseline.vary(seed=seed, dropout=0.3) for seed in (0, 1, 2)] == arm.specs()
    assert [*range(10)] == [spec.seed for spec in Arm(baseline).specs()]


@pytest.mark.parametrize(
    ("name", "expected"),
    [("practical1-training", "Practical 1"), ("task03-learning-curves", "Task 3"), ("task10-capacity", "Task 10")],
)
def test_study_names_its_chapter(name: str, expected: str) -> None:
    """A study's chapter is called by its kind and number, without the zero that sorts its file."""
    assert expected == dataclasses.replace(STUDY, name=name).chapter


@pytest.mark.parametrize("seeds", [1, 3, 10])
def test_pilot_seeds(seeds: int) -> None:
    """However many seeds an arm reports, its pilot runs over seeds 100, 101 and 102, for as many epochs."""
    pilot = Arm(SHORT, seeds).specs(pilot=True)
    assert [SHORT.vary(seed=seed) for seed in (100, 101, 102)] == pilot


@pytest.mark.parametrize(("seeds", "expected"), [(1, [0]), (2, [0, 1]), (10, [0, 1])])
def test_preview_is_small(seeds: int, expected: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    """In a preview two seeds at most run for a quarter of the epochs on fewer images, and keep what falls in them."""
    monkeypatch.setenv("FOUNDATIONS_PROFILE", "preview")
    specs = Arm(baseline.vary(epochs=10, snapshots=(0, 96, 97, 15_630)), seeds).specs()
    small = baseline.vary(epochs=3, train_size=1_000, evaluate_images=500, snapshots=(0, 96))
    assert [small.vary(seed=seed) for seed in expected] == specs


@pytest.mark.parametrize(("epochs", "every", "expected"), [(1, 1, 1), (4, 1, 1), (5, 1, 2), (5, 5, 5), (40, 5, 10)])
def test_preview_ends_with_an_evaluation(
    epochs: int, every: int, expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A preview trains a quarter of the epochs, rounded up to a whole number of evaluations."""
    monkeypatch.setenv("FOUNDATIONS_PROFILE", "preview")
    spec = baseline.vary(epochs=epochs, evaluate_every=every)
    assert expected == Arm(spec).specs()[0].epochs


def test_unknown_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    """A profile that does not exist is refused, with those that do."""
    monkeypatch.setenv("FOUNDATIONS_PROFILE", "fast")
    with pytest.raises(FoundationsError, match=r"FOUNDATIONS_PROFILE must be one of full, preview\. Received: 'fast'"):
        Arm(baseline).specs()


def test_study_lists_the_runs_of_its_arms() -> None:
    """The runs of a study are those of its arms, arm by arm."""
    narrow, wide = STUDY.arms.values()
    assert [*narrow.specs(), *wide.specs()] == STUDY.specs()
    assert [*narrow.specs(pilot=True), *wide.specs(pilot=True)] == STUDY.specs(pilot=True)


@pytest.mark.usefixtures("runs_folder")
def test_results_come_from_the_store(monkeypatch: pytest.MonkeyPatch) -> None:
    """Results that are stored are loaded without training, by arm and in the order of the seeds."""
    monkeypatch.setattr(parallel, "train_missing", None)
    for spec in reversed(STUDY.specs()):
        RunStore().put(marked(spec))
    results = STUDY.results()
    assert ["narrow", "wide"] == [*results.runs]
    assert STUDY.arms["narrow"].specs() == [run.spec for run in results["narrow"]]
    assert [0.0, 1.0, 2.0] == results.values("loss", "narrow").tolist()
    assert [0.0, 1.0] == results.values("loss", "wide").tolist()


@pytest.mark.parametrize("stored", [0, 1, 4])
def test_results_train_what_is_missing(stored: int, trained: Trained) -> None:
    """Results of which a run is missing are trained once, and then loaded."""
    for spec in STUDY.specs()[:stored]:
        RunStore().put(marked(spec))
    assert [0.0, 1.0] == STUDY.results().values("loss", "wide").tolist()
    assert [0.0, 1.0] == STUDY.results().values("loss", "wide").tolist()
    assert [tuple(STUDY.specs())] == trained


def test_pilot_results_are_of_the_pilot_seeds(trained: Trained) -> None:
    """Pilot results are trained and loaded on their own, and are no reporting seeds."""
    results = STUDY.results(pilot=True)
    assert [100.0, 101.0, 102.0] == results.values("loss", "wide").tolist()
    assert [tuple(STUDY.specs(pilot=True))] == trained
    assert RunStore().get(WIDE) is None


def test_training_shares_trajectories(trained: Trained) -> None:
    """Training asks for all that the book's studies ask of the same trajectories, except for a pilot."""
    study = Study("task00-pretended", "What if?", {"one": Arm(baseline.vary(epochs=1), 1)})
    assert study.train() == 1
    assert study.train(pilot=True) == 3
    assert [tuple(sharing(study.specs())), tuple(study.specs(pilot=True))] == trained
    assert len(trained[0]) > 1
    assert study.train() == 0


def test_shorter_arms_are_prefixes(trained: Trained) -> None:
    """Arms that differ in length only are one training, and each is given for its own length."""
    study = Study("task00-pretended", "What if?", {f"{n} epochs": Arm(SHORT.vary(epochs=n), 2) for n in (1, 3, 4)})
    results = study.results()
    assert 2 == len([*RunStore().entries()])
    assert [1, 3, 4] == [results[arm][1].epochs for arm in study.arms]
    assert len(trained) == 1


RESULTS = results_of(
    {
        "plain": [marked(SHORT.vary(seed=seed), [0.1, 0.2, 0.3, 0.4 + seed / 8]) for seed in range(3)],
        "stopped": [marked(SHORT.vary(seed=seed), [0.5, 0.6, 0.7, 0.8][: 4 - seed], best_epoch=1) for seed in range(3)],
    },
    (
        fixed_claim(fixed_effect([2.0, 2.1, 1.9])),
        fixed_claim(fixed_effect([-2.0, -2.1, -1.9]), identifier="that-beats-this"),
        fixed_claim(
            paired("judge_accuracy", more="stopped", than="plain"), Verdict.INCONCLUSIVE, identifier="stopping-pays"
        ),
    ),
)


def test_values_are_one_a_seed() -> None:
    """A metric of an arm is one number a seed, in the metric's unit."""
    assert pytest.approx([40.0, 52.5, 65.0]) == RESULTS.values("judge_accuracy", "plain").tolist()
    assert [4.0, 3.0, 2.0] == RESULTS.values("epochs", "stopped").tolist()


def test_curves_end_with_the_shortest_run() -> None:
    """Curves of an arm go as far as all of its runs do, accuracies as shares."""
    expected = [[0.1, 0.2, 0.3, 0.4], [0.1, 0.2, 0.3, 0.525], [0.1, 0.2, 0.3, 0.65]]
    assert expected == RESULTS.curves("judge_accuracy", "plain").tolist()
    assert [[0.5, 0.6]] * 3 == RESULTS.curves("validation_accuracy", "stopped").tolist()


@pytest.mark.parametrize("read", [Results.values, Results.curves])
def test_unknown_arm(read: object) -> None:
    """An arm that does not exist is refused, with those that do."""
    with pytest.raises(
        FoundationsError, match=r"an arm of task00-pretended must be one of plain, stopped\. Received: 'wide'"
    ):
        read(RESULTS, "loss", "wide")  # type: ignore[operator]


def test_unknown_metric_and_curve() -> None:
    """A metric or a curve that does not exist is refused."""
    with pytest.raises(FoundationsError, match="a metric must be one of"):
        RESULTS.values("speed", "plain")
    with pytest.raises(FoundationsError, match="a curve must be one of"):
        RESULTS.curves("speed", "plain")


def test_claim_is_judged_on_the_results() -> None:
    """A claim is found by its id and judged on the study's own runs."""
    outcome = RESULTS.claim("stopping-pays")
    expected = RESULTS.values("judge_accuracy", "stopped") - RESULTS.values("judge_accuracy", "plain")
    assert outcome.judgement is not None
    assert expected.mean() == outcome.judgement.estimate.mean
    assert Verdict.SUPPORTED == RESULTS.claim("this-beats-that").judgement.verdict  # type: ignore[union-attr]


def test_unknown_claim() -> None:
    """A claim that does not exist is refused, with those that do."""
    known = "this-beats-that, that-beats-this, stopping-pays"
    with pytest.raises(FoundationsError, match=f"a claim of task00-pretended must be one of {known}. Received: 'x'"):
        RESULTS.claim("x")


def test_claim_is_enforced_in_a_strict_build(monkeypatch: pytest.MonkeyPatch) -> None:
    """A chapter that shows a claim whose verdict contradicts its record stops a strict build, and no other."""
    assert RESULTS.claim("that-beats-this").differs
    monkeypatch.setenv("STRICT", "1")
    with pytest.raises(VerdictError, match="that-beats-this"):
        RESULTS.claim("that-beats-this")
    assert not RESULTS.claim("this-beats-that").differs


def test_seconds_count_a_trajectory_once() -> None:
    """The time of a study counts the runs of one trajectory once, and every seed and setting on its own."""
    stopping = SHORT.vary(early_stopping=EarlyStoppingSpec())
    one, other = SHORT, SHORT.vary(seed=1)
    timed = {
        "long": [(one, 1.0), (other, 10.0)],
        "short": [(one.vary(epochs=2), 1.0), (other.vary(epochs=2), 10.0)],
        "kept": [(one.vary(epochs=2, snapshots=(1,)), 1.0)],
        "wide": [(WIDE, 100.0)],
        "stopping": [(stopping, 1_000.0), (stopping.vary(epochs=2), 10_000.0)],
    }
    runs = {arm: [pretend(spec, seconds=seconds) for spec, seconds in group] for arm, group in timed.items()}
    assert 11_111.0 == results_of(runs).seconds


def test_claims_of_several_studies() -> None:
    """The claims of several studies are listed in order."""
    studies = [dataclasses.replace(STUDY, claims=[fixed_claim(fixed_effect([]), identifier=name)]) for name in "ab"]
    assert ["a", "b"] == [claim.id for claim in unique_claims([*studies, STUDY])]


@pytest.mark.parametrize("groups", [["ab", "ca"], ["aa"]], ids=str)
def test_a_claims_id_is_used_once(groups: list[str]) -> None:
    """Two claims with one id, in one study or in two, are refused."""
    studies = [
        dataclasses.replace(STUDY, claims=[fixed_claim(fixed_effect([]), identifier=name) for name in names])
        for names in groups
    ]
    with pytest.raises(FoundationsError, match=r"a claim's id must be used once\. Received: 'a'"):
        unique_claims(studies)


def test_results_do_not_print_their_runs() -> None:
    """The text of results names the study and leaves out megabytes of weights."""
    assert "runs" not in repr(RESULTS)
    assert "task00-pretended" in repr(RESULTS)
