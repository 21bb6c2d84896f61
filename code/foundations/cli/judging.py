"""`foundations studies`, `foundations measure` and `foundations claims`."""

from __future__ import annotations

from typing import Annotated

import typer

from foundations import parallel, profiles, speed
from foundations import studies as book
from foundations.claims import Outcome, evaluate_all
from foundations.cli.terminal import (
    DataFile,
    Pilot,
    StudyNames,
    chosen,
    console,
    resumable,
    show_progress,
    table,
    train_missing,
    use_data,
)
from foundations.store import RunStore


def studies() -> None:
    """List the studies: what each asks, its runs, and how many of them are trained."""
    store = RunStore()
    grid = table("", "study", "question", "arms", "runs", "trained", "to train")
    for study in book.STUDIES:
        specs = study.specs()
        todo = parallel.missing(book.sharing(specs), store)
        stored = sum(store.has(spec) for spec in specs)
        left = f"{sum(map(parallel.cost, todo)) / 60:.1f} core-min" if todo else "–"
        grid.add_row(study.name, study.question, str(len(study.arms)), str(len(specs)), str(stored), left)
    console.print(grid)


def measure(
    names: StudyNames = None,
    data_file: DataFile = None,
    if_trained: Annotated[bool, typer.Option("--if-trained", help="Only if something had to be trained.")] = False,
) -> None:
    """Measure what some studies' claims and chapters need, side by side, training first what is missing.

    Measurements are stored, and the chapters and `foundations claims` find them. Before that the engine is timed, but
    for a preview, which is in a hurry.
    """
    selected = chosen(names)
    use_data(data_file)
    with resumable():
        count = train_missing(book.sharing([spec for study in selected for spec in study.specs()]))
        if count or not if_trained:
            if profiles.current() is profiles.Profile.FULL:
                speed.on_this_machine()  # now, while nothing else runs
            for study in book.measure(selected):
                console.print(f"measured: {study.name}")


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
    verdict = f"{outcome.verdict}; recorded: {claim.record}" if outcome.differs else outcome.verdict
    return claim.id, verdict, outcome.effect, "–" if p is None else f"{p:.2g}", claim.expectation
