"""Tables: their HTML, and what they say of studies, results and claims."""

from __future__ import annotations

import dataclasses
from html import unescape
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundations import data, tables
from foundations.errors import FoundationsError
from foundations.specs import SGD, EarlyStoppingSpec, RunSpec, baseline
from foundations.stopping import NEVER
from foundations.studies import STUDIES
from foundations.study import Arm, Study
from foundations.tables import Markup, Table, deltas, design
from foundations.typeset import NO_BREAK, numbered, typeset
from markup import tagless
from pretended import Numbers, fixed_claim, fixed_effect, pretend, results_of

STUDY = Study(
    "task00-pretended",
    "What if?",
    {"plain": Arm(baseline), "dropout": Arm(baseline.vary(dropout=0.3), 3)},
    scientific=("dropout (0 or 0.3)",),
    fixed=("Adam", "batch size 32"),
)


class Reader(HTMLParser):
    """Reads a table's caption and rows, and the attributes of its cells, from HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.rows: list[list[str]] = []
        self.scopes: list[list[str | None]] = []
        self.caption = ""
        self.attributes: dict[str, dict[str, str | None]] = {}
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open a row or a cell."""
        self.open.append(tag)
        self.attributes.setdefault(tag, dict(attrs))
        if tag == "tr":
            self.rows.append([])
            self.scopes.append([])
        elif tag in ("th", "td"):
            self.rows[-1].append("")
            self.scopes[-1].append(dict(attrs).get("scope"))

    def handle_endtag(self, tag: str) -> None:
        """Close what was opened last."""
        assert tag == self.open.pop()

    def handle_data(self, data: str) -> None:
        """Add text to a cell or the caption."""
        if self.open[-1] == "caption":
            self.caption += data
        else:
            self.rows[-1][-1] += data


def read(table: Table) -> Reader:
    """Return a table as its HTML tells it."""
    return Reader(table._repr_html_())


def row(table: Table, name: str) -> list[str]:
    """Return the cells beside a row's heading."""
    return next(cells[1:] for cells in read(table).rows if cells[0] == name)


texts = st.text(st.characters(exclude_categories=["C"], exclude_characters="\r"), min_size=1, max_size=10)
grids = st.integers(1, 4).flatmap(
    lambda width: st.lists(st.lists(texts, min_size=width, max_size=width), min_size=1, max_size=4)
)


def read_back(text: str) -> str:
    """Return how a text reads once it is typeset."""
    return unescape(tagless(typeset(text)))


@given(texts, grids)
def test_table_says_what_it_was_given(caption: str, grid: list[list[str]]) -> None:
    """Caption, headings and cells come out as they were given, whatever characters they have.

    In the names of rows words stay with their numbers.
    """
    found = read(Table(caption, grid[0], grid[1:]))
    assert [] == found.open
    rows = [[numbered(name), *others] for name, *others in grid[1:]]
    assert [read_back(caption)] + [[*map(read_back, row)] for row in rows] == [found.caption, *found.rows[1:]]
    assert grid[0] == found.rows[0]
    assert caption == found.attributes["div"]["aria-label"]


@given(grids)
def test_headings_have_scopes(grid: list[list[str]]) -> None:
    """The first row's cells head their columns and every other row's first cell heads its row."""
    found = read(Table("A table.", grid[0], grid[1:]))
    width = len(grid[0])
    assert [["col"] * width] + [["row"] + [None] * (width - 1)] * (len(grid) - 1) == found.scopes


def test_table_scrolls_in_a_named_box() -> None:
    """A table stands in a box that a keyboard can reach and scroll, and that is named for readers who do not see it."""
    found = read(Table("A table.", ["a"], [["b"]]))
    expected = {"class": "table-box", "tabindex": "0", "role": "region", "aria-label": "A table."}
    assert expected == found.attributes["div"]


def test_markup_is_kept() -> None:
    """A cell that is HTML already is not escaped, as heading and as cell."""
    html = Table("A table.", ["a", "b"], [[Markup("<i>x</i>"), Markup("<b>y</b>")], ["<i>", "<b>"]])._repr_html_()
    assert '<th scope="row"><i>x</i></th><td><b>y</b></td>' in html
    assert '<th scope="row">&lt;i&gt;</th><td>&lt;b&gt;</td>' in html


