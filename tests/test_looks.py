"""What was seen in test images."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from foundations.looks import SEEN, UNSEEN, Opinion, look


def test_every_look_is_complete() -> None:
    """Every image that was looked at is one of the test set's, with an opinion and words that continue a sentence."""
    assert all(0 <= index < 10_000 for index in SEEN)
    assert [*SEEN] == sorted(SEEN)
    for seen in SEEN.values():
        assert seen.opinion is not Opinion.NONE
        assert re.fullmatch(r"looks like .*[^.]", seen.words)


def test_images_that_nobody_looked_at() -> None:
    """An image without a look says so, and has no opinion."""
    assert SEEN[947] is look(947)
    assert 0 not in SEEN
    assert UNSEEN is look(0)
    assert Opinion.NONE is UNSEEN.opinion


def test_looks_belong_to_mnist(archive: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """The numbers mean other images in another data set, so there nothing was seen."""
    monkeypatch.setenv("FOUNDATIONS_DATA", str(archive()))
    assert UNSEEN is look(947)
