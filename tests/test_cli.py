"""The command `foundations`: what it prints, and how it refuses what cannot be used."""

from __future__ import annotations

import dataclasses
import io
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st
from joblib.externals.loky import get_reusable_executor

from command import Foundations, Said
from foundations import cli, data, parallel, speed, studies
from foundations.canvases import canvas_accuracy
from foundations.cli import training
from foundations.effects import Effect, Measured, Values
from foundations.errors import FoundationsError, StoreError
from foundations.evaluation import validation_hits
from foundations.measurements import measurement
from foundations.metrics import METRICS
from foundations.runs import Run
from foundations.specs import RunSpec, baseline
from foundations.statistics import Verdict
from foundations.store import DAMAGED, MEASUREMENTS, RUNS, RunStore, run_key
from foundations.study import Arm, Study
from pretended import fixed_claim, fixed_effect, random_run

SHORT = baseline.vary(train_size=64, epochs=4, hidden=(2,))
STUDY = Study(
    "task00-pretended",
    "What if?",
    {"narrow": Arm(SHORT, 2), "wide": Arm(SHORT.vary(hidden=(3,)), 3)},
    claims=[
        fixed_claim(fixed_effect([2.0, 2.1, 1.9]), identifier="as-recorded"),
        fixed_claim(fixed_effect([-2.0, -2.1, -1.9]), Verdict.REFUTED, identifier="folklore"),
    ],
)
DIFFERENT = Study(
    "task00-different",
    "What else?",
    {"narrow": Arm(SHORT, 3)},
    claims=[fixed_claim(fixed_effect([-2.0, -2.1, -1.9]), identifier="not-as-recorded")],
)
BOOK = (STUDY, DIFFERENT)
VARIATION = ("train", "--set", "train_size=64", "--set", "epochs=4", "--set", "hidden=(2,)")


@pytest.fixture
def book(monkeypatch: pytest.MonkeyPatch) -> Sequence[RunSpec]:
    """Let the book have two small studies and training be pretended; return the runs of the first study."""
    monkeypatch.setattr(studies, "STUDIES", BOOK)

    def trained(specs: Sequence[RunSpec]) -> Iterator[Run]:
        yield from map(random_run, specs)

    monkeypatch.setattr(parallel, "trained", trained)
    return STUDY.specs()


