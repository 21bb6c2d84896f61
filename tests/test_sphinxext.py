"""The Sphinx extension: formulas, what a page depends on, anchors of claims, preview bar, no foreign requests."""

from __future__ import annotations

import io
import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from docutils import nodes  # type: ignore[import-untyped]  # docutils has no types
from docutils.utils import new_document  # type: ignore[import-untyped]
from hypothesis import given, settings
from hypothesis import strategies as st
from sphinx.application import Sphinx
from sphinx.errors import SphinxParallelError
from sphinx.util.docutils import docutils_namespace, patch_docutils
from sphinx.util.parallel import make_chunks

from foundations.reference import modules
from foundations.sphinxext import execution, typography
from foundations.sphinxext.alphabets import restyle
from foundations.sphinxext.latex import display_lines
from foundations.sphinxext.mathml import CORE, MathError, to_mathml
from foundations.sphinxext.numbering import within_chapters
from foundations.sphinxext.offline import foreign_in_css, foreign_in_page, foreign_in_script
from foundations.sphinxext.pages import corrected
from foundations.sphinxext.preview import NOTICE, PROFILE
from foundations.sphinxext.sidebyside import dealt, rank
from foundations.store import RUNS, RunStore
from markup import tagless

FRONT = "---\nfile_format: mystnb\nkernelspec:\n  name: python3\nlanguage_info:\n  name: python\n---\n"
LANGUAGE = {"language_info": {"name": "python"}}
CELL = "\n```{code-cell}\n1 + 1\n```\n"


class Book:
    """A small book in a folder, built without executing its cells."""

    def __init__(self, folder: Path, **config: Any) -> None:
        self.folder = folder
        self.package = folder / "package"
        self.package.mkdir(parents=True)
        (self.package / "module.py").write_text("x = 1\n")
        self.config = {
            "extensions": ["myst_nb", "foundations.sphinxext"],
            "html_theme": "basic",
            "html_math_renderer": "mathml",
            "nb_execution_mode": "off",
            "myst_enable_extensions": ["dollarmath"],
            "book_package": str(self.package),
            "exclude_patterns": ["out", "package", "jupyter_execute", ".jupyter_cache"],
            "root_doc": "index",
        } | config
        self.write("index", "# Index\n\n```{toctree}\n:glob:\n\n*\n```\n")

    def write(self, name: str, text: str) -> None:
        """Write a page in MyST."""
        (self.folder / f"{name}.md").write_text(text)

    def build(self) -> tuple[set[str], str]:
        """Build what is out of date; return the pages that were read and the warnings."""
        read: set[str] = set()
        warnings = io.StringIO()
        output = self.folder / "out"
        with patch_docutils(), docutils_namespace():
            app = Sphinx(
                self.folder, None, output, output / ".doctrees", "html", dict(self.config), io.StringIO(), warnings
            )
            app.connect("env-before-read-docs", lambda _app, _env, names: read.update(names))
            app.connect("source-read", lambda *_: (self.folder / f"{os.getpid()}.reader").touch())
            app.build()
        return read, warnings.getvalue()

    def caches(self) -> list[Path]:
        """Return the folders that keep what executed pages gave."""
        return [*(self.folder / ".jupyter_cache").iterdir()]

    def readers(self) -> set[str]:
        """Return a name for each process that read a page."""
        return {file.name for file in self.folder.glob("*.reader")}

    def page(self, name: str) -> str:
        """Return a built page's HTML."""
        return (self.folder / "out" / f"{name}.html").read_text()


@pytest.fixture
def book(tmp_path: Path) -> Book:
    """Return a book with nothing in it but its index."""
    return Book(tmp_path)


def touch(path: Path) -> None:
    """Make a file newer than anything built so far."""
    later = path.stat().st_mtime + 60
    os.utime(path, (later, later))


def tags(mathml: str) -> list[str]:
    """List the elements of a formula in document order."""
    return [element.tag for element in ElementTree.fromstring(mathml).iter()]


# Formulas ------------------------------------------------------------------------------------------------

