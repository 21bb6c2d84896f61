"""Tables of a chapter, as HTML that scrolls in its own box on a narrow page."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import joblib
import numpy as np
from numpy.typing import NDArray

from foundations import data
from foundations.claims import Outcome
from foundations.metrics import POINTS, metric
from foundations.runs import Run, trajectory
from foundations.specs import EarlyStoppingSpec, RunSpec, baseline
from foundations.stopping import at_stop, regret, stopped
from foundations.store import describe
from foundations.study import PILOT_SEEDS, Results, Study
from foundations.typeset import joined, numbered, typeset

SENTENCE = 40
"""Characters from which on a cell's text is a sentence."""
_TAG = re.compile("<[^<>]*>")
_NUMBER = re.compile(r"(?:[-+−]?[\d,.]+(?: ± [\d.]+)?)?")
"""A number, perhaps with its deviation, or an empty cell among numbers."""


@dataclass(frozen=True)
class Markup:
    """A cell that is HTML already."""

    html: str


Cell = str | Markup


@dataclass(frozen=True)
class Table:
    """A table with a caption; the first cell of a row is its heading.

    Attributes
    ----------
    caption
        What it shows.
    columns
        Headings.
    rows
        Cells, as many a row as there are columns.
    """

    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]

    def _repr_html_(self) -> str:
        kinds = [_kind(cells) for cells in zip(*self.rows, strict=True)] or [""] * len(self.columns)
        pairs = zip(kinds, self.columns, strict=True)
        head = "".join(f'<th scope="col"{kind}>{typeset(column)}</th>' for kind, column in pairs)
        body = "".join(f"<tr>{_row(row, kinds)}</tr>" for row in self.rows)
        return (
            f'<div class="table-box" tabindex="0" role="region" aria-label="{escape(self.caption)}">'
            f'<table class="table"><caption>{typeset(self.caption)}</caption>'
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
        )


def _kind(cells: Sequence[Cell]) -> str:
    """Return the attribute of a column's cells: numbers are set so that digits line up, sentences get more room."""
    if all(isinstance(cell, str) and _NUMBER.fullmatch(cell) for cell in cells):
        return ' class="number"'
    texts = (_TAG.sub("", cell.html) if isinstance(cell, Markup) else cell for cell in cells)
    return ' class="words"' if max(map(len, texts)) >= SENTENCE else ""


def _row(cells: Sequence[Cell], kinds: Sequence[str]) -> str:
    head = cells[0] if isinstance(cells[0], Markup) else numbered(cells[0])
    first, *others = map(_html, (head, *cells[1:]))
    return f'<th scope="row"{kinds[0]}>{first}</th>' + "".join(
        f"<td{kind}>{text}</td>" for kind, text in zip(kinds[1:], others, strict=True)
    )


def _html(cell: Cell) -> str:
    return cell.html if isinstance(cell, Markup) else typeset(cell)


def design(study: Study) -> Table:
    """Return what a study varies, tunes and holds fixed, and over how many seeds, from the study itself."""
    seeds = sorted({len(arm.specs()) for arm in study.arms.values()})
    rows = [
        ("Question", study.question),
        ("Scientific (compared)", "; ".join(study.scientific)),
        ("Nuisance (tuned)", "; ".join(study.nuisance) or "none"),
        ("Fixed (caveats)", "; ".join(study.fixed)),
        ("Arms", f"{len(study.arms)}: {'; '.join(study.arms) if len(study.arms) <= 8 else _ends([*study.arms])}"),
        ("Seeds", " or ".join(map(str, seeds))),
    ]
    return Table(f"The study {study.name}.", ("", "What"), rows)


def _ends(names: Sequence[str]) -> str:
    return f"{names[0]}; {names[1]}; …; {names[-1]}"


def deltas(study: Study) -> Table:
    """Return each arm's difference from the baseline, and its seeds."""
    rows = [(name, _delta(arm.spec), str(len(arm.specs()))) for name, arm in study.arms.items()]
    return Table("Each arm as its difference from the book's baseline.", ("Arm", "Difference", "Seeds"), rows)


