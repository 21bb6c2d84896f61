"""The command `foundations predict`: what it answers, and how it refuses pictures one by one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from command import Foundations
from foundations import data, parallel
from foundations.cli.predict import MOST_EXPLAINED, NETWORK
from foundations.digits import prepare
from foundations.evaluation import probabilities
from foundations.runs import Run
from foundations.specs import RunSpec
from foundations.store import RunStore
from pretended import random_run


@pytest.fixture
def trainings(monkeypatch: pytest.MonkeyPatch) -> list[RunSpec]:
    """Let training be pretended; return the list of what is trained."""
    asked: list[RunSpec] = []

    def trained(specs: Sequence[RunSpec]) -> Iterator[Run]:
        asked.extend(specs)
        yield from map(random_run, specs)

    monkeypatch.setattr(parallel, "trained", trained)
    return asked


@pytest.fixture
def folder(tmp_path: Path, pool: data.Pool) -> Path:
    """Return a folder with pictures of MNIST's digits on paper, and other files."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number, name in enumerate(("one.png", "two.jpg", "three.bmp")):
        levels = 255 - np.pad(np.kron(pool.images[number], np.ones((4, 4), np.uint8)), 20)
        Image.fromarray(levels).save(folder / name)
    (folder / "notes.txt").write_text("no picture")
    return folder


def expected(path: Path) -> np.ndarray:
    """Return the probabilities of the digits on a picture, as the stored network gives them."""
    run = RunStore().get(NETWORK.specs()[0])
    assert run is not None
    return probabilities(run, prepare(path).image[np.newaxis])[0]


def test_one_picture(foundations: Foundations, trainings: list[RunSpec], folder: Path) -> None:
    """A picture's digit and the percentages of all ten are printed; the network is trained the first time only."""
    path = folder / "one.png"
    said = foundations("predict", str(path))
    assert (0, "") == (said.code, said.errors)
    shares = expected(path)
    shown = [f"{100 * share:.0f}" if share >= 0.005 else "·" for share in shares]
    assert [[str(path), str(shares.argmax()), *shown]] == said.rows
    assert "1 runs to train" in said.output
    again = foundations("predict", str(path))
    assert said.rows == again.rows
    assert "to train" not in again.output
    assert 1 == len(trainings)


@pytest.mark.usefixtures("trainings")
def test_folders_and_pictures(foundations: Foundations, folder: Path) -> None:
    """A folder stands for the pictures in it, in alphabetical order, and each picture is answered once."""
    said = foundations("predict", str(folder), str(folder / "one.png"))
    assert 0 == said.code
    assert [str(folder / name) for name in ("one.png", "three.bmp", "two.jpg")] == [row[0] for row in said.rows]


@pytest.mark.usefixtures("trainings")
def test_json(foundations: Foundations, folder: Path) -> None:
    """With --json there is nothing but a list on the standard output: of answers, and of errors."""
    paths = [folder / "two.jpg", folder / "notes.txt", folder / "one.png"]
    said = foundations("predict", "--json", *map(str, paths))
    answers = json.loads(said.output)
    assert 2 == said.code
    assert [str(path) for path in paths] == [answer["path"] for answer in answers]
    assert [{"path", "digit", "probabilities"}, {"path", "error"}, {"path", "digit", "probabilities"}] == [
        set(answer) for answer in answers
    ]
    assert pytest.approx(expected(paths[0])) == answers[0]["probabilities"]
    assert expected(paths[0]).argmax() == answers[0]["digit"]
    assert "notes.txt: the file must be a PNG" in answers[1]["error"]
    assert "1 runs to train" in said.errors


REFUSED = [
    ("missing.png", None, r"the file must be a PNG, .* Received: No such file or directory"),
    ("text.png", b"a digit", r"the file must be a PNG, .* Received: a file of another kind"),
    ("empty.png", b"", r"the file must be a PNG, .* Received: an empty file"),
]


