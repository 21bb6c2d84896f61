"""The errors that a reader can cause, and so should be able to read, and what raises them."""

from __future__ import annotations

import math
from collections.abc import Collection


class FoundationsError(ValueError):
    """A value that cannot be used; the message names it and what would be right."""


class DataError(FoundationsError):
    """A data file that is missing, damaged or not shaped like MNIST."""


class StoreError(FoundationsError):
    """A run store that cannot be read or written."""


class CheckError(AssertionError):
    """An exact fact that the book states does not hold; the build must stop."""


class VerdictError(AssertionError):
    """A claim's verdict contradicts the one that the prose was written for."""


def require(holds: bool, name: str, value: object, right: str) -> None:
    """Raise an error that names `value` and what would be right, unless `holds`."""
    if not holds:
        raise FoundationsError(f"{name} must be {right}. Received: {value!r}")


def require_one_of(name: str, value: object, known: Collection[str]) -> None:
    """Raise an error that lists what is known, unless `value` is among it."""
    require(value in known, name, value, f"one of {', '.join(known)}")


def require_count(name: str, value: object, least: int) -> None:
    """Raise an error unless `value` is a whole number of at least `least`."""
    whole = isinstance(value, int) and not isinstance(value, bool)
    require(whole and value >= least, name, value, f"a whole number of at least {least}")  # type: ignore[operator]


def require_number(name: str, value: object, right: str, low: float, high: float = math.inf) -> None:
    """Raise an error unless `value` is a number in [`low`, `high`)."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    require(number and low <= value < high, name, value, right)  # type: ignore[operator]