FORMULAS = [
    r"\frac{\partial \mathcal{L}}{\partial W_{ij}} = \delta_i h_j",
    r"\hat{\mathbf{m}}_t = \frac{\mathbf{m}_t}{1 - \beta_1^t}",
    r"\begin{aligned} a &= b \\ c &= \sum_{i=1}^n d_i \end{aligned}",
    r"\begin{gathered} a \\ b \end{gathered}",
    r"\begin{cases} x & \text{if } x > 0 \\ 0 & \text{otherwise} \end{cases}",
    r"\begin{bmatrix} 1 & 2 \\ 3 & 4 \end{bmatrix}",
    r"\lVert \mathbf{w} \rVert_2^2 + \bigl\lVert x \bigr\rVert^2",
    r"\operatorname*{arg\,max}_k p_k + \arg\min_j q_j",
    r"\mathbb{E}_{x \sim \mathcal{D}}\left[f(x)\right]",
    r"\underbrace{\sqrt{\hat v} + \epsilon}_{\text{per weight}}",
    r"\boldsymbol\theta \leftarrow \boldsymbol\theta - \alpha\, \nabla_{\!\theta} \mathcal{L}",
    r"p(y \mid x) \approx 10^{-3}, \quad \left\lfloor x \right\rfloor, \mathbb{1}\{y = k\}",
]


@pytest.mark.parametrize("latex", FORMULAS)
@pytest.mark.parametrize("display", ["inline", "block"])
def test_formulas_become_mathml_core(latex: str, display: Any) -> None:
    """Whatever a deep-learning text writes comes out in elements that browsers draw, with its source as alttext."""
    root = ElementTree.fromstring(to_mathml(latex, display))
    assert {element.tag for element in root.iter()} <= CORE
    assert {element.get("mathvariant") for element in root.iter()} <= {None, "normal"}
    assert root.get("display") == display
    assert root.get("alttext") == latex
    assert "\\" not in "".join(root.itertext())


@pytest.mark.parametrize(
    ("latex", "reason"),
    [
        (r"\unheardof x", "unheardof"),
        (r"\frac{a}", "1 parts"),
        (r"\begin{aligned} a &= b", "cannot be read"),
        (r"a & b", "'&'"),
        (r"a \\ b", "outside an environment"),
        (r"\boxed{a}", "menclose"),
        (r"\text{if $x$}", "within text"),
        (r"\begin{array}{l|r} a & b \end{array}", "columnlines"),
    ],
)
def test_unsupported_formulas_are_refused(latex: str, reason: str) -> None:
    """A formula that would come out wrong raises an error that names it and says why."""
    with pytest.raises(MathError, match=re.escape(reason)):
        to_mathml(latex)


TOKENS = [
    "x",
    "1",
    "+",
    "{",
    "}",
    "_",
    "^",
    "&",
    r"\\",
    r"\frac",
    r"\hat",
    r"\left(",
    r"\right)",
    r"\sum",
    "<",
    ">",
    '"',
]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(TOKENS), max_size=8))
def test_any_input_is_converted_or_refused(tokens: list[str]) -> None:
    """Arbitrary input gives well-formed MathML Core or a MathError, nothing else."""
    try:
        mathml = to_mathml(" ".join(tokens))
    except MathError:
        return
    assert set(tags(mathml)) <= CORE


@pytest.mark.parametrize(
    ("text", "variant", "expected"),
    [
        ("x", "bold", "\N{MATHEMATICAL BOLD SMALL X}"),
        ("R1", "double-struck", "ℝ𝟙"),
        ("LH", "script", "ℒℋ"),
        ("h", "italic", "ℎ"),
        ("θ∇", "bold-italic", "𝜽𝜵"),
        ("C", "fraktur", "ℭ"),
        ("+", "bold", "+"),
    ],
)
def test_alphabets_are_unicode(text: str, variant: str, expected: str) -> None:
    """Bold, double-struck and other letters are the Unicode characters of that alphabet, exceptions included."""
    assert restyle(text, variant) == expected


