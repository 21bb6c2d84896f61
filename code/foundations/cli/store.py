"""`foundations runs` and what is below it."""

from __future__ import annotations

from typing import Annotated

import typer

from foundations import measurements
from foundations import studies as book
from foundations.cli.terminal import console, megabytes, table
from foundations.profiles import Profile
from foundations.store import DAMAGED, MEASUREMENTS, RUNS, Entry, RunStore, run_key

runs_app = typer.Typer(invoke_without_command=True, help="What is in the run store: its size, its state, clearing it.")


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
    unused: Annotated[bool, typer.Option("--unused", help="Only what no study asks for any more.")] = False,
) -> None:
    """Delete every stored run and measurement; building the book trains them again.

    With --unused only those go that nothing asks for any more: runs of no study, or of other data, library versions or
    training code than the present ones; measurements of such runs, and those that other code computed.
    """
    store = RunStore()
    entries = unasked(store) if unused else [*store.entries()]
    if not entries:
        console.print("nothing is unused" if unused else "the run store is empty")
        return
    if not yes:
        typer.confirm(f"Delete {len(entries)} files ({megabytes(sum(entry.size for entry in entries))})?", abort=True)
    if unused:
        store.delete(entries)
    else:
        store.clear()
    console.print(f"{len(entries)} files deleted")


def unasked(store: RunStore) -> list[Entry]:
    """Return what no study asks for, in either profile and with either kind of seeds."""
    specs = [spec for study in book.STUDIES for pilot in (False, True) for spec in study.specs(pilot)]
    # A preview's run has a key of its own where it may stop early.
    keys = {run_key(profile.shorten(spec)) for spec in specs for profile in Profile}
    return [entry for entry in store.entries() if not is_asked(entry, keys)]


def is_asked(entry: Entry, keys: set[str]) -> bool:
    """Whether a run has one of the keys; whether all runs of a measurement do, and its code is the present one."""
    if entry.kind == RUNS:
        return entry.key in keys
    return measurements.is_current(entry.key, entry.about) and all(key in keys for key, *_ in entry.about["runs"])
