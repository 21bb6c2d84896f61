"""The shape that every chapter shares, enforced on the sources; every rule is shown to catch a breach."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from chapter_cells import BOOK, code_cells
from foundations.evaluation import TEST_PLACES
from foundations.studies import STUDIES

SECTIONS = [
    "Question",
    "Idea",
    "Study",
    "Results",
    "Claims",
    "Folklore",
    "Exercises",
    "Summary",
    "Further reading",
]
OUTCOMES = {"Results", "Claims", "Folklore", "Summary", "The test set, opened once"}
MAX_LINES, MAX_CELLS, MAX_CELL_LINES = 480, 26, 25
MIN_TERMS = 3
CHAPTERS = [BOOK / f"{study.name}.md" for study in STUDIES]
FINAL = BOOK / "takeaways.md"
LISTED = re.findall(
    r"^\w.*$", (BOOK / "glossary.md").read_text(encoding="utf-8").partition("{glossary}")[2], re.MULTILINE
)
TERMS = {term.lower() for term in LISTED}
CLAIMS = {study.name: [claim.id for claim in study.claims] for study in STUDIES}


def without_code(source: str) -> str:
    """Return a chapter's text without front matter, code cells and quoted code, line by line as it was."""
    blank = lambda found: "\n" * found[0].count("\n")  # noqa: E731
    text = re.sub(r"\A---\n.*?\n---\n", blank, source, flags=re.DOTALL)
    return re.sub(r"^```(\{code-cell\}|python|bash).*?^```$", blank, text, flags=re.DOTALL | re.MULTILINE)


def prose(source: str) -> str:
    """Return a chapter's text without code, mathematics, code spans and roles."""
    text = re.sub(r"\$\$.*?\$\$( \(.*?\))?", "", without_code(source), flags=re.DOTALL)
    text = re.sub(r"^(:label|:class|:name|:tags|```|:::).*$", "", text, flags=re.MULTILINE)
    return re.sub(r"\{[a-z:]+\}`[^`]*`|\$[^$\n]*\$|`[^`\n]*`", "", text)


