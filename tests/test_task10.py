"""The cells of Task 10's factorial: each is in its place, under its name."""

from __future__ import annotations

import itertools

import pytest

from foundations import capacity
from foundations.specs import EarlyStoppingSpec
from foundations.stopping import NEVER, at_stop
from foundations.studies import task10
from pretended import random_run, results_of

ARMS = {capacity.cell_name(rate, l2): (rate, l2) for rate in (0.0, capacity.RATE) for l2 in (0.0, capacity.L2)}


def test_arms_are_what_their_names_say() -> None:
    """Each of the four trained arms has its dropout and its penalty, and neither is stopped early."""
    for name, (rate, l2) in ARMS.items():
        spec = task10.study.arms[name].spec
        assert (rate, l2, None) == (spec.model.dropout, spec.model.l2, spec.early_stopping)
        assert ((capacity.WIDE,), capacity.FEW) == (spec.model.hidden, spec.data.train_size)


def test_cells_are_in_their_places() -> None:
    """The axes of the cells are the factors, off and on, in the order in which they are named."""
    runs = {name: [random_run(spec) for spec in task10.study.arms[name].specs()[:2]] for name in ARMS}
    cells = capacity.cells(results_of(runs), "judge_cross_entropy")
    assert (2, 2, 2, 2) == cells.shape
    for dropout, l2, stopping in itertools.product((0, 1), repeat=3):
        arm = capacity.cell_name(dropout * capacity.RATE, l2 * capacity.L2)
        rule = EarlyStoppingSpec(patience=3) if stopping else NEVER
        expected = at_stop(runs[arm], "judge_cross_entropy", rule)
        assert pytest.approx(expected) == cells[dropout, l2, stopping]


def test_cases_are_named_by_what_is_on() -> None:
    """A case's name lists the factors that are on, and its arm and rule are theirs."""
    assert "none" == next(iter(capacity.CASES))
    for name, (arm, rule) in capacity.CASES.items():
        rate, l2 = ARMS[arm]
        on = (rate > 0, l2 > 0, rule != NEVER)
        assert [*itertools.compress(capacity.FACTORS, on)] == ([] if name == "none" else name.split(" + "))
