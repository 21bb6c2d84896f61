"""Predictions in NumPy, held to Keras; and the door to the test set."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from sklearn import metrics

import foundations
from foundations import data, evaluation, models, training
from foundations.backend import keras
from foundations.errors import DataError, FoundationsError
from foundations.evaluation import (
    TEST_PLACES,
    accuracy,
    class_scores,
    confusion_matrix,
    cross_entropy,
    entropies,
    error_profile,
    final_errors,
    forward,
    logits,
    open_test_set,
    probabilities,
    training_set,
    validation_hits,
    validation_set,
)
from foundations.runs import Run
from foundations.specs import ACTIVATIONS, ModelSpec, baseline
from pretended import pretend, random_weights

PACKAGE = Path(foundations.__file__).parent
BOOK = Path(__file__).parents[1] / "book"
NETWORKS = [ModelSpec(hidden=()), *(ModelSpec(hidden, name) for hidden in ((16,), (16, 12)) for name in ACTIVATIONS)]
IMAGES = np.random.default_rng(0).integers(0, 256, (50, 28, 28), dtype=np.uint8)
ONE_LAYER = baseline.vary(hidden=())

biases = arrays(np.float32, 10, elements=st.floats(-20, 20, width=32))
digits = st.lists(st.integers(0, 9), min_size=1, max_size=20).map(np.uint8)


def random_network(model: ModelSpec) -> Run:
    """Return a run whose weights are random, biases included."""
    spec = baseline.vary(model=model)
    return pretend(spec, weights=random_weights(spec, np.random.default_rng(1)))


def constant(bias: NDArray[np.float32]) -> Run:
    """Return a run of a network without hidden layers that sees nothing: its logits are its biases."""
    return pretend(ONE_LAYER, weights=(np.zeros((784, 10), np.float32), bias))


def looking_up(scale: float = 1.0) -> Run:
    """Return a run of a network whose logit of each digit is the gray level of one of the first ten pixels."""
    kernel = np.zeros((784, 10), np.float32)
    kernel[np.arange(10), np.arange(10)] = scale
    return pretend(ONE_LAYER, weights=(kernel, np.zeros(10, np.float32)))


def showing(shown: Sequence[int]) -> data.Images:
    """Return blank images but for one black pixel, among the first ten, that tells which digit each shows."""
    images = np.zeros((len(shown), 28, 28), np.uint8)
    images[np.arange(len(shown)), 0, shown] = 255
    return images


@pytest.mark.parametrize("model", NETWORKS, ids=lambda model: f"{model.hidden} {model.activation}")
def test_numpy_computes_what_keras_does(model: ModelSpec) -> None:
    """For every activation and depth, logits and probabilities are Keras's, to 1e-5."""
    run = random_network(model)
    network = models.build(model)
    network.set_weights(run.weights)
    gray = data.unit_range(IMAGES)
    expected = network.predict_on_batch(gray)
    assert pytest.approx(expected, abs=1e-5) == probabilities(run, IMAGES)
    network.layers[-1].activation = keras.activations.linear
    expected = np.asarray(network(gray))
    assert expected.std() > 0.1
    assert pytest.approx(expected, abs=1e-5) == logits(run, IMAGES)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_hidden_pre_activations(activation: str) -> None:
    """The pre-activations of every hidden layer are what Keras's layers give before their activation."""
    run = random_network(ModelSpec((16, 12), activation))
    layers = forward(run.weights, IMAGES, activation)
    assert [(50, 16), (50, 12), (50, 10)] == [layer.shape for layer in layers]
    signal = data.unit_range(IMAGES).reshape(50, 784)
    for number, layer in enumerate(layers):
        dense = keras.layers.Dense(layer.shape[1])
        dense.build(signal.shape)
        dense.set_weights(run.weights[2 * number : 2 * number + 2])
        assert pytest.approx(np.asarray(dense(signal)), abs=1e-5) == layer
        signal = np.asarray(keras.activations.get(activation)(layer))


def test_activations_are_those_of_the_specs() -> None:
    """Every activation that a network can have is known in NumPy."""
    assert {*ACTIVATIONS} == {*evaluation.ACTIVATIONS}


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_activations_do_not_overflow(activation: str) -> None:
    """Activations of very large numbers are finite, and of very small ones nothing overflows."""
    values = evaluation.ACTIVATIONS[activation](np.float32([-1e30, -100, 0, 100, 1e30]))
    assert np.isfinite(values).all()
    assert np.float32 == values.dtype