def commands(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield every command's words and the beginning of its documentation."""
    for name, command in group.commands.items():
        yield (*path, name), (command.help or "").partition(":")[0].partition(",")[0]
        if hasattr(command, "commands"):
            yield from commands(command, (*path, name))


COMMANDS = [*commands(typer.main.get_command(cli.app))]


def test_commands() -> None:
    """There are commands to list studies, train, judge claims and look after the runs, under one name."""
    expected = {"studies", "train", "measure", "claims", "predict", "runs", "runs list", "runs verify", "runs clear"}
    assert expected <= {" ".join(words) for words, _ in COMMANDS}
    (script,) = entry_points(group="console_scripts", name="foundations")
    assert cli.main is script.load()


@pytest.mark.parametrize(("words", "documentation"), COMMANDS, ids=[" ".join(words) for words, _ in COMMANDS])
def test_help(foundations: Foundations, runs_folder: Path, words: tuple[str, ...], documentation: str) -> None:
    """Every command explains itself, and does nothing else."""
    said = foundations(*words, "--help")
    assert (0, "") == (said.code, said.errors)
    assert re.sub(r"\W+", " ", documentation) in re.sub(r"\W+", " ", said.output)
    assert f"Usage: foundations {' '.join(words)}" in said.output
    assert not runs_folder.exists()


def test_help_of_everything(foundations: Foundations) -> None:
    """Without arguments, and with --help, the commands are listed."""
    alone, asked = foundations(), foundations("--help")
    assert 0 == asked.code
    for words, _ in COMMANDS:
        assert len(words) > 1 or words[0] in asked.output
        assert len(words) > 1 or words[0] in alone.output + alone.errors


@pytest.mark.usefixtures("book")
def test_studies_are_listed(foundations: Foundations) -> None:
    """Each study is listed with its question, arms and runs, how many are trained, and the time that the rest takes."""
    RunStore().put(random_run(SHORT))
    said = foundations("studies")
    assert 0 == said.code
    assert ["task00-pretended", "What if?", "2", "5", "1"] == said.rows[0][:5]
    assert ["task00-different", "What else?", "1", "3", "1"] == said.rows[1][:5]
    assert re.fullmatch(r"[\d.]+ core-min", said.rows[0][5])


@pytest.mark.usefixtures("book")
def test_a_trained_study_has_nothing_to_train(foundations: Foundations) -> None:
    """After training a study all its runs are trained, and the table says so."""
    assert "5 runs trained" in foundations("train", "task00-pretended").output
    assert ["5", "5", "–"] == foundations("studies").rows[0][3:]


def test_the_books_studies_are_listed(foundations: Foundations, runs_folder: Path) -> None:
    """The book's own studies are listed, without writing anything."""
    assert [study.name for study in studies.STUDIES] == [row[0] for row in foundations("studies").rows if row[0]]
    assert not runs_folder.exists()


def test_train_a_variation(foundations: Foundations, book: Sequence[RunSpec]) -> None:
    """A variation of the baseline is trained over some seeds, and its metrics are printed in words and units."""
    said = foundations(*VARIATION, "--seeds", "2")
    assert (0, "") == (said.code, said.errors)
    assert "2 runs to train" in said.output
    assert "2 runs trained" in said.output
    assert "train_size=64, epochs=4, hidden=(2,), 2 seeds" in said.output
    assert [metric.label for metric in METRICS.values()] == [row[0] for row in said.rows]
    expected = [100 * random_run(spec).history["judge_accuracy"][-1] for spec in book[:2]]
    row = next(row for row in said.rows if row[0] == METRICS["judge_accuracy"].label)
    shown = [f"{value:.2f}" for value in (np.mean(expected), min(expected), max(expected))]
    assert [*shown, "points"] == row[1:]
    assert [SHORT, SHORT.vary(seed=1)] == [spec for spec in book if RunStore().has(spec)]


@pytest.mark.usefixtures("book")
def test_training_again_trains_nothing(foundations: Foundations) -> None:
    """The same command for a second time trains nothing and prints the same table; more seeds train the rest."""
    first, second = foundations(*VARIATION), foundations(*VARIATION)
    assert "3 runs trained" in first.output
    assert "nothing to train" in second.output
    assert first.rows == second.rows
    assert "1 runs trained" in foundations(*VARIATION, "--seeds", "4").output


@pytest.mark.usefixtures("book")
def test_progress_in_a_log(foundations: Foundations) -> None:
    """Where there is no terminal, a line now and then says how far the training is."""
    lines = foundations(*VARIATION).output.splitlines()
    assert lines[0].startswith("3 runs to train, about ")
    expected = ["1 of 3 runs, 33% of the work", "2 of 3 runs, 67% of the work", "3 of 3 runs, 100% of the work"]
    assert expected == lines[1:4]


@pytest.mark.usefixtures("book")
def test_train_studies_by_name(foundations: Foundations) -> None:
    """A study's name trains that study, no name trains all, and what two of them share is trained once."""
    assert "3 runs trained" in foundations("train", "task00-different").output
    assert "3 runs trained" in foundations("train").output
    assert "nothing to train" in foundations("train", "task00-pretended", "task00-different").output


@pytest.mark.usefixtures("book")
def test_train_pilot_seeds(foundations: Foundations) -> None:
    """With --pilot seeds 100 to 102 are trained, and not the reporting seeds."""
    assert "3 runs trained" in foundations(*VARIATION, "--pilot", "--seeds", "10").output
    assert [100, 101, 102] == sorted(entry.about["spec"]["seed"] for entry in RunStore().entries())


TEST_PART = {"x_test": np.zeros((10_000, 28, 28), np.uint8), "y_test": np.zeros(10_000, np.uint8)}


@pytest.mark.usefixtures("book")
def test_train_on_other_data(foundations: Foundations, archive: Callable[..., Path]) -> None:
    """Another data set makes runs of its own, also in processes that the command starts."""
    before = run_key(SHORT)
    path = archive(**TEST_PART)
    assert "3 runs trained" in foundations(*VARIATION, "--data", str(path)).output
    assert str(path) == os.environ["FOUNDATIONS_DATA"]
    assert before != run_key(SHORT)
    assert RunStore().has(SHORT)


def test_ctrl_c(foundations: Foundations, monkeypatch: pytest.MonkeyPatch) -> None:
    """On Ctrl-C the command says that it can go on, and exits with 130; what is finished stays."""

    def interrupted(specs: Sequence[RunSpec]) -> Iterator[Run]:
        yield random_run(specs[0])
        raise KeyboardInterrupt

    monkeypatch.setattr(parallel, "trained", interrupted)
    said = foundations(*VARIATION)
    assert (130, "") == (said.code, said.errors)
    assert said.output.endswith("Stopped. Every finished run is stored; the same command goes on from there.\n")
    assert RunStore().has(SHORT)


def hits(results: Measured) -> Values:
    """Return something that is measured and stored, (seeds,)."""
    return np.asarray(validation_hits(results["narrow"]).mean(axis=1))


def nearly(results: Measured) -> Values:
    """Return something else that is measured and stored, which no claim asks for, (seeds,)."""
    return np.asarray(canvas_accuracy(results["narrow"], count=1)[:, 0])


@pytest.mark.usefixtures("book")
@pytest.mark.parametrize(("profile", "stored"), [("full", 2), ("preview", 1)])
def test_measure(
    foundations: Foundations, runs_folder: Path, monkeypatch: pytest.MonkeyPatch, profile: str, stored: int
) -> None:
    """What claims are judged by, and what a study lists, is measured in workers and stored, after the training.

    A preview judges no claims and does not time the engine.
    """
    claim = fixed_claim(Effect("share of hits", "", 2, 0.1, hits), identifier="hits")
    listing = dataclasses.replace(DIFFERENT, claims=[claim], measured=[nearly])
    monkeypatch.setattr(studies, "STUDIES", [STUDY, listing])
    monkeypatch.setenv("FOUNDATIONS_PROFILE", profile)
    timed: list[str] = []
    monkeypatch.setattr(speed, "on_this_machine", lambda: timed.append(profile))
    get_reusable_executor().shutdown(wait=True)  # its workers might know another run store
    said = foundations("measure")
    assert (0, "") == (said.code, said.errors)
    assert "runs to train" in said.output
    assert timed == ["full"] * (profile == "full")
    assert ["task00-different", "task00-pretended"] == sorted(re.findall(r"measured: (\S+)", said.output))
    assert stored == len([*(runs_folder / MEASUREMENTS).rglob("*.npz")])
    again = foundations("measure", "task00-pretended")
    assert "nothing to train" in again.output
    assert "measured: task00-pretended" in again.output
    assert "measured" not in foundations("measure", "--if-trained").output


@pytest.mark.usefixtures("book")
def test_claims_are_judged(foundations: Foundations) -> None:
    """Missing runs are trained, then each claim is shown with verdict, effect, p value and prediction."""
    said = foundations("claims", "task00-pretended", "--strict")
    assert (0, "") == (said.code, said.errors)
    assert "5 runs to train" in said.output
    assert ["as-recorded", "supported", "+2.00 points [+1.75, +2.25]"] == said.rows[0][:3]
    assert ["folklore", "refuted (the opposite)"] == said.rows[1][:2]
    assert "−2.00 points [−2.25, −1.75]" == said.rows[1][2]
    assert ["supported", "supported"] == [row[4] for row in said.rows]
    assert 0 < float(said.rows[0][3]) < 0.05 < float(said.rows[1][3]) <= 1


@pytest.mark.usefixtures("book")
@pytest.mark.parametrize(("options", "code"), [([], 0), (["--strict"], 1)])
def test_claims_that_differ(foundations: Foundations, options: list[str], code: int) -> None:
    """A verdict that differs from the record is shown with it; with --strict the command then exits with 1."""
    said = foundations("claims", *options)
    assert (code, "") == (said.code, said.errors)
    verdicts = {row[0]: row[1] for row in said.rows}
    assert "refuted (the opposite); recorded: supported" == verdicts["not-as-recorded"]
    assert ("recorded otherwise: not-as-recorded" in said.output) == (code == 1)


@pytest.mark.usefixtures("book")
def test_claims_are_not_judged_in_a_preview(foundations: Foundations, monkeypatch: pytest.MonkeyPatch) -> None:
    """A preview judges nothing, so nothing differs."""
    monkeypatch.setenv("FOUNDATIONS_PROFILE", "preview")
    said = foundations("claims", "--strict")
    assert (0, "") == (said.code, said.errors)
    assert 3 == len([row for row in said.rows if row[0]])
    assert "supported" not in {row[1] for row in said.rows}


def test_runs_of_an_empty_store(foundations: Foundations, runs_folder: Path) -> None:
    """An empty store has no files, and looking at it makes none."""
    said = foundations("runs")
    assert str(runs_folder) in said.output.replace("\n", "")
    assert [["runs", "0"], ["measurements", "0"], ["damaged, set aside", "0"]] == [row[:2] for row in said.rows]
    assert [] == foundations("runs", "list").rows
    assert (0, "every file is whole\n") == (foundations("runs", "verify").code, foundations("runs", "verify").output)
    assert "the run store is empty" in foundations("runs", "clear").output
    assert not runs_folder.exists()


@pytest.fixture
def three(foundations: Foundations) -> RunStore:
    """Return the command's store with two runs and a measurement in it."""
    assert callable(foundations)
    store = RunStore()
    for spec in (SHORT, SHORT.vary(seed=1, optimizer="sgd", epochs=3)):
        store.put(random_run(spec))
    store.write(MEASUREMENTS, "0" * 64, {"values": np.zeros(3)}, {})
    return store


def test_runs_are_counted(foundations: Foundations, three: RunStore) -> None:
    """The number and size of stored runs, of measurements and of damaged files are shown."""
    size = sum(entry.size for entry in three.entries() if entry.kind == RUNS) / 1e6
    assert ["runs", "2", f"{size:.1f} MB"] == foundations("runs").rows[0]
    assert ["measurements", "1"] == foundations("runs").rows[1][:2]


def test_runs_are_listed(foundations: Foundations, three: RunStore) -> None:
    """Every run is listed with what was trained, its epochs, seed and time; one that is damaged is called so."""
    rows = {row[0]: row[1:5] for row in foundations("runs", "list").rows}
    first, second = (run_key(SHORT)[:12], run_key(SHORT.vary(seed=1, optimizer="sgd"))[:12])
    assert ["784–2–10, adam 0.001, batch 32", "4", "0", "1.0"] == rows[first]
    assert ["784–2–10, sgd 0.01, batch 32", "3", "1", "1.0"] == rows[second]
    assert 2 == len(rows)
    three.path(RUNS, run_key(SHORT)).write_bytes(b"damaged")
    assert "damaged" == {row[0]: row[1] for row in foundations("runs", "list").rows}[first]


def test_verify_sets_damage_aside(foundations: Foundations, three: RunStore) -> None:
    """Damaged files are named and set aside with exit code 1; a second time every file is whole."""
    path = three.path(RUNS, run_key(SHORT))
    path.write_bytes(path.read_bytes()[:-1])
    said = foundations("runs", "verify")
    assert (1, f"damaged, set aside: {path.name}\n1 damaged\n") == (said.code, said.output)
    assert 0 == foundations("runs", "verify").code
    assert ["damaged, set aside", "1"] == foundations("runs").rows[2][:2]
    assert path.name == next((three.root / DAMAGED).iterdir()).name


def test_clear(foundations: Foundations, three: RunStore) -> None:
    """With --yes everything is deleted at once."""
    assert "3 files deleted" in foundations("runs", "clear", "--yes").output
    assert [] == [*three.entries()]


@pytest.mark.usefixtures("book")
def test_clear_unused(foundations: Foundations, three: RunStore) -> None:
    """With --unused only what no study asks for goes; runs of reporting and pilot seeds, and of previews, stay."""
    pilot, loss = SHORT.vary(seed=101), measurement(final_loss)
    asked, other = random_run(SHORT), random_run(SHORT.vary(seed=1, optimizer="sgd", epochs=3))
    three.put(random_run(pilot))
    kept = [loss([asked]), loss([])]
    loss([asked, other])
    three.write(MEASUREMENTS, "1" * 64, {"values": np.zeros(3)}, {"module": "foundations.gone", "runs": []})
    said = foundations("runs", "clear", "--unused", "--yes")
    assert (0, "4 files deleted\n") == (said.code, said.output)
    assert three.has(SHORT)
    assert three.has(pilot)
    assert len(kept) == len([entry for entry in three.entries() if entry.kind == MEASUREMENTS])
    assert "nothing is unused" in foundations("runs", "clear", "--unused").output


def final_loss(runs: Sequence[Run]) -> np.ndarray:
    """Return the loss that each run ends with."""
    return np.array([run.history["loss"][-1] for run in runs])


final_loss.__module__ = "foundations.metrics"  # a measurement belongs to the package


@pytest.mark.parametrize(("answer", "left"), [("n", 3), ("", 3), ("y", 0)])
def test_clear_asks_first(
    foundations: Foundations, three: RunStore, monkeypatch: pytest.MonkeyPatch, answer: str, left: int
) -> None:
    """Without --yes everything is deleted after a yes only."""
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{answer}\n"))
    said = foundations("runs", "clear")
    assert "Delete 3 files" in said.output
    assert (left == 0) == (said.code == 0)
    assert left == len([*three.entries()])


BAD = [
    (["train", "task99-none"], r"a study must be one of practical1-.*Received: 'task99-none'"),
    (["claims", "task99-none"], r"a study must be one of practical1-.*Received: 'task99-none'"),
    (["train", "practical1-training", "--set", "dropout=0.3"], r"STUDY must be left out .*\['practical1-training'\]"),
    (["train", "--set", "dropout"], r"--set must be NAME=VALUE, such as dropout=0.3. Received: 'dropout'"),
    (["train", "--set", ""], r"--set must be NAME=VALUE, such as dropout=0.3. Received: ''"),
    (["train", "--set", "widht=3"], r"a setting of a run with adam must be one of .*hidden.*Received: 'widht'"),
    (["train", "--set", "=3"], r"a setting of a run with adam must be one of .*Received: ''"),
    (["train", "--set", "momentum=0.9"], r"a setting of a run with adam must be one of .*Received: 'momentum'"),
    (["train", "--set", "seed=3"], r"--set must be a setting that all of the --seeds share. Received: 'seed=3'"),
    (["train", "--set", "snapshots=3"], r"--set must be a setting that all .*Received: 'snapshots=3'"),
    (["train", "--set", "learning_rate=-0.1"], r"learning_rate must be a finite number above 0. Received: -0.1"),
    (["train", "--set", "learning_rate=0"], r"learning_rate must be a finite number above 0. Received: 0"),
    (["train", "--set", "learning_rate=nan"], r"learning_rate must be a finite number above 0. Received: 'nan'"),
    (["train", "--set", "learning_rate=1e999"], r"learning_rate must be a finite number above 0. Received: inf"),
    (["train", "--set", "dropout=1"], r"dropout must be a rate in \[0, 1\). Received: 1"),
    (["train", "--set", "dropout=-0.1"], r"dropout must be a rate in \[0, 1\). Received: -0.1"),
    (["train", "--set", "dropout=much"], r"dropout must be a rate in \[0, 1\). Received: 'much'"),
    (["train", "--set", "dropout={[]: 1}"], r"dropout must be a rate in \[0, 1\). Received: '\{\[\]: 1\}'"),
    (["train", "--set", "optimizer=rmsprop"], r"optimizer must be one of sgd, adam, adamw. Received: 'rmsprop'"),
    (["train", "--set", "optimizer=3"], r"optimizer must be .*Received: 3"),
    (["train", "--set", "activation=swish"], r"activation must be one of relu, .*Received: 'swish'"),
    (["train", "--set", "batch_size=60000"], r"batch_size must be at most the 50,000 .*Received: 60000"),
    (["train", "--set", "train_size=10"], r"batch_size must be at most the 10 training images. Received: 32"),
    (["train", "--set", "train_size=60000"], r"train_size must be at most 50,000. Received: 60000"),
    (["train", "--set", "epochs=0"], r"epochs must be a whole number of at least 1. Received: 0"),
    (["train", "--set", "epochs=2.5"], r"epochs must be a whole number of at least 1. Received: 2.5"),
    (["train", "--set", "hidden=128"], r"hidden must be a tuple of widths. Received: 128"),
    (["train", "--set", "model=3"], r"model must be .*Received: 3"),
    (["train", "--set", "early_stopping=3"], r"early_stopping must be .*Received: 3"),
    (["train", "--set", "dropout=0.3", "--seeds", "0"], r"seeds must be a whole number of at least 1. Received: 0"),
    (["train", "--set", "dropout=0.3", "--seeds", "many"], r"seeds must be a whole number .*Received: 'many'"),
    (["train", "--set", "dropout=0.3", "--seeds", "2.5"], r"seeds must be a whole number .*Received: 2.5"),
    (["train", "--set", "dropout=0.3", "--seeds", "-2"], r"seeds must be a whole number of at least 1. Received: -2"),
]


def assert_refused(said: Said, message: str) -> None:
    """Check that a command refused something with one line, and did nothing."""
    assert (2, "") == (said.code, said.output)
    assert re.fullmatch(f"foundations: {message}\n", said.errors)


@pytest.mark.parametrize(("arguments", "message"), BAD, ids=[" ".join(arguments) for arguments, _ in BAD])
def test_bad_values_are_refused(
    foundations: Foundations, runs_folder: Path, arguments: list[str], message: str
) -> None:
    """What cannot be used is refused with one line that names it and what would be right; nothing is written."""
    assert_refused(foundations(*arguments), message)
    assert not runs_folder.exists()


def few(images: int) -> np.ndarray:
    """Return so many blank images."""
    return np.zeros((images, 28, 28), np.uint8)


DAMAGED_DATA = [
    ({"x_train": few(59_999)}, r"x_train must be uint8 of shape \(60000, 28, 28\). .*\(59999, 28, 28\)"),
    ({"x_train": np.zeros((60_000, 784), np.uint8)}, r"x_train must be uint8 of shape .*\(60000, 784\)"),
    ({"y_train": np.arange(60_000, dtype=np.int64) % 10}, r"y_train must be uint8 of shape .*Received: int64.*"),
    ({"y_train": (np.arange(60_000) % 11).astype(np.uint8)}, r"labels in y_train must be digits 0 to 9. Received: 10"),
    ({"y_test": np.full(10_000, 255, np.uint8)}, r"labels in y_test must be digits 0 to 9. Received: 255"),
    ({"x_test": few(1)}, r"x_test must be uint8 of shape \(10000, 28, 28\). Received: uint8 of shape \(1, 28, 28\)"),
    ({"without": "x_test"}, r"other.npz must hold x_train, y_train, x_test and y_test. Missing: .*x_test.*"),
]


@pytest.mark.parametrize(("arrays", "message"), DAMAGED_DATA, ids=[message[:30] for _, message in DAMAGED_DATA])
def test_data_unlike_mnist_are_refused(
    foundations: Foundations, runs_folder: Path, archive: Callable[..., Path], arrays: dict[str, object], message: str
) -> None:
    """A data file whose arrays are not like MNIST's, in either part, is refused before anything is written."""
    path = archive(**{**TEST_PART, **arrays})
    assert_refused(foundations("train", "--data", str(path)), f"(other.npz: )?{message}")
    assert not runs_folder.exists()


@pytest.mark.parametrize("command", ["train", "measure", "claims"])
@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("none.npz", None, r"the data file must be readable. Received: '.*/none.npz' \(No such file or directory\)"),
        (".", None, r"the data file must be readable. Received: '.*' \(Is a directory\)"),
        ("text.npz", b"text", r"text.npz must be a NumPy archive \(.npz\) without pickled objects: .*"),
        ("empty.npz", b"", r"empty.npz must be a NumPy archive \(.npz\) without pickled objects: .*"),
    ],
)
def test_files_that_are_no_data_are_refused(
    foundations: Foundations,
    runs_folder: Path,
    tmp_path: Path,
    command: str,
    name: str,
    content: bytes | None,
    message: str,
) -> None:
    """A data file that is missing, or no archive, is refused by name."""
    if content is not None:
        (tmp_path / name).write_bytes(content)
    assert_refused(foundations(command, "--data", str(tmp_path / name)), message)
    assert not runs_folder.exists()


