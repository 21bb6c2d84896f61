"""The lessons of the book: each rests on claims that exist, and is shown with what became of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import unescape
from pathlib import Path

import pytest

from foundations import lessons
from foundations.errors import FoundationsError, VerdictError
from foundations.lessons import LESSONS, Evidence, Lesson, Shown, judge, show
from foundations.statistics import Verdict
from foundations.studies import STUDIES
from foundations.study import Results, Study
from pretended import fixed_claim, fixed_effect, pretend, results_of

PAGE = (Path(__file__).parents[1] / "book" / "takeaways.md").read_text(encoding="utf-8")
ALL = [lesson for theme in LESSONS.values() for lesson in theme]
OWNERS = {claim.id: study.name for study in STUDIES for claim in study.claims}

each_lesson = pytest.mark.parametrize("lesson", ALL, ids=lambda lesson: lesson.claims[0])


@each_lesson
def test_lesson_rests_on_claims(lesson: Lesson) -> None:
    """Every claim that a lesson names exists, and it names none twice."""
    assert lesson.claims
    assert {*lesson.claims} <= {*OWNERS}
    assert len(lesson.claims) == len({*lesson.claims})


@each_lesson
def test_lesson_is_a_sentence_or_two_without_numbers(lesson: Lesson) -> None:
    """A lesson holds no number, which the claims beside it show, and is one to three sentences."""
    assert re.search(r"\d", lesson.text) is None
    assert 1 <= len(re.findall(r"\.(?= |$)", lesson.text)) <= 3
    assert re.fullmatch(r"[A-Z].*\.", lesson.text)
    assert "  " not in lesson.text


@pytest.mark.parametrize("study", STUDIES, ids=lambda study: study.name)
def test_every_chapter_has_a_lesson(study: Study) -> None:
    """Some lesson rests on a claim of each chapter."""
    assert study.name in {OWNERS[claim] for lesson in ALL for claim in lesson.claims}


def test_page_shows_every_theme_once() -> None:
    """The page has one heading for each theme and shows its lessons there, in the order of the list."""
    shown = re.findall(r'^## (.+)\n\n```\{code-cell\}[^`]*\n\nlessons\.show\("(.+)", evidence\)', PAGE, re.MULTILINE)
    assert [(theme, theme) for theme in LESSONS] == shown


def results(effects: Sequence[float], recorded: Verdict = Verdict.SUPPORTED) -> Results:
    """Return results of a study with one claim about these numbers."""
    return results_of({"plain": [pretend()]}, [fixed_claim(fixed_effect(effects), recorded)])


def shown(evidence: dict[str, Evidence]) -> str:
    """Return a lesson on the pretended claim as it is displayed."""
    return unescape(Shown([Lesson("Less is <more>.", ("this-beats-that",))], evidence)._repr_html_())


def test_lesson_is_shown_with_its_evidence() -> None:
    """A lesson's text stands above its claims' sentences, verdicts, effects, chapters and addresses."""
    html = shown(judge([results([2.0, 2.1, 2.2])]))
    assert "&lt;more&gt;" in Shown([Lesson("Less is <more>.", ())], {})._repr_html_()
    assert html.index("Less is") < html.index("This beats that.") < html.index("Supported: +2.10 points")
    assert 'Task\N{NO-BREAK SPACE}0, <a href="task00-pretended.html#claim-this-beats-that">this-beats-that</a>' in html
    assert 'class="lesson-supported"' in html


def test_preview_shows_no_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a preview a lesson's claims are named without verdict and effect."""
    monkeypatch.setenv("FOUNDATIONS_PROFILE", "preview")
    html = shown(judge([results([2.0, 2.1, 2.2])]))
    assert "<strong>Not evaluated in a preview.</strong>" in html
    assert 'class="lesson-unevaluated"' in html


def test_strict_build_refuses_another_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a strict build evidence that differs from the record stops the page."""
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
        lessons.show("Luck", {})
