"""The two profiles of a build: the full one, and the preview with few seeds and epochs."""

from __future__ import annotations

import dataclasses
import os
from enum import StrEnum

from foundations.errors import require_one_of
from foundations.specs import RunSpec

PREVIEW_SEEDS = 2
PREVIEW_SHARE = 4
"""A preview trains one in so many epochs."""
PREVIEW_IMAGES = 1_000
"""Training images of a run in a preview, at most: as many as small training sets have, so that they share programs."""
PREVIEW_LAYERS = 4
"""Hidden layers of a network in a preview, at most: deep ones take longer to compile than to train."""
PREVIEW_UNITS = (32, 128)
"""Units of a hidden layer in a preview, at least and at most: fewer save nothing, as each width is compiled on its own.

The most is the baseline's.
"""
PREVIEW_EVALUATED = 500
"""Images that an evaluation in a preview's training reads."""
PREVIEW_MEASURED = 50
"""Images that a costly measurement reads in a preview, at least, if it has so many."""


class Profile(StrEnum):
    """How much is trained; the variable FOUNDATIONS_PROFILE chooses."""

    FULL = "full"
    PREVIEW = "preview"

    def seeds(self, count: int) -> int:
        """Return how many of `count` seeds are trained."""
        return count if self is Profile.FULL else min(count, PREVIEW_SEEDS)

    def images(self, count: int) -> int:
        """Return how many of `count` images a costly measurement reads: in a preview a twentieth, or fifty."""
        return count if self is Profile.FULL else max(count // 20, min(count, PREVIEW_MEASURED))

    def shorten(self, spec: RunSpec) -> RunSpec:
        """Return `spec` as it is trained: in a preview a quarter of the epochs, on fewer images.

        Evaluations read fewer images as well, deep networks have fewer layers, wide ones fewer units and narrow ones
        more. Of its snapshots those stay that lie within it.
        """
        if self is Profile.FULL:
            return spec
        epochs = -(-spec.epochs // (PREVIEW_SHARE * spec.evaluate_every)) * spec.evaluate_every
        images = max(spec.batch_size, min(spec.data.train_size, PREVIEW_IMAGES))
        shorter = dataclasses.replace(spec, epochs=epochs, evaluate_images=PREVIEW_EVALUATED, snapshots=())
        least, most = PREVIEW_UNITS
        hidden = tuple(max(least, min(units, most)) for units in spec.model.hidden[:PREVIEW_LAYERS])
        shorter = shorter.vary(train_size=images, hidden=hidden)
        return shorter.vary(snapshots=tuple(step for step in spec.snapshots if step <= shorter.steps))


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
    """Whether a verdict that contradicts the recorded one stops the build: STRICT=1."""
    return os.environ.get("STRICT", "0") not in ("", "0")
