"""Whether a network is right as often as it says: calibration, temperature, and errors told by their confidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy  # as in `foundations.statistics`
from numpy.typing import ArrayLike, NDArray
from scipy import special

from foundations import data, evaluation
from foundations.errors import require, require_one_of
from foundations.measurements import measurement
from foundations.runs import Floats, Run

BINS = 15
DRAWS = 200
TEMPERATURES = (0.05, 20.0)

Values = NDArray[np.float64]
Hits = NDArray[np.bool_]


def confidence(logits: Floats) -> Values:
    """Return the largest probability of each image, (n,), from logits (n, 10)."""
    return np.asarray(np.exp(special.log_softmax(logits.astype(np.float64), axis=1).max(axis=1)))


def equal_mass_bins(confidences: ArrayLike, bins: int = BINS) -> list[NDArray[np.intp]]:
    """Return the positions of the images of each bin, from the least to the most confident.

    The bins hold equally many images, up to one, so that there are no empty ones: most networks give most images a
    confidence near 1 (Nguyen and O'Connor, 2015).
    """
    order = np.argsort(confidences, kind="stable")
    require(1 <= bins <= len(order), "bins", bins, f"from 1 to the number of images, {len(order)}")
    return np.array_split(order, bins)


@dataclass(frozen=True)
class Reliability:
    """What each of several bins of images holds, from the least to the most confident.

    Attributes
    ----------
    confidence, accuracy
        Mean confidence and share of right predictions, (bins,).
    count
        Number of images, (bins,).
    """

    confidence: Values
    accuracy: Values
    count: NDArray[np.int64]

    @property
    def error(self) -> float:
        """The expected calibration error: the mean over images of their bin's |accuracy - confidence|, a share."""
        return float(np.average(np.abs(self.accuracy - self.confidence), weights=self.count))


def reliability(confidences: ArrayLike, hits: ArrayLike, bins: int = BINS) -> Reliability:
    """Return confidence and accuracy of images in bins of equal mass.

    Parameters
    ----------
    confidences
        (n,), the probability that is given to the prediction.
    hits
        (n,), whether the prediction is right.
    bins
        How many.
    """
    shares, right = np.asarray(confidences, dtype=float), np.asarray(hits, dtype=float)
    require(shares.shape == right.shape, "the shapes of confidences and hits", (shares.shape, right.shape), "equal")
    members = equal_mass_bins(shares, bins)
    means = [(shares[own].mean(), right[own].mean()) for own in members]
    confidence, accuracy = np.array(means).T
    return Reliability(confidence, accuracy, np.array([len(own) for own in members]))


def calibration_error(confidences: ArrayLike, hits: ArrayLike, bins: int = BINS) -> float:
    """Return the expected calibration error over bins of equal mass, a share (Guo et al., 2017, equation 3)."""
    return reliability(confidences, hits, bins).error


def calibrated_error(confidences: ArrayLike, bins: int = BINS, draws: int = DRAWS, seed: int = 0) -> float:
    """Return the calibration error that a perfectly calibrated network is expected to show, a share.

    It is not zero, because the accuracy of a bin is an average over chance. Every image is called right with its
    confidence as the probability; the result is the mean over so many draws.
    """
    shares, random = np.sort(np.asarray(confidences, dtype=float)), np.random.default_rng(seed)
    starts = [own[0] for own in np.array_split(np.arange(len(shares)), bins)]
    hits = random.random((draws, len(shares))) < shares
    return float(np.abs(np.add.reduceat(hits - shares, starts, axis=1)).sum(axis=1).mean() / len(shares))


def bootstrap_interval(confidences: ArrayLike, hits: ArrayLike, seed: int = 0) -> tuple[float, float]:
    """Return the 95% interval of one network's calibration error over draws of the images, as shares.

    It is the basic bootstrap interval, which reflects the resampled errors at the measured one: resampling adds to
    the estimate's upward bias, and reflecting takes that off again. An end that this makes negative is 0. The interval
    does not cover other networks.
    """
    found = scipy.stats.bootstrap(
        (np.asarray(confidences, dtype=float), np.asarray(hits, dtype=float)),
        calibration_error,
        n_resamples=500,
        paired=True,
        vectorized=False,
        method="basic",
        random_state=np.random.default_rng(seed),
    )
    low, high = (max(0.0, float(end)) for end in found.confidence_interval)
    return low, high


def temperature(logits: Floats, labels: ArrayLike) -> float:
    """Return the number by which to divide the logits, (n, 10), so that the labels' cross-entropy is lowest.

    The cross-entropy is convex in its inverse (Guo et al., 2017, section 4.2), so that there is one minimum.
    """
    own = logits.astype(np.float64)
    found = scipy.optimize.minimize_scalar(
        lambda scale: evaluation.entropies(own / np.exp(scale), labels).mean(),
        bounds=tuple(np.log(TEMPERATURES)),
        method="bounded",
    )
    return float(np.exp(found.x))


def detection(confidences: ArrayLike, hits: ArrayLike) -> float:
    """Return how well confidence tells right predictions from wrong ones: the area under the ROC curve, a share.

    It is the probability that a right prediction is more confident than a wrong one, ties counted half: 0.5 is
    guessing (Hendrycks and Gimpel, 2017). It is not a number if all predictions are right, or all wrong.
    """
    shares, right = np.asarray(confidences, dtype=float), np.asarray(hits, dtype=bool)
    pairs = right.sum() * (~right).sum()
    return float(scipy.stats.mannwhitneyu(shares[right], shares[~right]).statistic / pairs) if pairs else float("nan")


def summary(logits: Floats, labels: ArrayLike) -> dict[str, float]:
    """Return what there is to say of the calibration of one network on images with labels, by name.

    Parameters
    ----------
    logits
        (n, 10).
    labels
        (n,).

    Returns
    -------
    dict
        In points: "accuracy", mean "confidence", "error" (of calibration), "calibrated error" (what a calibrated
        network would show), mean "confidence in errors", and "detection"; in nats: "cross-entropy".
    """
    confidences, hits = confidence(logits), logits.argmax(axis=1) == np.asarray(labels)
    shares = {
        "accuracy": hits.mean(),
        "confidence": confidences.mean(),
        "error": calibration_error(confidences, hits),
        "calibrated error": calibrated_error(confidences),
        "confidence in errors": confidences[~hits].mean(),
        "detection": detection(confidences, hits),
    }
    points = {name: 100 * float(share) for name, share in shares.items()}
    return {**points, "cross-entropy": float(evaluation.entropies(logits, labels).mean())}


FIGURES = (
    "over-confidence",
    "error",
    "calibrated error",
    "confidence in errors",
    "detection",
    "temperature",
    "judge cross-entropy",
    "scaled judge cross-entropy",
    "scaled judge error",
    "scaled judge calibrated error",
)
"""What `validation_figures` measures.

On the whole validation set: mean confidence minus accuracy, and four of the figures of `summary`. Then the temperature
that is fitted on the select half; and on the judge half the cross-entropy without and with it, and with it the
calibration error and that of a calibrated network.
"""


@measurement
def validation_figures(runs: Sequence[Run]) -> Values:
    """Return the `FIGURES` of each run on its own seed's validation set, (runs, figures)."""
    checksum = data.checksum(data.source())
    return np.array([_figures(run, *evaluation.validation_set(run.spec.seed, checksum)) for run in runs])


def _figures(run: Run, images: data.Images, labels: data.Labels) -> list[float]:
    logits = evaluation.logits(run, images).astype(np.float64)
    half = len(labels) // 2
    fitted = temperature(logits[:half], labels[:half])
    whole, scaled = summary(logits, labels), summary(logits[half:] / fitted, labels[half:])
    return [
        whole["confidence"] - whole["accuracy"],
        *(whole[name] for name in FIGURES[1:5]),
        fitted,
        float(evaluation.entropies(logits[half:], labels[half:]).mean()),
        *(scaled[name] for name in ("cross-entropy", "error", "calibrated error")),
    ]


def figure(runs: Sequence[Run], name: str) -> Values:
    """Return one of the `FIGURES` of each run, (runs,)."""
    require_one_of("a figure of calibration", name, FIGURES)
    return np.asarray(validation_figures(runs)[:, FIGURES.index(name)])
