"""Task 3: what the learning curves of longer and longer training look like, and when they turn."""

from foundations.claims import Claim, paired
from foundations.specs import baseline
from foundations.statistics import Verdict
from foundations.study import Arm, Study

study = Study(
    name="task03-learning-curves",
    question="x?",
    arms={f"{epochs} epochs": Arm(baseline.vary(epochs=epochs)) for epochs in (5, 10, 20, 40)},
    claims=(
        Claim(
            "longer-training-raises-cross-entropy",
            "Trained for 40 epochs, the network has a higher validation cross-entropy than after 10.",
            paired("validation_cross_entropy", more="40 epochs", than="10 epochs"),
            predicted=Verdict.SUPPORTED,
            recorded=Verdict.SUPPORTED,
        ),
    ),
)
