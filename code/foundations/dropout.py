"""Dropout as noise: what it does to logits, and what that adds to the training loss.

In a network with one hidden layer the logits are linear in the masks, so their mean and covariance have closed forms.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import special

from foundations import data
from foundations.errors import require, require_number
from foundations.evaluation import ACTIVATIONS, entropies, forward
from foundations.measurements import measurement
from foundations.runs import Floats, Run


def masked(hidden: Floats, rate: float, random: np.random.Generator) -> Floats:
    """Return activations, (n, units), after inverted dropout, with a mask of its own for every row.

    A unit is silenced with probability `rate`, and otherwise divided by 1 - `rate` (Srivastava et al., 2014).
    """
    require_number("a dropout rate", rate, "in [0, 1)", 0, 1)
    return np.where(random.random(hidden.shape) >= rate, hidden / (1 - rate), 0)


def logit_covariance(hidden: Floats, kernel: Floats, rate: float) -> NDArray[np.float64]:
    """Return the covariance, (10, 10), that dropout's masks give the logits of one image.

    It is r/(1 - r) times the sum over units j of h_j² W_jk W_jl.

    Parameters
    ----------
    hidden
        (units,), the activations that dropout acts on.
    kernel
        (units, 10), of the output layer.
    rate
        The dropout rate r.
    """
    require_number("a dropout rate", rate, "in [0, 1)", 0, 1)
    scaled = hidden[:, np.newaxis].astype(np.float64) * kernel
    return np.asarray(rate / (1 - rate) * scaled.T @ scaled)


def curvature_penalty(hidden: Floats, kernel: Floats, logits: Floats, rate: float) -> NDArray[np.float64]:
    """Return what dropout adds to the expected cross-entropy of each image, (n,), in nats, to second order.

    It is half the trace of the loss's Hessian in the logits times their covariance: r/(2 - 2r) times the sum over units
    of h_j² Var_p(W_j), the variance of the unit's outgoing weights under the predicted probabilities (Wager, Wang and
    Liang, 2013).

    Parameters
    ----------
    hidden
        (n, units), activations.
    kernel
        (units, 10), of the output layer.
    logits
        (n, 10), without dropout.
    rate
        The dropout rate r.
    """
    probabilities, weights = special.softmax(logits.astype(np.float64), axis=1), kernel.astype(np.float64)
    variance = probabilities @ (weights**2).T - (probabilities @ weights.T) ** 2
    return np.asarray(rate / (2 - 2 * rate) * (hidden.astype(np.float64) ** 2 * variance).sum(axis=1))


@measurement
def training_losses(runs: Sequence[Run], draws: int = 4) -> NDArray[np.float64]:
    """Return each run's cross-entropy on 10,000 of its training images, in nats, read in three ways, (runs, 3).

    Without dropout; with the masks of its own rate, averaged over so many draws; and what `curvature_penalty` expects
    the latter to be. All three are of the weights that the run ends with.
    """
    pool, rows = data.load(), []
    for run in runs:
        require(len(run.spec.model.hidden) == 1, "the hidden layers", run.spec.model.hidden, "one")
        positions = data.split(pool.labels, run.spec.seed).probe(run.spec.data.train_size)
        images, labels = pool.images[positions], pool.labels[positions]
        before, logits = forward(run.weights, images, run.spec.model.activation)
        hidden, rate = ACTIVATIONS[run.spec.model.activation](before), run.spec.model.dropout
        kernel, bias = run.weights[-2:]
        random = np.random.default_rng([run.spec.seed, 3])
        noisy = [entropies(masked(hidden, rate, random) @ kernel + bias, labels).mean() for _ in range(draws)]
        clean = entropies(logits, labels).mean()
        rows.append((clean, np.mean(noisy), clean + curvature_penalty(hidden, kernel, logits, rate).mean()))
    return np.array(rows)
