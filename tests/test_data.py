"""MNIST and its splits; data files that are not like it; the sealed test set."""

from __future__ import annotations

import ast
import hashlib
import io
import re
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from foundations import data
from foundations.errors import DataError

README = (data.PACKAGED.parent / "README.md").read_text()
IDX_HEADERS = {
    "train-images": ("x_train", struct.pack(">4I", 2051, 60_000, 28, 28)),
    "train-labels": ("y_train", struct.pack(">2I", 2049, 60_000)),
    "t10k-images": ("x_test", struct.pack(">4I", 2051, 10_000, 28, 28)),
    "t10k-labels": ("y_test", struct.pack(">2I", 2049, 10_000)),
}
PACKAGE = data.PACKAGED.parent.parent
SEEDS = st.integers(0, 2**32)

Archive = Callable[..., Path]


@pytest.fixture(scope="module")
def packaged() -> dict[str, NDArray[np.uint8]]:
    """Return the arrays of the packaged file, the test part included, whose bytes are compared below."""
    with np.load(data.PACKAGED) as arrays:
        return dict(arrays)


def refused(path: Path) -> str:
    """Return the message with which a data file is refused."""
    with pytest.raises(DataError) as caught:
        data.load(path)
    return str(caught.value)


def small_archive(save: Callable[..., None]) -> bytes:
    """Return an archive that `numpy.savez` or `savez_compressed` makes of five images, too few to be accepted."""
    buffer = io.BytesIO()
    random = np.random.default_rng(0)
    images = random.integers(0, 256, (5, 28, 28), dtype=np.uint8)
    save(buffer, x_train=images, y_train=np.arange(5, dtype=np.uint8))
    return buffer.getvalue()


ARCHIVES = [small_archive(np.savez), small_archive(np.savez_compressed)]


def test_packaged_file_is_the_published_one() -> None:
    """The packaged file has the SHA-256 that its README and the code state, and the stated size."""
    digest = hashlib.sha256(data.PACKAGED.read_bytes()).hexdigest()
    size = f"{data.PACKAGED.stat().st_size:,} bytes"
    assert f"`{digest}` ({size})" in README
    assert [digest, digest] == [data.PACKAGED_SHA256, data.checksum(data.PACKAGED)]


@pytest.mark.parametrize("name", ["x_train", "y_train", "x_test", "y_test"])
def test_packaged_array_is_the_documented_one(packaged: dict[str, NDArray[np.uint8]], name: str) -> None:
    """Every packaged array has the shape and the SHA-256 that the data's README gives."""
    (row,) = re.findall(rf"\| {name} \| ([\d ×]+) \| uint8 \| ([0-9a-f]{{64}}) \|", README)
    array = packaged[name]
    shape = " × ".join(map(str, array.shape))
    assert row == (shape, hashlib.sha256(array.tobytes()).hexdigest())


@pytest.mark.parametrize("file", IDX_HEADERS)
def test_packaged_array_is_lecuns(packaged: dict[str, NDArray[np.uint8]], file: str) -> None:
    """Every packaged array, behind its IDX header, has the MD5 of the file that MNIST's makers published."""
    name, header = IDX_HEADERS[file]
    (published,) = re.findall(rf"{file}\s([0-9a-f]{{32}})", README)
    assert published == hashlib.md5(header + packaged[name].tobytes()).hexdigest()


def test_load_returns_the_training_part(pool: data.Pool, packaged: dict[str, NDArray[np.uint8]]) -> None:
    """Loading gives the 60,000 images and labels for training and validation, with the file's checksum."""
    np.testing.assert_array_equal(pool.images, packaged["x_train"])
    np.testing.assert_array_equal(pool.labels, packaged["y_train"])
    assert data.checksum(data.PACKAGED) == pool.checksum


def test_unit_range() -> None:
    """Gray levels 0 to 255 become float32 from 0 to 1, proportionally."""
    images = np.array([[[0, 51, 255]]], np.uint8)
    actual = data.unit_range(images)
    np.testing.assert_array_equal(actual, np.array([[[0, 0.2, 1]]], np.float32))
    assert np.float32 is actual.dtype.type


