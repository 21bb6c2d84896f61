"""Calibration, held to closed forms, to simulations whose answer is known, and to other libraries."""

from __future__ import annotations

import itertools
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import special, stats
from sklearn import metrics

from foundations import calibration, data, evaluation
from foundations.calibration import (
    FIGURES,
    bootstrap_interval,
    calibrated_error,
    calibration_error,
    confidence,
    detection,
    equal_mass_bins,
    figure,
    reliability,
    summary,
    temperature,
    validation_figures,
)
from foundations.errors import FoundationsError
from foundations.specs import baseline
from pretended import pretend, random_weights

Shares = NDArray[np.float64]
Hits = NDArray[np.bool_]

shares = st.lists(st.floats(0, 1), min_size=1, max_size=60).map(np.array)


@st.composite
def judged(draw: st.DrawFn) -> tuple[Shares, Hits, int]:
    """Draw confidences, whether each prediction is right, and a number of bins."""
    confidences = draw(shares)
    hits = draw(st.lists(st.booleans(), min_size=len(confidences), max_size=len(confidences)))
    return confidences, np.array(hits), draw(st.integers(1, len(confidences)))


@given(judged())
def test_bins_partition_the_images(drawn: tuple[Shares, Hits, int]) -> None:
    """Every image is in one bin; the bins differ by one image at most, and a later one is nowhere less confident."""
    confidences, _, bins = drawn
    members = equal_mass_bins(confidences, bins)
    assert bins == len(members)
    assert [*range(len(confidences))] == sorted(np.concatenate(members).tolist())
    sizes = [len(own) for own in members]
    assert max(sizes) - min(sizes) <= 1
    for before, after in itertools.pairwise(members):
        assert confidences[before].max() <= confidences[after].min()


@pytest.mark.parametrize("bins", [0, -1, 4])
def test_bins_without_images_are_refused(bins: int) -> None:
    """There is at least one bin, and no more than images."""
    with pytest.raises(FoundationsError, match=f"bins must be from 1 to the number of images, 3. Received: {bins}"):
        equal_mass_bins([0.1, 0.2, 0.3], bins)


@given(judged())
def test_bins_keep_the_means(drawn: tuple[Shares, Hits, int]) -> None:
    """The bins' means, weighted by their images, are those of all images."""
    confidences, hits, bins = drawn
    found = reliability(confidences, hits, bins)
    assert len(confidences) == found.count.sum()
    assert pytest.approx(confidences.mean()) == np.average(found.confidence, weights=found.count)
    assert pytest.approx(hits.mean()) == np.average(found.accuracy, weights=found.count)


@given(judged())
def test_error_is_bounded_by_its_coarsest_and_finest_form(drawn: tuple[Shares, Hits, int]) -> None:
    """The error is at least that of one bin and at most that of one bin an image, by the triangle inequality."""
    confidences, hits, bins = drawn
    found = calibration_error(confidences, hits, bins)
    assert abs(hits.mean() - confidences.mean()) - 1e-9 <= found <= np.abs(hits - confidences).mean() + 1e-9


def test_error_by_hand() -> None:
    """Two bins of two images: one claims 0.6 and is right half the time, one claims 0.9 and is always right."""
    assert pytest.approx((0.1 + 0.1) / 2) == calibration_error([0.9, 0.6, 0.9, 0.6], [1, 0, 1, 1], 2)


def test_shapes_must_agree() -> None:
    """Confidences and hits of different numbers of images are refused rather than broadcast."""
    with pytest.raises(FoundationsError, match="shapes of confidences and hits must be equal"):
        reliability([0.1, 0.2], [True], 1)


