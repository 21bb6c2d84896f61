"""The final results: which arms are in the table, and what it says of them."""

from __future__ import annotations

import numpy as np
import pytest

from foundations.finals import HEADLINES, Headline, table
from foundations.profiles import PREVIEW_SEEDS, Profile
from foundations.statistics import estimate
from foundations.studies import STUDIES, named
from foundations.study import Results
from pretended import pretend, results_of

each_headline = pytest.mark.parametrize("headline", HEADLINES, ids=lambda headline: headline.network)


@each_headline
def test_headline_is_an_arm_of_ten_seeds(headline: Headline) -> None:
    """Every row is an arm of a study, trained over ten seeds, of which a preview has two."""
    arm = named(headline.study).arms[headline.arm]
    assert 10 == len(arm.specs())
    assert 2 <= PREVIEW_SEEDS == Profile.PREVIEW.seeds(arm.seeds)


@each_headline
def test_headline_says_what_its_arm_is(headline: Headline) -> None:
    """The epochs, the dropout rate and the patience that a row names are those of its arm."""
    spec = named(headline.study).arms[headline.arm].spec
    words = headline.network.lower()
    assert (f"{spec.epochs} epochs" in words) == (spec.early_stopping is None)
    assert (f"dropout {spec.model.dropout}" in words) == (spec.model.dropout > 0)
    if spec.early_stopping is not None:
        assert f"early stopping with patience {spec.early_stopping.patience}" in words
    assert ("sgd" in words) == (spec.optimizer.name == "sgd")


def test_headlines_are_listed_once() -> None:
    """No two rows are the same network, trained alike."""
    specs = [named(headline.study).arms[headline.arm].spec for headline in HEADLINES]
    assert len(HEADLINES) == len({*specs}) == len({headline.network for headline in HEADLINES})
    assert {headline.study for headline in HEADLINES} <= {study.name for study in STUDIES}


def test_table_gives_means_and_intervals() -> None:
    """A row holds the network, the mean error with its interval, the network's size, the seeds and the chapter."""
    results: dict[str, Results] = {"task00-pretended": results_of({"plain": [pretend()] * 3})}
    values = np.array([2.0, 2.5, 2.25])
    found = table(results, {Headline("task00-pretended", "plain", "A network"): values})
    (row,) = found.rows
    expected = estimate(values)
    error = f"2.25\N{NO-BREAK SPACE}[{expected.low:.2f},\N{NO-BREAK SPACE}{expected.high:.2f}]"
    assert ["A network", error, "101,770", "3"] == [*row[:-1]]
    assert '<a href="task00-pretended.html">Task\N{NO-BREAK SPACE}0</a>' in found._repr_html_()
    assert len(found.columns) == len(row)
