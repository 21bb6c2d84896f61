"""The book's studies: each is whole, and each claim can be judged on runs of the shapes that its arms give."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

from foundations import canvases, evaluation, noise, outside, representation, shifts, signals, strokes, studies
from foundations.claims import Claim
from foundations.data import Images, Labels
from foundations.errors import FoundationsError
from foundations.metrics import MARGIN_NATS, MARGIN_POINTS, NATS, POINTS
from foundations.runs import Run, longest, trajectory
from foundations.specs import baseline
from foundations.statistics import Verdict
from foundations.studies import STUDIES, named, sharing
from foundations.study import Arm, Results, Study, unique_claims
from pretended import random_run

BOOK = Path(__file__).parents[1]
CLAIMS = [(study, claim) for study in STUDIES for claim in study.claims]
BOOK_WIDE = {POINTS: MARGIN_POINTS, NATS: MARGIN_NATS}
IMAGES, FEW, MINIBATCH = 1_000, 20, 2_048

each_study = pytest.mark.parametrize("study", STUDIES, ids=lambda study: study.name)
each_claim = pytest.mark.parametrize(("study", "claim"), CLAIMS, ids=[claim.id for _, claim in CLAIMS])


class RandomRuns(Mapping[str, Sequence[Run]]):
    """Random runs of the shapes that a study's arms give, drawn when an arm is first read."""

    def __init__(self, arms: Mapping[str, Arm]) -> None:
        self.arms = arms
        self.drawn: dict[str, Sequence[Run]] = {}

    def __getitem__(self, arm: str) -> Sequence[Run]:
        """Return an arm's runs."""
        if arm not in self.drawn:
            self.drawn[arm] = [random_run(spec) for spec in self.arms[arm].specs()]
        return self.drawn[arm]

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names of the arms."""
        return iter(self.arms)

    def __len__(self) -> int:
        """Return the number of arms."""
        return len(self.arms)


@pytest.fixture
def few_images(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the images of every seed be random ones, a few thousand, and fewer where each takes long."""
    random = np.random.default_rng(0)
    images = random.integers(0, 256, (IMAGES, 28, 28), dtype=np.uint8)
    labels = (np.arange(IMAGES) % 10).astype(np.uint8)

    def validation_set(seed: int, checksum: str) -> tuple[Images, Labels]:  # noqa: ARG001  # the same for all
        return images, labels

    def few(seed: int, checksum: str) -> tuple[Images, Labels]:  # noqa: ARG001
        return images[:FEW], labels[:FEW]

    def pictures() -> outside.Pictures:
        return outside.Pictures(
            [strokes.page(drawing, 0) for drawing in strokes.drawings("digits")[:FEW]], labels[:FEW]
        )

    def training_set(run: Run) -> tuple[Images, Labels]:  # noqa: ARG001
        return np.resize(images, (MINIBATCH, 28, 28)), np.resize(labels, MINIBATCH)

    monkeypatch.setattr(evaluation, "validation_set", validation_set)
    monkeypatch.setattr(noise, "training_set", training_set)
    monkeypatch.setattr(signals, "training_images", validation_set)
    for module in (canvases, outside, representation, shifts):
        monkeypatch.setattr(module, "validation_set", few)
    monkeypatch.setattr(outside, "SETS", dict.fromkeys(outside.SETS, pictures))
    outside._prepared.cache_clear()
    outside._cropped.cache_clear()
    yield
    outside._prepared.cache_clear()
    outside._cropped.cache_clear()


@each_study
@pytest.mark.usefixtures("runs_folder", "few_images")
def test_every_claim_can_be_judged(study: Study) -> None:
    """Every claim of a study is one finite number a seed of arms that exist, and so has a verdict and a card."""
    swept = {name: [random_run(spec) for spec in sweep.specs()] for name, sweep in study.sweeps.items()}
    results = Results(study, RandomRuns(study.arms), swept)
    seeds = {len(arm.specs()) for arm in study.arms.values()}
    for claim in study.claims:
        outcome = results.claim(claim.id)
        assert outcome.judgement is not None
        assert outcome.judgement.estimate.count in seeds
        assert f'id="claim-{claim.id}"' in outcome._repr_html_()


@each_study
def test_study_is_whole(study: Study) -> None:
    """A study asks a question and says what it compares and what it holds fixed."""
    assert study.question.endswith("?")
    assert study.scientific
    assert study.fixed
    assert study.claims


@each_study
def test_arms_are_different_runs(study: Study) -> None:
    """No two arms of a study are the same runs under two names."""
    specs = study.specs()
    assert len(specs) == len({*specs})


@each_study
def test_study_is_named_as_its_chapter(study: Study) -> None:
    """A study has the name of its chapter's file, which starts with the name of its module."""
    assert re.fullmatch(r"(practical\d|task\d\d)(-[a-z0-9]+)+", study.name)
    module = study.name.partition("-")[0]
    assert study is importlib.import_module(f"foundations.studies.{module}").study