def test_pictures_are_read_as_training_reads_them() -> None:
    """A picture's gray levels enter the network as shares of 255."""
    image = showing([3, 7])
    assert np.float32([[0, 0, 0, 2, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 2, 0, 0]]).tolist() == (
        logits(looking_up(2), image).tolist()
    )


@given(biases, digits)
def test_cross_entropy_of_constant_logits(bias: NDArray[np.float32], labels: data.Labels) -> None:
    """Where every image gets the same logits, the cross-entropy is log-sum-exp minus the mean logit of the labels."""
    logarithm = math.log(math.fsum(math.exp(value) for value in bias.tolist()))
    expected = logarithm - math.fsum(bias[labels].tolist()) / len(labels)
    run = constant(bias)
    assert pytest.approx(expected, rel=1e-9, abs=1e-6) == cross_entropy(run, np.zeros((len(labels), 28, 28)), labels)


def test_cross_entropy_of_guessing() -> None:
    """A network that gives every digit the same probability has a cross-entropy of ln 10 and says 0."""
    run, labels = constant(np.zeros(10, np.float32)), np.arange(10, dtype=np.uint8)
    assert pytest.approx(math.log(10), rel=1e-12) == cross_entropy(run, showing(labels), labels)
    assert 0.1 == accuracy(run, showing(labels), labels)


def test_cross_entropy_of_certain_errors_is_finite() -> None:
    """An error of a network that gives the right digit a probability of zero costs what its logits say."""
    labels = np.uint8([1, 1, 2, 2])
    run = looking_up(1e4)
    assert pytest.approx(1e4 / 4, rel=1e-6) == cross_entropy(run, showing([1, 1, 2, 3]), labels)
    assert [0.0, 1.0] == sorted({*probabilities(run, showing([1])).ravel().tolist()})


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=30))
def test_accuracy_and_confusion_by_counting(pairs: list[tuple[int, int]]) -> None:
    """Accuracy is the share, and the confusion matrix the number, of images by true and predicted digit."""
    labels, shown = (np.uint8(column) for column in zip(*pairs, strict=True))
    run = looking_up()
    counts = confusion_matrix(labels, logits(run, showing(shown)).argmax(axis=1))
    expected = [[pairs.count((label, digit)) for digit in range(10)] for label in range(10)]
    assert expected == counts.tolist()
    assert counts.trace() / len(pairs) == accuracy(run, showing(shown), labels)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=60))
def test_class_scores_are_scikit_learns(pairs: list[tuple[int, int]]) -> None:
    """Precision, recall and F1 are scikit-learn's, and 0 where there is nothing to judge by."""
    labels, shown = (np.uint8(column) for column in zip(*pairs, strict=True))
    expected = metrics.precision_recall_fscore_support(labels, shown, labels=range(10), zero_division=0)[:3]
    assert pytest.approx(np.transpose(expected)) == class_scores(confusion_matrix(labels, shown))


def test_class_scores_of_averages() -> None:
    """Counts may be averages over networks."""
    counts = np.diag(np.full(10, 90.0))
    counts[4, 9] = 7.5
    scores = class_scores(counts)
    assert pytest.approx([1, 90 / 97.5, 180 / 187.5]) == scores[4]
    assert pytest.approx([90 / 97.5, 1, 180 / 187.5]) == scores[9]
    assert (scores[[0, 1, 2, 3, 5, 6, 7, 8]] == 1).all()


@given(biases, digits)
def test_entropies_average_to_the_cross_entropy(bias: NDArray[np.float32], labels: data.Labels) -> None:
    """The cross-entropy is the mean of what single images cost, none of which is negative."""
    images = np.zeros((len(labels), 28, 28))
    costs = entropies(logits(constant(bias), images), labels)
    assert len(labels) == len(costs)
    assert costs.min() >= 0
    assert costs.mean() == cross_entropy(constant(bias), images, labels)


@given(biases)
def test_probabilities_are_a_distribution(bias: NDArray[np.float32]) -> None:
    """Probabilities sum to one, are in proportion to the logits' exponentials, and do not depend on a shift of them."""
    image = np.zeros((1, 28, 28), np.uint8)
    (found,) = probabilities(constant(bias), image)
    weights = [math.exp(value) for value in bias.tolist()]
    assert pytest.approx(np.divide(weights, math.fsum(weights)), rel=1e-4, abs=1e-12) == found
    assert pytest.approx(1, abs=1e-6) == found.sum()


