"""Claims: what results say of them, how they are shown, and when a build stops."""

from __future__ import annotations

import math
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundations.claims import Claim, Outcome, enforce_all, evaluate_all
from foundations.errors import FoundationsError, VerdictError
from foundations.statistics import Verdict, holm
from foundations.study import Results
from markup import tagless
from pretended import Numbers, fixed_claim, fixed_effect, pretend, results_of

NOTHING = Numbers({})
LARGE, NONE, OPPOSITE, UNSURE = [2.0, 2.1, 1.9], [0.0, 0.1, -0.1], [-2.0, -2.1, -1.9], [-3.0, 1.0, 5.0]
BETWEEN = [-2.0, -1.0, -1.5, -1.0, 0.0, -0.5]
WORDS = [
    (LARGE, False, "supported"),
    (NONE, False, "refuted (no practical difference)"),
    (OPPOSITE, False, "refuted (the opposite)"),
    (BETWEEN, False, "refuted (not larger than the margin)"),
    (UNSURE, False, "inconclusive"),
    (NONE, True, "supported"),
    (LARGE, True, "refuted (a practical difference)"),
    (UNSURE, True, "inconclusive"),
]


def outcome_of(values: list[float], recorded: Verdict = Verdict.SUPPORTED, **settings: object) -> Outcome:
    """Return the outcome of a claim whose effect has these values."""
    return fixed_claim(fixed_effect(values), recorded, **settings).judge(NOTHING)


@pytest.fixture
def preview(monkeypatch: pytest.MonkeyPatch) -> None:
    """Build the book in its preview."""
    monkeypatch.setenv("FOUNDATIONS_PROFILE", "preview")


@pytest.mark.parametrize(("values", "equivalence", "expected"), WORDS)
def test_verdict_in_words(values: list[float], equivalence: bool, expected: str) -> None:
    """The verdict is printed with the reason of a refutation."""
    assert expected == fixed_claim(fixed_effect(values, equivalence=equivalence)).judge(NOTHING).verdict


def test_effect_in_words() -> None:
    """The effect is printed with unit, sign and interval."""
    assert "+2.00 points [+1.75, +2.25]" == outcome_of(LARGE).effect
    assert "−2.00 points [−2.25, −1.75]" == outcome_of(OPPOSITE).effect


def test_log_ratio_is_shown_as_a_factor() -> None:
    """A claim about logarithms of ratios shows mean, interval and margin as factors."""
    effect = fixed_effect([math.log(3), math.log(4), math.log(16 / 3)], margin=math.log(3), ratio=True)
    outcome = fixed_claim(effect).judge(NOTHING)
    reach = (4 / 3) ** (4.302653 / math.sqrt(3))  # the t quantile of two degrees of freedom
    assert f"4.00 points [{4 / reach:.2f}, {4 * reach:.2f}]" == outcome.effect
    assert "margin 3.00 points" in outcome.basis


def test_basis_says_how_it_was_judged() -> None:
    """A card says what the effect is, its margin, how many seeds there are, and what was predicted."""
    expected = "this minus that; margin 1.00 points; 3 seeds, 95% interval; predicted: supported"
    assert expected == outcome_of(LARGE).basis
    reasoned = outcome_of(LARGE, margin_reason="a full point is visible").basis
    assert "margin 1.00 points (a full point is visible)" in reasoned
    assert outcome_of(LARGE, predicted=None).basis.endswith("; predicted: none (added after the results)")


@pytest.mark.parametrize(
    ("values", "recorded", "differs"),
    [
        (LARGE, Verdict.SUPPORTED, False),
        (LARGE, Verdict.REFUTED, True),
        (UNSURE, Verdict.SUPPORTED, True),
        (NONE, Verdict.REFUTED, False),
        (OPPOSITE, Verdict.REFUTED, False),
    ],
)
def test_differs_from_the_record(values: list[float], recorded: Verdict, differs: bool) -> None:
    """A verdict differs if it is another than the recorded one, whatever its reason."""
    outcome = outcome_of(values, recorded)
    assert differs == outcome.differs
    assert differs == outcome.basis.endswith(f"; differs on this machine: recorded as {recorded}")


def test_differs_from_the_recorded_reason() -> None:
    """If the prose relies on the reason of a refutation, another reason differs as well."""
    opposite = {"recorded": Verdict.REFUTED, "reason": "the opposite"}
    assert not outcome_of(OPPOSITE, **opposite).differs
    assert outcome_of(NONE, **opposite).differs
    expected = "; differs on this machine: recorded as refuted (the opposite)"
    assert outcome_of(NONE, **opposite).basis.endswith(expected)


