"""The figures of the book: each takes results or arrays and an optional `Axes`, and returns the axes it drew on."""

from foundations.plots.activations import activations, by_layer, dots_and_means
from foundations.plots.anatomy import contributions, forward_pass, through_training
from foundations.plots.calibration import reliability
from foundations.plots.curves import band, compare_arms, ends, interval_curve, learning_curves
from foundations.plots.digits import preparation, stage
from foundations.plots.frame import STYLE, use_style
from foundations.plots.images import confusion, image_grid, network, predictions, probability_bars
from foundations.plots.outside import cloud, placed, shares, shift, shifts
from foundations.plots.stopping import against_patience, early_stop

__all__ = [
    "STYLE",
    "activations",
    "against_patience",
    "band",
    "by_layer",
    "cloud",
    "compare_arms",
    "confusion",
    "contributions",
    "dots_and_means",
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