def test_functions_are_spaced_as_in_tex() -> None:
    """A function is followed by a thin space before a term and by none before a bracket."""
    assert tags(to_mathml(r"\log x")).count("mspace") == 1
    assert tags(to_mathml(r"\log(x)")).count("mspace") == 0


def test_limits_go_underneath_in_displays() -> None:
    """Subscripts of max, arg max and sums are movable limits, those of a log are not."""
    for latex in (r"\max_k p", r"\operatorname*{argmax}_k p", r"\left[\sum_k p\right]"):
        assert "munder" in tags(to_mathml(latex, "block"))
    assert "munder" not in tags(to_mathml(r"\log_k p", "block"))


@pytest.mark.parametrize(
    ("latex", "parts"),
    [
        ("a = b = c", ["a=b", "=c"]),
        (r"a = -b + c, \qquad -d \le e", [["a=−b", "+c,"], "−d≤e"]),
        (r"f(x + y)^2 - (u = v)", ["f(x+y)2", "−(u=v)"]),
        (r"\sum_i -a_i + |b - c| - d", ["∑i−ai", "+|b−c|", "−d"]),
        (r"\text{loss} - L", ["loss", "−L"]),
        (r"\left(a + b = c = d\right)", None),
        ("a = b", None),
        (r"\begin{aligned} a &= b = c \\ &= d + e \end{aligned}", None),
    ],
)
def test_displays_can_be_broken(latex: str, parts: list[Any] | None) -> None:
    """A display is cut after wide spaces, then before what is added and any second relation, at its outermost level."""

    def read(element: ElementTree.Element) -> Any:
        return [read(part) for part in element] if element.get("class") == "breaks" else "".join(element.itertext())

    root = ElementTree.fromstring(to_mathml(latex, "block"))
    assert (parts or "".join(root.itertext())) == read(root)
    assert "breaks" not in to_mathml(latex)


def test_signs_are_not_spaced_as_sums() -> None:
    """A minus after an operator is a sign, one after a term or a bracket is not."""
    root = ElementTree.fromstring(to_mathml("a = -b - (c) - d"))
    assert ["prefix", None, None] == [mark.get("form") for mark in root.iter("mo") if mark.text == "−"]
    assert "mo" in tags(to_mathml(r"\pm a"))


def test_signs_stay_signs_in_a_broken_display() -> None:
    """What begins a display or a piece of it is a sign, what begins a later part is added."""
    root = ElementTree.fromstring(to_mathml(r"-a + b, \qquad -c - d", "block"))
    assert [None, "infix", "prefix", "infix"] == [mark.get("form") for mark in root.iter("mo") if mark.text in "+−"]


def test_lines_over_terms_are_drawn_by_the_style_sheet() -> None:
    """An overline is a row with a border, as no character stretches to it in all fonts."""
    (row,) = ElementTree.fromstring(to_mathml(r"\overline{a + b}"))[0]
    assert ("mrow", "overline", "a+b") == (row.tag, row.get("class"), "".join(row.itertext()))


def test_upright_words_and_numbers_are_whole() -> None:
    r"""``\mathrm`` gives one identifier and ``1{,}000`` one number, so that they are read aloud as such."""
    root = ElementTree.fromstring(to_mathml(r"\mathrm{ReLU} + 1{,}000"))
    assert [element.text for element in root.iter() if element.text] == ["ReLU", "+", "1,000"]


def test_exponent_of_a_sized_fence_hangs_on_the_group() -> None:
    r"""The exponent of ``\bigr)`` applies to all that the fences enclose."""
    script = ElementTree.fromstring(to_mathml(r"a \bigl( b + c \bigr)^2")).find(".//msup")
    assert script is not None
    assert "".join(script[0].itertext()) == "(b+c)"