@pytest.mark.parametrize(("name", "content", "message"), REFUSED, ids=[name for name, *_ in REFUSED])
@pytest.mark.usefixtures("trainings")
def test_refused_pictures(
    foundations: Foundations, folder: Path, name: str, content: bytes | None, message: str
) -> None:
    """A picture that cannot be read is named in one line, the others are answered, and the exit code is 2."""
    if content is not None:
        (folder / name).write_bytes(content)
    said = foundations("predict", str(folder / name), str(folder / "one.png"))
    assert 2 == said.code
    assert [str(folder / "one.png")] == [row[0] for row in said.rows]
    assert re.fullmatch(f"foundations: {re.escape(str(folder / name))}: {message}\n", said.errors)


@pytest.mark.parametrize("level", [0, 255])
def test_nothing_to_read(foundations: Foundations, trainings: list[RunSpec], tmp_path: Path, level: int) -> None:
    """If no picture can be read, nothing is trained or written."""
    Image.new("L", (60, 60), level).save(tmp_path / "blank.png")
    (tmp_path / "none").mkdir()
    blank, none, target = (str(tmp_path / name) for name in ("blank.png", "none", "why.png"))
    said = foundations("predict", blank, none, "--explain", target)
    assert (2, "") == (said.code, said.output)
    first, second, third = said.errors.splitlines()
    assert f"{blank}: a picture must show a digit that stands out from its paper. Received: a blank one" in first
    assert f"{none}: a folder must be readable and hold pictures" in second
    assert f"{target} is not written: there is no picture to explain" == third
    assert [] == trainings
    assert not Path(target).exists()


@pytest.mark.usefixtures("trainings")
@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf"])
def test_explained(foundations: Foundations, folder: Path, tmp_path: Path, suffix: str) -> None:
    """With --explain the steps are drawn into a file, a row a picture."""
    target = tmp_path / f"why{suffix}"
    assert 0 == foundations("predict", str(folder), "--explain", str(target)).code
    beginning = {".png": b"\x89PNG", ".svg": b"<?xml", ".pdf": b"%PDF"}[suffix]
    assert target.read_bytes().startswith(beginning)


@pytest.mark.usefixtures("trainings")
def test_many_are_explained_in_part(foundations: Foundations, folder: Path, tmp_path: Path) -> None:
    """Of more pictures than fit, the first ones are drawn, and the command says so."""
    for number in range(MOST_EXPLAINED):
        (folder / f"more{number}.png").write_bytes((folder / "one.png").read_bytes())
    said = foundations("predict", str(folder), "--explain", str(tmp_path / "why.png"))
    assert 0 == said.code
    assert f"shows the first {MOST_EXPLAINED} of {MOST_EXPLAINED + 3} pictures" in said.errors


def test_explanations_that_cannot_be_written(
    foundations: Foundations, trainings: list[RunSpec], folder: Path, tmp_path: Path
) -> None:
    """A figure of another kind is refused at once; one whose place cannot be written to, after the answers."""
    said = foundations("predict", str(folder), "--explain", "why.txt")
    message = "foundations: --explain must be a file name that ends in .png, .svg or .pdf. Received: 'why.txt'\n"
    assert (2, "", message) == (said.code, said.output, said.errors)
    assert [] == trainings
    said = foundations("predict", str(folder), "--explain", str(tmp_path / "none" / "why.png"))
    assert 2 == said.code
    assert 3 == len(said.rows)
    assert re.fullmatch(r"foundations: --explain must be a file that can be written. Received: .*\n", said.errors)


@pytest.mark.usefixtures("trainings")
def test_names_are_printed_as_they_are(foundations: Foundations, folder: Path) -> None:
    """A name that looks like markup is printed as it is."""
    path = (folder / "one.png").rename(folder / "[red]:warning:.png")
    assert str(path) == foundations("predict", str(path)).rows[0][0]


def test_the_network_is_the_books() -> None:
    """The network that reads is a run that the book trains anyway."""
    from foundations import studies  # noqa: PLC0415

    (spec,) = NETWORK.specs()
    assert spec in [spec for study in studies.STUDIES for spec in study.specs()]
