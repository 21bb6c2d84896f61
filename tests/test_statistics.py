"""Intervals, p values and verdicts, held to SciPy's tests, to each other and to their error rates."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cache
from random import Random

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from foundations.errors import FoundationsError
from foundations.statistics import Judgement, Verdict, estimate, holm, judge_difference, judge_equivalence, wilson

SUPPORTED, REFUTED, INCONCLUSIVE = Verdict.SUPPORTED, Verdict.REFUTED, Verdict.INCONCLUSIVE
SAMPLES = 2_000
UNLIKELY = 1e-4
Judge = Callable[[NDArray[np.float64], float], Judgement]


def spread(values: list[float]) -> bool:
    """Whether values differ by more than SciPy's tests need to be exact."""
    return bool(np.std(values) > 1e-3)


effects = st.lists(st.floats(-100, 100), min_size=2, max_size=12).filter(spread)
margins = st.floats(0.001, 100)
scales = st.integers(-8, 8).map(lambda power: 2.0**power)  # powers of two, whose products are exact
shares = st.lists(st.floats(0, 1), max_size=12)


def interval(values: Sequence[float], level: float = 0.95) -> tuple[float, float]:
    """Return SciPy's t interval of a mean."""
    low, high = stats.ttest_1samp(values, 0).confidence_interval(level)
    return float(low), float(high)


@given(effects, st.floats(0.5, 0.999))
def test_estimate_is_scipys_t_interval(values: list[float], level: float) -> None:
    """The interval is that of SciPy's one-sample t test, at any level, around the mean and with its standard error."""
    found = estimate(values, level)
    assert pytest.approx(interval(values, level), rel=1e-9, abs=1e-9) == (found.low, found.high)
    assert pytest.approx(math.fsum(values) / len(values), rel=1e-12, abs=1e-12) == found.mean
    assert pytest.approx(stats.sem(values), rel=1e-9) == found.error
    assert len(values) == found.count


@given(effects, st.floats(-100, 100))
def test_p_values_are_scipys_one_sided_tests(values: list[float], bound: float) -> None:
    """The p values above and below a bound are those of SciPy's one-sided t tests."""
    found = estimate(values)
    greater, less = (stats.ttest_1samp(values, bound, alternative=side).pvalue for side in ("greater", "less"))
    assert pytest.approx(greater, rel=1e-6, abs=1e-12) == found.above(bound)
    assert pytest.approx(less, rel=1e-6, abs=1e-12) == found.below(bound)


@given(st.lists(st.tuples(st.floats(-100, 100), st.floats(-100, 100)), min_size=2, max_size=12))
def test_difference_is_the_paired_t_test(pairs: list[tuple[float, float]]) -> None:
    """Judging the differences of two arms by seed is SciPy's paired t test."""
    first, second = map(np.array, zip(*pairs, strict=True))
    assume(spread((first - second).tolist()))
    test = stats.ttest_rel(first, second, alternative="greater")
    judgement = judge_difference(first - second, 0)
    assert pytest.approx(test.pvalue, rel=1e-6, abs=1e-12) == judgement.p
    two_sided = stats.ttest_rel(first, second).confidence_interval(0.95)
    assert pytest.approx([*two_sided], rel=1e-9, abs=1e-9) == [judgement.estimate.low, judgement.estimate.high]


@given(effects, margins)
def test_p_of_a_difference_includes_the_margin(values: list[float], margin: float) -> None:
    """The p value of a difference is that of SciPy's test of "no larger than the margin"."""
    expected = stats.ttest_1samp(values, margin, alternative="greater").pvalue
    assert pytest.approx(expected, rel=1e-6, abs=1e-12) == judge_difference(values, margin).p


@given(effects, margins)
def test_p_of_equivalence_is_two_one_sided_tests(values: list[float], margin: float) -> None:
    """The p value of an equivalence is the larger one of SciPy's tests against either end of the margin."""
    ends = ((-margin, "greater"), (margin, "less"))
    expected = max(stats.ttest_1samp(values, end, alternative=side).pvalue for end, side in ends)
    assert pytest.approx(expected, rel=1e-6, abs=1e-12) == judge_equivalence(values, margin).p


def clear(margin: float, *ends: float) -> bool:
    """Whether no end of an interval lies so near the margin that rounding decides."""
    return all(abs(abs(end) - margin) > 1e-6 for end in ends)


@given(effects, margins)
def test_verdict_of_a_difference(values: list[float], margin: float) -> None:
    """A difference is supported above the margin, refuted below it, and inconclusive where the interval covers it."""
    low, high = interval(values)
    assume(clear(margin, low, high))
    expected = SUPPORTED if low > margin else REFUTED if high < margin else INCONCLUSIVE
    assert expected == judge_difference(values, margin).verdict