@pytest.mark.parametrize(("images", "share", "bins"), [(60, 0.7, 1), (400, 0.98, 4), (1_000, 0.999, 10)])
def test_error_of_a_calibrated_network_is_its_expectation(images: int, share: float, bins: int) -> None:
    """With one confidence for all, the expected error is the mean absolute deviation of a bin's binomial count."""
    size = images // bins
    count = np.arange(size + 1)
    expected = (np.abs(count / size - share) * stats.binom.pmf(count, size, share)).sum()
    assert expected > 0
    assert pytest.approx(expected, rel=0.05) == calibrated_error(np.full(images, share), bins, draws=4_000)


def test_calibrated_error_is_that_of_drawn_hits() -> None:
    """It is the mean of the ordinary error over hits that are drawn with the confidences as probabilities."""
    random = np.random.default_rng(3)
    confidences = random.beta(5, 1, 500)
    drawn = [calibration_error(confidences, random.random(500) < confidences) for _ in range(1_000)]
    assert pytest.approx(np.mean(drawn), rel=0.03) == calibrated_error(confidences, draws=1_000)


def test_calibrated_error_tends_to_the_normal_formula() -> None:
    """Where a bin expects many errors, the bias is that of normal sums, as the chapter derives."""
    confidences = np.random.default_rng(4).uniform(0.3, 0.9, 3_000)
    roots = [np.sqrt((confidences[own] * (1 - confidences[own])).sum()) for own in equal_mass_bins(confidences)]
    expected = np.sqrt(2 / np.pi) * sum(roots) / 3_000
    assert pytest.approx(expected, rel=0.03) == calibrated_error(confidences, draws=1_000)


def test_certainty_has_no_bias() -> None:
    """Where every confidence is 0 or 1, chance has no part and a calibrated network shows no error."""
    assert 0 == calibrated_error([0.0, 1.0, 1.0], 2)


def test_bootstrap_interval_covers_the_error() -> None:
    """Of a network that claims 0.1 too much everywhere, the intervals hold 0.1 about as often as they should."""
    random = np.random.default_rng(5)
    covered = 0
    for seed in range(30):
        confidences = random.uniform(0.4, 0.9, 1_500)
        low, high = bootstrap_interval(confidences, random.random(1_500) < confidences - 0.1, seed)
        covered += low <= 0.1 <= high
    # At 95% the count is 24 or less once in a thousand times.
    assert covered >= 25


def test_bootstrap_interval_is_not_negative() -> None:
    """An error cannot be negative, so its interval is not, also where reflecting would make it so."""
    confidences = np.full(300, 0.9)
    low, high = bootstrap_interval(confidences, np.arange(300) % 10 > 0)
    assert 0 <= low <= high


@given(st.floats(0.3, 4), st.integers(0, 2**32 - 1))
def test_temperature_is_recovered(true: float, seed: int) -> None:
    """Labels that are drawn at a temperature give that temperature back."""
    random = np.random.default_rng(seed)
    logits = random.normal(scale=2 * true, size=(4_000, 10))
    labels = (logits / true + random.gumbel(size=logits.shape)).argmax(axis=1)
    assert pytest.approx(true, rel=0.15) == temperature(logits, labels)


@given(st.floats(0.2, 5))
def test_temperature_is_in_units_of_the_logits(scale: float) -> None:
    """Logits that are larger by a factor need a temperature that is larger by it."""
    random = np.random.default_rng(6)
    logits = random.normal(size=(300, 10))
    labels = (logits + random.gumbel(size=logits.shape)).argmax(axis=1)
    assert pytest.approx(scale * temperature(logits, labels), rel=1e-3) == temperature(scale * logits, labels)


def test_temperature_meets_its_condition() -> None:
    """At the fitted temperature the labels' mean logit is what the network's own probabilities expect."""
    random = np.random.default_rng(7)
    logits = 3 * random.normal(size=(500, 10))
    labels = (logits / 3 + random.gumbel(size=logits.shape)).argmax(axis=1)
    own = special.softmax(logits / temperature(logits, labels), axis=1)
    assert pytest.approx(logits[np.arange(500), labels].mean(), abs=1e-3) == (own * logits).sum(axis=1).mean()


