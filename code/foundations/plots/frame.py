"""What all figures share: the book's style, and axes to draw on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import scipy  # as in `foundations.statistics`
from matplotlib.axes import Axes
from matplotlib.backend_bases import RendererBase
from matplotlib.path import Path as LinePath
from matplotlib.text import Annotation, Text
from matplotlib.transforms import Bbox
from matplotlib_inline.backend_inline import set_matplotlib_formats
from numpy.typing import NDArray

STYLE = Path(__file__).with_name("book.mplstyle")
BESIDE = 6
"""How far to the right of a line's end its name stands, in points: clear of a cap there."""
NEAR = 24.0
"""Names of lines that end within so many points of each other, across, are kept apart."""
LINE = 11.0
"""How far apart they are kept, in points."""
TRIED = (0.0, 4.0, -4.0, 8.0, -8.0, 12.0, -12.0)
"""How far up names are moved, in points, until fewest lines run through them; the first is where nothing is gained."""


def use_style() -> None:
    """Make figures of this process look like the book's, and notebooks draw them as SVG."""
    plt.style.use(STYLE)
    set_matplotlib_formats("svg")  # type: ignore[no-untyped-call]


def axes_or_new(ax: Axes | None, **size: Any) -> Axes:
    """Return the axes given, or those of a new figure of that size."""
    return plt.subplots(**size)[1] if ax is None else ax


def label_end(ax: Axes, x: float, y: float, text: str, color: Any) -> None:
    """Write a line's name beside its last point; when drawn, names move away from each other and from other lines."""
    if text:
        ax.add_artist(EndLabel(text, (x, y), color=color, fontsize=9))


class EndLabel(Annotation):
    """The name of a line, beside its end."""

    def __init__(self, text: str, end: tuple[float, float], **style: Any) -> None:
        place: dict[str, Any] = {"xytext": (BESIDE, 0), "textcoords": "offset points", "va": "center"}
        ground = {"boxstyle": "square,pad=0.1", "facecolor": "white", "edgecolor": "none", "alpha": 0.7}
        super().__init__(text, end, annotation_clip=False, clip_on=False, bbox=ground, **place, **style)

    def update_positions(self, renderer: RendererBase) -> None:
        """Move up or down from where others and lines are, for the limits and scales that the axes have by now."""
        assert self.axes is not None
        names = [text for text in self.axes.texts if isinstance(text, EndLabel)]
        figure = self.axes.get_figure(root=True)
        assert figure is not None
        point = figure.dpi / 72
        across, up = self.axes.transData.transform([text.xy for text in names]).T / point
        # All names of a group see the same group, from its first to its last, so that they agree who goes where.
        order = np.argsort(across, kind="stable")
        groups = np.split(order, 1 + np.flatnonzero(np.diff(across[order]) > NEAR))
        own = names.index(self)
        group = next(group for group in groups if own in group)
        heights = apart(up[group], LINE)
        sizes = [Text.get_window_extent(names[number], renderer).size for number in group]
        middles = zip(across[group] + BESIDE, heights, sizes, strict=True)
        boxes = [Bbox.from_bounds(x * point, y * point - size[1] / 2, *size) for x, y, size in middles]
        lines = [line for line in self.axes.lines if line.get_linestyle() != "None"]
        paths = [line.get_transform().transform_path(line.get_path()) for line in lines]
        crossed = [crossings(paths, [box.translated(0, shift * point) for box in boxes]) for shift in TRIED]
        self.set_position((BESIDE, float((heights - up[group])[group == own][0]) + TRIED[np.argmin(crossed)]))
        super().update_positions(renderer)


def crossings(paths: Sequence[LinePath], boxes: Sequence[Bbox]) -> int:
    """Return how often lines run through boxes."""
    return sum(path.intersects_bbox(box, filled=False) for path in paths for box in boxes)


def apart(heights: NDArray[np.float64], gap: float) -> NDArray[np.float64]:
    """Return heights (n,) moved as little as is needed, by least squares, to be a gap apart; their order stays."""
    order = np.argsort(heights, kind="stable")
    steps = gap * np.arange(len(heights))
    moved = np.empty_like(heights)
    moved[order] = scipy.optimize.isotonic_regression(heights[order] - steps).x + steps
    return moved
