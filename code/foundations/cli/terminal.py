"""What the commands share: the terminal, tables, a progress bar, and the options that several take."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from foundations import data, evaluation, parallel
from foundations import studies as book
from foundations.runs import Run
from foundations.specs import RunSpec
from foundations.store import RunStore
from foundations.study import Study

console = Console(width=None if sys.stdout.isatty() else 140, markup=False, emoji=False)
errors = Console(stderr=True, markup=False, emoji=False, highlight=False, soft_wrap=True)

StudyNames = Annotated[list[str] | None, typer.Argument(metavar="STUDY", help="Studies by name; all if none.")]
DataFile = Annotated[Path | None, typer.Option("--data", help="Another data set: an .npz shaped like MNIST's.")]
Pilot = Annotated[bool, typer.Option("--pilot", help="The pilot seeds 100 to 102 instead of the reporting seeds.")]


def table(title: str, *columns: str) -> Table:
    """Return an empty table whose columns after the first wrap last."""
    grid = Table(title=title, title_justify="left")
    for number, column in enumerate(columns):
        grid.add_column(column, no_wrap=number == 0)
    return grid


def megabytes(size: int) -> str:
    """Return a number of bytes in words."""
    return f"{size / 1e6:.1f} MB"


def show_progress(specs: Sequence[RunSpec], runs: Iterable[Run], on: Console = console) -> Iterator[Run]:
    """Show a bar with an estimate of the time left; in a log file, a line now and then."""
    total = sum(map(parallel.cost, specs))
    on.print(f"{len(specs)} runs to train, about {total / 60:.1f} core-minutes")
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    bar = Progress(*columns, console=on, transient=True)
    # The bar moves by a run's expected cost, so that the estimate holds when runs differ in length.
    task = bar.add_task("training", total=total)
    spent, shown = 0.0, 0
    with bar if on.is_terminal else contextlib.nullcontext():
        for done, run in enumerate(runs, start=1):
            yield run
            spent += parallel.cost(run.spec)
            bar.update(task, completed=spent, description=f"{done} of {len(specs)} runs")
            if not on.is_terminal and (tenth := int(10 * spent / total)) > shown:
                shown = tenth
                on.print(f"{done} of {len(specs)} runs, {100 * spent / total:.0f}% of the work")


def train_missing(specs: Sequence[RunSpec]) -> int:
    """Train what the run store lacks of some runs, show how far it is, and return how many were trained."""
    count = parallel.train_missing(specs, RunStore(), show_progress)
    console.print(f"{count} runs trained" if count else "nothing to train")
    return count


@contextlib.contextmanager
def resumable() -> Iterator[None]:
    """On Ctrl-C say what is kept, and leave."""
    try:
        yield
    except KeyboardInterrupt:
        console.print("Stopped. Every finished run is stored; the same command goes on from there.")
        raise typer.Exit(130) from None


def chosen(names: list[str] | None) -> Sequence[Study]:
    """Return the studies of those names, or all."""
    return [book.named(name) for name in names] if names else book.STUDIES


def use_data(path: Path | None) -> None:
    """Make this process and its workers use another data file, after checking all of it."""
    if path is not None:
        os.environ["FOUNDATIONS_DATA"] = str(path.resolve())
    data.load()
    evaluation.check_test_set(data.source())
