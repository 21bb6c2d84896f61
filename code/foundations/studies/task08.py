"""Task 8: what the batch size does to the noise of the gradient, to progress, and to generalization."""

from __future__ import annotations

from foundations.specs import baseline
from foundations.study import Arm, Study
from foundations.tuning import Sweep

SIZES = (8, 32, 128)
SHORT = 4
SNAPSHOTS = (0, 100, 1_563, 6_252)
small, middle, large = (baseline.vary(batch_size=size, epochs=SHORT) for size in SIZES)
SWEEPS = {
    "batch 8": Sweep(small, (0.000125, 0.00025, 0.0005, 0.001, 0.002), chosen=0.0005),
    "batch 32": Sweep(middle, (0.00025, 0.0005, 0.001, 0.002, 0.004), chosen=0.002),
    "batch 128": Sweep(large, (0.0005, 0.001, 0.002, 0.004, 0.008), chosen=0.004),
}
study = Study(
    name="task08-batch-size",
    question="What does the batch size do to the noise of the gradient, to the speed of training, and to new images?",
    arms={
        "batch 8, 1 epoch": Arm(small.vary(epochs=1)),
        "batch 8, 4 epochs": Arm(small),
        "batch 32, 4 epochs": Arm(middle),
        "batch 32, 16 epochs": Arm(middle.vary(epochs=16, snapshots=SNAPSHOTS)),
        "batch 128, 4 epochs": Arm(large),
        "batch 128, 16 epochs": Arm(large.vary(epochs=16)),
        "batch 128, rate × 2": Arm(large.vary(learning_rate=0.002)),
        "batch 128, rate × 4": Arm(large.vary(learning_rate=0.004)),
        "batch 8, tuned": Arm(SWEEPS["batch 8"].tuned),
        "batch 32, tuned": Arm(SWEEPS["batch 32"].tuned),
    },
    scientific=("batch size (8, 32, 128)",),
    sweeps=SWEEPS,
)