def test_cells_are_typeset() -> None:
    """The text of a cell and of the caption is set as all text that comes from Python is."""
    html = Table("Adam's.", ("", ""), [("", "λ = 1e-4")])._repr_html_()
    assert "<caption>Adam’s.</caption>" in html
    assert f"<td>{typeset('λ = 1e-4')}</td>" in html


def test_names_of_rows_keep_their_numbers() -> None:
    """The name of a row does not part a word from its number; other cells may."""
    html = Table("A table.", ("", ""), [("patience 3", "patience 3")])._repr_html_()
    assert f'<th scope="row">patience{NO_BREAK}3</th><td>patience 3</td>' in html


def test_columns_of_numbers_are_marked() -> None:
    """Digits line up in columns that hold nothing but numbers, heading included, and sentences have room."""
    table = Table("", ("", "count", "text"), [("a", "1,234", "5 units"), ("b", "−0.5", "6")])._repr_html_()
    assert '<th scope="col" class="number">count</th><th scope="col">text</th>' in table
    assert '<td class="number">1,234</td><td>5 units</td>' in table
    assert '<td class="number">−0.5</td><td>6</td>' in table
    sentence = Table("", ("", ""), [(Markup("<b>" + "x" * 39 + "</b>"), "x" * 40)])._repr_html_()
    assert f'<td class="words">{"x" * 40}</td>' in sentence
    assert '<th scope="row"><b>' in sentence


def test_design_of_a_study() -> None:
    """The design says what a study asks, compares, tunes and holds fixed, its arms and its seeds."""
    found = read(design(STUDY))
    expected = [
        ["Question", "What if?"],
        ["Scientific (compared)", "dropout (0 or 0.3)"],
        ["Nuisance (tuned)", "none"],
        ["Fixed (caveats)", "Adam; batch size 32"],
        ["Arms", "2: plain; dropout"],
        ["Seeds", "3 or 10"],
    ]
    assert expected == found.rows[1:]
    assert "The study task00-pretended." == found.caption


def test_design_names_what_was_tuned() -> None:
    """Tuned hyperparameters are listed."""
    tuned = dataclasses.replace(STUDY, nuisance=("learning rate", "epochs"))
    assert ["learning rate; epochs"] == row(design(tuned), "Nuisance (tuned)")


@pytest.mark.parametrize(
    ("count", "expected"), [(8, "8: 0; 1; 2; 3; 4; 5; 6; 7"), (9, "9: 0; 1; …; 8"), (64, "64: 0; 1; …; 63")]
)
def test_design_shortens_many_arms(count: int, expected: str) -> None:
    """More than eight arms are told by their number and ends."""
    many = dataclasses.replace(STUDY, arms={str(i): Arm(baseline.vary(replica=i)) for i in range(count)})
    assert [expected] == row(design(many), "Arms")


