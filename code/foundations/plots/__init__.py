"""The figures of the book: each takes results or arrays and an optional `Axes`, and returns the axes it drew on."""

from foundations.plots.activations import activations, by_layer, dots_and_means
from foundations.plots.anatomy import contributions, forward_pass, through_training
from foundations.plots.batches import against_fit, progress, tuning
from foundations.plots.calibration import reliability
from foundations.plots.capacity import against_width, factorial_effects, filters, spectrum, width_axis
from foundations.plots.curves import band, compare_arms, ends, interval_curve, learning_curves
from foundations.plots.digits import preparation, stage
from foundations.plots.dropout import changes, seeds
from foundations.plots.frame import STYLE, use_style
from foundations.plots.images import confusion, image_grid, network, predictions, probability_bars
from foundations.plots.noise import gradient_and_noise, noise_against_size, noise_scales
from foundations.plots.optimizers import against_rate, against_trials, descents
from foundations.plots.outside import cloud, placed, shares, shift, shifts
from foundations.plots.stopping import against_patience, early_stop
from foundations.plots.weights import categories, histograms

__all__ = [
    "STYLE",
    "activations",
    "against_fit",
    "against_patience",
    "against_rate",
    "against_trials",
    "against_width",
    "band",
    "by_layer",
    "categories",
    "changes",
    "cloud",
    "compare_arms",
    "confusion",
    "contributions",
    "descents",
    "dots_and_means",
    "early_stop",
    "ends",
    "factorial_effects",
    "filters",
    "forward_pass",
    "gradient_and_noise",
    "histograms",
    "image_grid",
    "interval_curve",
    "learning_curves",
    "network",
    "noise_against_size",
    "noise_scales",
    "placed",
    "predictions",
    "preparation",
    "probability_bars",
    "progress",
    "reliability",
    "seeds",
    "shares",
    "shift",
    "shifts",
    "spectrum",
    "stage",
    "through_training",
    "tuning",
    "use_style",
    "width_axis",
]