@given(SEEDS)
def test_split_is_disjoint_and_complete(pool: data.Pool, seed: int) -> None:
    """Training, select and judge images are 50,000, 5,000 and 5,000, and together every image exactly once."""
    split = data.split(pool.labels, seed)
    sizes = (50_000, 5_000, 5_000)
    assert sizes == (len(split.train), len(split.select), len(split.judge))
    everything = np.concatenate([split.train, split.validation])
    np.testing.assert_array_equal(np.sort(everything), np.arange(60_000))
    np.testing.assert_array_equal(split.validation, np.concatenate([split.select, split.judge]))


@given(SEEDS)
def test_split_is_stratified(pool: data.Pool, seed: int) -> None:
    """Every digit's count, in each part of the split, is within two of its proportion."""
    split = data.split(pool.labels, seed)
    share = np.bincount(pool.labels) / len(pool.labels)
    for part in (split.train, split.select, split.judge, split.validation):
        np.testing.assert_allclose(np.bincount(pool.labels[part], minlength=10), share * len(part), atol=2)


@given(st.lists(st.integers(0, 9), min_size=1, max_size=50), SEEDS)
def test_split_of_any_labels_is_stratified(repeated: list[int], seed: int) -> None:
    """A data set in which digits are rare, sorted or missing is divided in proportion as well."""
    labels = np.sort(np.resize(np.array(repeated, np.uint8), 60_000))
    split = data.split(labels, seed)
    share = np.bincount(labels, minlength=10) / len(labels)
    for part in (split.train, split.select, split.judge):
        np.testing.assert_allclose(np.bincount(labels[part], minlength=10), share * len(part), atol=2)


def test_split_belongs_to_its_seed(pool: data.Pool) -> None:
    """One seed always gives one split; another seed holds out other images, a sixth of them in common by chance."""
    first, again, other = (data.split(pool.labels, seed) for seed in (3, 3, 4))
    for part in ("train", "select", "judge"):
        np.testing.assert_array_equal(getattr(first, part), getattr(again, part))
    common = np.intersect1d(first.validation, other.validation)
    assert pytest.approx(10_000 / 6, abs=200) == len(common)


def test_split_is_in_random_order(pool: data.Pool) -> None:
    """The order of the training images follows neither their position in the file nor their digit."""
    train = data.split(pool.labels, 0).train
    rank = np.arange(len(train))
    for sequence in (train, pool.labels[train]):
        assert abs(np.corrcoef(rank, sequence)[0, 1]) < 4 / np.sqrt(len(train))


@pytest.mark.parametrize(("train_size", "expected"), [(100, 100), (10_000, 10_000), (10_001, 10_000), (50_000, 10_000)])
def test_probe_is_part_of_what_is_trained_on(pool: data.Pool, train_size: int, expected: int) -> None:
    """Training metrics are measured on training images of the run itself, 10,000 at most."""
    split = data.split(pool.labels, 0)
    probe = split.probe(train_size)
    assert expected == len(probe)
    assert {*probe} <= {*split.train[:train_size]}


@pytest.mark.parametrize("seed", [0, 101])
def test_random_labels_say_nothing_of_the_training_images(pool: data.Pool, seed: int) -> None:
    """Random labels belong to their seed, every digit equally often, agree with one in ten, and spare validation."""
    split = data.split(pool.labels, seed)
    drawn = data.random_labels(pool.labels, split, seed)
    np.testing.assert_array_equal(drawn, data.random_labels(pool.labels, split, seed))
    assert not np.array_equal(drawn, data.random_labels(pool.labels, split, seed + 1))
    np.testing.assert_array_equal(drawn[split.validation], pool.labels[split.validation])
    agreeing = (drawn == pool.labels)[split.train]
    assert pytest.approx(0.1, abs=0.006) == agreeing.mean()
    assert pytest.approx(0.1, abs=0.006) == np.bincount(drawn[split.train], minlength=10).min() / 50_000


def test_other_data_set_is_accepted_by_path(archive: Archive) -> None:
    """A file with arrays like MNIST's is loaded, with its own checksum."""
    images = np.full((60_000, 28, 28), 7, np.uint8)
    path = archive(x_train=images)
    pool = data.load(path)
    np.testing.assert_array_equal(pool.images, images)
    np.testing.assert_array_equal(pool.labels, np.arange(60_000) % 10)
    assert hashlib.sha256(path.read_bytes()).hexdigest() == pool.checksum


