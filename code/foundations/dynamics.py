"""How weights move through training, read off snapshots."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from foundations.runs import Run, Weights


def flat(weights: Weights) -> NDArray[np.float64]:
    """Return all weights and biases as one vector."""
    return np.concatenate([array.ravel() for array in weights]).astype(np.float64)


def effective_step(run: Run, step: int) -> float:
    """Return the root-mean-square change of the weights in one optimizer step, in units of the learning rate.

    For Adam it is that of m̂/(√v̂ + ε): 1 at the first step, where every weight whose gradient is not zero moves by the
    learning rate, and less where successive gradients disagree. Weights that do not move at all, such as those of
    pixels that are blank in every image so far, are left out.

    Parameters
    ----------
    run
        With snapshots after `step` and `step` - 1 steps.
    step
        Which step, counted from 1.
    """
    change = flat(run.snapshots[step]) - flat(run.snapshots[step - 1])
    moved = change[change != 0]
    return float(np.sqrt(np.mean(moved**2)) / run.spec.optimizer.learning_rate)


def step_of_noise(steps: ArrayLike, beta: float = 0.9) -> NDArray[np.float64]:
    """Return the root-mean-square effective step of Adam, at some steps, if gradients are noise from the first on.

    The gradients are independent, of mean 0 and of one variance, which v̂ estimates. The running average m̂ of t of them
    has (1 - β) / (1 + β) · (1 + βᵗ) / (1 - βᵗ) times their variance: all of it at first, and less as more are averaged.

    Parameters
    ----------
    steps
        Counted from 1.
    beta
        The decay rate of the running average of the gradient, β₁.
    """
    left = beta ** np.asarray(steps, dtype=float)
    return np.asarray(np.sqrt((1 - beta) / (1 + beta) * (1 + left) / (1 - left)))