def test_displays_of_several_lines_are_aligned() -> None:
    """Line breaks outside an environment make an aligned display, those inside one do not."""
    assert display_lines(r"a &= b \\ &= c").startswith(r"\begin{aligned}")
    assert display_lines("a\n\nb") == r"\begin{aligned} a \\ b \end{aligned}"
    matrix = r"\begin{pmatrix} a \\ b \end{pmatrix}"
    assert display_lines(matrix) == matrix


def test_equations_are_numbered_and_linked(book: Book) -> None:
    """A labelled equation has its number and an anchor that references lead to, and the page loads no script for it."""
    book.write("one", "# One\n\nInline $x^2$.\n\n$$ a = b $$ (eq-a)\n\n$$ c = d $$ (eq-c)\n")
    book.write("two", "# Two\n\nSee {eq}`eq-c`.\n")
    _, warnings = book.build()
    assert warnings == ""
    page = book.page("one")
    assert 'id="equation-eq-c"' in page
    assert re.search(r'class="eqno">\(2\)<a class="headerlink" href="#equation-eq-c"', page)
    assert page.count("<math ") == 3
    assert not [tag for tag in re.findall("<script[^>]*>", page.lower()) if "mathjax" in tag]
    assert re.search(r'href="one.html#equation-eq-c">\(?2\)?</a>', book.page("two"))


def test_punctuation_stays_with_its_formula(book: Book) -> None:
    """What closes a phrase after a formula is in an element with it, and every character of the text is kept once."""
    book.write("one", "# One\n\nOf $x$, of ($y$), of $z$-axes and of $w$ alone. By *law*. As $x$. As $y$\n")
    _, warnings = book.build()
    assert warnings == ""
    joined = re.findall(r'<span class="unbroken"><math.*?</math>(.*?)</span>', book.page("one"))
    assert [",", "),", "-", "."] == joined
    text = tagless(re.sub(r"<math.*?</math>", "M", book.page("one")))
    assert "Of M, of (M), of M-axes and of M alone. By law. As M. As M" in text


def test_references_keep_their_numbers() -> None:
    """A link's "Task" and "et" stay with what follows, and the space that a link begins with stands before it."""
    texts = (" Exercise P1.1", "Sun et al.", "Task 10", "a task 3")
    links = [nodes.reference("", "", nodes.Text(text)) for text in texts]
    document = new_document("page")
    document += nodes.paragraph("", "to", *links)
    typography.References(document).run()
    assert ["Exercise\xa0P1.1", "Sun et\xa0al.", "Task\xa010", "a task 3"] == [link.astext() for link in links]
    assert document[0].astext().startswith("to Exercise")


def test_primes_and_stars_are_raised_once() -> None:
    """A prime stands on the line, as its glyph is raised; a star is the lower one."""
    root = ElementTree.fromstring(to_mathml(r"f'(x) = B^*", "inline"))
    assert [] == [script for script in root.iter("msup") if script[1].text == "′"]
    prime = next(element for element in root.iter("mo") if element.text == "′")
    assert ("0", "0") == (prime.get("lspace"), prime.get("rspace"))
    assert ["∗"] == [script[1].text for script in root.iter("msup")]


def test_exponents_clear_the_hook_of_f() -> None:
    """An exponent stands apart from an italic f, with a subscript or without, and from nothing else."""
    root = ElementTree.fromstring(to_mathml(r"f^2 + f_l^2 + f_l + x^2 + \mathrm{f}^2", "inline"))
    scripts = [element for element in root.iter() if element.tag in ("msup", "msubsup")]
    assert [True, True, False, False] == [script[-1].find("mspace") is not None for script in scripts]
    assert ["2"] * 4 == ["".join(script[-1].itertext()) for script in scripts]


def test_marks_that_end_a_formula_stand_apart() -> None:
    """A comma or full stop at the end of a formula, or of a part of it, has a thin space before; others have none."""
    root = ElementTree.fromstring(to_mathml(r"f(x,\, y) = \frac{1}{2} , \qquad y = 1 .", "block"))
    marks = [(mark.text, mark.get("lspace")) for mark in root.iter("mo") if mark.text in (",", ".")]
    assert [(",", None), (",", "0.1667em"), (".", "0.1667em")] == marks


