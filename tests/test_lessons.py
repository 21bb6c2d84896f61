"""The lessons of the book: each rests on claims that exist, and every chapter has one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from foundations.lessons import LESSONS, Lesson
from foundations.studies import STUDIES
from foundations.study import Study

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
    shown = re.findall(r'^## (.+)\n\n```\{code-cell\}[^`]*\n\nevidence\.show\("(.+)", judged\)', PAGE, re.MULTILINE)
    assert [(theme, theme) for theme in LESSONS] == shown