def _delta(spec: RunSpec) -> str:
    changes = dict(_changes(describe(spec), describe(baseline)))
    changes = {"optimizer" if name == "name" else name: value for name, value in changes.items()}
    return ", ".join(f"{name} = {value}" for name, value in changes.items() if name != "snapshots") or "none"


def _changes(spec: dict[str, object], other: dict[str, object]) -> Iterable[tuple[str, object]]:
    for name, value in spec.items():
        reference = other.get(name)
        if isinstance(value, dict) and isinstance(reference, dict):
            yield from _changes(value, reference)
        elif isinstance(value, dict):
            yield name.replace("_", " "), ", ".join(f"{key.replace('_', ' ')} {held}" for key, held in value.items())
        elif value != reference:
            yield name.replace("_", " "), "none" if value in (None, ()) else value


def metrics(results: Results, names: Sequence[str], arms: Sequence[str] | None = None, caption: str = "") -> Table:
    """Return metrics over seeds, mean ± standard deviation, one arm a row."""
    chosen = [*results.runs] if arms is None else arms
    columns = ("Arm", *(f"{metric(name).label} ({_level(metric(name).unit)})" for name in names), "Seeds")
    rows = [(arm, *(_spread(results, name, arm) for name in names), str(len(results[arm]))) for arm in chosen]
    return Table(caption or "Mean ± standard deviation over seeds.", columns, rows)


def _level(unit: str) -> str:
    """Return the unit of a level, given that of a difference."""
    return "%" if unit == POINTS else unit


def _spread(results: Results, name: str, arm: str) -> str:
    return _mean(results.values(name, arm), metric(name).digits)


def _mean(values: NDArray[Any], digits: int) -> str:
    """Return mean ± standard deviation over seeds; of one seed its value alone."""
    mean = f"{values.mean():.{digits}f}"
    return mean if len(values) == 1 else f"{mean} ± {values.std(ddof=1):.{digits}f}"


def stopping(results: Results, cases: Mapping[str, tuple[str, EarlyStoppingSpec]], caption: str) -> Table:
    """Return what early stopping makes of recorded runs, one case a row, judged on the judge half.

    The columns are the epochs trained, the epoch kept, its cross-entropy, by how much that exceeds the lowest of all
    recorded epochs, and its accuracy.

    Parameters
    ----------
    results
        Of a study.
    cases
        What a row is called, with an arm trained without early stopping and the rule to replay on it.
    caption
        What the table shows.
    """
    columns = ("", "Epochs", "Kept epoch", "Cross-entropy (nats)", "Excess (nats)", "Accuracy (%)")
    return Table(caption, columns, [(name, *_stopped(results[arm], rule)) for name, (arm, rule) in cases.items()])


def _stopped(runs: Sequence[Run], rule: EarlyStoppingSpec) -> list[str]:
    found = [stopped(run, rule) for run in runs]
    return [
        _mean(np.array([stop.epochs for stop in found]), 1),
        _mean(np.array([stop.kept_epoch for stop in found]), 1),
        _mean(at_stop(runs, "judge_cross_entropy", rule), 3),
        f"{regret(runs, rule).mean():.4f}",
        _mean(at_stop(runs, "judge_accuracy", rule), 2),
    ]


def claims(judged: Sequence[tuple[str, Outcome, float | None]]) -> Table:
    """Return claims with their verdicts; each is given with the address of its chapter and its adjusted p value."""
    columns = ("Claim", "Verdict", "Effect [95% interval]", "Margin", "Holm's p", "Predicted")
    return Table("All claims of the book.", columns, [_claim_row(*row) for row in judged])


def _claim_row(page: str, outcome: Outcome, p: float | None) -> tuple[Cell, ...]:
    claim = outcome.claim
    link = Markup(f'{typeset(claim.sentence)} <a href="{page}#claim-{claim.id}">{claim.id}</a>')
    margin = f"{claim.effect.show(claim.effect.margin, signed=False)} {claim.effect.unit}"
    adjusted = "–" if p is None else "< 0.0001" if p < 1e-4 else f"{p:.4f}"
    return link, outcome.verdict, outcome.effect, margin, adjusted, claim.expectation