@given(effects, margins)
def test_verdict_of_an_equivalence(values: list[float], margin: float) -> None:
    """An equivalence is supported inside the margin, refuted wholly outside, and otherwise inconclusive."""
    low, high = interval(values)
    assume(clear(margin, low, high))
    inside = -margin < low and high < margin
    outside = low > margin or high < -margin
    expected = SUPPORTED if inside else REFUTED if outside else INCONCLUSIVE
    assert expected == judge_equivalence(values, margin).verdict


@pytest.mark.parametrize("judge", [judge_difference, judge_equivalence])
@given(values=effects, margin=margins)
def test_supported_is_p_below_one_fortieth(judge: Judge, values: list[float], margin: float) -> None:
    """A claim is supported exactly if its p value is below 0.025."""
    judgement = judge(np.array(values), margin)
    assume(abs(judgement.p - 0.025) > 1e-6)
    assert (judgement.p < 0.025) == (judgement.verdict is SUPPORTED)


@given(effects, margins)
def test_equivalence_mirrors_difference(values: list[float], margin: float) -> None:
    """Equivalence is refuted where a difference is supported either way, and supported where it is above both ends."""
    effect = np.array(values)
    either_way = SUPPORTED in (judge_difference(effect, margin).verdict, judge_difference(-effect, margin).verdict)
    found = estimate(values)
    assume(clear(margin, found.low, found.high))
    inside = {judge_difference(margin + sign * effect, 0).verdict for sign in (1, -1)} == {SUPPORTED}
    verdict = judge_equivalence(effect, margin).verdict
    assert either_way == (verdict is REFUTED)
    assert inside == (verdict is SUPPORTED)


@given(effects, margins)
def test_equivalence_has_no_direction(values: list[float], margin: float) -> None:
    """The verdict and p value of an equivalence stay when the arms change places."""
    there, back = judge_equivalence(values, margin), judge_equivalence([-value for value in values], margin)
    assert (there.verdict, there.reason) == (back.verdict, back.reason)
    assert pytest.approx(there.p, rel=1e-9, abs=1e-15) == back.p


@given(effects, margins)
def test_reason_of_a_refuted_difference(values: list[float], margin: float) -> None:
    """A refuted difference is the opposite, no practical difference, or between; any other verdict has no reason."""
    judgement = judge_difference(values, margin)
    opposite = judge_difference([-value for value in values], margin).verdict is SUPPORTED
    assert opposite == (judgement.reason == "the opposite")
    if judgement.verdict is REFUTED and not opposite:
        within = judgement.estimate.low >= -margin
        assert ("no practical difference" if within else "not larger than the margin") == judgement.reason
    assert (judgement.verdict is REFUTED) == bool(judgement.reason)


@given(effects, margins)
def test_reason_of_a_refuted_equivalence(values: list[float], margin: float) -> None:
    """A refuted equivalence is a practical difference; any other verdict has no reason."""
    judgement = judge_equivalence(values, margin)
    assert ("a practical difference" if judgement.verdict is REFUTED else "") == judgement.reason


@given(effects, scales)
def test_estimate_scales(values: list[float], scale: float) -> None:
    """In another unit the mean, the interval and the standard error are converted."""
    one, other = estimate(values), estimate(scale * np.array(values))
    assert (scale * one.mean, scale * one.low, scale * one.high) == (other.mean, other.low, other.high)
    assert scale * one.error == other.error


@given(effects, st.floats(-100, 100))
def test_estimate_shifts(values: list[float], shift: float) -> None:
    """Adding a constant moves the mean and the interval, and leaves the standard error."""
    one, other = estimate(values), estimate(np.array(values) + shift)
    moved = (one.mean + shift, one.low + shift, one.high + shift, one.error)
    assert pytest.approx(moved, rel=1e-9, abs=1e-9) == (other.mean, other.low, other.high, other.error)


@given(effects)
def test_estimate_turns(values: list[float]) -> None:
    """In the other direction the interval is the mirror image, and above becomes below."""
    one, other = estimate(values), estimate([-value for value in values])
    assert (-one.high, -one.mean, -one.low) == (other.low, other.mean, other.high)
    assert pytest.approx(one.above(1), rel=1e-9, abs=1e-15) == other.below(-1)


@pytest.mark.parametrize("judge", [judge_difference, judge_equivalence])
@given(values=effects, margin=margins, scale=scales)
def test_judgement_has_no_unit(judge: Judge, values: list[float], margin: float, scale: float) -> None:
    """Verdict, reason and p value stay when the effect and its margin are converted to another unit."""
    effect = np.array(values)
    one, other = judge(effect, margin), judge(scale * effect, scale * margin)
    assert (one.verdict, one.reason, one.p) == (other.verdict, other.reason, other.p)


