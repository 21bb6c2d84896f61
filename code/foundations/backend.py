"""Keras and TensorFlow, loaded without the messages that TensorFlow writes when it starts.

Those messages come from compiled code before any setting can stop them, and would stand in the first cell of a chapter.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def native_silence() -> Iterator[None]:
    """Send what compiled code writes to the standard error stream nowhere."""
    sys.stderr.flush()
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


@contextmanager
def unavailable(package: str) -> Iterator[None]:
    """Let a package seem not to be installed, unless it is loaded already."""
    if package in sys.modules:
        yield
        return
    sys.modules[package] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[package]


os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
# A graphics card would round differently from the processors that everything else here is trained on.
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
# Keras wraps its models for scikit-learn, which takes a second to load, and which nothing here asks for.
with native_silence(), unavailable("sklearn"):
    import keras
    import tensorflow as tf

__all__ = ["keras", "native_silence", "tf"]
