"""What claims are judged by: directions, margins and how they are printed."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundations.effects import Effect, against, between, factor, paired, same
from foundations.errors import FoundationsError
from foundations.statistics import Estimate, Verdict
from pretended import Numbers, fixed_effect

ARMS = ("dropout", "plain")
RESULTS = Numbers(
    {
        ("judge_accuracy", "dropout"): [97.0, 98.0, 98.5],
        ("judge_accuracy", "plain"): [96.5, 97.0, 98.0],
        ("judge_cross_entropy", "dropout"): [0.05, 0.06, 0.07],
        ("judge_cross_entropy", "plain"): [0.10, 0.12, 0.14],
        ("loss", "plain"): [0.30, 0.31, 0.35],
        ("val_loss", "plain"): [0.20, 0.25, 0.21],
        ("epochs", "dropout"): [10.0, 12.0, 20.0],
        ("epochs", "plain"): [5.0, 4.0, 5.0],
        ("epochs", "one seed"): [5.0],
    }
)
RISE, FALL = [0.5, 1.0, 0.5], [-0.5, -1.0, -0.5]

NUMBERS = [
    (paired("judge_accuracy", more="dropout", than="plain"), RISE),
    (paired("judge_accuracy", less="dropout", than="plain"), FALL),
    (paired("judge_accuracy", more="plain", than="dropout"), FALL),
    (paired("judge_cross_entropy", less="dropout", than="plain"), [0.05, 0.06, 0.07]),
    (same("judge_accuracy", "dropout", "plain"), RISE),
    (same("judge_accuracy", "plain", "dropout"), FALL),
    (factor("epochs", more="dropout", than="plain", margin=1.5), [math.log(2), math.log(3), math.log(4)]),
    (factor("epochs", more="plain", than="dropout", margin=1.5), [-math.log(2), -math.log(3), -math.log(4)]),
    (between("loss", "val_loss", "plain", margin=0.01), [0.10, 0.06, 0.14]),
    (between("val_loss", "loss", "plain", margin=0.01), [-0.10, -0.06, -0.14]),
    (against("judge_accuracy", "dropout", more_than=97.5), [-0.5, 0.5, 1.0]),
]


@pytest.mark.parametrize(("effect", "expected"), NUMBERS, ids=lambda part: getattr(part, "label", ""))
def test_numbers_are_in_the_claimed_direction(effect: Effect, expected: list[float]) -> None:
    """An effect is one number a seed, above zero where the seed speaks for the claim."""
    assert pytest.approx(expected, abs=1e-12) == effect.compute(RESULTS).tolist()


LABELS = [
    (paired("judge_accuracy", more="dropout", than="plain"), "accuracy on the judge half: dropout minus plain"),
    (paired("judge_accuracy", less="dropout", than="plain"), "accuracy on the judge half: plain minus dropout"),
    (same("judge_accuracy", "dropout", "plain"), "accuracy on the judge half: dropout minus plain"),
    (factor("epochs", more="dropout", than="plain", margin=2), "epochs trained: dropout over plain"),
    (between("loss", "val_loss", "plain", margin=0.01), "Keras's loss minus Keras's val_loss, plain"),
    (against("judge_accuracy", "dropout", more_than=97.5), "accuracy on the judge half, dropout, minus 97.5"),
]


@pytest.mark.parametrize(("effect", "expected"), LABELS, ids=[label for _, label in LABELS])
def test_label_says_what_minus_what(effect: Effect, expected: str) -> None:
    """The label names the metric and its arms in the order in which they are subtracted."""
    assert expected == effect.label


@pytest.mark.parametrize(
    ("effect", "unit", "digits", "margin"),
    [
        (paired("judge_accuracy", more="dropout", than="plain"), "points", 2, 0.2),
        (same("judge_cross_entropy", "dropout", "plain"), "nats", 4, 0.01),
        (against("judge_accuracy", "dropout", more_than=97), "points", 2, 0.2),
        (paired("judge_accuracy", more="dropout", than="plain", margin=1.5), "points", 2, 1.5),
        (same("epochs", "dropout", "plain", margin=3), "epochs", 1, 3),
        (against("judge_accuracy", "dropout", more_than=97, margin=0.0), "points", 2, 0.0),
        (between("loss", "val_loss", "plain", margin=0.3), "nats", 4, 0.3),
        (factor("judge_cross_entropy", more="dropout", than="plain", margin=1.5), "times", 2, math.log(1.5)),
    ],
)
def test_units_and_margins(effect: Effect, unit: str, digits: int, margin: float) -> None:
    """Unit, decimals and, unless another is stated, the margin are the metric's; a factor's margin is a logarithm."""
    assert (unit, digits, margin) == (effect.unit, effect.digits, effect.margin)


@pytest.mark.parametrize(
    "make",
    [
        lambda: paired("epochs", more="dropout", than="plain"),
        lambda: same("epochs", "dropout", "plain"),
        lambda: against("epochs", "dropout", more_than=5),
    ],
    ids=["paired", "same", "against"],
)
def test_margin_must_be_stated_without_a_book_wide_one(make: Callable[[], Effect]) -> None:
    """A metric in a unit without a book-wide margin needs a stated one."""
    with pytest.raises(FoundationsError, match="the margin of epochs must be stated"):
        make()


@pytest.mark.parametrize("arms", [{}, {"more": "dropout", "less": "plain"}], ids=str)
def test_a_paired_effect_has_one_direction(arms: dict[str, str]) -> None:
    """A paired effect is either more or less, never both or neither."""
    with pytest.raises(FoundationsError, match="must be either more= or less="):
        paired("judge_accuracy", than="plain", **arms)


@pytest.mark.parametrize("margin", [1.0, 0.5, 0.0, -2.0, math.nan])
def test_margin_of_a_factor_is_above_one(margin: float) -> None:
    """A factor of one or less is no margin."""
    with pytest.raises(FoundationsError, match="the margin of a factor must be above 1"):
        factor("epochs", more="dropout", than="plain", margin=margin)


@pytest.mark.parametrize(
    "effect",
    [
        paired("epochs", more="plain", than="one seed", margin=1),
        paired("epochs", less="one seed", than="plain", margin=1),
        same("epochs", "one seed", "plain", margin=1),
        factor("epochs", more="plain", than="one seed", margin=2),
    ],
    ids=lambda effect: effect.label,
)
def test_arms_of_different_seeds_are_no_pairs(effect: Effect) -> None:
    """Arms with different numbers of seeds cannot be paired."""
    with pytest.raises(FoundationsError, match=r"the numbers of seeds of '.*' and '.*' must be equal"):
        effect.judge(RESULTS)


def test_unknown_metric_is_refused_at_once() -> None:
    """An effect of a metric that does not exist is refused when it is described, not when it is judged."""
    with pytest.raises(FoundationsError, match="a metric must be one of"):
        paired("speed", more="dropout", than="plain")


@pytest.mark.parametrize(
    ("effect", "verdict"),
    [
        (fixed_effect([2.0, 2.1, 1.9]), Verdict.SUPPORTED),
        (fixed_effect([2.0, 2.1, 1.9], equivalence=True), Verdict.REFUTED),
        (fixed_effect([0.0, 0.1, -0.1]), Verdict.REFUTED),
        (fixed_effect([0.0, 0.1, -0.1], equivalence=True), Verdict.SUPPORTED),
    ],
)
def test_equivalence_is_judged_as_such(effect: Effect, verdict: Verdict) -> None:
    """A claim of equivalence gets the opposite verdict from the claim that the effect is larger than the margin."""
    assert verdict == effect.judge(RESULTS).verdict


def test_differences_are_judged_by_seed() -> None:
    """A small difference that every seed shows is found under a variance between seeds that is much larger."""
    plain = np.random.default_rng(0).normal(97, 2, 10)
    results = Numbers({("judge_accuracy", "plain"): plain.tolist(), ("judge_accuracy", "dropout"): plain + 0.5})
    assert Verdict.SUPPORTED == paired("judge_accuracy", more="dropout", than="plain").judge(results).verdict


def test_only_same_is_equivalence_and_only_factor_a_ratio() -> None:
    """Of the ways to describe an effect one claims equivalence, and one compares logarithms."""
    kinds = [(effect.equivalence, effect.ratio) for effect, _ in LABELS]
    assert [(False, False), (False, False), (True, False), (False, True), (False, False), (False, False)] == kinds


@pytest.mark.parametrize(
    ("value", "signed", "expected"),
    [
        (1.234, True, "+1.23"),
        (-1.234, True, "−1.23"),
        (1.234, False, "1.23"),
        (0.0, True, "+0.00"),
        (12.0, False, "12.00"),
    ],
)
def test_differences_are_printed_with_their_sign(value: float, signed: bool, expected: str) -> None:
    """A difference is printed with its sign, a margin without, and minus is a minus sign."""
    assert expected == fixed_effect([]).show(value, signed)
    assert fixed_effect([]).show(value) == fixed_effect([]).show(value, signed=True)


@given(st.floats(0.05, 50))
def test_ratios_are_printed_as_factors(ratio: float) -> None:
    """The logarithm of a ratio is printed as the ratio."""
    effect = factor("epochs", more="dropout", than="plain", margin=2)
    assert f"{ratio:.2f}" == effect.show(math.log(ratio * (1 + 1e-12))) or abs(ratio * 100 % 1 - 0.5) < 1e-6
    assert "2.00" == effect.show(effect.margin, signed=False)


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(-0.1, 0.3, "+0.10 points [−0.10, +0.30]"), (-0.1, 0.1996, "+0.100 points [−0.100, +0.200]")],
)
def test_bounds_that_read_like_the_margin_have_one_digit_more(low: float, high: float, expected: str) -> None:
    """An interval of which one cannot see on which side of the margin it ends is printed to one more digit."""
    effect = dataclasses.replace(fixed_effect([]), margin=0.2, unit="points")
    assert expected == effect.show_estimate(Estimate(0.1, low, high, 0.1, 10))


@given(st.floats(-1e6, 1e6), st.booleans())
def test_printed_numbers_can_be_read_back(value: float, signed: bool) -> None:
    """What is printed is the value, to the decimals of its metric."""
    printed = fixed_effect([]).show(value, signed)
    assert pytest.approx(value, abs=0.005001) == float(printed.replace("−", "-"))
