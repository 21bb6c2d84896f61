"""Epochs to fit, read off curves that are made by hand."""

from __future__ import annotations

from foundations.memorization import epochs_to_fit
from foundations.specs import baseline
from pretended import pretend

SPEC = baseline.vary(epochs=12, evaluate_every=3)
SLOW, FAST, NEVER = (
    pretend(SPEC, {"train_accuracy": curve})
    for curve in ([0.5, 0.98, 0.99, 1.0], [1.0, 0.9, 1.0, 1.0], [0.1, 0.2, 0.3, 0.989])
)


def test_first_fitted_epoch() -> None:
    """The first evaluated epoch at which the share is reached counts, even if the share is lost again."""
    assert [9, 3] == epochs_to_fit([SLOW, FAST]).tolist()


def test_all_epochs_where_there_are_too_few() -> None:
    """A run that never fits takes at least all epochs that it was given."""
    assert [12] == epochs_to_fit([NEVER]).tolist()
