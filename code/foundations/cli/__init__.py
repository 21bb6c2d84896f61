"""The command `foundations`."""

from __future__ import annotations

import sys
from collections.abc import Callable

import typer

from foundations import profiles
from foundations.cli.judging import claims, measure, studies
from foundations.cli.predict import predict
from foundations.cli.store import runs_app
from foundations.cli.terminal import errors
from foundations.cli.training import train
from foundations.errors import FoundationsError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    help="Train, measure and judge the networks of Foundations of Deep Learning.",
)
for command in (studies, train, measure, claims, predict):
    app.command()(command)
app.add_typer(runs_app, name="runs")


def main(run: Callable[[], object] = app) -> None:
    """Run the command; on a value that cannot be used, say so in one line and exit with 2."""
    try:
        profiles.current()
        run()
    except FoundationsError as error:
        errors.print(f"foundations: {error}")
        sys.exit(2)
