"""Keras and TensorFlow are loaded without messages, and without what nothing here asks for."""

from __future__ import annotations

import subprocess
import sys

import numpy as np

from foundations.backend import unavailable


def test_keras_is_loaded_silently_and_without_scikit_learn() -> None:
    """Loading Keras writes nothing and does not load scikit-learn, which can be loaded afterwards."""
    code = (
        "import sys; from foundations.backend import keras, tf;"
        "loaded = 'sklearn' in sys.modules; from sklearn.decomposition import PCA;"
        "print(loaded, PCA.__name__, keras.layers.Dense.__name__)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ("False PCA Dense\n", "") == (said.stdout, said.stderr)


def test_a_package_that_is_loaded_stays() -> None:
    """Nothing changes for a package that is in use already."""
    with unavailable("numpy"):
        assert np is sys.modules["numpy"]
    assert np is sys.modules["numpy"]