def test_other_data_set_is_accepted_by_environment(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    """The variable FOUNDATIONS_DATA names the file that is loaded by default."""
    packaged = data.load().checksum
    assert data.checksum(data.PACKAGED) == packaged
    path = archive()
    monkeypatch.setenv("FOUNDATIONS_DATA", str(path))
    assert path == data.source()
    assert hashlib.sha256(path.read_bytes()).hexdigest() == data.load().checksum


def test_file_that_changes_is_read_again(archive: Archive) -> None:
    """A file that was rewritten under its name is not answered from memory."""
    labels = np.ones(60_000, np.uint8)
    before = data.load(archive())
    after = data.load(archive(y_train=labels))
    np.testing.assert_array_equal(after.labels, labels)
    assert before.checksum != after.checksum


def test_wrong_checksum_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One flipped bit in the packaged file is found by its checksum, before anything is read."""
    content = bytearray(data.PACKAGED.read_bytes())
    content[len(content) // 2] ^= 1
    path = tmp_path / "mnist.npz"
    path.write_bytes(content)
    monkeypatch.setattr(data, "PACKAGED", path)
    message = refused(path)
    assert hashlib.sha256(content).hexdigest() in message
    assert data.PACKAGED_SHA256 in message


@pytest.mark.parametrize("name", ["missing.npz", "."])
def test_file_that_cannot_be_read_is_refused(tmp_path: Path, name: str) -> None:
    """A path that does not exist, or is a folder, is named."""
    path = tmp_path / name
    assert repr(str(path)) in refused(path)


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04", ARCHIVES[0][:-1], ARCHIVES[1][:1000]])
def test_file_that_is_no_archive_is_refused(tmp_path: Path, content: bytes) -> None:
    """An empty, foreign or truncated file is refused as no NumPy archive, under its name."""
    path = tmp_path / "broken.npz"
    path.write_bytes(content)
    assert "broken.npz must be a NumPy archive (.npz)" in refused(path)


def test_single_array_is_refused(tmp_path: Path) -> None:
    """An .npy file, which holds one array without a name, is refused as no archive."""
    path = tmp_path / "images.npy"
    np.save(path, np.zeros((60_000, 28, 28), np.uint8))
    assert "images.npy must be a NumPy archive (.npz)" in refused(path)


@pytest.mark.parametrize("name", ["x_train", "y_train"])
def test_missing_array_is_named(archive: Archive, name: str) -> None:
    """An archive that lacks an array is refused by that array's name."""
    message = refused(archive(without=name))
    assert "other.npz must hold x_train, y_train, x_test and y_test" in message
    assert f"Missing: '{name} is not a file in the archive'" in message


@pytest.mark.parametrize(
    ("name", "array", "received"),
    [
        ("x_train", np.zeros((60_000, 28, 27), np.uint8), "uint8 of shape (60000, 28, 27)"),
        ("x_train", np.zeros((60_000, 784), np.uint8), "uint8 of shape (60000, 784)"),
        ("x_train", np.zeros((50_000, 28, 28), np.uint8), "uint8 of shape (50000, 28, 28)"),
        ("x_train", np.zeros((60_000, 28, 28), np.int8), "int8 of shape (60000, 28, 28)"),
        ("x_train", np.zeros((60_000, 28, 28), np.float16), "float16 of shape (60000, 28, 28)"),
        ("y_train", np.zeros((60_000, 10), np.uint8), "uint8 of shape (60000, 10)"),
        ("y_train", np.zeros(59_999, np.uint8), "uint8 of shape (59999,)"),
        ("y_train", np.zeros(60_000, np.int64), "int64 of shape (60000,)"),
        ("y_train", np.uint8(3), "uint8 of shape ()"),
    ],
)
def test_wrong_array_is_refused(archive: Archive, name: str, array: NDArray[np.generic], received: str) -> None:
    """An array of another shape or type is refused, naming it, what it should be and what it is."""
    shape = {"x_train": "(60000, 28, 28)", "y_train": "(60000,)"}[name]
    message = refused(archive(**{name: array}))
    assert f"other.npz: {name} must be uint8 of shape {shape}. Received: {received}" == message


@pytest.mark.parametrize("label", [10, 255])
def test_wrong_label_is_refused(archive: Archive, label: int) -> None:
    """A label that is no digit is refused and named."""
    labels = np.zeros(60_000, np.uint8)
    labels[12_345] = label
    assert f"other.npz: labels in y_train must be digits 0 to 9. Received: {label}" == refused(archive(y_train=labels))


@pytest.mark.parametrize("name", ["x_train", "y_train"])
def test_pickled_objects_are_refused(archive: Archive, name: str) -> None:
    """An array of Python objects, whose loading could run code, is refused unread."""
    message = refused(archive(**{name: np.array([print], dtype=object)}))
    assert "other.npz must be a NumPy archive (.npz) without pickled objects" in message


def test_member_that_is_no_array_is_refused(tmp_path: Path) -> None:
    """An archive whose members are texts under the arrays' names is refused for what it holds."""
    path = tmp_path / "text.npz"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("x_train.npy", "seven")
        file.writestr("y_train.npy", "7")
    expected = "text.npz: x_train must be uint8 of shape (60000, 28, 28). Received: |S5 of shape ()"
    assert expected == refused(path)


@given(st.binary(max_size=500))
def test_random_bytes_are_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    """Whatever bytes a file holds, the error is a DataError that names the file."""
    path = tmp_path_factory.getbasetemp() / "random.npz"
    path.write_bytes(content)
    assert path.name in refused(path)


@given(
    st.sampled_from(ARCHIVES),
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=4),
    st.floats(0, 1),
)
def test_damaged_archives_are_refused(
    tmp_path_factory: pytest.TempPathFactory, whole: bytes, changes: list[tuple[float, int]], length: float
) -> None:
    """Wherever an archive is changed or cut off, the error is a DataError that names the file."""
    content = bytearray(whole)
    for place, value in changes:
        content[int(place * len(content))] = value
    path = tmp_path_factory.getbasetemp() / "damaged.npz"
    path.write_bytes(content[: round(length * len(content))])
    assert path.name in refused(path)