def test_damaged_packaged_data_are_refused(
    foundations: Foundations, runs_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A packaged file whose checksum is wrong is refused, whatever is in it."""
    copy = tmp_path / "mnist.npz"
    content = bytearray(data.PACKAGED.read_bytes())
    content[len(content) // 2] ^= 1
    copy.write_bytes(content)
    monkeypatch.setattr(data, "PACKAGED", copy)
    said = foundations("train")
    assert_refused(
        said, rf"mnist.npz is damaged: its SHA-256 must be {data.PACKAGED_SHA256}. Received: '[0-9a-f]{{64}}'"
    )
    assert not runs_folder.exists()


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("FOUNDATIONS_PROFILE", "quick", r"FOUNDATIONS_PROFILE must be one of full, preview. Received: 'quick'"),
        ("FOUNDATIONS_WORKERS", "many", r"FOUNDATIONS_WORKERS must be a whole number of at least 1. Received: 'many'"),
        ("FOUNDATIONS_WORKERS", "0", r"FOUNDATIONS_WORKERS must be a whole number of at least 1. Received: 0"),
        ("FOUNDATIONS_DATA", "none.npz", r"the data file must be readable. Received: 'none.npz' .*"),
    ],
)
def test_bad_variables_are_refused(
    foundations: Foundations,
    runs_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
    value: str,
    message: str,
) -> None:
    """A variable of the environment that cannot be used is refused by name."""
    monkeypatch.setenv(variable, value)
    assert_refused(foundations(*VARIATION), message)
    assert not runs_folder.exists()


def test_a_store_that_cannot_be_written_is_refused(
    foundations: Foundations, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run store that cannot be written to is refused before anything is trained."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("FOUNDATIONS_RUNS", str(tmp_path / "file" / "runs"))
    path = re.escape(str(tmp_path / "file" / "runs"))
    assert_refused(foundations(*VARIATION), rf"the run store must be writable. Received: '{path}' \(Not a directory\)")
    assert "" == (tmp_path / "file").read_text()


@pytest.mark.usefixtures("book")
def test_a_store_that_becomes_full(foundations: Foundations, monkeypatch: pytest.MonkeyPatch) -> None:
    """When a run cannot be stored, the command ends with one line that says why."""

    def full(store: RunStore, run: Run) -> None:
        raise StoreError(f"the run store must be writable. Received: {str(store.root)!r} (full, {run.spec.seed})")

    monkeypatch.setattr(RunStore, "put", full)
    said = foundations(*VARIATION)
    assert 2 == said.code
    assert re.fullmatch(r"foundations: the run store must be writable. Received: '.*' \(full, 0\)\n", said.errors)


def test_a_cluster_needs_its_package(
    foundations: Foundations, runs_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A scheduler's address without the optional dependency is refused, with the name of what to install."""
    monkeypatch.setitem(sys.modules, "distributed", None)
    said = foundations(*VARIATION, "--scheduler", "tcp://127.0.0.1:1")
    assert_refused(said, r"--scheduler must be used with .*`distributed`.*extra `cluster`.*'tcp://127.0.0.1:1'")
    assert not runs_folder.exists()


@pytest.mark.parametrize("arguments", [["train", "--fast"], ["train", "--set"], ["tarin"], ["runs", "lsit"]])
def test_bad_usage_is_refused(foundations: Foundations, runs_folder: Path, arguments: list[str]) -> None:
    """An option or command that does not exist, or an option without its value, is named, with exit code 2."""
    said = foundations(*arguments)
    assert (2, "") == (said.code, said.output)
    assert arguments[-1] in said.errors
    assert "Traceback" not in said.errors
    assert not runs_folder.exists()


NAMES = st.sampled_from(
    [
        "hidden",
        "activation",
        "dropout",
        "l2",
        "optimizer",
        "learning_rate",
        "momentum",
        "weight_decay",
        "batch_size",
        "epochs",
        "evaluate_every",
        "evaluate_images",
        "train_size",
        "random_labels",
        "initializer",
        "early_stopping",
        "model",
        "data",
        "seed",
        "replica",
        "snapshots",
    ]
)
PLAIN = (
    st.none()
    | st.booleans()
    | st.integers(-(10**9), 10**9)
    | st.floats()
    | st.text()
    | st.binary()
    | st.complex_numbers()
)
LITERALS = st.recursive(
    PLAIN,
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.text(), inner),
    max_leaves=4,
)