def test_numbers_from_results_have_a_minus() -> None:
    """A hyphen before a digit is a minus in what is pasted from results, and stays a hyphen elsewhere."""
    pasted, other = (nodes.inline("", "-0.5 to -1e-05, t-test", classes=[name]) for name in ("pasted-text", "other"))
    document = new_document("page")
    document += nodes.paragraph("", "", pasted, other)
    typography.Minus(document).run()
    assert ["−0.5 to −1e-05, t-test", "-0.5 to -1e-05, t-test"] == [node.astext() for node in document[0]]


def test_formula_that_fails_warns(book: Book) -> None:
    """A formula that cannot be converted is a warning with its place, and the page shows its source."""
    book.write("one", "# One\n\n$\\unheardof{x}$\n")
    _, warnings = book.build()
    assert re.search(r"one\.md:\d*:? ?WARNING: formula not rendered", warnings)
    assert r'<code class="math-error">\unheardof{x}</code>' in book.page("one")


def test_numbers_count_within_chapters() -> None:
    """Each chapter counts its own figures and equations; pages that are no chapters share one plain count."""
    numbers = {
        "book/notation": {"figure": {"a": (1,)}},
        "book/practical1-training": {"figure": {"b": (2,), "c": (3,)}, "displaymath": {"d": (1,)}},
        "book/task10-weights": {"figure": {"e": (4,)}},
        "book/glossary": {"figure": {"f": (5,)}},
    }
    flat = {
        name: number
        for kinds in within_chapters(numbers).values()
        for ids in kinds.values()
        for name, number in ids.items()
    }
    assert flat == {"a": (1,), "b": ("P1", 1), "c": ("P1", 2), "d": ("P1", 1), "e": ("T10", 1), "f": (2,)}


def test_references_use_the_chapter_number(tmp_path: Path) -> None:
    """A reference from another page shows the number that the chapter shows, in a first and in a later build."""
    book = Book(tmp_path, numfig=True)
    book.write("practical1-a", "# One\n\n$$ a = b $$ (eq-a)\n")
    book.write("task03-b", "# Two\n\n$$ c = d $$ (eq-c)\n\nSee {eq}`eq-a` and {eq}`eq-c`.\n")
    for _ in range(2):
        assert book.build()[1] == ""
        assert 'class="eqno">(T3.1)' in book.page("task03-b")
        assert re.findall(r">\((\w\d\.\d)\)</a>", book.page("task03-b")) == ["P1.1", "T3.1"]
        touch(tmp_path / "task03-b.md")


# What pages depend on ------------------------------------------------------------------------------------


@pytest.fixture
def built(book: Book) -> Book:
    """Return a built book of a page with code and one without."""
    book.write("code", f"{FRONT}\n# Code\n{CELL}")
    book.write("prose", "# Prose\n")
    read, warnings = book.build()
    assert warnings == ""
    assert read == {"index", "code", "prose"}
    return book


def test_nothing_changed_reads_nothing(built: Book) -> None:
    """A second build of an unchanged book reads no page, nor does one with Python's caches or a newer date."""
    assert built.build()[0] == set()
    (built.package / "__pycache__").mkdir()
    (built.package / "__pycache__" / "module.pyc").write_bytes(b"")
    touch(built.package / "module.py")
    assert built.build()[0] == set()


def test_prose_edit_outdates_its_page_only(built: Book) -> None:
    """Editing a page reads that page alone."""
    built.write("code", f"{FRONT}\n# Code\n\nMore.\n{CELL}")
    touch(built.folder / "code.md")
    assert built.build()[0] == {"code"}


