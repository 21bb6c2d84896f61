"""Figures of activations and of what comes back: their structure, not their pixels."""

from __future__ import annotations

from collections.abc import Iterator

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex

from foundations import plots
from foundations.activations import DERIVATIVES, NAMES
from foundations.evaluation import ACTIVATIONS
from foundations.plots.activations import COLORS


@pytest.fixture(autouse=True)
def style() -> Iterator[None]:
    """Draw in the book's style, and close every figure after the test."""
    with plt.style.context(plots.STYLE):
        yield
    plt.close("all")


@pytest.mark.parametrize(("derivative", "functions"), [(False, ACTIVATIONS), (True, DERIVATIVES)])
def test_every_function_is_drawn(derivative: bool, functions: dict[str, object]) -> None:
    """Each activation function, or derivative, is a named line of its values in its own colour."""
    ax = plots.activations(derivative, reach=2.0)
    assert [*NAMES.values()] == [line.get_label() for line in ax.lines]
    assert len(NAMES) == len({line.get_color() for line in ax.lines})
    for line, name in zip(ax.lines, functions, strict=True):
        a = line.get_xdata()
        assert (-2, 2) == (a[0], a[-1])
        assert pytest.approx((DERIVATIVES if derivative else ACTIVATIONS)[name](a)) == line.get_ydata()


def test_layers_are_drawn_as_the_signal_travels() -> None:
    """Means over seeds and the derived dashes stand at their layers, from the last on the left to the first."""
    measured = {"relu": np.array([[1e-3, 1e-2, 0.1], [3e-3, 3e-2, 0.3]]), "tanh": np.full((2, 3), 0.5)}
    ax = plots.by_layer(measured, {"relu": [1e-3, 1e-2, 0.1]}, first=2)
    relu, tanh, derived = ax.lines
    assert [2, 3, 4] == relu.get_xdata().tolist() == derived.get_xdata().tolist()
    assert pytest.approx([2e-3, 2e-2, 0.2]) == relu.get_ydata()
    assert pytest.approx([0.5] * 3) == tanh.get_ydata()
    assert ("--", to_hex(COLORS["relu"])) == (derived.get_linestyle(), to_hex(derived.get_color()))
    assert {"ReLU": 2, "tanh": 2} == {text.get_text(): text.xy[0] for text in ax.texts if text.get_text()}
    assert ax.xaxis_inverted()
    assert ("log", "hidden layer") == (ax.get_yscale(), ax.get_xlabel())


def test_seeds_are_dots_and_means_lines() -> None:
    """Every seed is a row of dots beside its setting, and the mean over seeds a named line through them."""
    values = {"relu": np.array([[1.0, 2.0], [3.0, 6.0]]), "gelu": np.array([[5.0, 5.0]])}
    ax = plots.dots_and_means(values, (0.001, 10))
    assert ["ReLU", "GELU"] == [line.get_label() for line in ax.lines if not line.get_label().startswith("_")]
    first, second, mean, alone, same = ax.lines
    assert [[1, 2], [3, 6], [2, 4]] == [line.get_ydata().tolist() for line in (first, second, mean)]
    assert alone.get_ydata().tolist() == same.get_ydata().tolist()
    assert pytest.approx([0, 1], abs=0.1) == mean.get_xdata()
    assert mean.get_xdata()[0] < same.get_xdata()[0]
    assert ["0.001", "10"] == [label.get_text() for label in ax.get_xticklabels()]