def test_history_is_what_the_weights_predict() -> None:
    """Cross-entropy and accuracy of a trained run's weights are those that its history ends with."""
    run = training.train(baseline.vary(train_size=320, epochs=1, hidden=(16,), activation="gelu", dropout=0.2))
    images, labels = validation_set(0, data.checksum(data.source()))
    for name, half in (("select", slice(0, 5_000)), ("judge", slice(5_000, 10_000))):
        entropy, share = (run.history[f"{name}_{kind}"][-1] for kind in ("cross_entropy", "accuracy"))
        assert pytest.approx(entropy, abs=1e-5) == cross_entropy(run, images[half], labels[half])
        assert pytest.approx(share, abs=2.5e-4) == accuracy(run, images[half], labels[half])  # a tie of one image


def test_validation_set_is_the_seeds() -> None:
    """The validation set is what the seed's split holds out, the select half first."""
    pool = data.load()
    images, labels = validation_set(5, pool.checksum)
    split = data.split(pool.labels, 5)
    assert labels.tolist() == [*pool.labels[split.select], *pool.labels[split.judge]]
    assert (images == pool.images[np.concatenate([split.select, split.judge])]).all()


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the validation set be eight images; each seed sees another digit in the last two."""

    def validation_set(seed: int, checksum: str) -> tuple[data.Images, data.Labels]:
        assert data.PACKAGED_SHA256 == checksum
        return showing([0, 1, 2, 3, 4, 5, seed, seed]), np.uint8([0, 1, 2, 3, 4, 5, 6, 7])

    monkeypatch.setattr(evaluation, "validation_set", validation_set)


@pytest.mark.usefixtures("runs_folder", "tiny")
def test_error_profile_by_hand() -> None:
    """Eight images, of which one or two are misread, give the share of errors in points and what either kind costs."""
    rows = error_profile([looking_up(2.0), pretend(ONE_LAYER.vary(seed=6), weights=looking_up(2.0).weights)])
    total = math.log(9 + math.exp(2))  # one logit is 2, the others are 0: an error costs this, a hit two nats less
    assert pytest.approx(np.array([[25, total, total - 2], [12.5, total, total - 2]]), rel=1e-6) == rows


@pytest.mark.usefixtures("runs_folder", "tiny")
def test_validation_hits_by_hand() -> None:
    """Hits are told for each run, on its own seed's images, in their order."""
    runs = [pretend(ONE_LAYER.vary(seed=seed), weights=looking_up().weights) for seed in (0, 6, 7)]
    expected = [[True] * 6 + last for last in ([False, False], [True, False], [False, True])]
    assert expected == validation_hits(runs).tolist()


@pytest.mark.usefixtures("runs_folder", "tiny")
def test_measurements_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was measured of runs is measured once."""
    runs = [looking_up()]
    first = validation_hits(runs)
    monkeypatch.setattr(evaluation, "logits", None)
    assert first.tolist() == validation_hits(runs).tolist()
    with pytest.raises(TypeError):
        validation_hits([*runs, pretend(ONE_LAYER.vary(seed=1), weights=runs[0].weights)])


@pytest.mark.parametrize("place", TEST_PLACES)
def test_test_set_opens_at_named_places(place: str) -> None:
    """The test set is MNIST's 10,000 images and labels, none of them blank."""
    test = open_test_set(place)
    assert ((10_000, 28, 28), np.uint8) == (test.images.shape, test.images.dtype)
    assert ((10_000,), np.uint8) == (test.labels.shape, test.labels.dtype)
    assert {*range(10)} == {*test.labels.tolist()}
    assert test.images.max(axis=(1, 2)).min() > 0


@pytest.mark.parametrize("place", ["", "practical1", "task03", "Practical2", "tuning", None])
def test_test_set_stays_closed_elsewhere(place: str) -> None:
    """A place that is not named cannot open the test set, and is told which can."""
    with pytest.raises(FoundationsError, match="the place that opens the test set must be one of practical2, "):
        open_test_set(place)


def test_test_set_is_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A data file without a test set like MNIST's is refused when that is opened."""
    path = tmp_path / "other.npz"
    np.savez(path, x_test=np.zeros((9_999, 28, 28), np.uint8), y_test=np.zeros(9_999, np.uint8))
    monkeypatch.setenv("FOUNDATIONS_DATA", str(path))
    with pytest.raises(DataError, match="x_test must be uint8 of shape"):
        open_test_set("practical2")


@pytest.mark.usefixtures("runs_folder")
def test_final_errors_are_those_of_the_test_set() -> None:
    """Networks that always say one digit misread all other test images; only a named place is told."""
    labels = open_test_set("takeaways").labels
    runs = [constant(np.eye(10, dtype=np.float32)[digit]) for digit in (1, 0)]
    expected = [100 * (labels != digit).mean() for digit in (1, 0)]
    assert pytest.approx(expected) == final_errors(runs, "takeaways")
    with pytest.raises(FoundationsError, match="the place that opens the test set"):
        final_errors(runs, "tuning")