@pytest.mark.parametrize(
    "change",
    [
        lambda book, _: (book.package / "module.py").write_text("x = 2\n"),
        lambda book, _: (book.package / "new.py").touch(),
        lambda book, _: (book.package / "module.py").unlink(),
        lambda _, patch: patch.setenv("STRICT", "1"),
        lambda _, patch: patch.setenv(PROFILE, "preview"),
        lambda _, patch: patch.setattr(execution, "distributions", list),
        lambda *_: RunStore().write(RUNS, "ab", {}, {}),
    ],
    ids=["module", "new module", "removed module", "strict", "profile", "libraries", "training"],
)
def test_other_circumstances_outdate_every_page(
    book: Book, runs_folder: Path, monkeypatch: pytest.MonkeyPatch, change: Callable[[Book, pytest.MonkeyPatch], Any]
) -> None:
    """What code computes with decides as well: each change reads all pages again, once, with an empty cache."""
    assert not runs_folder.exists()
    book.write("code", f"{FRONT}\n# Code\n{CELL}")
    book.build()
    (cache,) = book.caches()
    change(book, monkeypatch)
    assert book.build()[0] == {"index", "code"}
    assert book.caches() != [cache]
    assert len(book.caches()) == 1
    assert book.build()[0] == set()


COUNTED = """
```{{code-cell}}
---
mystnb:
  figure:
    name: fig-a
    caption: {caption}
---
from pathlib import Path
from IPython.display import SVG
with Path("executed").open("a") as file:
    file.write("x")
{code}
SVG("<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>")
```
"""


def test_only_code_is_executed_again(tmp_path: Path) -> None:
    """Prose and captions are read anew and execute nothing; code does, and so does a build after one was killed."""
    book = Book(tmp_path, nb_execution_mode="cache", nb_execution_raise_on_error=True)

    def executions(prose: str, caption: str, code: str = "") -> int:
        book.write("code", f"{FRONT}\n# Code\n\n{prose}\n{COUNTED.format(caption=caption, code=code)}")
        touch(tmp_path / "code.md")
        assert book.build()[1] == ""
        assert {prose, caption} <= {*re.findall(r"\w+ly", book.page("code"))}
        assert re.search(r'<svg|src="[^"]*\.svg"', book.page("code"))
        return len((tmp_path / "executed").read_text())

    assert executions("Firstly", "lonely") == 1
    assert executions("Secondly", "lonely") == 1
    assert executions("Secondly", "only") == 1
    assert executions("Secondly", "only", "1 + 1") == 2
    (cache,) = book.caches()
    (cache / execution.UNFINISHED).touch()
    assert executions("Thirdly", "only", "1 + 1") == 3


REFERENCE = "# Reference\n\n```{package-reference}\n```\n\n{py:func}`foundations.data.load`\n"


def test_package_is_listed_and_linked(book: Book) -> None:
    """The reference names every module and function, without warnings, and a role links to a function's place."""
    book.write("reference", REFERENCE)
    _, warnings = book.build()
    page = book.page("reference")
    assert "" == warnings
    assert 'id="foundations-data-load"' in page
    assert re.search(r'href="#foundations-data-load"', page)
    assert all(f">{module.name.removeprefix('foundations.')}<" in page for g in modules().values() for module in g)


# Claims --------------------------------------------------------------------------------------------------


def notebook(html: str) -> str:
    """Return a notebook with one executed cell that shows HTML."""
    output = {"output_type": "execute_result", "execution_count": 1, "data": {"text/html": html}, "metadata": {}}
    cell = {"cell_type": "code", "execution_count": 1, "metadata": {}, "outputs": [output], "source": "1"}
    heading = {"cell_type": "markdown", "metadata": {}, "source": "# Claims"}
    return json.dumps({"cells": [heading, cell], "metadata": LANGUAGE, "nbformat": 4, "nbformat_minor": 4})


CLAIM = (
    '<aside class="claim claim-supported" id="claim-x"><p class="claim-sentence">Adam is <em>faster</em>.</p></aside>'
)


def test_claims_can_be_linked_to(book: Book) -> None:
    """A claim that a cell displays is a target for links from other pages, which may borrow its sentence."""
    (book.folder / "claims.ipynb").write_text(notebook(CLAIM))
    book.write("prose", "# Prose\n\nSee [that claim](#claim-x) and {ref}`claim-x`.\n")
    _, warnings = book.build()
    assert warnings == ""
    links = re.findall(r'href="claims.html#claim-x"[^>]*>(.*?)</a>', book.page("prose"))
    assert [*map(tagless, links)] == ["that claim", "Adam is faster."]


