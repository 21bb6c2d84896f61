"""The book's final results: the arms that chapters were about, judged once more on the sealed test set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from foundations.effects import Values
from foundations.statistics import estimate
from foundations.study import Results
from foundations.tables import Markup, Table
from foundations.typeset import NO_BREAK, joined


@dataclass(frozen=True)
class Headline:
    """An arm that a chapter is about.

    Attributes
    ----------
    study, arm
        By name.
    network
        What it is, in words.
    """

    study: str
    arm: str
    network: str


HEADLINES: Sequence[Headline] = (
    Headline("practical1-training", "no hidden layer", "No hidden layer, 5 epochs"),
    Headline("task03-learning-curves", "5 epochs", "Baseline, 5 epochs"),
    Headline("task03-learning-curves", "10 epochs", "Baseline, 10 epochs"),
    Headline("task03-learning-curves", "20 epochs", "Baseline, 20 epochs"),
    Headline("task03-learning-curves", "40 epochs", "Baseline, 40 epochs"),
    Headline("practical2-generalization", "dropout", "Dropout 0.3, 20 epochs"),
    Headline("practical2-generalization", "improved", "Dropout 0.3, early stopping with patience 3"),
    Headline("task04-early-stopping", "Adam with the callback", "Early stopping with patience 3"),
    Headline("task04-early-stopping", "momentum", "SGD with momentum 0.9, 30 epochs"),
    Headline("task01-predictions", "SGD, 10 epochs", "Plain SGD, 10 epochs"),
    Headline("task05-dropout", "dropout 0.1", "Dropout 0.1, 20 epochs"),
    Headline("task05-dropout", "dropout 0.3, 40 epochs", "Dropout 0.3, 40 epochs"),
    Headline("task06-l2", "λ = 1e-4", "L2 penalty of 0.0001, 6 epochs"),
    Headline("task07-optimizers", "SGD, tuned, 10 epochs", "SGD at its tuned rate, 10 epochs"),
    Headline("task07-optimizers", "momentum, tuned, 10 epochs", "SGD with momentum 0.9, tuned, 10 epochs"),
    Headline("task07-optimizers", "AdamW", "AdamW, 20 epochs"),
    Headline("task08-batch-size", "batch 8, 4 epochs", "Batches of 8, 4 epochs"),
    Headline("task08-batch-size", "batch 128, 16 epochs", "Batches of 128, 16 epochs"),
    Headline("task09-activations", "tanh", "tanh units, 5 epochs"),
    Headline("task09-activations", "GELU", "GELU units, 5 epochs"),
    Headline("task09-activations", "sigmoid, tuned", "Sigmoid units at their tuned rate, 5 epochs"),
    Headline("task10-weights-capacity", "512 units, few images, true labels", "512 units, 1,000 images, 48 epochs"),
    Headline(
        "task10-weights-capacity",
        "dropout 0.5 and L2 0.0003, few images",
        "512 units, 1,000 images, dropout 0.5 and L2, 48 epochs",
    ),
)
"""Every headline arm once, fixed before the test set was opened for the table; a new one is an entry here."""


def table(results: Mapping[str, Results], errors: Mapping[Headline, Values]) -> Table:
    """Return the test error of each headline arm, with its interval over seeds.

    Parameters
    ----------
    results
        Of the studies, by name.
    errors
        Misread test images in percent, (seeds,).
    """
    columns = ("Network", "Test error (%) [95% interval]", "Parameters", "Seeds", "Chapter")
    rows = []
    for headline, values in errors.items():
        study, found = results[headline.study].study, estimate(values)
        rows.append(
            (
                headline.network,
                f"{found.mean:.2f} [{found.low:.2f}, {found.high:.2f}]".replace(" ", NO_BREAK),
                f"{study.arms[headline.arm].spec.model.parameters:,}",
                str(found.count),
                Markup(f'<a href="{study.name}.html">{joined(study.chapter)}</a>'),
            )
        )
    caption = "Misread images among the 10,000 of the test set: means over seeds, with 95% intervals over seeds."
    return Table(caption, columns, rows)
