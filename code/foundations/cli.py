"""The command `foundations`."""

from __future__ import annotations

import ast
import contextlib
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import joblib
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from foundations import data, evaluation, parallel, profiles
from foundations.claims import Outcome, evaluate_all
from foundations.errors import FoundationsError
from foundations.metrics import METRICS
from foundations.runs import Run
from foundations.specs import RunSpec, baseline, require
from foundations.store import DAMAGED, MEASUREMENTS, RUNS, Entry, RunStore
from foundations.studies import STUDIES, named, sharing
from foundations.study import Arm, Results, Study

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    help="Train, measure and judge the networks of Foundations of Deep Learning.",
)
runs_app = typer.Typer(invoke_without_command=True, help="What is in the run store: its size, its state, clearing it.")
app.add_typer(runs_app, name="runs")
console = Console(width=None if sys.stdout.isatty() else 140, markup=False, emoji=False)

StudyNames = Annotated[list[str] | None, typer.Argument(metavar="STUDY", help="Studies by name; all if none.")]
DataFile = Annotated[Path | None, typer.Option("--data", help="Another data set: an .npz shaped like MNIST's.")]
Pilot = Annotated[bool, typer.Option("--pilot", help="The pilot seeds 100 to 102 instead of the reporting seeds.")]
Scheduler = Annotated[
    str | None,
    typer.Option(
        help="Address of a dask scheduler, to train on its workers: processes of one thread each "
        "(dask worker --nthreads 1), with this package, its locked dependencies and the same data."
    ),
]


def show_progress(specs: Sequence[RunSpec], runs: Iterable[Run]) -> Iterator[Run]:
    """Show a bar with an estimate of the time left; in a log file, a line now and then."""
    total = sum(map(parallel.cost, specs))
    console.print(f"{len(specs)} runs to train, about {total / 60:.1f} core-minutes")
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    bar = Progress(*columns, console=console, transient=True)
    # The bar moves by a run's expected cost, so that the estimate holds when runs differ in length.
    task = bar.add_task("training", total=total)
    spent, shown = 0.0, 0
    with bar if console.is_terminal else contextlib.nullcontext():
        for done, run in enumerate(runs, start=1):
            yield run
            spent += parallel.cost(run.spec)
            bar.update(task, completed=spent, description=f"{done} of {len(specs)} runs")
            if not console.is_terminal and (tenth := int(10 * spent / total)) > shown:
                shown = tenth
                console.print(f"{done} of {len(specs)} runs, {100 * spent / total:.0f}% of the work")


def chosen(names: list[str] | None) -> Sequence[Study]:
    """Return the studies of those names, or all."""
    return [named(name) for name in names] if names else STUDIES


def use_data(path: Path | None) -> None:
    """Make this process and its workers use another data file, after checking all of it."""
    if path is not None:
        os.environ["FOUNDATIONS_DATA"] = str(path.resolve())
    data.load()
    evaluation.check_test_set(data.source())


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


def literal(text: str) -> object:
    """Return a number or tuple that a text stands for, or else the text itself."""
    try:
        return ast.literal_eval(text)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return text


def table(title: str, *columns: str) -> Table:
    """Return an empty table whose columns after the first wrap last."""
    grid = Table(title=title, title_justify="left")
    for number, column in enumerate(columns):
        grid.add_column(column, no_wrap=number == 0)
    return grid


@app.command()
def studies() -> None:
    """List the studies: what each asks, its runs, and how many of them are trained."""
    store = RunStore()
    grid = table("", "study", "question", "arms", "runs", "trained", "to train")
    for study in STUDIES:
        specs = study.specs()
        todo = parallel.missing(sharing(specs), store)
        stored = sum(store.has(spec) for spec in specs)
        left = f"{sum(map(parallel.cost, todo)) / 60:.1f} core-min" if todo else "–"
        grid.add_row(study.name, study.question, str(len(study.arms)), str(len(specs)), str(stored), left)
    console.print(grid)


@app.command()
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
        count = parallel.train_missing(specs if pilot else sharing(specs), RunStore(), show_progress)
    console.print(f"{count} runs trained" if count else "nothing to train")
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
def resumable() -> Iterator[None]:
    """On Ctrl-C say what is kept, and leave."""
    try:
        yield
    except KeyboardInterrupt:
        console.print("Stopped. Every finished run is stored; the same command goes on from there.")
        raise typer.Exit(130) from None