@given(NAMES | st.text(), LITERALS.map(repr) | st.text())
def test_any_setting_is_used_or_refused(name: str, value: str) -> None:
    """Whatever stands on either side of NAME=VALUE makes a variation that can be keyed, or an error in one line."""
    try:
        first, second = training.variation([f"{name}={value}"], 2).specs()
    except FoundationsError as error:
        refusal = str(error)
    else:
        refusal = "Received: " if run_key(first) != run_key(second) else ""
    assert "Received: " in refusal


def test_errors_of_the_installed_command(tmp_path: Path) -> None:
    """The command as a process of its own exits with 2, and writes one line to the standard error stream."""
    done = subprocess.run(
        [sys.executable, "-c", "from foundations.cli import main; main()", "train", "--set", "dropout=2"],
        env={**os.environ, "FOUNDATIONS_RUNS": str(tmp_path / "runs")},
        capture_output=True,
        text=True,
        check=False,
    )
    expected = "foundations: dropout must be a rate in [0, 1). Received: 2\n"
    assert (2, "", expected) == (done.returncode, done.stdout, done.stderr)
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize("unlike", ["[/]", "[red]", ":warning:"])
def test_paths_are_printed_as_they_are(
    foundations: Foundations, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unlike: str
) -> None:
    """A path that looks like markup is printed as it is."""
    monkeypatch.setenv("FOUNDATIONS_RUNS", str(tmp_path / unlike))
    assert f"{tmp_path / unlike}" in foundations("runs").output.replace("\n", "")