@given(effects, st.permutations(range(12)))
def test_seeds_have_no_order(values: list[float], order: list[int]) -> None:
    """The order of the seeds does not matter."""
    shuffled = [values[i] for i in order if i < len(values)]
    one, other = estimate(values), estimate(shuffled)
    assert pytest.approx((one.mean, one.low, one.high), rel=1e-9, abs=1e-9) == (other.mean, other.low, other.high)


CONSTANT = [
    (judge_difference, 2.0, 1.0, (SUPPORTED, "", 0.0)),
    (judge_difference, 1.0, 1.0, (INCONCLUSIVE, "", 1.0)),
    (judge_difference, 0.5, 1.0, (REFUTED, "no practical difference", 1.0)),
    (judge_difference, -1.0, 1.0, (REFUTED, "no practical difference", 1.0)),
    (judge_difference, -2.0, 1.0, (REFUTED, "the opposite", 1.0)),
    (judge_difference, 0.0, 0.0, (INCONCLUSIVE, "", 1.0)),
    (judge_equivalence, 0.0, 1.0, (SUPPORTED, "", 0.0)),
    (judge_equivalence, 1.0, 1.0, (INCONCLUSIVE, "", 1.0)),
    (judge_equivalence, -1.0, 1.0, (INCONCLUSIVE, "", 1.0)),
    (judge_equivalence, -2.0, 1.0, (REFUTED, "a practical difference", 1.0)),
]


@pytest.mark.parametrize(("judge", "value", "margin", "expected"), CONSTANT)
def test_effect_without_variance(judge: Judge, value: float, margin: float, expected: tuple[object, ...]) -> None:
    """An effect that is the same for every seed is an interval of no width, and on the margin nothing is decided."""
    judgement = judge(np.full(3, value), margin)
    assert expected == (judgement.verdict, judgement.reason, judgement.p)
    found = judgement.estimate
    assert (value, value, value, 0.0) == (found.mean, found.low, found.high, found.error)


@pytest.mark.parametrize("values", [[], [1.0], 1.0, [[1.0, 2.0], [3.0, 4.0]]], ids=str)
def test_interval_needs_two_values(values: object) -> None:
    """Fewer than two values, or values that are not one a seed, have no interval."""
    with pytest.raises(FoundationsError, match="must be two or more"):
        estimate(values)  # type: ignore[arg-type]


@given(effects, st.sampled_from([math.nan, math.inf, -math.inf]), st.data())
def test_values_must_be_finite(values: list[float], bad: float, data: st.DataObject) -> None:
    """A value that is infinite or not a number is refused, wherever it stands."""
    values.insert(data.draw(st.integers(0, len(values))), bad)
    with pytest.raises(FoundationsError, match="must be finite"):
        estimate(values)


@pytest.mark.parametrize(
    ("judge", "margin", "right"),
    [
        (judge_difference, -0.1, "at least 0"),
        (judge_difference, math.nan, "at least 0"),
        (judge_equivalence, 0.0, "above 0"),
        (judge_equivalence, -0.1, "above 0"),
        (judge_equivalence, math.nan, "above 0"),
    ],
)
def test_margins_out_of_range(judge: Judge, margin: float, right: str) -> None:
    """A margin is a size: at least zero, and above zero where the claim is that two arms are the same."""
    with pytest.raises(FoundationsError, match=f"must be {right}. Received: {margin!r}"):
        judge(np.array([1.0, 2.0]), margin)


@cache
def judgements(judge: Judge, effect: float, margin: float, sigma: float = 1.0) -> tuple[Judgement, ...]:
    """Return judgements of many studies of ten seeds whose true effect is known."""
    samples = np.random.default_rng(20).normal(effect, sigma, (SAMPLES, 10))
    return tuple(judge(sample, margin) for sample in samples)


def rate_bounds(probability: float) -> tuple[float, float]:
    """Return how far the share of `SAMPLES` studies may be from its probability by chance, in one case of 5,000."""
    return tuple(stats.binom.ppf([UNLIKELY, 1 - UNLIKELY], SAMPLES, probability) / SAMPLES)


def rate(judged: Sequence[Judgement], verdict: Verdict) -> float:
    """Return the share of a verdict."""
    return sum(judgement.verdict is verdict for judgement in judged) / len(judged)


def test_intervals_cover_the_truth() -> None:
    """The 95% interval covers the true effect in 95% of many simulated studies."""
    covered = [j.estimate.low <= 1 <= j.estimate.high for j in judgements(judge_difference, 1.0, 1.0)]
    low, high = rate_bounds(0.95)
    assert low <= sum(covered) / SAMPLES <= high


