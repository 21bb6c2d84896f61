"""Practical 2: the baseline itself."""

from foundations.specs import baseline
from foundations.study import Arm, Study

study = Study(name="practical2-generalization", question="x?", arms={"baseline": Arm(baseline.vary(epochs=5))})
