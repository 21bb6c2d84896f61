"""Figures: their structure, not their pixels."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_hex
from matplotlib.container import ErrorbarContainer
from matplotlib.figure import Figure

from foundations import digits, plots
from foundations.errors import FoundationsError
from foundations.metrics import SERIES_LABELS
from foundations.plots.frame import LINE, apart, label_end
from foundations.specs import EarlyStoppingSpec, baseline
from foundations.statistics import estimate
from pretended import pretend, results_of

SPARSE = baseline.vary(epochs=6, evaluate_every=2)
STOPPING = EarlyStoppingSpec(patience=1)
BLUE, ORANGE = "#0072b2", "#d55e00"
SHARES = ([0.9, 0.95, 0.96], [0.92, 0.93, 0.98], [0.91, 0.94, 0.97, 0.99])
RESULTS = results_of(
    {
        "plain": [
            pretend(baseline.vary(seed=seed), {"train_accuracy": curve, "judge_accuracy": curve, "loss": curve})
            for seed, curve in enumerate(SHARES)
        ],
        "sparse": [pretend(SPARSE, {"judge_accuracy": [0.5, 0.6, 0.7], "gap": [0, 0, 0]})],
    }
)
PLAIN = np.array([curve[:3] for curve in SHARES])


@pytest.fixture(autouse=True)
def style() -> Iterator[None]:
    """Draw in the book's style, and close every figure after the test."""
    with plt.style.context(plots.STYLE):
        yield
    plt.close("all")


def colors(ax: Axes) -> list[str]:
    """Return the colours of the lines of axes."""
    return [to_hex(line.get_color()) for line in ax.lines]


def bands(ax: Axes) -> list[PolyCollection]:
    """Return the bands of axes."""
    return [item for item in ax.collections if isinstance(item, PolyCollection)]


def names(ax: Axes) -> list[str]:
    """Return what is written in axes."""
    return [text.get_text() for text in ax.texts]


def outline(band: PolyCollection) -> set[tuple[float, float]]:
    """Return the corners of a band, to nine decimals."""
    (path,) = band.get_paths()
    return {(round(float(x), 9), round(float(y), 9)) for x, y in path.vertices}


def test_learning_curves_are_means_with_bands() -> None:
    """A learning curve is the mean over seeds in percent, in a band from the lowest to the highest seed."""
    ax = plots.learning_curves(RESULTS, {"judge_accuracy": "judge"}, "plain")
    (line,) = ax.lines
    assert [1, 2, 3] == line.get_xdata().tolist()
    assert pytest.approx(100 * PLAIN.mean(axis=0)) == line.get_ydata()
    low, high = 100 * PLAIN.min(axis=0), 100 * PLAIN.max(axis=0)
    expected = {(x, round(y, 9)) for side in (low, high) for x, y in zip((1.0, 2.0, 3.0), side.tolist(), strict=True)}
    (found,) = bands(ax)
    assert expected == outline(found)


def test_curves_are_named_at_their_ends() -> None:
    """Every curve has a colour of its own, a band in it, and its name in it beside its last point."""
    ax = plots.learning_curves(RESULTS, {"train_accuracy": "training", "judge_accuracy": "judge"}, "plain")
    assert [BLUE, ORANGE] == colors(ax)
    assert [BLUE, ORANGE] == [to_hex(band.get_facecolor()[0]) for band in bands(ax)]
    assert ["training", "judge"] == names(ax)
    assert [BLUE, ORANGE] == [to_hex(text.get_color()) for text in ax.texts]
    assert [(3.0, pytest.approx(97))] * 2 == [text.xy for text in ax.texts]
    assert ax.get_legend() is None


@given(st.lists(st.floats(-500, 500), min_size=1, max_size=8), st.floats(0.1, 20))
def test_names_are_moved_apart(heights: list[float], gap: float) -> None:
    """Moved heights keep their order and their mean, are a gap apart, and stay where they are if they were."""
    moved = apart(np.array(heights), gap)
    order = np.argsort(heights, kind="stable")
    steps = np.diff(moved[order])
    assert (steps >= gap - 1e-6).all()
    assert pytest.approx(sum(heights), abs=1e-6) == moved.sum()
    if (np.diff(np.array(heights)[order]) >= gap).all():
        assert pytest.approx(heights, abs=1e-9) == moved


