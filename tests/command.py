"""The command `foundations`, run in the process of a test."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Said:
    """What a command did: its exit code, and what it wrote."""

    code: int
    output: str
    errors: str

    @property
    def rows(self) -> list[list[str]]:
        """The cells of the rows of the tables in the output, without their heads."""
        lines = [line for line in self.output.splitlines() if line.startswith("│")]
        return [[cell.strip() for cell in line.strip("│").split("│")] for line in lines]


Foundations = Callable[..., Said]