@pytest.mark.parametrize("whole", ARCHIVES, ids=["stored", "compressed"])
def test_damage_in_every_header_is_refused(tmp_path: Path, whole: bytes) -> None:
    """A changed byte anywhere in an archive's headers, its directory included, leads to no other error."""
    path = tmp_path / "damaged.npz"
    for place in (*range(250), *range(len(whole) - 250, len(whole))):
        content = bytearray(whole)
        content[place] ^= 0b1010_0101
        path.write_bytes(content)
        assert path.name in refused(path)


def mentions(module: Path, name: str) -> list[ast.AST]:
    """Return the places of a module where a name is used, called, imported or spelled in a string of its own."""
    fields = ("id", "attr", "name", "value")
    return [
        node
        for node in ast.walk(ast.parse(module.read_text()))
        if any(getattr(node, field, None) == name for field in fields)
    ]


def mentions_read_part(function: ast.expr) -> bool:
    """Whether a called function is `read_part`, by itself or as an attribute of its module."""
    return "read_part" in (getattr(function, "id", None), getattr(function, "attr", None))


def test_only_evaluation_opens_the_test_set() -> None:
    """Of all modules, only evaluation reads a part of the data other than "train", and none spells the test arrays."""
    readers = {
        module.name: {
            call.args[1].value if isinstance(call.args[1], ast.Constant) else "computed"
            for call in ast.walk(ast.parse(module.read_text()))
            if isinstance(call, ast.Call) and mentions_read_part(call.func)
        }
        for module in PACKAGE.rglob("*.py")
        if mentions(module, "read_part")
    }
    expected = {"data.py": {"train"}, "evaluation.py": {"test"}}
    assert expected == readers
    spellers = [
        module.name for module in PACKAGE.rglob("*.py") for name in ("x_test", "y_test") if mentions(module, name)
    ]
    nobody: list[str] = []
    assert nobody == spellers


@pytest.mark.parametrize("module", ["training", "parallel"])
def test_training_cannot_reach_the_test_set(import_closure: Callable[[str], set[str]], module: str) -> None:
    """Nothing that training imports, directly or through other modules, imports the door to the test set."""
    closure = import_closure(module)
    assert {"foundations.data", "foundations.models", "foundations.runs"} <= closure
    assert "foundations.evaluation" not in closure