def test_names_in_a_chain_agree() -> None:
    """Of three names, each within reach of the next only, none meets another."""
    fig, ax = plt.subplots(figsize=(4, 4))
    width = ax.get_window_extent().width * 72 / fig.dpi
    for place, name in enumerate(("first", "second", "third")):
        label_end(ax, place * 20 / width, 0.5, name, "C0")
    ax.set(xlim=(0, 1), ylim=(0, 1))
    fig.canvas.draw()
    heights = [text.get_position()[1] for text in ax.texts]
    assert pytest.approx([-LINE, 0, LINE]) == heights


def test_names_that_meet_are_drawn_apart() -> None:
    """Names of lines that end near each other do not overlap in the limits that are set later; a far one stays."""
    fig, ax = plt.subplots()
    ends = {"upper": (9.9, 1.001), "lower": (10, 1), "far": (10, 60), "early": (1, 1)}
    for name, end in ends.items():
        label_end(ax, *end, name, "C0")
    label_end(ax, 10, 1, "", "C0")
    ax.set(xlim=(0, 10), ylim=(0.5, 100), yscale="log")
    fig.canvas.draw()
    assert [*ends] == names(ax)
    lines = {text.get_text(): text.get_position()[1] for text in ax.texts}
    assert {"far": 0, "early": 0} == pytest.approx({name: lines[name] for name in ("far", "early")})
    upper, lower = (text.get_window_extent() for text in ax.texts[:2])
    assert not upper.overlaps(lower)
    assert upper.y0 > lower.y0
    assert lines["upper"] - lines["lower"] <= LINE


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([], {0.0}),
        ([(0.5, 0.5)], {8.0, -8.0}),  # through its middle
        ([(0.5, 0.5), (0.45, 0.45)], {8.0}),  # below it as well
        ([(0.5, 0.5), (0.55, 0.55)], {-8.0}),
        ([(0.4, 0.4), (0.6, 0.6)], {0.0}),
        ([(-3.0, 18.0)], {0.0}),  # steep, through every place
    ],
)
def test_names_give_way_to_lines(lines: list[tuple[float, float]], expected: set[float]) -> None:
    """A name moves to where fewest lines run through it, no further than it must, and stays where nothing is gained."""
    fig, ax = plt.subplots(figsize=(4, 4))
    ax.plot([0, 0.2], [0.5, 0.5])
    for line in lines:
        ax.plot([0.1, 1], line)
    ax.plot([0.3], [0.5], "o", linestyle="none")
    label_end(ax, 0.2, 0.5, "early", "C0")
    ax.set(xlim=(0, 1), ylim=(0, 1))
    fig.canvas.draw()
    assert ax.texts[0].get_position()[1] in expected


@pytest.mark.parametrize(
    ("curve", "expected"),
    [("judge_accuracy", "accuracy (%)"), ("loss", "cross-entropy (nats)"), ("gap", "cross-entropy (nats)")],
)
def test_learning_curves_have_units(curve: str, expected: str) -> None:
    """The axes of learning curves are the epoch and the quantity with its unit."""
    ax = plots.learning_curves(RESULTS, {curve: "x"}, "plain")
    assert ("epoch", expected) == (ax.get_xlabel(), ax.get_ylabel())
    assert "" == ax.get_title()


def test_epochs_are_ticked_as_whole_numbers() -> None:
    """Epochs are whole numbers on the axis, also where there are few."""
    ax = plots.learning_curves(RESULTS, {"loss": "x"}, "plain")
    ax.figure.canvas.draw()
    assert all(tick == round(tick) for tick in ax.get_xticks())


def test_sparse_evaluations_stand_at_their_epochs() -> None:
    """Values that are measured every other epoch are drawn at those epochs."""
    ax = plots.compare_arms(RESULTS, "judge_accuracy", {"sparse": "x"})
    assert [2, 4, 6] == ax.lines[0].get_xdata().tolist()


def test_compare_arms_draws_one_curve_an_arm() -> None:
    """Arms are compared by one curve each, named as given, against axes that name the metric."""
    ax = plots.compare_arms(RESULTS, "judge_accuracy", {"sparse": "every other", "plain": "every"})
    assert ["every other", "every"] == names(ax)
    assert [[50, 60, 70], pytest.approx(100 * PLAIN.mean(axis=0))] == [line.get_ydata().tolist() for line in ax.lines]
    assert ("epoch", "accuracy on the judge half (%)") == (ax.get_xlabel(), ax.get_ylabel())
    assert [BLUE, ORANGE] == colors(ax)


