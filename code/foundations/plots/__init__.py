"""The figures of the book: each takes results or arrays and an optional `Axes`, and returns the axes it drew on."""

from foundations.plots.anatomy import contributions, forward_pass, through_training
from foundations.plots.calibration import reliability
from foundations.plots.curves import band, compare_arms, ends, interval_curve, learning_curves
from foundations.plots.digits import preparation, stage
from foundations.plots.frame import STYLE, use_style
from foundations.plots.images import confusion, image_grid, network, predictions, probability_bars
from foundations.plots.optimizers import against_rate, against_trials, descents
from foundations.plots.outside import cloud, placed, shares, shift, shifts
from foundations.plots.stopping import against_patience, early_stop

__all__ = [
    "STYLE",
    "against_patience",
    "against_rate",
    "against_trials",
    "band",
    "cloud",
    "compare_arms",
    "confusion",
    "contributions",
    "descents",
    "early_stop",
    "ends",
    "forward_pass",
    "image_grid",
    "interval_curve",
    "learning_curves",
    "network",
    "placed",
    "predictions",
    "preparation",
    "probability_bars",
    "reliability",
    "shares",
    "shift",
    "shifts",
    "stage",
    "through_training",
    "use_style",
]