@pytest.mark.parametrize("verdict", [SUPPORTED, REFUTED])
def test_error_rate_of_a_difference_on_its_margin(verdict: Verdict) -> None:
    """An effect as large as the margin is called supported in 2.5% of many studies, and refuted in another 2.5%."""
    low, high = rate_bounds(0.025)
    assert low <= rate(judgements(judge_difference, 1.0, 1.0), verdict) <= high


@pytest.mark.parametrize("effect", [1.0, -1.0])
@pytest.mark.parametrize("sigma", [0.1, 1.0])
def test_error_rate_of_an_equivalence_on_its_margin(effect: float, sigma: float) -> None:
    """Arms that differ by the margin are called the same in 2.5% of many studies at most."""
    _, high = rate_bounds(0.025)
    assert rate(judgements(judge_equivalence, effect, 1.0, sigma), SUPPORTED) <= high


def test_power() -> None:
    """An effect three standard deviations above its margin is found, and one as far below it is refuted."""
    assert rate(judgements(judge_difference, 4.0, 1.0), SUPPORTED) > 0.999
    assert rate(judgements(judge_difference, -2.0, 1.0), REFUTED) > 0.999
    assert rate(judgements(judge_equivalence, 0.0, 3.0), SUPPORTED) > 0.999


def test_p_values_on_the_margin_are_uniform() -> None:
    """Where the effect is as large as the margin, every p value is as likely as any other."""
    p = [judgement.p for judgement in judgements(judge_difference, 1.0, 1.0)]
    assert stats.kstest(p, "uniform").pvalue > UNLIKELY


def test_holm_by_hand() -> None:
    """Four p values are multiplied by 4, 3, 2 and 1 from the smallest on, and none falls below the one before."""
    expected = [0.03, 0.06, 0.06, 0.02]
    assert pytest.approx(expected, rel=1e-12) == holm([0.01, 0.04, 0.03, 0.005]).tolist()


def test_holm_of_nothing() -> None:
    """No claims have no p values."""
    assert holm([]).tolist() == []


@given(shares)
def test_holm_is_its_definition(p: list[float]) -> None:
    """An adjusted p value is the largest product of any p value up to it with the number of those not below that."""
    products = [(other, other * sum(third >= other for third in p)) for other in p]
    expected = [min(1, max(product for other, product in products if other <= one)) for one in p]
    assert pytest.approx(expected, rel=1e-12) == holm(p).tolist()


@given(shares)
def test_holm_stays_in_range(p: list[float]) -> None:
    """Adjusted p values are at least the raw ones and at most 1."""
    assert all(one <= adjusted <= 1 for one, adjusted in zip(p, holm(p), strict=True))


@given(shares)
def test_holm_keeps_the_order(p: list[float]) -> None:
    """Adjustment never puts one claim before another that had the smaller p value, and equal ones stay equal."""
    adjusted = holm(p)
    for i, one in enumerate(p):
        for j, other in enumerate(p):
            assert one > other or adjusted[i] <= adjusted[j]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12), st.randoms(use_true_random=False))
def test_holm_has_no_order(p: list[float], random: Random) -> None:
    """The order in which claims are listed does not matter."""
    order = [*range(len(p))]
    random.shuffle(order)
    assert holm(p)[order].tolist() == holm([p[i] for i in order]).tolist()


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holm_is_bonferroni_for_the_smallest(p: list[float]) -> None:
    """The smallest p value is multiplied by the number of claims."""
    assert min(1, len(p) * min(p)) == holm(p).min()


@pytest.mark.parametrize(("hits", "total"), [(0, 10), (10, 10), (85, 100), (1, 3)])
def test_wilson_is_the_closed_form(hits: int, total: int) -> None:
    """The interval is the roots of Wilson's quadratic, and stays within [0, 1]."""
    z = stats.norm.ppf(0.975)
    share = hits / total
    middle = (share + z**2 / (2 * total)) / (1 + z**2 / total)
    half = z / (1 + z**2 / total) * np.sqrt(share * (1 - share) / total + z**2 / (4 * total**2))
    assert wilson(hits, total) == pytest.approx((middle - half, middle + half), abs=1e-9)


@pytest.mark.parametrize(("hits", "total"), [(1, 0), (-1, 5), (6, 5)])
def test_wilson_needs_possible_counts(hits: int, total: int) -> None:
    """No trials, or more hits than trials, are refused."""
    with pytest.raises(FoundationsError, match=r"(trials|hits) must be"):
        wilson(hits, total)