@pytest.mark.parametrize("curve", SERIES_LABELS)
def test_every_labelled_curve_can_be_compared(curve: str) -> None:
    """Every curve that has a label can be drawn, accuracies in percent and the others in nats."""
    unit = "%" if curve.endswith("accuracy") else "nats"
    assert f"{SERIES_LABELS[curve]} ({unit})" == plots.compare_arms(RESULTS, curve, {"plain": "x"}).get_ylabel()


def test_curves_of_what_is_not_there() -> None:
    """An arm or a curve that does not exist is refused."""
    with pytest.raises(FoundationsError, match="an arm of"):
        plots.compare_arms(RESULTS, "loss", {"wide": "x"})
    with pytest.raises(FoundationsError, match="a curve must be"):
        plots.learning_curves(RESULTS, {"speed": "x"}, "plain")


CURVE = [0.9, 0.8, 0.7, 0.6]
ENDS = [
    (baseline, None, 4),
    (baseline.vary(early_stopping=STOPPING), 2, 2),
    (baseline.vary(early_stopping=EarlyStoppingSpec(restore_best_weights=False)), 2, 4),
    (baseline.vary(epochs=20, evaluate_every=2), None, 8),
    (baseline.vary(epochs=20, evaluate_every=2, early_stopping=STOPPING), 6, 6),
]


@pytest.mark.parametrize(("spec", "best", "expected"), ENDS)
def test_ends_have_dots_at_the_kept_epoch(spec: object, best: int | None, expected: int) -> None:
    """Every seed's curve has a dot at the epoch whose weights the run ends with."""
    run = pretend(spec, {"judge_cross_entropy": CURVE}, best_epoch=best)  # type: ignore[arg-type]
    ax = plots.ends(results_of({"arm": [run, run]}), "judge_cross_entropy", "arm", color="C1")
    curve, dot = ax.lines[:2]
    assert 4 == len(ax.lines)
    assert CURVE == curve.get_ydata().tolist()
    assert [expected] == np.asarray(dot.get_xdata()).tolist()
    assert [dict(zip(run.evaluated.tolist(), CURVE, strict=True))[expected]] == np.asarray(dot.get_ydata()).tolist()
    assert ("None", "o") == (dot.get_linestyle(), dot.get_marker())
    assert [ORANGE] * 4 == colors(ax)
    assert ("epoch", "cross-entropy on the judge half (nats)") == (ax.get_xlabel(), ax.get_ylabel())


def test_ends_are_one_colour() -> None:
    """Without a chosen colour all seeds' lines and dots share the first one."""
    assert {BLUE} == {*colors(plots.ends(RESULTS, "judge_accuracy", "plain"))}


def test_interval_curve_draws_t_intervals() -> None:
    """Means over seeds are drawn with the ends of their 95% t intervals, and named at the end."""
    _, ax = plt.subplots()
    plots.interval_curve(ax, [1, 2, 4], 100 * PLAIN, "identical")
    (container,) = (item for item in ax.containers if isinstance(item, ErrorbarContainer))
    line, _, (bars,) = container.lines
    found = [estimate(column) for column in 100 * PLAIN.T]
    assert pytest.approx([e.mean for e in found]) == line.get_ydata().tolist()
    ends = [segment[:, 1].tolist() for segment in bars.get_segments()]
    assert [pytest.approx([e.low, e.high]) for e in found] == ends
    assert ["identical"] == names(ax)
    assert (4.0, pytest.approx(found[-1].mean)) == ax.texts[0].xy


