"""How to cite the book: the page says what CITATION.cff, the package and the configuration say."""

from __future__ import annotations

import re
from importlib.metadata import version
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]
CITATION = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
PAGE = (ROOT / "book" / "how-to-cite.md").read_text(encoding="utf-8")


def entries() -> dict[str, dict[str, str]]:
    """Return the BibTeX entries of the page by type, their fields without braces and in one line."""
    found = re.findall(r"```bibtex\n@(\w+)\{\w+,\n(.*?)\n\}\n```", PAGE, re.DOTALL)
    fields = {kind: re.findall(r"(\w+) += \{(.*?)\},(?:\n|$)", body, re.DOTALL) for kind, body in found}
    return {kind: {key: " ".join(text.split()).strip("{}") for key, text in own} for kind, own in fields.items()}


def test_the_book_is_cited_as_recorded() -> None:
    """Author, title, version and year of the book's entry are those of CITATION.cff."""
    expected = {
        "author": CITATION["authors"][0]["name"],
        "title": CITATION["title"],
        "note": f"Version {CITATION['version']}",
        "year": CITATION["date-released"][:4],
    }
    assert expected == entries()["book"]


def test_a_chapter_is_cited_as_part_of_the_book() -> None:
    """The chapter's entry has that chapter's heading for its title, and else what the book's entry has."""
    book, chapter = entries()["book"], entries()["incollection"]
    assert book["title"] == chapter.pop("booktitle")
    (heading,) = re.findall(r"^# (.+)$", (ROOT / "book" / "task03-learning-curves.md").read_text(), re.MULTILINE)
    assert {**book, "title": heading} == chapter


def test_texts_agree_with_the_entries() -> None:
    """The two citations as text name the same author, titles, version and year."""
    book, chapter = entries()["book"], entries()["incollection"]
    end = f"*{book['title']}*. {book['note']}, {book['year']}."
    expected = [f"> {book['author']}. {end}", f'> {book["author"]}. "{chapter["title"]}". In {end}']
    assert expected == re.findall(r"^> .*$", PAGE, re.MULTILINE)


def test_version_and_title_are_those_of_the_package() -> None:
    """CITATION.cff, the package and the book's configuration agree."""
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    assert version("foundations-of-deep-learning") == CITATION["version"]
    assert (config["title"], config["author"]) == (CITATION["title"], CITATION["authors"][0]["name"])


def test_there_is_no_doi() -> None:
    """Nothing pretends to a DOI."""
    assert "doi" not in CITATION
    assert "identifiers" not in CITATION
    assert re.search(r"doi\.org|doi *=", PAGE, re.IGNORECASE) is None