@pytest.mark.parametrize("strict", ["1", "true"])
def test_strict_build_stops(strict: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a strict build a verdict that contradicts stops it, naming the claim, both verdicts and the effect."""
    monkeypatch.setenv("STRICT", strict)
    expected = (
        "claim 'this-beats-that' is recorded as supported, but the results say: "
        "refuted (the opposite), −2.00 points [−2.25, −1.75]"
    )
    with pytest.raises(VerdictError) as caught:
        outcome_of(OPPOSITE).enforce()
    assert expected == str(caught.value)


def test_strict_build_goes_on_with_the_recorded_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a strict build a verdict that is as recorded passes."""
    monkeypatch.setenv("STRICT", "1")
    outcome = outcome_of(OPPOSITE, Verdict.REFUTED)
    assert outcome is outcome.enforce()


@pytest.mark.parametrize(
    ("values", "record", "contradicts"),
    [
        (LARGE, {"recorded": Verdict.REFUTED}, True),
        (LARGE, {"recorded": Verdict.SUPPORTED}, False),
        (LARGE, {"recorded": Verdict.INCONCLUSIVE}, False),
        (UNSURE, {"recorded": Verdict.SUPPORTED}, False),
        (NONE, {"recorded": Verdict.SUPPORTED}, True),
        (NONE, {"recorded": Verdict.REFUTED, "reason": "the opposite"}, True),
        (OPPOSITE, {"recorded": Verdict.REFUTED, "reason": "no practical difference"}, True),
        (BETWEEN, {"recorded": Verdict.REFUTED, "reason": "the opposite"}, False),
        (OPPOSITE, {"recorded": Verdict.REFUTED, "reason": "not larger than the margin"}, False),
        (OPPOSITE, {"recorded": Verdict.REFUTED}, False),
        (LARGE, {"recorded": Verdict.INCONCLUSIVE, "elsewhere": Verdict.SUPPORTED}, False),
        (OPPOSITE, {"recorded": Verdict.INCONCLUSIVE, "elsewhere": Verdict.SUPPORTED}, True),
        (BETWEEN, {"recorded": Verdict.INCONCLUSIVE, "elsewhere": Verdict.SUPPORTED}, True),
        (OPPOSITE, {"recorded": Verdict.SUPPORTED, "elsewhere": Verdict.INCONCLUSIVE}, True),
        (BETWEEN, {"recorded": Verdict.SUPPORTED}, True),
        (LARGE, {"recorded": Verdict.REFUTED, "reason": "not larger than the margin"}, True),
    ],
)
def test_only_a_decided_verdict_contradicts_a_decided_one(
    values: list[float], record: dict[str, Any], contradicts: bool
) -> None:
    """What is open on one processor and decided on another is no contradiction, nor is a part of what was recorded."""
    assert contradicts == outcome_of(values, **record).contradicts


def test_a_verdict_known_from_elsewhere_does_not_differ() -> None:
    """A card names the other of two known verdicts, and differs only where a third one comes out."""
    known = {"recorded": Verdict.INCONCLUSIVE, "elsewhere": Verdict.SUPPORTED}
    here, there, third = (outcome_of(values, **known) for values in (UNSURE, LARGE, OPPOSITE))
    assert not here.differs
    assert here.basis.endswith("; on another processor: supported")
    assert not there.differs
    assert there.basis.endswith("; on another processor: inconclusive")
    assert third.differs
    assert third.basis.endswith("; differs on this machine: recorded as inconclusive")


@pytest.mark.parametrize(("different", "stops"), [(0, False), (2, False), (3, True)])
def test_many_different_verdicts_stop_a_strict_build(
    different: int, stops: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One verdict in ten may be open where it was decided; more than that, and a strict build names them all."""
    outcomes = [outcome_of(UNSURE)] * different + [outcome_of(LARGE)] * (20 - different)
    enforce_all(outcomes)
    monkeypatch.setenv("STRICT", "1")
    if stops:
        with pytest.raises(VerdictError, match=r"3 of 20 verdicts differ .*: (this-beats-that, ){2}this-beats-that$"):
            enforce_all(outcomes)
    else:
        enforce_all(outcomes)
    with pytest.raises(VerdictError, match="recorded as supported, but the results say: refuted"):
        enforce_all([*outcomes, outcome_of(OPPOSITE)])


@pytest.mark.parametrize("strict", [None, "", "0"])
def test_other_builds_go_on(strict: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without STRICT a verdict that differs is shown as one of this machine."""
    monkeypatch.delenv("STRICT", raising=False)
    if strict is not None:
        monkeypatch.setenv("STRICT", strict)
    outcome = outcome_of(OPPOSITE)
    assert outcome is outcome.enforce()
    assert "differs on this machine: recorded as supported" in outcome._repr_html_()


@pytest.mark.usefixtures("preview")
def test_preview_judges_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a preview no claim is judged, so nothing differs, not even in a strict build."""
    monkeypatch.setenv("STRICT", "1")
    outcome = outcome_of(OPPOSITE).enforce()
    assert outcome.judgement is None
    assert not outcome.differs
    assert ("not evaluated in a preview", "") == (outcome.verdict, outcome.effect)
    assert "this minus that; margin 1.00 points; predicted: supported" == outcome.basis
    assert 'class="claim claim-unevaluated"' in outcome._repr_html_()
    assert "Not evaluated in a preview." in tagless(outcome._repr_html_())


def test_preview_computes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a preview the effect of a claim, whose runs may be too short for it, is not even computed."""
    claim = fixed_claim(fixed_effect([math.nan]))
    with pytest.raises(FoundationsError):
        claim.judge(NOTHING)
    monkeypatch.setenv("FOUNDATIONS_PROFILE", "preview")
    assert claim.judge(NOTHING).judgement is None


@pytest.mark.parametrize(("values", "state"), [(LARGE, "supported"), (NONE, "refuted"), (UNSURE, "inconclusive")])
def test_card_has_a_class_and_an_address(values: list[float], state: str) -> None:
    """A claim's card is styled by its verdict and can be linked to by its id."""
    html = outcome_of(values)._repr_html_()
    expected = f'<aside class="claim claim-{state}" id="claim-this-beats-that" aria-label="Claim">'
    assert html.startswith(expected)
    assert '<a class="claim-link" href="#claim-this-beats-that" aria-label="Link to this claim">#</a>' in html


def test_card_reads_as_sentences() -> None:
    """Without its tags a card reads: the sentence, the verdict with the effect, and what it rests on."""
    outcome = outcome_of(NONE, Verdict.REFUTED)
    expected = f"This beats that. #Refuted (no practical difference). {outcome.effect}{outcome.basis}."
    assert expected == tagless(outcome._repr_html_())


def test_folklore_is_called_so() -> None:
    """The card of what tutorials say is labelled as folklore."""
    assert 'aria-label="Folklore"' in outcome_of(NONE, folklore=True)._repr_html_()


@given(st.text())
def test_card_escapes_its_words(words: str) -> None:
    """No sentence or reason can open or close a tag in its card."""
    plain, odd = (outcome_of(LARGE, sentence=s, margin_reason=s)._repr_html_() for s in ("x", f"{words}<b>&</p>"))
    plain, odd = (re.sub(r'<span class="unbroken">|</span>', "", html) for html in (plain, odd))
    assert plain.count("<") == odd.count("<")
    assert plain.count(">") == odd.count(">")
    assert "&lt;b&gt;&amp;&lt;/p&gt;" in odd


def results_with(*claims: Claim) -> Results:
    """Return results of a study that makes these claims."""
    return results_of({"plain": [pretend()]}, claims)


STUDIES = [
    results_with(
        fixed_claim(fixed_effect(LARGE), identifier="first"), fixed_claim(fixed_effect(UNSURE), identifier="second")
    ),
    results_with(fixed_claim(fixed_effect([1.1, 1.2, 1.3]), identifier="third")),
    results_with(),
]


def test_evaluate_all_adjusts_over_all_claims() -> None:
    """Every claim of every study is judged, in order, with a p value that is adjusted over all of them."""
    judged = evaluate_all(STUDIES)
    assert ["first", "second", "third"] == [outcome.claim.id for outcome, _ in judged]
    raw = [outcome.judgement.p for outcome, _ in judged if outcome.judgement]
    assert holm(raw).tolist() == [p for _, p in judged]
    assert 3 * raw[0] == judged[0][1]


@pytest.mark.usefixtures("preview")
def test_evaluate_all_in_a_preview() -> None:
    """In a preview all claims are listed without verdicts and p values."""
    assert [(None, None)] * 3 == [(outcome.judgement, p) for outcome, p in evaluate_all(STUDIES)]


def test_evaluate_all_of_nothing() -> None:
    """Studies without claims have no list of them."""
    assert [] == evaluate_all([results_with()])
