"""Practical 1: the baseline itself."""

from foundations.specs import baseline
from foundations.study import Arm, Study

study = Study(name="practical1-training", question="x?", arms={"baseline": Arm(baseline.vary(epochs=5))})