@given(judged())
def test_detection_is_the_area_under_the_curve(drawn: tuple[Shares, Hits, int]) -> None:
    """Detection is scikit-learn's area under the ROC curve, and not a number where one kind is missing."""
    confidences, hits, _ = drawn
    found = detection(confidences, hits)
    if hits.all() or not hits.any():
        assert np.isnan(found)
    else:
        assert pytest.approx(metrics.roc_auc_score(hits, confidences)) == found


def test_confidence_keeps_what_float32_rounds_away() -> None:
    """A doubt far below the resolution of float32 is still there."""
    logits = np.zeros((1, 10), np.float32)
    logits[0, 4] = 30
    (found,) = 1 - confidence(logits)
    assert pytest.approx(9 * np.exp(-30), rel=0.01) == found


def test_summary_by_hand() -> None:
    """Two images of confidence 0.9 and 0.6, the second misread, give the figures that one counts."""
    rest = [[0.1 / 9] * 9, [0.4 / 9] * 9]
    logits = np.log([[0.9, *rest[0]], [0.6, *rest[1]]])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        logits_many, labels = np.repeat(logits, 10, axis=0), np.repeat([0, 1], 10)
        found = summary(logits_many, labels)
    assert pytest.approx(50) == found["accuracy"]
    assert pytest.approx(75) == found["confidence"]
    assert pytest.approx(60) == found["confidence in errors"]
    assert pytest.approx(100) == found["detection"]
    assert pytest.approx(-(np.log(0.9) + np.log(0.4 / 9)) / 2) == found["cross-entropy"]
    # Of 15 bins of 20 images those in the middle hold one kind each: |1 - 0.9| and |0 - 0.6| with equal weight.
    assert pytest.approx(100 * (0.1 + 0.6) / 2) == found["error"]
    assert 0 < found["calibrated error"] < 100


@pytest.mark.usefixtures("runs_folder")
def test_figures_belong_to_each_runs_images(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every run is measured on its own seed's images; temperatures come from the first half, the rest from both."""
    random = np.random.default_rng(8)
    sets = {
        seed: (
            random.integers(0, 256, (400, 28, 28), dtype=np.uint8),
            (np.arange(400) % 10).astype(np.uint8),
        )
        for seed in (0, 1)
    }

    def validation_set(seed: int, checksum: str) -> tuple[data.Images, data.Labels]:
        assert data.PACKAGED_SHA256 == checksum
        return sets[seed]

    monkeypatch.setattr(evaluation, "validation_set", validation_set)
    spec = baseline.vary(hidden=(8,))
    weights = random_weights(spec, random)
    runs = [pretend(spec.vary(seed=seed), weights=weights) for seed in (0, 1)]
    assert (2, len(FIGURES)) == validation_figures(runs).shape
    for row, run in enumerate(runs):
        images, labels = sets[run.spec.seed]
        logits = evaluation.logits(run, images).astype(np.float64)
        whole, fitted = summary(logits, labels), temperature(logits[:200], labels[:200])
        scaled = summary(logits[200:] / fitted, labels[200:])
        expected = {
            "over-confidence": whole["confidence"] - whole["accuracy"],
            **{name: whole[name] for name in ("error", "calibrated error", "confidence in errors", "detection")},
            "temperature": fitted,
            "judge cross-entropy": evaluation.cross_entropy(run, images[200:], labels[200:]),
            "scaled judge cross-entropy": scaled["cross-entropy"],
            "scaled judge error": scaled["error"],
            "scaled judge calibrated error": scaled["calibrated error"],
        }
        assert pytest.approx(expected) == {name: figure(runs, name)[row] for name in FIGURES}


def test_a_figure_that_does_not_exist() -> None:
    """A name that is none of the figures is an error."""
    with pytest.raises(FoundationsError, match="a figure of calibration must be one of over-confidence, "):
        calibration.figure([], "sharpness")
