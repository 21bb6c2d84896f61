"""The two profiles of a build: the full one, and the preview with few seeds and epochs."""

from __future__ import annotations

import dataclasses
import os
from enum import StrEnum

from foundations.specs import RunSpec, require_one_of

PREVIEW_SEEDS = 2
PREVIEW_SHARE = 4


class Profile(StrEnum):
    """How much is trained; the variable FOUNDATIONS_PROFILE chooses."""

    FULL = "full"
    PREVIEW = "preview"

    def seeds(self, count: int) -> int:
        """Return how many of `count` seeds are trained."""
        return count if self is Profile.FULL else min(count, PREVIEW_SEEDS)

    def shorten(self, spec: RunSpec) -> RunSpec:
        """Return `spec` with as many epochs as are trained: in a preview a quarter, and its snapshots within them."""
        if self is Profile.FULL:
            return spec
        epochs = -(-spec.epochs // (PREVIEW_SHARE * spec.evaluate_every)) * spec.evaluate_every
        steps = epochs * spec.steps_per_epoch
        return dataclasses.replace(spec, epochs=epochs, snapshots=tuple(s for s in spec.snapshots if s <= steps))


def current() -> Profile:
    """Return the profile of this process.

    Raises
    ------
    FoundationsError
        If FOUNDATIONS_PROFILE names none.
    """
    name = os.environ.get("FOUNDATIONS_PROFILE", Profile.FULL)
    require_one_of("FOUNDATIONS_PROFILE", name, [*Profile])
    return Profile(name)


def strict() -> bool:
    """Whether a verdict that differs from the recorded one stops the build: STRICT=1."""
    return os.environ.get("STRICT", "0") not in ("", "0")