def test_claims_are_made_once(book: Book) -> None:
    """The same claim on two pages is a warning that names both."""
    for name in ("first", "second"):
        (book.folder / f"{name}.ipynb").write_text(notebook(CLAIM))
    _, warnings = book.build()
    assert "claim-x is already on page first" in warnings


# The site ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("profile", ["preview", None])
def test_preview_says_so_on_every_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, profile: str | None) -> None:
    """Each page of a preview carries the notice; a page of the full book does not."""
    monkeypatch.delenv(PROFILE, raising=False)
    if profile:
        monkeypatch.setenv(PROFILE, profile)
    book = Book(tmp_path, html_theme="sphinx_book_theme")
    book.write("one", "# One\n")
    book.build()
    assert [NOTICE in book.page(name) for name in ("index", "one")] == [profile == "preview"] * 2
    assert "fontawesome.js" not in book.page("one")


def test_corrections_change_nothing_else() -> None:
    """The icon script and the two contradicting labels go; other scripts and labels stay."""
    kept = '<script src="_static/scripts/bootstrap.js"></script><nav aria-label="Page"></nav>'
    icons = '<script defer src="../_static/scripts/fontawesome.js?digest=1"></script>\n'
    assert corrected(icons + kept) == kept
    assert corrected('<summary aria-label="Toggle hidden content">') == "<summary>"
    button = '<button class="btn search-button-field" title="Search" aria-label="Search" data-x="1">'
    assert corrected(button) == '<button class="btn search-button-field" title="Search" data-x="1">'


@pytest.mark.parametrize(
    "page",
    [
        '<script src="https://cdn.example/x.js"></script>',
        '<script src="//cdn.example/x.js"></script>',
        '<link rel="stylesheet" href="http://fonts.example/x.css">',
        '<link rel="preconnect" href="https://fonts.example">',
        '<img alt="" src="https://example.org/x.png">',
        '<img alt="" srcset="a.png 1x, https://example.org/x.png 2x">',
        "<style>@import 'https://example.org/x.css';</style>",
        '<p style="background: url(//example.org/x.png)">',
        '<script>fetch("https://example.org/x.json")</script>',
        '<iframe title="video" src="https://example.org/"></iframe>',
    ],
)
def test_foreign_requests_are_found(page: str) -> None:
    """Every way in which a page can make a browser ask another site is seen."""
    assert len(foreign_in_page(f"<!doctype html><html><body>{page}</body></html>")) == 1


@pytest.mark.parametrize(
    "page",
    [
        '<a href="https://example.org">a link</a>',
        '<link rel="canonical" href="https://example.org/book">',
        '<script src="_static/x.js"></script>',
        '<img alt="" src="data:image/png;base64,AA==">',
        '<svg xmlns="http://www.w3.org/2000/svg"><use href="#a"/></svg>',
        "<p>Type https://example.org into the script.</p>",
    ],
)
def test_what_needs_no_request_is_allowed(page: str) -> None:
    """Links that a reader follows, local files and namespaces are no foreign requests."""
    assert foreign_in_page(page) == []


def test_foreign_requests_in_assets_are_found() -> None:
    """Stylesheets and scripts are looked into as well."""
    assert foreign_in_css('@import "https://example.org/x.css"; a { background: url(img/x.png) }') == [
        "https://example.org/x.css"
    ]
    assert foreign_in_script('s.src = "https://example.org/x.js"; a.href = "https://example.org";') == [
        "https://example.org/x.js"
    ]