@app.command()
def claims(
    names: StudyNames = None,
    data_file: DataFile = None,
    pilot: Pilot = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 if a verdict differs from its record.")] = False,
) -> None:
    """Judge the claims of some studies, training first what is missing."""
    selected = chosen(names)
    use_data(data_file)
    grid = table("", "claim", "verdict", "effect [95% interval]", "Holm's p of these", "predicted")
    with resumable():
        for study in selected:
            study.train(pilot, show_progress)
    judged = evaluate_all([study.results(pilot) for study in selected])
    for outcome, p in judged:
        grid.add_row(*claim_row(outcome, p))
    console.print(grid)
    different = [outcome.claim.id for outcome, _ in judged if outcome.differs]
    if strict and different:
        console.print(f"recorded otherwise: {', '.join(different)}")
        raise typer.Exit(1)


def claim_row(outcome: Outcome, p: float | None) -> tuple[str, ...]:
    """Return what the table of claims says of one."""
    claim = outcome.claim
    verdict = f"{outcome.verdict}; recorded: {claim.recorded}" if outcome.differs else outcome.verdict
    return claim.id, verdict, outcome.effect, "–" if p is None else f"{p:.2g}", claim.predicted


@runs_app.callback()
def runs(context: typer.Context) -> None:
    """Show how much is stored, and where."""
    if context.invoked_subcommand:
        return
    store = RunStore()
    entries = [*store.entries()]
    grid = table(str(store.root), "kind", "files", "size")
    for kind in (RUNS, MEASUREMENTS):
        sizes = [entry.size for entry in entries if entry.kind == kind]
        grid.add_row(kind, str(len(sizes)), megabytes(sum(sizes)))
    damaged = [*(store.root / DAMAGED).glob("*")]
    grid.add_row("damaged, set aside", str(len(damaged)), megabytes(sum(path.stat().st_size for path in damaged)))
    console.print(grid)


def megabytes(size: int) -> str:
    """Return a number of bytes in words."""
    return f"{size / 1e6:.1f} MB"


@runs_app.command("list")
def list_runs() -> None:
    """List every stored run: what was trained, how long it took, and its size."""
    grid = table("", "key", "what", "epochs", "seed", "seconds", "size")
    for entry in RunStore().entries():
        if entry.kind == RUNS:
            grid.add_row(*run_row(entry))
    console.print(grid)


def run_row(entry: Entry) -> tuple[str, ...]:
    """Return what the table of runs says of one."""
    if not entry.about:
        return entry.key[:12], "damaged", "", "", "", megabytes(entry.size)
    spec = entry.about["spec"]
    optimizer = spec["optimizer"]
    layers = "–".join(map(str, (784, *spec["model"]["hidden"], 10)))
    what = f"{layers}, {optimizer['name']} {optimizer['learning_rate']:g}, batch {spec['batch_size']}"
    seconds = f"{entry.about['provenance']['seconds']:.1f}"
    return entry.key[:12], what, str(spec["epochs"]), str(spec["seed"]), seconds, megabytes(entry.size)


@runs_app.command()
def verify() -> None:
    """Read every stored file and compare its checksum; set damaged ones aside, to be trained again."""
    damaged = RunStore().verify()
    for path in damaged:
        console.print(f"damaged, set aside: {path.name}")
    console.print("every file is whole" if not damaged else f"{len(damaged)} damaged")
    raise typer.Exit(1 if damaged else 0)


@runs_app.command()
def clear(
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete every stored run and measurement; building the book trains them again."""
    store = RunStore()
    entries = [*store.entries()]
    if not entries:
        console.print("the run store is empty")
        return
    if not yes:
        typer.confirm(f"Delete {len(entries)} files ({megabytes(sum(entry.size for entry in entries))})?", abort=True)
    store.clear()
    console.print(f"{len(entries)} files deleted")


def main(run: Callable[[], object] = app) -> None:
    """Run the command; on a value that cannot be used, say so in one line and exit with 2."""
    try:
        profiles.current()
        run()
    except FoundationsError as error:
        Console(stderr=True).print(f"foundations: {error}", markup=False, highlight=False, soft_wrap=True)
        sys.exit(2)
