"""The studies, one module a chapter, in the order of the book."""

from __future__ import annotations

import collections
import itertools
from collections.abc import Callable, Iterator, Sequence

import joblib

from foundations import parallel
from foundations.errors import require_one_of
from foundations.runs import trajectory
from foundations.specs import RunSpec
from foundations.studies import (
    practical1,
    practical2,
    task01,
    task02,
    task03,
    task04,
    task05,
    task06,
    task07,
    task08,
    task09,
    task10,
)
from foundations.study import Results, Study

STUDIES: Sequence[Study] = (
    practical1.study,
    practical2.study,
    task01.study,
    task02.study,
    task03.study,
    task04.study,
    task05.study,
    task06.study,
    task07.study,
    task08.study,
    task09.study,
    task10.study,
)


def named(name: str) -> Study:
    """Return the study of that name.

    Raises
    ------
    FoundationsError
        If there is none.
    """
    require_one_of("a study", name, [study.name for study in STUDIES])
    return next(study for study in STUDIES if study.name == name)


def sharing(specs: Sequence[RunSpec]) -> list[RunSpec]:
    """Return `specs` and all that the book's studies ask of the same trajectories."""
    shared = {trajectory(spec) for spec in specs}
    others = (spec for study in STUDIES for spec in study.specs() if trajectory(spec) in shared)
    return [*dict.fromkeys([*specs, *others])]


def measure(studies: Sequence[Study]) -> Iterator[Study]:
    """Store what trained studies measure, side by side; yield each of them when it is done.

    What takes seconds comes first, on its own, and what the claims of a study are judged by after all of it. Chapters
    then find it, which would otherwise measure one thing after another.
    """
    # Training again comes first: workers that have trained are replaced once they come to hold much else.
    tasks: list[tuple[int, Study, Callable[[Results], object]]] = [
        *((place, study, what) for place, study in enumerate(studies) for what in study.retrained),
        *((place, study, what) for place, study in enumerate(studies) for what in study.measured),
        *((place, study, _judge) for place, study in enumerate(studies)),
    ]
    left = collections.Counter(place for place, *_ in tasks)
    for place in parallel.spread(itertools.starmap(joblib.delayed(_measure), tasks)):
        left[place] -= 1
        if left[place] == 0:
            yield studies[place]


def _measure(place: int, study: Study, what: Callable[[Results], object]) -> int:
    what(study.results())
    return place


def _judge(results: Results) -> None:
    for claim in results.study.claims:
        claim.judge(results)
