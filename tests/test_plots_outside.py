"""Figures of outside pictures and of shifts, by their structure."""

from __future__ import annotations

from collections.abc import Iterator

import matplotlib.pyplot as plt
import numpy as np
import pytest

from foundations import plots
from foundations.shifts import SHIFTS


@pytest.fixture(autouse=True)
def closing() -> Iterator[None]:
    """Close what a test drew."""
    yield
    plt.close("all")


def test_shares_stand_below_each_other() -> None:
    """Each row is a dot with its interval, named on the left, the first on top."""
    ax = plots.shares({"all": (90.0, 80.0, 95.0), "some": (50.0, 40.0, 60.0)}, "accuracy")
    assert [label.get_text() for label in ax.get_yticklabels()] == ["all", "some"]
    line = ax.lines[0]
    assert line.get_xdata().tolist() == [90, 50]
    assert line.get_ydata().tolist() == [1, 0]
    assert ax.get_xlabel() == "accuracy (%)"


@pytest.mark.parametrize("count", [2, 3])
def test_every_kind_has_a_panel(count: int) -> None:
    """Each kind of shift has a panel with accuracy and confidence; a panel left over is empty."""
    kinds = [*SHIFTS][:count]
    random = np.random.default_rng(0)
    figure = plots.shifts({kind: random.uniform(0, 100, (3, len(SHIFTS[kind].amounts), 2)) for kind in kinds})
    drawn = [ax for ax in figure.axes if ax.axison]
    assert [ax.get_xlabel() for ax in drawn] == [SHIFTS[kind].label for kind in kinds]
    assert [len(ax.lines) for ax in drawn] == [2] * count


def test_points_of_a_plane() -> None:
    """The cloud names each digit at its median; what is placed on it is blue or, if misread, orange."""
    points = np.array([[0.0, 0.0], [2.0, 2.0], [5.0, 5.0]])
    ax = plots.cloud(points, np.array([1, 1, 7]))
    assert [(text.get_text(), text.get_position()) for text in ax.texts] == [("1", (1, 1)), ("7", (5, 5))]
    plots.placed(points[:2], ["3", "4"], np.array([True, False]), ax)
    assert [(text.get_text(), text.get_color()) for text in ax.texts[2:]] == [("3", "C0"), ("4", "C1")]
