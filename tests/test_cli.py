"""The command `foundations`: what it prints, and how it refuses what it cannot use."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from foundations import cli, data
from foundations.specs import baseline
from foundations.store import RunStore
from pretended import pretend

Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def foundations(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Command:
    """Return a function that runs the command and returns its exit code and what it printed on both streams."""
    monkeypatch.setenv("FOUNDATIONS_RUNS", str(tmp_path / "runs"))
    monkeypatch.delenv("FOUNDATIONS_DATA", raising=False)

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["foundations", *arguments])
        monkeypatch.setattr(cli, "console", cli.Console(width=140))
        with pytest.raises(SystemExit) as end:
            cli.main()
        printed = capsys.readouterr()
        return int(end.value.code or 0), printed.out, printed.err

    return run


def archive(folder: Path, **changes: np.ndarray) -> Path:
    """Write an archive shaped like MNIST's, with some arrays changed, and return its path."""
    arrays = {
        "x_train": np.zeros((60_000, 28, 28), np.uint8),
        "y_train": np.arange(60_000).astype(np.uint8) % 10,
        "x_test": np.zeros((10_000, 28, 28), np.uint8),
        "y_test": np.arange(10_000).astype(np.uint8) % 10,
    }
    np.savez(folder / "other.npz", **{**arrays, **changes})
    return folder / "other.npz"


@pytest.mark.parametrize(
    ("arguments", "received", "right"),
    [
        (["train", "task99"], "'task99'", "practical1-training"),
        (["claims", "task99"], "'task99'", "practical1-training"),
        (["train", "--set", "learning_rate=-1"], "-1", "above 0"),
        (["train", "--set", "learning_rate=nan"], "'nan'", "finite"),
        (["train", "--set", "dropout=1.0"], "1.0", "[0, 1)"),
        (["train", "--set", "dropout=-0.1"], "-0.1", "[0, 1)"),
        (["train", "--set", "optimizer=lion"], "'lion'", "adamw"),
        (["train", "--set", "activation=swish"], "'swish'", "softsign"),
        (["train", "--set", "batch_size=50001"], "50001", "50,000"),
        (["train", "--set", "train_size=60000"], "60000", "50,000"),
        (["train", "--set", "momentum=0.9"], "'momentum'", "a setting of a run with adam"),
        (["train", "--set", "dropout"], "'dropout'", "NAME=VALUE"),
        (["train", "--set", "dropout=0.3", "--seeds", "0"], "0", "at least 1"),
        (["train", "practical1-training", "--set", "dropout=0.3"], "practical1-training", "left out"),
        (["train", "--data", "nowhere.npz"], "nowhere.npz", "readable"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_bad_values_are_refused(
    foundations: Command, tmp_path: Path, arguments: list[str], received: str, right: str
) -> None:
    """One line names the bad value and what would be right, the exit code is 2, and nothing is written."""
    code, out, err = foundations(*arguments)
    assert (2, "", 1) == (code, out, err.count("\n"))
    assert received in err.partition("Received")[2]
    assert right in err
    assert "Traceback" not in err
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"x_train": np.zeros((60_000, 27, 28), np.uint8)}, "(60000, 27, 28)"),
        ({"x_train": np.zeros((60_000, 28, 28), np.float32)}, "float32"),
        ({"y_train": np.full(60_000, 10, np.uint8)}, "Received: 10"),
        ({"y_test": np.full(10_000, 11, np.uint8)}, "Received: 11"),
        ({"x_test": np.zeros((9_999, 28, 28), np.uint8)}, "(9999, 28, 28)"),
    ],
)
def test_other_data_are_checked_before_training(
    foundations: Command, tmp_path: Path, changes: dict[str, np.ndarray], message: str
) -> None:
    """A data file of the wrong shape, type or labels, in either part, is refused before anything is trained."""
    code, _, err = foundations("train", "--data", str(archive(tmp_path, **changes)))
    assert (2, 1) == (code, err.count("\n"))
    assert message in err
    assert not (tmp_path / "runs").exists()


def test_damaged_packaged_data_are_refused(
    foundations: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The packaged file with one byte changed is refused by its checksum."""
    copy = Path(shutil.copy(data.PACKAGED, tmp_path / "mnist.npz"))
    content = bytearray(copy.read_bytes())
    content[1_000_000] ^= 1
    copy.write_bytes(content)
    monkeypatch.setattr(data, "PACKAGED", copy)
    monkeypatch.setenv("FOUNDATIONS_DATA", str(copy))
    code, _, err = foundations("train")
    assert 2 == code
    assert data.PACKAGED_SHA256 in err


def test_unwritable_store_is_refused(foundations: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store below a file cannot be made; the message names it."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("FOUNDATIONS_RUNS", str(tmp_path / "file" / "runs"))
    code, _, err = foundations("train", "--set", "train_size=100", "--set", "epochs=1")
    assert 2 == code
    assert str(tmp_path / "file" / "runs") in err


def test_unknown_profile_is_refused(foundations: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """So is a profile that does not exist, whatever the command."""
    monkeypatch.setenv("FOUNDATIONS_PROFILE", "fast")
    code, _, err = foundations("studies")
    assert 2 == code
    assert "'fast'" in err
    assert "preview" in err


def test_variation_is_trained_and_shown(foundations: Command, tmp_path: Path) -> None:
    """A variation of the baseline is trained for its seeds, stored and summed up, and the second time read."""
    arguments = ("train", "--set", "train_size=200", "--set", "epochs=1", "--set", "hidden=(8,)", "--seeds", "2")
    code, out, _ = foundations(*arguments)
    assert 0 == code
    assert "2 runs trained" in out
    assert "validation accuracy" in out
    assert 2 == len([*RunStore(tmp_path / "runs").entries()])
    assert "nothing to train" in foundations(*arguments)[1]


@pytest.mark.parametrize("command", [[], ["studies"], ["train"], ["claims"], ["runs"], ["runs", "clear"]])
def test_every_command_has_help(foundations: Command, command: list[str]) -> None:
    """Every command says what it does."""
    code, out, _ = foundations(*command, "--help")
    assert 0 == code
    assert "Usage: foundations" in out


def test_studies_are_listed(foundations: Command) -> None:
    """The list of studies names each, and how much there is to train."""
    code, out, _ = foundations("studies")
    assert 0 == code
    assert all(study.name in out for study in cli.STUDIES)
    assert "core-min" in out


def test_runs_are_listed_verified_and_cleared(foundations: Command, tmp_path: Path) -> None:
    """What is stored is counted and listed; a damaged file is found and set aside; clearing leaves nothing."""
    store = RunStore(tmp_path / "runs")
    for seed in (0, 1):
        store.put(pretend(baseline.vary(epochs=1, seed=seed), weights=(np.zeros((2, 2)),)))
    assert "784–128–10" in foundations("runs", "list")[1]
    assert (0, "every file is whole\n") == foundations("runs", "verify")[:2]
    damaged = next(store.entries()).path
    damaged.write_bytes(damaged.read_bytes()[:-100])
    code, out, _ = foundations("runs", "verify")
    assert 1 == code
    assert damaged.name in out
    assert "set aside" in foundations("runs")[1]
    assert "1 files deleted" in foundations("runs", "clear", "--yes")[1]
    assert [] == [*store.entries()]
