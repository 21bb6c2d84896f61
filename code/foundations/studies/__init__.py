"""The studies, one module a chapter, in the order of the book."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import joblib

from foundations import parallel
from foundations.runs import trajectory
from foundations.specs import RunSpec, require_one_of
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
from foundations.study import Study

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

COSTLIEST = frozenset({"task02-custom-digits", "task08-batch-size"})
"""Studies that take longest to measure, and are begun first, so that no worker is left alone with one."""


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
    """Store what the claims of trained studies are judged by, a study a worker at a time; yield each when it is done.

    Chapters then find it, which would otherwise measure one thing after another.
    """
    order = sorted(enumerate(studies), key=lambda item: item[1].name not in COSTLIEST)
    for place in parallel.spread(joblib.delayed(_measure)(place, study) for place, study in order):
        yield studies[place]


def _measure(place: int, study: Study) -> int:
    results = study.results()
    for claim in study.claims:
        claim.judge(results)
    return place
