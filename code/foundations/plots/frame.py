"""What all figures share: the book's style, and axes to draw on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib_inline.backend_inline import set_matplotlib_formats

STYLE = Path(__file__).with_name("book.mplstyle")


def use_style() -> None:
    """Make figures of this process look like the book's, and notebooks draw them as SVG."""
    plt.style.use(STYLE)
    set_matplotlib_formats("svg")  # type: ignore[no-untyped-call]


def axes_or_new(ax: Axes | None, **size: Any) -> Axes:
    """Return the axes given, or those of a new figure of that size."""
    return plt.subplots(**size)[1] if ax is None else ax


def label_end(ax: Axes, x: float, y: float, text: str, color: Any) -> None:
    """Write a line's name beside its last point."""
    place: dict[str, Any] = {"xytext": (4, 0), "textcoords": "offset points", "va": "center", "annotation_clip": False}
    ax.annotate(text, (x, y), color=color, fontsize=9, **place)