def sections(text: str) -> dict[str, str]:
    """Return a text's second-level sections by heading."""
    parts = re.split(r"^## (.+)$", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def terms_in(text: str) -> set[str]:
    """Return the glossary's terms that a text links to, in lower case."""
    roles = re.findall(r"\{term\}`(?:[^`<]*<([^`>]*)>|([^`]*))`", text)
    return {(target or word).lower() for target, word in roles}


def metadata(source: str) -> list[dict[str, object]]:
    """Return the figure metadata of the code cells, empty where a cell has none."""
    return [dict(cell.metadata.get("mystnb", {})) for cell in code_cells(source)]


def missing_sections(source: str, name: str) -> list[str]:
    """Report headings that are missing or out of order."""
    found = [heading for heading in sections(without_code(source)) if heading in SECTIONS]
    return [] if found == SECTIONS else [f"{name}: sections are {found}, not {SECTIONS}"]


def bare_figures(source: str, name: str) -> list[str]:
    """Report cells that draw, without a figure's name, caption or alternative text."""
    problems = []
    for cell, own in zip(code_cells(source), metadata(source), strict=True):
        draws = re.search(r"\bplt\.|\bplots\.(?!use_style)", cell.source)
        figure, image = own.get("figure", {}), own.get("image", {})
        complete = figure.get("name") and figure.get("caption") and image.get("alt")
        if draws and not complete:
            problems.append(f"{name}: a figure without name, caption or alt: {cell.source[:60]!r}")
    return problems


def miscounted_claims(source: str, name: str) -> list[str]:
    """Report claims of the chapter's study that it does not show exactly once, and others that it shows."""
    shown = [found for cell in code_cells(source) for found in re.findall(r'\.claim\(\s*"([^"]+)"', cell.source)]
    return [] if sorted(shown) == sorted(CLAIMS[name]) else [f"{name}: shows {sorted(shown)}"]


def oversized(source: str, name: str) -> list[str]:
    """Report a chapter or a cell beyond its budget."""
    cells = code_cells(source)
    problems = [f"{name}: a cell of {n} lines" for c in cells if (n := c.source.count("\n") + 1) > MAX_CELL_LINES]
    if len(cells) > MAX_CELLS:
        problems.append(f"{name}: {len(cells)} code cells")
    if (lines := len(without_code(source).replace("\n\n", "\n").splitlines())) > MAX_LINES:
        problems.append(f"{name}: {lines} lines of text")
    return problems


def typed_results(source: str, name: str) -> list[str]:
    """Report decimals and percentages in sentences about outcomes, captions and alternative texts, unless cited."""
    texts = [body for heading, body in sections(prose(source)).items() if heading in OUTCOMES]
    for own in metadata(source):
        texts += [str(own.get("figure", {}).get("caption", "")), str(own.get("image", {}).get("alt", ""))]
    cited = {re.sub(r"\{[a-z:]+\}`[^`]*`", "", line) for line in source.splitlines() if "{cite" in line}
    lines = [re.sub(r"`[^`]*`|\$[^$]*\$", "", line) for text in texts for line in text.splitlines()]
    number = r"\d\.\d|\d ?%(?! interval)|\b\d+ (points|nats|seconds)\b"
    return [f"{name}: {line.strip()!r}" for line in lines if re.search(number, line) and line not in cited]


def crowded_lines(source: str, name: str) -> list[str]:
    """Report lines of prose with more than one sentence, and exclamation marks."""
    lines = [line for line in prose(source).splitlines() if not line.startswith(("#", "|", "-"))]
    return [f"{name}: {line!r}" for line in lines if re.search(r"[.?] [A-Z][a-z]|\w!(\s|$)", line)]


def thin_exercises(source: str, name: str) -> list[str]:
    """Report fewer than four exercises with solutions, two of them executed, or three self-check questions."""
    text = sections(without_code(source)).get("Exercises", "")
    counts = {
        "exercises": (len(re.findall(r"^```\{exercise\}", text, re.MULTILINE)), 4),
        "solutions": (len(re.findall(r"^```\{solution(-start)?\}", text, re.MULTILINE)), 4),
        "executed solutions": (len(re.findall(r"^```\{solution-start\}", text, re.MULTILINE)), 2),
        "self-check questions": (len(re.findall(r"^:::\{dropdown\}", text, re.MULTILINE)), 3),
    }
    return [f"{name}: {found} {what}, not {least}" for what, (found, least) in counts.items() if found < least]


def unlinked_terms(source: str, name: str) -> list[str]:
    """Report fewer than three links to the glossary, and links to terms that it has not."""
    linked = terms_in(without_code(source))
    problems = [f"{name}: the glossary has no term {term!r}" for term in sorted(linked - TERMS)]
    return problems if len(linked) >= MIN_TERMS else [*problems, f"{name}: links to {len(linked)} terms"]


def unannounced_test_set(source: str, name: str) -> list[str]:
    """Report openings of the test set by a chapter that is not the place it names."""
    places = re.findall(r"open_test_set\(\s*\"([^\"]*)\"", source)
    return [
        f"{name}: opens the test set as {place!r}"
        for place in places
        if place not in TEST_PLACES or not name.startswith(place.split("-")[0])
    ]


RULES: list[tuple[Callable[[str, str], list[str]], str]] = [
    (missing_sections, "## Question\n## Study\n## Idea\n"),
    (bare_figures, "```{code-cell} ipython3\nplots.confusion(counts)\n```\n"),
    (miscounted_claims, '```{code-cell} ipython3\nresults.claim("no-such-claim")\n```\n'),
    (oversized, "```{code-cell} ipython3\n" + "x = 1\n" * (MAX_CELL_LINES + 1) + "```\n"),
    (typed_results, "## Results\n\nThe accuracy is 97.6% after 20 epochs.\n"),
    (typed_results, "```{code-cell} ipython3\n---\nmystnb:\n  image:\n    alt: It falls to 0.09.\n---\nx\n```\n"),
    (crowded_lines, "## Idea\n\nOne sentence. Another one on its line.\n"),
    (crowded_lines, "## Idea\n\nHow well it works!\n"),
    (thin_exercises, "## Exercises\n\n```{exercise} One\n:label: ex\n```\n"),
    (unlinked_terms, "## Idea\n\nAn {term}`epoch` has {term}`batches <batch>`, a {term}`batch` has images.\n"),
    (unlinked_terms, "## Idea\n\n{term}`epoch`, {term}`batch`, {term}`seed`, {term}`phlogiston`.\n"),
    (unannounced_test_set, '```{code-cell} ipython3\nevaluation.open_test_set("task99")\n```\n'),
]


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
@pytest.mark.parametrize("rule", dict.fromkeys(rule for rule, _ in RULES), ids=lambda rule: rule.__name__)
def test_every_chapter_keeps_every_rule(path: Path, rule: Callable[[str, str], list[str]]) -> None:
    """A chapter has the shared shape and keeps its budgets."""
    assert [] == rule(path.read_text(encoding="utf-8"), path.stem)


@pytest.mark.parametrize(("rule", "broken"), RULES, ids=lambda value: getattr(value, "__name__", ""))
def test_every_rule_catches_what_breaks_it(rule: Callable[[str, str], list[str]], broken: str) -> None:
    """A chapter that breaks a rule is reported by it."""
    assert rule(broken, STUDIES[0].name)


def test_other_pages_show_no_claim_and_open_no_test_set() -> None:
    """Claims are made in chapters alone; beside them only the table of final results opens the test set, once."""
    others = {path: path.read_text(encoding="utf-8") for path in BOOK.glob("*.md") if path not in CHAPTERS}
    assert [] == re.findall(r"results\.claim\(|open_test_set", "".join(others.values()))
    opened = [path for path, source in others.items() for _ in re.findall("final_errors", source)]
    assert [FINAL] == opened


@pytest.mark.parametrize("path", sorted(BOOK.glob("*.md")), ids=lambda path: path.stem)
def test_terms_are_in_the_glossary(path: Path) -> None:
    """Every page links only to terms that the glossary has."""
    assert terms_in(path.read_text(encoding="utf-8")) <= TERMS


def test_glossary_is_in_alphabetical_order() -> None:
    """The glossary's terms are in alphabetical order, capitals or not, and none comes twice."""
    keys = [term.lower() for term in LISTED]
    assert keys == sorted({*keys})
    assert len(keys) > 80
