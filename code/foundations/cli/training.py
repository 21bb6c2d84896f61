"""`foundations train`."""

from __future__ import annotations

import ast
import contextlib
from collections.abc import Iterator, Sequence
from typing import Annotated, Any

import joblib
import typer
from rich.table import Table

from foundations import studies as book
from foundations.cli.terminal import (
    DataFile,
    Pilot,
    StudyNames,
    chosen,
    console,
    resumable,
    table,
    train_missing,
    use_data,
)
from foundations.errors import FoundationsError, require
from foundations.metrics import METRICS
from foundations.specs import baseline
from foundations.study import Arm, Results, Study

Scheduler = Annotated[
    str | None,
    typer.Option(
        help="Address of a dask scheduler, to train on its workers: processes of one thread each "
        "(dask worker --nthreads 1), with this package, its locked dependencies and the same data."
    ),
]


def literal(text: str) -> object:
    """Return a number or tuple that a text stands for, or else the text itself."""
    try:
        return ast.literal_eval(text)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return text


def train(  # noqa: PLR0913, PLR0917  # one parameter an option
    names: StudyNames = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="Train a variation of the baseline, such as dropout=0.3."),
    ] = None,
    seeds: Annotated[int, typer.Option(parser=literal, metavar="COUNT", help="Seeds of that variation.")] = 3,
    data_file: DataFile = None,
    pilot: Pilot = False,
    scheduler: Scheduler = None,
) -> None:
    """Train what the run store lacks of some studies, or a variation of the baseline with --set.

    Runs are stored one by one: stopped with Ctrl-C, or killed, the same command goes on from there.
    """
    require(not (names and settings), "STUDY", names, "left out together with --set")
    selected = [variation(settings, seeds)] if settings else chosen(names)
    use_data(data_file)
    with cluster(scheduler), resumable():
        specs = [spec for study in selected for spec in study.specs(pilot)]
        train_missing(specs if pilot else book.sharing(specs))
    if settings:
        console.print(summary(selected[0].results(pilot)))


def variation(settings: Sequence[str], seeds: int) -> Study:
    """Return a study of the baseline with some settings changed, each given as NAME=VALUE."""
    changes: dict[str, Any] = {}
    for setting in settings:
        name, equals, value = setting.partition("=")
        require(bool(equals), "--set", setting, "NAME=VALUE, such as dropout=0.3")
        require(name not in ("seed", "snapshots"), "--set", setting, "a setting that all of the --seeds share")
        changes[name] = literal(value)
    return Study(
        "variation", "A variation of the baseline", {", ".join(settings): Arm(baseline.vary(**changes), seeds)}
    )


def summary(results: Results) -> Table:
    """Return the metrics of a study's first arm as a table."""
    arm = next(iter(results.runs))
    grid = table(
        f"{arm}, {len(results[arm])} seeds, after the last epoch", "metric", "mean", "lowest", "highest", "unit"
    )
    for name, metric in METRICS.items():
        values = results.values(name, arm)
        numbers = (f"{value:.{metric.digits}f}" for value in (values.mean(), values.min(), values.max()))
        grid.add_row(metric.label, *numbers, metric.unit)
    return grid


@contextlib.contextmanager
def cluster(address: str | None) -> Iterator[None]:
    """Train on the workers of a dask scheduler, if an address is given."""
    if address is None:
        yield
        return
    try:
        from distributed import Client  # noqa: PLC0415  # an optional dependency
    except ImportError as error:
        right = "used with the optional dependency `distributed` installed (the extra `cluster`)"
        raise FoundationsError(f"--scheduler must be {right}. Received: {address!r}") from error
    try:
        client = Client(address, timeout="10s")
    except (OSError, ValueError) as error:
        raise FoundationsError(f"--scheduler must be a dask scheduler's address. Received: {address!r}") from error
    with client, joblib.parallel_config("dask"):
        yield
