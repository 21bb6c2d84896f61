"""Checks: exact facts, which hold or stop the build."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from foundations.errors import CheckError
from foundations.typeset import typeset


@dataclass(frozen=True)
class Check:
    """An exact fact that was found to hold; a chapter shows it as a card."""

    sentence: str
    error: float
    at_most: float

    def _repr_html_(self) -> str:
        bound = "exactly" if self.at_most == 0 else f"largest difference {self.error:.1e}, allowed {self.at_most:.0e}"
        return (
            f'<aside class="check" aria-label="Check"><p><strong>Checked.</strong> '
            f"{typeset(self.sentence)} <span>({typeset(bound)})</span></p></aside>"
        )


def check(sentence: str, error: float, at_most: float = 0.0) -> Check:
    """Show that an exact fact holds: that an error is at most so large.

    Raises
    ------
    CheckError
        If it is larger, negative, or not a number; the build stops then.
    """
    if not 0 <= float(error) <= at_most:
        raise CheckError(f"{sentence} The error must be from 0 to {at_most:g}. Received: {float(error)!r}")
    return Check(sentence, float(error), at_most)


def largest_difference(first: ArrayLike, second: ArrayLike) -> float:
    """Return the largest absolute difference of two arrays of one shape; of others, infinity."""
    one, other = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    return float(np.abs(one - other).max()) if one.shape == other.shape else math.inf
