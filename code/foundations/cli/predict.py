"""`foundations predict`: which digit a picture shows."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from foundations import evaluation, parallel
from foundations import studies as book
from foundations.cli.terminal import console, errors, resumable, show_progress, table
from foundations.digits import Prepared, prepare
from foundations.errors import FoundationsError, require
from foundations.pictures import PictureError, in_folder
from foundations.runs import Run
from foundations.specs import baseline
from foundations.store import RunStore
from foundations.study import Arm

NETWORK = Arm(baseline.vary(epochs=20), seeds=1)
"""The network that reads: the baseline after the 20 epochs of Task 3, seed 0."""
EXPLANATIONS = (".png", ".svg", ".pdf")
MOST_EXPLAINED = 20

Shares = NDArray[np.floating]
Pictures = Annotated[list[Path], typer.Argument(metavar="PICTURE", help="Pictures of one digit each, or folders.")]
Json = Annotated[bool, typer.Option("--json", help="Print a list of objects instead of a table.")]
Explain = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Draw every step and the probabilities, a row a picture: .png, .svg or .pdf."),
]


def predict(paths: Pictures, as_json: Json = False, explain: Explain = None) -> None:
    """Read the digit on each picture: a photo, a scan or a drawing, as PNG, JPEG, GIF, WebP or BMP.

    The network is the book's baseline; it is trained first if the run store lacks it. A picture that cannot be read is
    named with the reason; the others are answered all the same, and the exit code is then 2.
    """
    check_explanation(explain)
    found = {file: attempt(file) for path in paths for file in listed(path)}
    prepared = {file: result for file, result in found.items() if isinstance(result, Prepared)}
    shares = probabilities(prepared, errors if as_json else console)
    if as_json:
        typer.echo(json.dumps([as_object(file, shares.get(file), found[file]) for file in found], indent=2))
    elif shares:
        console.print(answers(shares))
    refused = [str(result) for result in found.values() if isinstance(result, PictureError)]
    for reason in refused:
        errors.print(f"foundations: {reason}")
    if explain is not None:
        draw(prepared, shares, explain)
    if refused:
        raise typer.Exit(2)


def check_explanation(file: Path | None) -> None:
    """Raise unless a file's ending is that of a figure, before anything else is done."""
    right = f"a file name that ends in {', '.join(EXPLANATIONS[:-1])} or {EXPLANATIONS[-1]}"
    require(file is None or file.suffix.lower() in EXPLANATIONS, "--explain", str(file), right)


def listed(path: Path) -> Sequence[Path]:
    """Return the pictures in a folder; a file, and a folder without pictures, stand for themselves."""
    return in_folder(path) or [path]


def attempt(file: Path) -> Prepared | PictureError:
    """Return what a picture is made into, or why that cannot be done."""
    try:
        return prepare(file)
    except PictureError as error:
        return error


def probabilities(prepared: Mapping[Path, Prepared], on: Console) -> dict[Path, Shares]:
    """Return each digit's probability, (10,), for every picture, after training the network if it is missing."""
    if not prepared:
        return {}
    images = np.array([result.image for result in prepared.values()])
    return dict(zip(prepared, evaluation.probabilities(reader(on), images), strict=True))


def reader(on: Console) -> Run:
    """Return the run whose network reads, trained with all that the book asks of its trajectory."""
    (spec,) = NETWORK.specs()
    store = RunStore()
    with resumable():
        parallel.train_missing(book.sharing([spec]), store, functools.partial(show_progress, on=on))
    run = store.get(spec)
    assert run is not None
    return run


def as_object(file: Path, shares: Shares | None, result: Prepared | PictureError) -> dict[str, Any]:
    """Return what is printed of one picture with --json."""
    if shares is None:
        return {"path": str(file), "error": str(result)}
    return {"path": str(file), "digit": int(shares.argmax()), "probabilities": shares.tolist()}


def answers(shares: Mapping[Path, Shares]) -> Table:
    """Return the digit read on each picture, and the probabilities of all ten in percent.

    They are headed as what they are, the softmax's outputs: on a picture of no digit they are no probabilities.
    """
    grid = table("the digit read, and the softmax output for each in percent", "picture", "digit", *map(str, range(10)))
    for column in grid.columns[1:]:
        column.justify = "right"
    grid.columns[0].overflow = "fold"
    for file, row in shares.items():
        percent = (f"{100 * share:.0f}" if share >= 0.005 else "·" for share in row)
        grid.add_row(str(file), str(row.argmax()), *percent)
    return grid


def draw(prepared: Mapping[Path, Prepared], shares: Mapping[Path, Shares], target: Path) -> None:
    """Write a figure of every step and the probabilities: a row a picture, of the first so many pictures."""
    if not prepared:
        errors.print(f"{target} is not written: there is no picture to explain")
        return
    import matplotlib as mpl  # noqa: PLC0415  # slow to load, as the figures are

    mpl.use("Agg")
    from foundations import plots  # noqa: PLC0415

    shown = [*prepared][:MOST_EXPLAINED]
    with mpl.style.context(plots.STYLE):
        figure = plots.preparation(
            [prepared[file] for file in shown],
            [shares[file] for file in shown],
            names=[file.name for file in shown],
        )
        try:
            figure.savefig(target)
        except OSError as error:
            right = "a file that can be written"
            raise FoundationsError(
                f"--explain must be {right}. Received: {str(target)!r} ({error.strerror})"
            ) from error
    if len(prepared) > len(shown):
        errors.print(f"{target} shows the first {len(shown)} of {len(prepared)} pictures")