def test_studies_are_in_the_order_of_the_book() -> None:
    """Every study has a chapter in the table of contents, and they come in its order."""
    chapters = re.findall(r"file: book/(\S+)", (BOOK / "_toc.yml").read_text())
    names = [study.name for study in STUDIES]
    assert names == [chapter for chapter in chapters if chapter in names]


def test_every_module_is_listed() -> None:
    """Every module of studies is among the book's studies."""
    modules = {module.name for module in pkgutil.iter_modules(studies.__path__)}
    assert modules == {study.name.partition("-")[0] for study in STUDIES}


def test_claims_are_told_apart() -> None:
    """No two claims of the book share their id or their sentence."""
    claims = unique_claims(STUDIES)
    assert len(CLAIMS) == len({claim.sentence for claim in claims})


@each_claim
def test_claim_has_an_address(study: Study, claim: Claim) -> None:
    """A claim's id is of lower-case words with hyphens, and belongs to its study alone."""
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", claim.id)
    assert [study] == [other for other in STUDIES if claim in other.claims]


@each_claim
def test_claim_is_a_sentence(study: Study, claim: Claim) -> None:  # noqa: ARG001  # one parametrization for all
    """A claim is one sentence, capitalised and with a full stop, in plain text without doubled spaces."""
    assert re.fullmatch(r"[A-Z][^<>$`\n]*[^.\s]\.", claim.sentence)
    assert "  " not in claim.sentence


@each_claim
def test_claim_was_predicted_and_recorded(study: Study, claim: Claim) -> None:  # noqa: ARG001  # as above
    """A claim says which verdict was expected, if any, and which one its chapter was written for."""
    assert claim.predicted is None or isinstance(claim.predicted, Verdict)
    assert isinstance(claim.recorded, Verdict)
    assert not claim.reason or claim.recorded is Verdict.REFUTED


@each_claim
def test_two_known_verdicts_do_not_contradict_each_other(study: Study, claim: Claim) -> None:  # noqa: ARG001  # as above
    """A claim that gets two verdicts on two processors is open on one of them, as the book says."""
    if claim.elsewhere:
        assert claim.elsewhere != claim.recorded
        assert Verdict.INCONCLUSIVE in (claim.elsewhere, claim.recorded)


def test_most_of_a_study_was_predicted() -> None:
    """Claims that were added after the results are the smaller part of every study."""
    for study in STUDIES:
        assert sum(claim.predicted is None for claim in study.claims) < len(study.claims) / 2


@each_claim
def test_margin_is_book_wide_or_has_a_reason(study: Study, claim: Claim) -> None:  # noqa: ARG001  # as above
    """A margin that is not the book-wide one of its unit has a reason, and only such a margin has one."""
    own = claim.effect.margin != BOOK_WIDE.get(claim.effect.unit)
    assert own == bool(claim.margin_reason)


@each_claim
def test_reason_continues_a_sentence(study: Study, claim: Claim) -> None:  # noqa: ARG001  # as above
    """What is printed inside a sentence, the reason of a margin and the label of an effect, has no full stop."""
    assert not claim.margin_reason.endswith(".")
    assert not claim.effect.label.endswith(".")


def test_named_study() -> None:
    """A study is found by its name; one that does not exist is refused, with those that do."""
    assert STUDIES[0] is named("practical1-training")
    with pytest.raises(FoundationsError, match=r"a study must be one of practical1-training, .* Received: 'task99'"):
        named("task99")


def test_sharing_unites_trajectories() -> None:
    """A run is trained together with all that the book's studies ask of its trajectory, and with nothing else."""
    one = baseline.vary(epochs=1)
    shared = sharing([one])
    expected = {spec for study in STUDIES for spec in study.specs() if trajectory(spec) == trajectory(one)} | {one}
    assert expected == {*shared}
    assert len(shared) == len({*shared})
    assert one == shared[0]
    assert longest(shared).epochs == max(spec.epochs for spec in expected) > 1


def test_sharing_adds_nothing_to_what_no_study_asks() -> None:
    """A run that no study asks for is trained alone, and the whole book's runs are complete."""
    alone = baseline.vary(seed=10_000)
    assert [alone] == sharing([alone])
    everything = [spec for study in STUDIES for spec in study.specs()]
    assert {*everything} == {*sharing(everything)}


def test_sharing_keeps_seeds_apart() -> None:
    """Runs of one seed bring none of another seed's with them."""
    assert {3} == {spec.seed for spec in sharing([baseline.vary(epochs=1, seed=3)])}


def test_studies_measure_nothing_themselves() -> None:
    """No study's module holds a measurement: its key would change with every edited sentence of a claim."""
    sources = {path.name: path.read_text(encoding="utf-8") for path in Path(studies.__file__).parent.glob("*.py")}
    assert len(sources) > len(STUDIES)
    assert [] == [name for name, source in sources.items() if "@measurement" in source]