@settings(max_examples=15)  # axes are slow to make
@given(st.integers(1, 10), st.integers(1, 4), st.booleans())
def test_image_grid_has_one_axes_an_image(count: int, columns: int, titled: bool) -> None:
    """Images stand row by row under their titles; the places that are left over stay empty."""
    images = np.arange(count)[:, np.newaxis, np.newaxis] * np.ones((1, 28, 28))
    titles = [f"number {i}" for i in range(count)] if titled else None
    figure = plots.image_grid(images, titles, columns)
    shown = [ax for ax in figure.axes if ax.images]
    assert [*range(count)] == [int(ax.images[0].get_array().max()) for ax in shown]
    assert (titles or [""] * count) == [ax.get_title() for ax in shown]
    assert -(-count // columns) * columns == len(figure.axes)
    assert figure.axes[:count] == shown
    assert not any(ax.axison for ax in figure.axes)
    plt.close(figure)


PROBABILITIES = np.full(10, 0.02) + 0.8 * np.eye(10)


@pytest.mark.parametrize(("label", "blue", "orange"), [(3, [3], []), (5, [5], [3])], ids=["read correctly", "misread"])
def test_probability_bars(label: int, blue: list[int], orange: list[int]) -> None:
    """The true digit's bar is blue, a wrongly predicted one's orange, the others gray, on one scale from 0 to 1."""
    ax = plots.probability_bars(PROBABILITIES[3], label)
    faces = [to_hex(bar.get_facecolor()) for bar in ax.patches]
    assert PROBABILITIES[3].tolist() == [bar.get_height() for bar in ax.patches]
    assert blue == [digit for digit, color in enumerate(faces) if color == BLUE]
    assert orange == [digit for digit, color in enumerate(faces) if color == ORANGE]
    assert {to_hex("0.75")} == {*faces} - {BLUE, ORANGE}
    assert ((0, 1), [*range(10)]) == (ax.get_ylim(), ax.get_xticks().tolist())


def test_predictions_stand_under_their_images() -> None:
    """Every image stands above the bars of its probabilities, and the places that are left over stay empty."""
    images = np.arange(5)[:, np.newaxis, np.newaxis] * np.ones((1, 28, 28))
    figure = plots.predictions(images, PROBABILITIES[:5], np.arange(5), columns=3)
    grid = np.reshape(figure.axes, (4, 3))
    for number in range(5):
        block, column = divmod(number, 3)
        assert number == grid[2 * block, column].images[0].get_array().max()
        heights = [bar.get_height() for bar in grid[2 * block + 1, column].patches]
        assert PROBABILITIES[number].tolist() == heights
    on = [ax.axison for ax in grid.ravel()]
    assert [False] * 3 + [True] * 3 + [False] * 3 + [True, True, False] == on


def test_confusion_is_shaded_by_its_errors() -> None:
    """Counts are written at their place; the shade leaves the diagonal out, so that errors can be seen."""
    counts = np.diag(np.full(10, 900.0))
    counts[4, 9], counts[9, 4] = 30, 2.5
    ax = plots.confusion(counts)
    shade = ax.images[0].get_array()
    assert [30.0, 2.5, 0.0] == [shade[4, 9], shade[9, 4], np.abs(np.diag(shade)).max()]
    written = {text.get_position(): text.get_text() for text in ax.texts}
    assert ("900", "30", "2.5", "0") == tuple(written[place] for place in ((0, 0), (9, 4), (4, 9), (1, 0)))
    assert 100 == len(ax.texts)
    gray = {text.get_position() for text in ax.texts if text.get_color() != "black"}
    assert {(digit, digit) for digit in range(10)} == gray
    assert ("predicted digit", "true digit") == (ax.get_xlabel(), ax.get_ylabel())
    ticks = [[label.get_text() for label in axis.get_ticklabels()] for axis in (ax.xaxis, ax.yaxis)]
    assert [[*map(str, range(10))]] * 2 == ticks


def test_averaged_counts_keep_their_decimal() -> None:
    """Where counts are means, one that happens to be whole is written like the others, and none at all as 0."""
    ax = plots.confusion(np.array([[90.5, 2.0], [0.0, 1.5]]))
    assert ["90", "2.0", "0", "1.5"] == [text.get_text() for text in ax.texts]


def test_confusion_without_errors() -> None:
    """A confusion matrix without errors is drawn without a shade."""
    ax = plots.confusion(np.diag(np.full(10, 5)))
    assert (0, 0) == (ax.images[0].get_array().min(), ax.images[0].get_array().max())
    assert 1 == ax.images[0].get_clim()[1]


@settings(max_examples=25)
@given(st.lists(st.integers(1, 20), min_size=1, max_size=4), st.integers(1, 6))
def test_network_draws_units_and_connections(widths: list[int], shown: int) -> None:
    """A network has so many units a layer at most, dots below a longer layer, and lines between all shown units."""
    ax = plots.network(widths, [f"layer {i}" for i in range(len(widths))], shown)
    units = [len(line.get_xdata()) for line in ax.lines if line.get_marker() == "o"]
    assert [min(width, shown) for width in widths] == units
    assert sum(width > shown for width in widths) == sum(line.get_marker() == "." for line in ax.lines)
    layers = [[*map(tuple, line.get_xydata().tolist())] for line in ax.lines if line.get_marker() == "o"]
    expected = [pair for left, right in itertools.pairwise(layers) for pair in itertools.product(left, right)]
    assert expected == [(*map(tuple, line.get_xydata().tolist()),) for line in ax.lines if line.get_marker() == "None"]
    assert [f"layer {i}\n{width}" for i, width in enumerate(widths)] == names(ax)
    plt.close(ax.figure)


DRAWN: list[tuple[str, Callable[[Axes | None], Axes]]] = [
    ("learning_curves", lambda ax: plots.learning_curves(RESULTS, {"loss": "x"}, "plain", ax)),
    ("compare_arms", lambda ax: plots.compare_arms(RESULTS, "loss", {"plain": "x"}, ax)),
    ("ends", lambda ax: plots.ends(RESULTS, "loss", "plain", ax)),
    ("probability_bars", lambda ax: plots.probability_bars(PROBABILITIES[0], 0, ax)),
    ("confusion", lambda ax: plots.confusion(np.eye(10), ax)),
    ("network", lambda ax: plots.network((3, 2), ("in", "out"), ax=ax)),
]


@pytest.mark.parametrize("draw", [draw for _, draw in DRAWN], ids=[name for name, _ in DRAWN])
def test_figures_draw_where_they_are_told(draw: Callable[[Axes | None], Axes]) -> None:
    """A figure draws on the axes that it is given and returns them, and otherwise makes one new figure."""
    figure, (_, mine) = plt.subplots(1, 2)
    before = plt.get_fignums()
    assert mine is draw(mine)
    assert before == plt.get_fignums()
    assert isinstance(draw(None), Axes)
    assert len(before) + 1 == len(plt.get_fignums())
    figure.canvas.draw()


def test_grids_return_their_figure() -> None:
    """Figures of many images are returned as a whole."""
    images = np.zeros((2, 28, 28))
    assert isinstance(plots.image_grid(images), Figure)
    assert isinstance(plots.predictions(images, PROBABILITIES[:2], [0, 1]), Figure)


def test_style_is_the_books(monkeypatch: pytest.MonkeyPatch) -> None:
    """The book's style has a palette for colour-blind readers, no frame at the top and right, and SVG in notebooks."""
    formats: list[str] = []
    monkeypatch.setattr(plots.frame, "set_matplotlib_formats", formats.append)
    with mpl.rc_context():
        mpl.rcdefaults()
        plots.use_style()
        palette = [to_hex(color) for color in plt.rcParams["axes.prop_cycle"].by_key()["color"]]
        assert (False, False) == (plt.rcParams["axes.spines.top"], plt.rcParams["axes.spines.right"])
        assert "foundations" == plt.rcParams["svg.hashsalt"]
    assert [BLUE, ORANGE, "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#000000"] == palette
    assert ["svg"] == formats


def test_preparation_shows_every_stage() -> None:
    """A row a picture: its stages in order, named above the first row, then the bars of its probabilities."""
    picture = np.pad(np.ones((30, 6)), 12)
    rows = [digits.preprocess(picture), digits.preprocess(1 - picture)]
    shares = np.full(10, 0.02)
    shares[7] = 0.82
    figure = plots.preparation(rows, [shares, shares[::-1]], names=["one.png", "a long name.png"])
    assert 2 * 7 == len(figure.axes)
    for row, item in enumerate(rows):
        axes = figure.axes[7 * row : 7 * row + 6]
        assert [stage.tolist() for stage in item.stages.values()] == [ax.images[0].get_array().tolist() for ax in axes]
        assert {(0, 1)} == {ax.images[0].get_clim() for ax in axes}
    assert ["gray", "ink bright", "paper even", "cropped", "20 × 20", "28 × 28", "7 (82%)"] == [
        ax.get_title() for ax in figure.axes[:7]
    ]
    assert ["one.png", "a long\nname.png"] == [figure.axes[place].get_ylabel() for place in (0, 7)]
    assert "2 (82%)" == figure.axes[-1].get_title()
    assert pytest.approx(shares) == [patch.get_height() for patch in figure.axes[6].patches]


def test_stage_draws_on_axes_given() -> None:
    """A stage is drawn as it is, black for 0 and white for 1, on the axes given."""
    ax = plt.figure().subplots()
    assert ax is plots.stage(np.eye(3), ax)
    assert "gray" == ax.images[0].get_cmap().name
