"""Gradients of single examples in NumPy, from each layer's inputs and errors.

The gradient of one example's cross-entropy by a kernel is the outer product of the layer's input and its error, so its
squared length is the product of theirs: lengths need no gradient written out (Goodfellow, 2015, arXiv:1510.01799).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from foundations import data, evaluation
from foundations.runs import Floats, Weights


@dataclass(frozen=True)
class Backward:
    """What backpropagation leaves of a batch of n examples, layer by layer from input to output.

    Attributes
    ----------
    signals
        Each layer's input a, (n, fan in).
    errors
        The derivative δ of each example's own cross-entropy, in nats, by the layer's pre-activations, (n, fan out).
    """

    signals: Sequence[Floats]
    errors: Sequence[Floats]

    def squared_norms(self) -> NDArray[np.float64]:
        """Return the squared length of each example's gradient, biases included, (n,): Σ (‖a‖² + 1) ‖δ‖²."""
        pairs = zip(self.signals, self.errors, strict=True)
        return np.asarray(np.sum([(_squares(a) + 1) * _squares(delta) for a, delta in pairs], axis=0))

    def mean_gradient(self) -> Weights:
        """Return the gradient of the examples' mean cross-entropy: by kernel and bias of each layer."""
        return tuple(array[0] for array in self.batch_gradients(len(self.errors[0])))

    def batch_gradients(self, size: int) -> Weights:
        """Return the mean gradients of successive batches of `size` examples, a divisor of n.

        They are those by kernel, (batches, fan in, fan out), and by bias, (batches, fan out), of each layer.
        """
        gradients: list[Floats] = []
        for signal, error in zip(self.signals, self.errors, strict=True):
            a, delta = (values.reshape(-1, size, values.shape[1]) for values in (signal, error))
            gradients += [a.transpose(0, 2, 1) @ delta / np.float32(size), delta.mean(axis=1)]
        return tuple(gradients)


def _squares(rows: Floats) -> NDArray[np.float64]:
    return np.asarray(np.einsum("ij,ij->i", rows, rows, dtype=np.float64))


def backward(weights: Weights, images: data.Images, labels: data.Labels) -> Backward:
    """Propagate examples through a network of ReLU layers and their errors back.

    Parameters
    ----------
    weights
        Kernel and bias of each layer, as in `Run`.
    images
        (n, 28, 28), gray levels 0 to 255.
    labels
        (n,), digits 0 to 9.
    """
    *hidden, logits = evaluation.forward(weights, images, "relu")
    signals = [data.unit_range(images).reshape(len(images), -1), *(np.maximum(z, 0) for z in hidden)]
    error = special.softmax(logits, axis=1)
    error[np.arange(len(labels)), labels] -= 1
    errors = [error]
    for z, kernel in zip(hidden[::-1], weights[-2:0:-2], strict=True):
        errors.insert(0, (z > 0) * (errors[0] @ kernel.T))
    return Backward(signals, errors)