def folklore(claims: Sequence[tuple[str, str, Outcome]]) -> Table:
    """Return what became of sentences that tutorials repeat; each is given with its chapter and its address."""
    rows = []
    for chapter, address, outcome in claims:
        link = Markup(f'{typeset(outcome.claim.sentence)} <a href="{address}">{outcome.claim.id}</a>')
        rows.append((link, outcome.verdict, outcome.effect, joined(chapter)))
    return Table("The folklore of this book.", ("Saying", "Verdict", "Effect [95% interval]", "Chapter"), rows)


def environment(results: Sequence[Results]) -> Table:
    """Return what the runs of several studies were trained with: versions, machine, seeds and data."""
    runs = [run for _, run in _by_study(results)]
    last = max(run.spec.seed for result in results for arm in result.runs.values() for run in arm)
    started = {run.provenance.started for run in runs}
    facts = {
        "Python": {run.provenance.python for run in runs},
        "TensorFlow": {run.provenance.tensorflow for run in runs},
        "Keras": {run.provenance.keras for run in runs},
        "NumPy": {run.provenance.numpy for run in runs},
        "Machine": {run.provenance.machine for run in runs},
        "Cores of the building machine": {str(joblib.cpu_count())},
        "Seeds": {f"0 to {last}; pilots and tuning {', '.join(map(str, PILOT_SEEDS))}"},
        "Trainings begun": {f"{_minute(min(started))} to {_minute(max(started))}"},
        "SHA-256 of the data file": {data.checksum(data.source())},
    }
    rows = [(name, "; ".join(sorted(values))) for name, values in facts.items()]
    return Table("What the networks of this book were trained with.", ("", "What"), rows)


def _minute(moment: str) -> str:
    """Return a moment, which ISO 8601 writes to the second, to the minute."""
    return f"{moment[:16].replace('T', ' ')} UTC"


def training_time(results: Sequence[Results]) -> Table:
    """Return each study's runs and trainings, and how long these took, in core-seconds and in epochs of the baseline.

    A training that several studies share counts for the first of them, but for the epochs that only later ones ask for.
    An epoch of the baseline is the median one over its trainings, with its evaluation; where there is none the column
    is empty.
    """
    longest: dict[RunSpec, int] = {}
    took: dict[RunSpec, float] = {}
    for _, run in _by_study(results):
        longest[trajectory(run.spec)] = max(longest.get(trajectory(run.spec), 0), run.spec.epochs)
        took[trajectory(run.spec)] = run.provenance.seconds
    plain = [spec for spec in longest if spec == trajectory(baseline.vary(seed=spec.seed))]
    epoch = np.median([took[spec] / longest[spec] for spec in plain]) if plain else None

    def both(time: float) -> tuple[str, str]:
        return f"{time:,.0f}", f"{time / epoch:,.0f}" if epoch else ""

    paid = dict.fromkeys(longest, 0)
    trainings, seconds = Counter[str](), defaultdict[str, float](float)
    for study, run in _by_study(results):
        training = trajectory(run.spec)
        trainings[study.name] += paid[training] == 0
        more = max(0, run.spec.epochs - paid[training])
        seconds[study.name] += run.provenance.seconds * more / longest[training]
        paid[training] += more
    rows = []
    for result in results:
        name = result.study.name
        counts = (len(result.runs), len(result.all_runs), trainings[name])
        rows.append((name, *(f"{n:,}" for n in counts), *both(seconds[name])))
    rows.append(("All", "", "", f"{len(longest):,}", *both(sum(seconds.values()))))
    header = ("Study", "Arms", "Runs", "Trainings", "Core-seconds", "Epochs of the baseline")
    return Table("Training time of each study.", header, rows)


def _by_study(results: Sequence[Results]) -> Iterable[tuple[Study, Run]]:
    return ((result.study, run) for result in results for run in result.all_runs)
