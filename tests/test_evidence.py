"""Lessons with their evidence: what the results say of each claim, as a page shows it."""

from __future__ import annotations

from collections.abc import Sequence
from html import unescape

import pytest

from foundations.errors import FoundationsError, VerdictError
from foundations.evidence import Evidence, Shown, judge, show
from foundations.lessons import LESSONS, Lesson
from foundations.statistics import Verdict
from foundations.study import Results
from markup import tagless
from pretended import fixed_claim, fixed_effect, pretend, results_of


def results(effects: Sequence[float], recorded: Verdict = Verdict.SUPPORTED) -> Results:
    """Return results of a study with one claim about these numbers."""
    return results_of({"plain": [pretend()]}, [fixed_claim(fixed_effect(effects), recorded)])


def shown(judged: dict[str, Evidence]) -> str:
    """Return a lesson on the pretended claim as it is displayed."""
    return unescape(Shown([Lesson("Less is <more>.", ("this-beats-that",))], judged)._repr_html_())


def test_lesson_is_shown_with_its_evidence() -> None:
    """A lesson's text stands above its claims' sentences, verdicts, effects, chapters and addresses."""
    html = shown(judge([results([2.0, 2.1, 2.2])]))
    assert "&lt;more&gt;" in Shown([Lesson("Less is <more>.", ())], {})._repr_html_()
    text = tagless(html)
    assert text.index("Less is") < text.index("This beats that.") < text.index("Supported: +2.10 points")
    assert 'Task\N{NO-BREAK SPACE}0, <a href="task00-pretended.html#claim-this-beats-that">this-beats-that</a>' in html
    assert 'class="lesson-supported"' in html


def test_preview_shows_no_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a preview a lesson's claims are named without verdict and effect."""
    monkeypatch.setenv("FOUNDATIONS_PROFILE", "preview")
    html = shown(judge([results([2.0, 2.1, 2.2])]))
    assert "<strong>Not evaluated in a preview.</strong>" in html
    assert 'class="lesson-unevaluated"' in html


def test_strict_build_refuses_another_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a strict build evidence that contradicts the record stops the page."""
    other = results([2.0, 2.1, 2.2], Verdict.REFUTED)
    assert judge([other])["this-beats-that"].outcome.differs
    monkeypatch.setenv("STRICT", "1")
    with pytest.raises(VerdictError, match="this-beats-that"):
        judge([other])


def test_themes_are_known() -> None:
    """A theme that the list has is shown with its lessons; another is refused, with those that there are."""
    first = next(iter(LESSONS))
    assert LESSONS[first] == show(first, {}).lessons
    with pytest.raises(FoundationsError, match=f"a theme must be one of {first}, .* Received: 'Luck'"):
        show("Luck", {})
