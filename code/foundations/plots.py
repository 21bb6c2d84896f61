"""The figures of the book: each takes results or arrays and an optional `Axes`, and returns the axes it drew on.

Lines are means over seeds and bands span all of them, from the lowest to the highest, unless a function says otherwise.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from matplotlib_inline.backend_inline import set_matplotlib_formats
from numpy.typing import ArrayLike, NDArray

from foundations.metrics import SERIES_LABELS, kept, series
from foundations.statistics import estimate
from foundations.study import Results

STYLE = Path(__file__).with_suffix(".mplstyle")


def use_style() -> None:
    """Make figures of this process look like the book's, and notebooks draw them as SVG."""
    plt.style.use(STYLE)
    set_matplotlib_formats("svg")  # type: ignore[no-untyped-call]


def _axes(ax: Axes | None, **size: Any) -> Axes:
    return plt.subplots(**size)[1] if ax is None else ax


def _label_end(ax: Axes, x: float, y: float, text: str, color: Any) -> None:
    """Write a line's name beside its last point."""
    place: dict[str, Any] = {"xytext": (4, 0), "textcoords": "offset points", "va": "center", "annotation_clip": False}
    ax.annotate(text, (x, y), color=color, fontsize=9, **place)


def band(ax: Axes, x: ArrayLike, values: NDArray[np.floating], label: str, **style: Any) -> None:
    """Draw the mean over seeds of (seeds, points) as a line named at its end, and all seeds' range as a band."""
    (line,) = ax.plot(x, values.mean(axis=0), **style)
    color = line.get_color()
    ax.fill_between(x, values.min(axis=0), values.max(axis=0), color=color, alpha=0.18, linewidth=0)
    _label_end(ax, float(np.asarray(x)[-1]), float(values.mean(axis=0)[-1]), label, color)


def learning_curves(results: Results, names: Mapping[str, str], arm: str, ax: Axes | None = None) -> Axes:
    """Draw curves of one arm against the epoch, with seed bands.

    Parameters
    ----------
    results
        Of a study.
    names
        Curves, as `foundations.metrics.series` knows them, and what each is called beside its line.
    arm
        The arm's name.
    ax
        Where to draw; a new figure if None.
    """
    ax = _axes(ax)
    for name, label in names.items():
        _curve(ax, results, name, arm, label)
    return _epoch_axes(ax, "accuracy (%)" if _percent(next(iter(names))) == 100 else "cross-entropy (nats)")


def compare_arms(results: Results, name: str, arms: Mapping[str, str], ax: Axes | None = None) -> Axes:
    """Draw one curve of several arms, given with what each is called, against the epoch, with seed bands."""
    ax = _axes(ax)
    for arm, label in arms.items():
        _curve(ax, results, name, arm, label)
    return _epoch_axes(ax, f"{SERIES_LABELS[name]} ({'%' if _percent(name) == 100 else 'nats'})")


def _percent(name: str) -> int:
    return 100 if name.endswith("accuracy") else 1


def _curve(ax: Axes, results: Results, name: str, arm: str, label: str) -> None:
    values = _percent(name) * results.curves(name, arm)
    band(ax, results[arm][0].evaluated[: values.shape[1]], values, label)


def _epoch_axes(ax: Axes, y_label: str) -> Axes:
    ax.set_xlabel("epoch")
    ax.set_ylabel(y_label)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    return ax


def ends(results: Results, name: str, arm: str, ax: Axes | None = None, **style: Any) -> Axes:
    """Draw every seed's curve of one arm as a thin line, with a dot at the epoch whose weights the run ends with."""
    ax = _axes(ax)
    style = {"color": "C0", **style}
    for run in results[arm]:
        values = _percent(name) * series(run, name)
        ax.plot(run.evaluated, values, linewidth=0.8, alpha=0.6, **style)
        end = kept(run)
        ax.plot(run.evaluated[end], values[end], marker="o", markersize=5, linestyle="", **style)
    return _epoch_axes(ax, f"{SERIES_LABELS[name]} ({'%' if _percent(name) == 100 else 'nats'})")


def interval_curve(ax: Axes, x: ArrayLike, values: NDArray[np.floating], label: str, **style: Any) -> None:
    """Draw means over seeds of (seeds, points) with their 95% t intervals, named at the end of the line."""
    found = [estimate(column) for column in values.T]
    means = np.array([e.mean for e in found])
    reach = np.array([[e.mean - e.low for e in found], [e.high - e.mean for e in found]])
    container = ax.errorbar(x, means, yerr=reach, marker="o", markersize=4, capsize=3, **style)
    _label_end(ax, float(np.asarray(x)[-1]), float(means[-1]), label, container.lines[0].get_color())