def trees() -> Iterator[tuple[str, ast.Module]]:
    """Yield the name and syntax of every module of the package."""
    for path in sorted(PACKAGE.rglob("*.py")):
        yield path.relative_to(PACKAGE).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def uses(tree: ast.AST, names: set[str]) -> list[str]:
    """Return which of some names a module uses, as a name, an attribute or an import."""
    found = [node.id for node in ast.walk(tree) if isinstance(node, ast.Name)]
    found += [node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)]
    found += [node.name for node in ast.walk(tree) if isinstance(node, ast.alias)]
    return [name for name in found if name in names]


def strings(tree: ast.AST) -> list[str]:
    """Return the text constants of a module, apart from docstrings."""
    bare = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    constants = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in bare)
    return [node.value for node in constants if isinstance(node.value, str)]


def test_only_evaluation_reads_the_test_part() -> None:
    """No module but `evaluation` names the test part of a data file, and none but `data` and it reads a part."""
    parts = {"test", "x_test", "y_test"}
    assert ["evaluation.py"] == [name for name, tree in trees() if parts.intersection(strings(tree))]
    assert ["data.py", "evaluation.py"] == [name for name, tree in trees() if uses(tree, {"read_part"})]
    calls = [node for node in ast.walk(dict(trees())["data.py"]) if isinstance(node, ast.Call)]
    read = [node.args[1] for node in calls if isinstance(node.func, ast.Name) and node.func.id == "read_part"]
    assert ["train"] == [part.value for part in read if isinstance(part, ast.Constant)]
    assert len(read) == 1


def test_package_never_opens_the_test_set() -> None:
    """No module opens the test set; the command line checks that a data file has one, and drops it."""
    others = {name: tree for name, tree in trees() if name != "evaluation.py"}
    doors = {"open_test_set", "final_errors", "TestSet"}
    assert [] == [name for name, tree in others.items() if uses(tree, doors)]
    checking = {name: tree for name, tree in others.items() if uses(tree, {"check_test_set"})}
    assert {"cli/terminal.py"} == {*checking}
    statements = [node.value for node in ast.walk(checking["cli/terminal.py"]) if isinstance(node, ast.Expr)]
    dropped = [node.func for node in statements if isinstance(node, ast.Call)]
    used = sum(isinstance(function, ast.Attribute) and function.attr == "check_test_set" for function in dropped)
    assert used == len(uses(checking["cli/terminal.py"], {"check_test_set"})) == 1


@pytest.mark.parametrize("chapter", sorted(BOOK.glob("*.md")), ids=lambda path: path.stem)
def test_chapters_open_the_test_set_at_their_own_place(chapter: Path) -> None:
    """A chapter opens the test set once at most for each named place, and only for places of its own name."""
    text = chapter.read_text(encoding="utf-8")
    places = re.findall(r'open_test_set\("([^"]*)"\)|final_errors\([^()]*, "([^"]*)"\)', text)
    assert len(places) == len(re.findall(r"open_test_set\b|final_errors\b", text))
    assert len(places) == len({*places})
    for place in map("".join, places):
        assert place in TEST_PLACES
        assert f"{chapter.stem}-".startswith(f"{place.partition('-')[0]}-")


@pytest.mark.parametrize("chapter", sorted(BOOK.glob("*.md")), ids=lambda path: path.stem)
def test_chapters_use_no_other_door(chapter: Path) -> None:
    """No chapter reads the test set past its door, with the package or with Keras."""
    cells = "\n".join(re.findall(r"^```\{code-cell\}.*?^```", chapter.read_text(encoding="utf-8"), re.M | re.S))
    assert [] == re.findall(r"read_part|check_test_set|x_test|mnist\.load_data|np\.load", cells)


def test_training_cannot_reach_the_test_set(import_closure: Callable[[str], set[str]]) -> None:
    """Neither training nor anything that it imports knows the module with the door."""
    assert "foundations.data" in import_closure("training")
    assert "foundations.evaluation" not in import_closure("training")
    assert "foundations.evaluation" in import_closure("studies.practical2")


def test_training_set_is_the_splits(pool: data.Pool) -> None:
    """A run's training images are the first of its seed's, as many as it was trained on."""
    images, labels = training_set(pretend(baseline.vary(train_size=50, batch_size=8, seed=3)))
    positions = data.split(pool.labels, 3).train[:50]
    assert (pool.images[positions] == images).all()
    assert (pool.labels[positions] == labels).all()
