"""What became of the claims that a lesson rests on: verdicts and effects from the results, beside the lesson."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from foundations.claims import Outcome
from foundations.errors import require_one_of
from foundations.lessons import LESSONS, Lesson
from foundations.study import Results, Study
from foundations.typeset import capitalized, joined, typeset


@dataclass(frozen=True)
class Evidence:
    """A claim's outcome, and the study that it belongs to."""

    study: Study
    outcome: Outcome

    @property
    def address(self) -> str:
        """Where the claim is made, seen from another page of the book."""
        return f"{self.study.name}.html#claim-{self.outcome.claim.id}"


def judge(results: Sequence[Results]) -> dict[str, Evidence]:
    """Return the outcome of every claim of some studies by its id; in a strict build raise if one contradicts."""
    return {
        claim.id: Evidence(result.study, result.claim(claim.id)) for result in results for claim in result.study.claims
    }


@dataclass(frozen=True)
class Shown:
    """The lessons of one theme with their evidence; a page shows them as a list."""

    lessons: Sequence[Lesson]
    evidence: Mapping[str, Evidence]

    def _repr_html_(self) -> str:
        return "".join(
            f'<div class="lesson"><p class="lesson-text">{typeset(lesson.text)}</p>'
            f'<ul class="lesson-claims">{"".join(_item(self.evidence[name]) for name in lesson.claims)}</ul></div>'
            for lesson in self.lessons
        )


def _item(evidence: Evidence) -> str:
    outcome, claim = evidence.outcome, evidence.outcome.claim
    state = "unevaluated" if outcome.judgement is None else outcome.judgement.verdict
    verdict = capitalized(outcome.verdict)
    result = f"{verdict}: {outcome.effect}" if outcome.effect else verdict
    chapter = joined(evidence.study.chapter)
    return (
        f'<li class="lesson-{state}">{typeset(claim.sentence)} <strong>{typeset(result)}.</strong> '
        f'<span>{chapter}, <a href="{evidence.address}">{claim.id}</a></span></li>'
    )


def show(theme: str, evidence: Mapping[str, Evidence]) -> Shown:
    """Return the lessons of a theme, to be displayed with what the results say of their claims."""
    require_one_of("a theme", theme, LESSONS)
    return Shown(LESSONS[theme], evidence)