def image_grid(
    images: NDArray[Any], titles: Sequence[str] | None = None, columns: int = 10, size: float = 0.65
) -> Figure:
    """Draw images (n, 28, 28) in rows, each under its title, and return the figure."""
    rows = -(-len(images) // columns)
    height = size * (1.35 if titles else 1.0)
    figure, axes = plt.subplots(rows, columns, figsize=(size * columns, height * rows), squeeze=False)
    for number, ax in enumerate(axes.flat):
        ax.axis("off")
        if number < len(images):
            ax.imshow(images[number])
            if titles:
                ax.set_title(titles[number], fontsize=8, pad=2)
    return figure


def predictions(
    images: NDArray[Any], probabilities: NDArray[np.floating], labels: ArrayLike, columns: int = 6
) -> Figure:
    """Draw images above bars of their probabilities: the true digit's bar blue, a wrongly predicted one's orange."""
    rows = -(-len(images) // columns)
    figure, axes = plt.subplots(2 * rows, columns, figsize=(1.15 * columns, 1.9 * rows), squeeze=False)
    for number, (image, row, label) in enumerate(zip(images, probabilities, np.asarray(labels), strict=True)):
        block, column = divmod(number, columns)
        axes[2 * block, column].imshow(image)
        probability_bars(row, int(label), axes[2 * block + 1, column])
    for ax in axes[::2].flat:
        ax.axis("off")
    for ax in axes[1::2].flat[len(images) :]:
        ax.axis("off")
    return figure


def probability_bars(probabilities: NDArray[np.floating], label: int, ax: Axes | None = None) -> Axes:
    """Draw the ten probabilities of one image: the true digit's bar blue, a wrongly predicted one's orange."""
    ax = _axes(ax)
    colors = ["0.75"] * 10
    colors[int(probabilities.argmax())] = "C1"
    colors[label] = "C0"
    ax.bar(np.arange(10), probabilities, color=colors)
    ax.set_xticks(np.arange(10))
    ax.set_ylim(0, 1)
    ax.set_yticks([0, 1])
    ax.tick_params(labelsize=6, length=2)
    ax.grid(visible=False)
    return ax


def confusion(counts: NDArray[np.floating], ax: Axes | None = None) -> Axes:
    """Draw counts (10, 10) by true digit (row) and predicted digit (column), shaded by the errors."""
    ax = _axes(ax, figsize=(5.4, 5.0))
    errors = counts * (1 - np.eye(len(counts)))
    ax.imshow(errors, cmap="Oranges", vmax=1.6 * errors.max() or 1)
    for (row, column), count in np.ndenumerate(counts):
        text = f"{count:.0f}" if count >= 10 or count == int(count) else f"{count:.1f}"
        ax.text(column, row, text, ha="center", va="center", fontsize=8, color="0.45" if row == column else "black")
    ax.set_xticks(np.arange(10))
    ax.set_yticks(np.arange(10))
    ax.set_xlabel("predicted digit")
    ax.set_ylabel("true digit")
    ax.grid(visible=False)
    return ax


def network(widths: Sequence[int], names: Sequence[str], shown: int = 9, ax: Axes | None = None) -> Axes:
    """Draw a fully connected network as columns of units, of which `shown` at most a layer, and all connections."""
    ax = _axes(ax, figsize=(6.4, 3.4))
    columns = []
    for x, (width, name) in enumerate(zip(widths, names, strict=True)):
        y = np.linspace(-1, 1, min(width, shown))
        ax.plot(np.full(len(y), x), y, "o", color=f"C{x}", markersize=10, zorder=3)
        if width > shown:
            ax.plot(np.full(3, x), np.array([-0.04, 0, 0.04]) - 1.17, ".", color=f"C{x}", markersize=3)
        ax.text(x, 1.22, f"{name}\n{width}", ha="center", va="bottom", fontsize=9)
        columns.append(y)
    for x, (left, right) in enumerate(itertools.pairwise(columns)):
        for start in left:
            for end in right:
                ax.plot([x, x + 1], [start, end], color="0.75", linewidth=0.4, zorder=1)
    ax.set_ylim(-1.3, 1.75)
    ax.axis("off")
    return ax