def test_design_of_a_preview(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a preview the design says how few seeds were trained."""
    monkeypatch.setenv("FOUNDATIONS_PROFILE", "preview")
    assert ["2"] == row(design(STUDY), "Seeds")


@pytest.mark.parametrize("study", STUDIES, ids=lambda study: study.name)
def test_every_study_can_be_tabled(study: Study) -> None:
    """Design and differences of every study are tables, the latter with one row an arm."""
    assert [read_back(study.question)] == row(design(study), "Question")
    assert [read_back(numbered(arm)) for arm in study.arms] == [cells[0] for cells in read(deltas(study)).rows[1:]]


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        (baseline, "none"),
        (baseline.vary(seed=0, snapshots=(0, 5)), "none"),
        (baseline.vary(dropout=0.3), "dropout = 0.3"),
        (baseline.vary(learning_rate=0.01, train_size=500), "train size = 500, learning rate = 0.01"),
        (baseline.vary(epochs=10, evaluate_every=5), "epochs = 10, evaluate every = 5"),
        (baseline.vary(hidden=(64, 32), activation="tanh"), "hidden = (64, 32), activation = tanh"),
        (baseline.vary(optimizer=SGD(0.001, 0.9)), "optimizer = sgd, momentum = 0.9"),
        (
            baseline.vary(early_stopping=EarlyStoppingSpec(patience=2)),
            "early stopping = monitor val_loss, patience 2, min delta 0.0, restore best weights True",
        ),
    ],
)
def test_deltas_are_what_differs(spec: RunSpec, expected: str) -> None:
    """An arm is told by those settings in which it differs from the baseline, and by its seeds."""
    study = dataclasses.replace(STUDY, arms={"arm": Arm(spec, 4)})
    assert [["Arm", "Difference", "Seeds"], ["arm", expected, "4"]] == read(deltas(study)).rows


RESULTS = results_of(
    {
        "plain": [pretend(curves={"judge_accuracy": [share], "loss": [share]}) for share in (0.96, 0.97, 0.98)],
        "dropout": [pretend(curves={"judge_accuracy": [0.5], "loss": [2.0]})] * 2,
        "once": [pretend(curves={"judge_accuracy": [0.5], "loss": [2.0]})],
    }
)


def test_metrics_are_means_and_deviations() -> None:
    """Metrics are told as mean ± sample standard deviation, in their unit and decimals, one arm a row."""
    found = read(tables.metrics(RESULTS, ["judge_accuracy", "loss"]))
    expected = [
        ["Arm", "accuracy on the judge half (%)", "Keras’s loss (nats)", "Seeds"],
        ["plain", "97.00 ± 1.00", "0.9700 ± 0.0100", "3"],
        ["dropout", "50.00 ± 0.00", "2.0000 ± 0.0000", "2"],
        ["once", "50.00", "2.0000", "1"],
    ]
    assert expected == found.rows
    assert "Mean ± standard deviation over seeds." == found.caption


def test_metrics_of_chosen_arms() -> None:
    """Arms come in the order that is asked for, under the caption that is given; an unknown one is refused."""
    found = read(tables.metrics(RESULTS, ["loss"], ["dropout", "plain"], "At the end."))
    assert ["dropout", "plain"] == [cells[0] for cells in found.rows[1:]]
    assert "At the end." == found.caption
    with pytest.raises(FoundationsError, match="an arm of task00-pretended must be one of"):
        tables.metrics(RESULTS, ["loss"], ["wide"])


OUTCOME = fixed_claim(fixed_effect([2.0, 2.1, 1.9]), sentence="This < that.").judge(Numbers({}))


def test_stopping_by_hand() -> None:
    """A row says how long runs train under a rule, what they keep, and how good that is."""
    curves = ([0.5, 0.2, 0.3, 0.4], [0.5, 0.4, 0.3, 0.2])
    judged = {"judge_cross_entropy": [0.6, 0.5, 0.4, 0.5], "judge_accuracy": [0.9, 0.91, 0.92, 0.93]}
    runs = [
        pretend(baseline.vary(epochs=4, seed=seed), {"val_loss": curve, **judged}) for seed, curve in enumerate(curves)
    ]
    cases = {"short": ("a", EarlyStoppingSpec(patience=1)), "whole": ("a", NEVER)}
    table = tables.stopping(results_of({"a": runs}), cases, "Early stopping.")
    assert "Early stopping." == read(table).caption
    short, whole = (row(table, name) for name in cases)
    assert ["3.5 ± 0.7", "3.0 ± 1.4", "0.500 ± 0.000", "0.1000", "92.00 ± 1.41"] == short
    assert ["4.0 ± 0.0", "4.0 ± 0.0"] == whole[:2]


@pytest.mark.parametrize(
    ("p", "expected"), [(0.01234, "0.0123"), (1.0, "1.0000"), (1e-4, "0.0001"), (9.9e-5, "< 0.0001"), (0.0, "< 0.0001")]
)
def test_claims_with_their_verdicts(p: float, expected: str) -> None:
    """A claim is listed with its link, sentence, verdict, effect, margin, adjusted p value and prediction."""
    table = tables.claims([("chapter.html", OUTCOME, p)])
    verdict = ["supported", "+2.00 points [+1.75, +2.25]", "1.00 points", expected, "supported"]
    assert ["This < that. this-beats-that", *verdict] == read(table).rows[1]
    assert '<a href="chapter.html#claim-this-beats-that">this-beats-that</a>' in table._repr_html_()


def test_claims_of_a_preview(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a preview claims are listed without verdicts, effects and p values."""
    monkeypatch.setenv("FOUNDATIONS_PROFILE", "preview")
    unjudged = OUTCOME.claim.judge(Numbers({}))
    expected = ["not evaluated in a preview", "", "1.00 points", "–", "supported"]
    assert expected == row(tables.claims([("chapter.html", unjudged, None)]), "This < that. this-beats-that")


def test_claims_come_in_order() -> None:
    """The list of claims has one row a claim, in the order given."""
    found = read(tables.claims([("one.html", OUTCOME, 0.1), ("two.html", OUTCOME, 0.2)]))
    assert ["0.1000", "0.2000"] == [cells[4] for cells in found.rows[1:]]
    assert ["Claim", "Verdict", "Effect [95% interval]", "Margin", "Holm’s p", "Predicted"] == found.rows[0]


def test_folklore_with_its_verdicts() -> None:
    """Each saying links to its claim and stands with its chapter, verdict and effect."""
    table = tables.folklore([("Task 3", "chapter.html#claim-this-beats-that", OUTCOME)])
    expected = ["This < that. this-beats-that", "supported", "+2.00 points [+1.75, +2.25]", f"Task{NO_BREAK}3"]
    assert expected == read(table).rows[1]
    assert '<a href="chapter.html#claim-this-beats-that">this-beats-that</a>' in table._repr_html_()


def test_environment_names_what_trained() -> None:
    """The environment table tells versions, machine, seeds, time and data, each value once."""
    older = dataclasses.replace(pretend().provenance, started="2024-01-01T00:00:00+00:00", machine="arm64 Darwin")
    run = dataclasses.replace(pretend(baseline.vary(seed=4)), provenance=older)
    table = tables.environment([RESULTS, results_of({"arm": [run]})])
    assert ["3"] == row(table, "Keras")
    assert ["arm64 Darwin; x86_64 Linux"] == row(table, "Machine")
    assert ["0 to 4; pilots and tuning 100, 101, 102"] == row(table, "Seeds")
    assert ["2024-01-01 00:00 UTC to 2025-01-01 00:00 UTC"] == row(table, "Trainings begun")
    assert [data.PACKAGED_SHA256] == row(table, "SHA-256 of the data file")


def test_training_time_counts_trajectories() -> None:
    """The time table tells each study's arms, runs, separate trainings, core-seconds and epochs of the baseline."""
    specs = [baseline.vary(epochs=epochs, seed=seed) for epochs in (5, 10) for seed in (0, 1)]
    *short, long = (pretend(spec, seconds=2.0) for spec in specs[:3])
    results = results_of({"5": short, "10": [long]})
    # The two trainings take 0.2 and 0.4 seconds an epoch.
    assert ["2", "3", "2", "4", f"{4 / 0.3:.0f}"] == row(tables.training_time([results]), "task00-pretended")


def test_training_time_without_the_baseline() -> None:
    """Where the baseline was not trained, nothing is compared with it."""
    results = results_of({"own": [pretend(baseline.vary(dropout=0.3), seconds=4.0)]})
    assert ["1", "1", "1", "4", ""] == row(tables.training_time([results]), "task00-pretended")


def test_training_time_of_a_shared_training() -> None:
    """What studies share counts for the first of them, epoch by epoch, and once in all."""
    short, long = (pretend(baseline.vary(epochs=epochs), seconds=8.0) for epochs in (5, 10))
    own = pretend(baseline.vary(dropout=0.3), seconds=4.0)
    first, second = results_of({"short": [short], "own": [own]}), results_of({"long": [long]})
    second = dataclasses.replace(second, study=dataclasses.replace(second.study, name="task01-pretended"))
    found = read(tables.training_time([first, second]))
    expected = [
        ["Study", "Arms", "Runs", "Trainings", "Core-seconds", "Epochs of the baseline"],
        ["task00-pretended", "2", "2", "2", "8", "10"],
        ["task01-pretended", "1", "1", "0", "4", "5"],
        ["All", "", "", "2", "12", "15"],
    ]
    assert expected == found.rows