@pytest.mark.parametrize(
    ("part", "found"),
    [
        ('<image href="https://example.org/x.png"/>', ["https://example.org/x.png"]),
        ('<g><use xlink:href="//example.org/x.svg#a"/></g>', ["//example.org/x.svg#a"]),
        ("<style>@import 'https://example.org/x.css';</style>", ["https://example.org/x.css"]),
        ('<path style="fill: url(https://example.org/x.svg#b)"/>', ["https://example.org/x.svg#b"]),
        ('<a style="fill: url(https://example.org/x.svg#b)" href="x"/>', ["https://example.org/x.svg#b"]),
        ('<a href="https://example.org"><use xlink:href="#a"/></a>', []),
        ('<img srcset="data:image/png;base64,A// 1x, //example.org/x.png 2x"/>', ["//example.org/x.png 2x"]),
        ('<image href="data:image/png;base64,A//A=="/>', []),
        ('<metadata><x resource="https://example.org"/>https://example.org</metadata>', []),
    ],
)
def test_foreign_requests_of_images_are_found(part: str, found: list[str]) -> None:
    """What an SVG image makes a browser request is seen, and what it only names is not."""
    kind = '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">'
    names = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    assert found == foreign_in_page(f"{kind}<svg {names}>{part}</svg>")


def test_build_with_a_foreign_script_warns(book: Book) -> None:
    """A page with a script from elsewhere is a warning, which fails a strict build; without it there is none."""
    book.write("one", "# One\n")
    assert book.build()[1] == ""
    book.write("one", '# One\n\n<script src="https://cdn.example/x.js"></script>\n')
    touch(book.folder / "one.md")
    _, warnings = book.build()
    assert "one.html would make readers' browsers request https://cdn.example/x.js" in warnings


# Side by side --------------------------------------------------------------------------------------------

PAGES = [
    "book/all-claims",
    "book/glossary",
    "book/introduction",
    *(f"book/task{number:02}-a" for number in range(1, 11)),
    "book/takeaways",
]


@pytest.mark.parametrize("processes", [1, 2, 3, 4, 20])
@pytest.mark.parametrize("pages", [PAGES, PAGES[:5], PAGES[1:2], []])
def test_each_process_reads_its_share_of_the_chapters_first(pages: list[str], processes: int) -> None:
    """Sphinx's pieces begin with chapters, in equal numbers if no piece is left over."""
    order = dealt(pages, processes)
    assert sorted(order) == sorted(pages)
    pieces = make_chunks(order, processes)
    for piece in pieces:
        assert [rank(page) for page in piece] == sorted(rank(page) for page in piece)
    chapters = [sum(rank(page) == 0 for page in piece) for piece in pieces[:processes]]
    if len(pieces) <= processes:
        assert max(chapters, default=0) - min(chapters, default=0) <= 1


def test_a_book_read_side_by_side_is_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Several processes write the pages that one writes."""
    built = {}
    for workers in (1, 2):
        monkeypatch.setenv("FOUNDATIONS_WORKERS", str(workers))
        book = Book(tmp_path / str(workers))
        for page in PAGES:
            book.write(Path(page).name, f"# {page}\n{CELL}")
        book.build()
        assert (len(book.readers()) > 1) == (workers > 1)
        built[workers] = {file.name: file.read_text() for file in (book.folder / "out").glob("*.html")}
    assert len(built[1]) > len(PAGES)
    assert built[1] == built[2]


def test_a_failing_cell_is_shown_in_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error in a cell that another process executes ends the build, with the page, the cell and the message."""
    monkeypatch.setenv("FOUNDATIONS_WORKERS", "2")
    book = Book(tmp_path / "book", nb_execution_mode="force", nb_execution_raise_on_error=True)
    for page in PAGES:
        book.write(Path(page).name, f"# {page}\n")
    book.write("task03-a", f"{FRONT}\n# Fails\n\n```{{code-cell}}\nassert 1 + 1 == 3, 'not three'\n```\n")
    with pytest.raises(SphinxParallelError) as failure:
        book.build()
    said = str(failure.value)
    assert re.search("task03-a", said)
    assert "assert 1 + 1 == 3" in said
    assert "AssertionError: not three" in re.sub(r"\x1b\[[\d;]*m", "", said)
