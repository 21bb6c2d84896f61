"""What counts as code, which modules a result depends on, and what changes the key of a run."""

from __future__ import annotations

import ast
import io
import json
import shutil
import subprocess
import sys
import tokenize
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundations import data, fingerprint, store
from foundations.fingerprint import canonical, closure
from foundations.runs import trajectory
from foundations.specs import SGD, Adam, AdamW, DataSpec, EarlyStoppingSpec, ModelSpec, RunSpec, baseline
from foundations.store import run_key

PACKAGE = Path(fingerprint.__file__).parent
SOURCES = {str(path.relative_to(PACKAGE)): path.read_text() for path in sorted(PACKAGE.rglob("*.py"))}
TRAINING = "foundations.training"

each_source = pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
any_source = st.sampled_from(sorted(SOURCES)).map(SOURCES.__getitem__)

EXAMPLE = '''
"""A module's docstring."""
import foundations.data as d
from . import b
@cache(size=1)
def f(a: int, /, b="x", *c, d: str = 'y', **e) -> None:
    """A function's docstring."""
    if (n := len(c)) > 1.5 and not d:
        return f"{n!r:>{a}.2f} {{}} {d=} " f'{b:{n}}' "tail" 'er' + b"z".decode()
    return lambda x, y=2: x if y else None
class A(B, metaclass=M):
    """A class's docstring."""
    x: int = 3
    y: list[int]
match p:
    case {"k": [1, *rest], **more} | A(x=None) if rest:
        u"a bare string"
        z[1:, ...] = {**rest, 'a': -1}
    case _:
        pass
async def g():
    async with a as b, c:
        yield [i async for i in b if i]
try:
    x += 1_000
except* E as e:
    raise e from None
'''
EXAMPLE_CANONICAL = (
    "Module(body=["
    "Import(names=[alias(name='foundations.data',asname='d')]),"
    "ImportFrom(names=[alias(name='b')],level=1),"
    "FunctionDef(name='f',args=arguments(posonlyargs=[arg(arg='a')],args=[arg(arg='b')],vararg=arg(arg='c'),"
    "kwonlyargs=[arg(arg='d')],kw_defaults=[Constant(value='y')],kwarg=arg(arg='e'),defaults=[Constant(value='x')]),"
    "body=["
    "If(test=BoolOp(op=And(),values=[Compare(left=NamedExpr(target=Name(id='n'),value=Call(func=Name(id='len'),"
    "args=[Name(id='c')])),ops=[Gt()],comparators=[Constant(value=1.5)]),UnaryOp(op=Not(),operand=Name(id='d'))]),"
    "body=[Return(value=BinOp(left=JoinedStr(values=["
    "FormattedValue(value=Name(id='n'),conversion=114,format_spec=JoinedStr(values=[Constant(value='>'),"
    "FormattedValue(value=Name(id='a'),conversion=-1),Constant(value='.2f')])),"
    "Constant(value=' {} d='),FormattedValue(value=Name(id='d'),conversion=114),Constant(value=' '),"
    "FormattedValue(value=Name(id='b'),conversion=-1,"
    "format_spec=JoinedStr(values=[FormattedValue(value=Name(id='n'),conversion=-1)])),"
    "Constant(value='tailer')]),op=Add(),right=Call(func=Attribute(value=Constant(value=b'z'),attr='decode'))))]),"
    "Return(value=Lambda(args=arguments(args=[arg(arg='x'),arg(arg='y')],defaults=[Constant(value=2)]),"
    "body=IfExp(test=Name(id='y'),body=Name(id='x'),orelse=Constant())))],"
    "decorator_list=[Call(func=Name(id='cache'),keywords=[keyword(arg='size',value=Constant(value=1))])]),"
    "ClassDef(name='A',bases=[Name(id='B')],keywords=[keyword(arg='metaclass',value=Name(id='M'))],"
    "body=[AnnAssign(target=Name(id='x'),value=Constant(value=3),simple=1),"
    "AnnAssign(target=Name(id='y'),simple=1)]),"
    "Match(subject=Name(id='p'),cases=["
    "match_case(pattern=MatchOr(patterns=[MatchMapping(keys=[Constant(value='k')],"
    "patterns=[MatchSequence(patterns=[MatchValue(value=Constant(value=1)),MatchStar(name='rest')])],rest='more'),"
    "MatchClass(cls=Name(id='A'),kwd_attrs=['x'],kwd_patterns=[MatchSingleton()])]),guard=Name(id='rest'),"
    "body=[Assign(targets=[Subscript(value=Name(id='z'),slice=Tuple(elts=[Slice(lower=Constant(value=1)),"
    "Constant(value=Ellipsis)]))],value=Dict(keys=[None,Constant(value='a')],values=[Name(id='rest'),"
    "UnaryOp(op=USub(),operand=Constant(value=1))]))]),"
    "match_case(pattern=MatchAs(),body=[Pass()])]),"
    "AsyncFunctionDef(name='g',args=arguments(),body=[AsyncWith(items=[withitem(context_expr=Name(id='a'),"
    "optional_vars=Name(id='b')),withitem(context_expr=Name(id='c'))],body=[Expr(value=Yield(value=ListComp("
    "elt=Name(id='i'),generators=[comprehension(target=Name(id='i'),iter=Name(id='b'),ifs=[Name(id='i')],"
    "is_async=1)])))])]),"
    "TryStar(body=[AugAssign(target=Name(id='x'),op=Add(),value=Constant(value=1000))],"
    "handlers=[ExceptHandler(type=Name(id='E'),name='e',body=[Raise(exc=Name(id='e'),cause=Constant())])])"
    "])"
)


def test_canonical_form() -> None:
    """The canonical form is this text, whatever the Python version: keys made by one version hold for another."""
    assert EXAMPLE_CANONICAL == canonical(EXAMPLE)


def test_empty_ends_of_format_specifications_do_not_count() -> None:
    """Python 3.12 ends the specification in `f"{x:{y}}"` with an empty string, 3.11 and 3.13 do not."""
    ended = ast.parse('f"{x:{y}}"', mode="eval")
    specification = ended.body.values[0].format_spec  # type: ignore[attr-defined]
    specification.values = [*specification.values[:1], ast.Constant("")]
    assert canonical('f"{x:{y}}"') == f"Module(body=[Expr(value={fingerprint._canonical(ended.body)})])"


@each_source
def test_layout_and_quotes_do_not_count(source: str) -> None:
    """A module that is written out anew, without comments, in another layout and with other quotes, is the same."""
    assert canonical(source) == canonical(ast.unparse(ast.parse(source)))


@given(any_source, st.data())
def test_comments_and_blank_lines_do_not_count(source: str, draw: st.DataObject) -> None:
    """Comments and blank lines may stand behind any statement, and other comments may go."""
    lines = source.splitlines()
    tokens = [*tokenize.generate_tokens(io.StringIO(source).readline)]
    ends = [token.start for token in tokens if token.type == tokenize.NEWLINE]
    comment = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Zl", "Zp"]))
    for row, column in draw.draw(st.sets(st.sampled_from(ends))) if ends else ():
        lines[row - 1] = f"{lines[row - 1][:column]}  # {draw.draw(comment)}\n\n    # here as well"
    assert canonical(source) == canonical("\n".join(lines))


class Docstrings(ast.NodeTransformer):
    """Gives every module, class and function another docstring, or its first."""

    def generic_visit(self, node: ast.AST) -> ast.AST:
        """Put a docstring first, in the place of the one that is there."""
        super().generic_visit(node)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            rest = node.body[1:] if ast.get_docstring(node) is not None else node.body
            node.body = [ast.Expr(ast.Constant("Something else.")), *rest]
        return node


class Annotations(ast.NodeTransformer):
    """Gives everything that can have a type another one, and takes those of arguments and results away."""

    def __init__(self, annotation: ast.expr | None) -> None:
        self.annotation = annotation

    def generic_visit(self, node: ast.AST) -> ast.AST:
        """Change an annotation; that of a variable stays one, and a lambda has none."""
        if isinstance(node, ast.Lambda):
            return node
        super().generic_visit(node)
        if isinstance(node, ast.arg):
            node.annotation = self.annotation
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            node.returns = self.annotation
        elif isinstance(node, ast.AnnAssign):
            node.annotation = self.annotation or ast.Name("object")
        return node


@each_source
@pytest.mark.parametrize(
    "change", [Docstrings(), Annotations(ast.Name("Any")), Annotations(None)], ids=["docstrings", "other", "none"]
)
def test_docstrings_and_annotations_do_not_count(source: str, change: ast.NodeTransformer) -> None:
    """A module with other docstrings or other annotations, or without those of arguments and results, is the same."""
    changed = ast.unparse(ast.fix_missing_locations(change.visit(ast.parse(source))))
    assert canonical(source) == canonical(changed)


def test_an_annotated_variable_is_another() -> None:
    """Whether a variable is annotated counts, because that makes it a field of a dataclass."""
    assert canonical("class A:\n    x: int = 1") == canonical("class A:\n    x: float = 1")
    assert canonical("class A:\n    x: int = 1") != canonical("class A:\n    x = 1")


def counted(node: ast.AST) -> Iterator[ast.AST]:
    """Yield a node and what is in it, without docstrings and annotations."""
    yield node
    for name, value in ast.iter_fields(node):
        if name not in ("annotation", "returns"):
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST) and not fingerprint._is_docstring(child):
                    yield from counted(child)


OTHER_CONSTANTS: dict[type, Callable[[Any], object]] = {
    bool: lambda value: not value,
    int: lambda value: value + 1,
    float: lambda value: value / 2 + 1,
    str: lambda value: value + "x",
    bytes: lambda value: value + b"x",
    type(None): lambda _: 0,
    type(...): lambda _: None,
}
OTHER_OPERATORS: dict[type[ast.AST], ast.AST] = {
    **dict.fromkeys((ast.Add, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow, ast.BitOr, ast.MatMult), ast.Sub()),
    **dict.fromkeys((ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.NotEq, ast.Is, ast.IsNot, ast.In, ast.NotIn), ast.Eq()),
    ast.Sub: ast.Add(),
    ast.Eq: ast.NotEq(),
    ast.And: ast.Or(),
    ast.Or: ast.And(),
    ast.Not: ast.Invert(),
    ast.USub: ast.UAdd(),
}
NAMES = ("id", "attr", "arg", "name", "asname", "module")


def changes(tree: ast.AST) -> list[Callable[[], None]]:
    """Return functions of which each changes one constant, operator or name of a tree, or leaves out a statement."""
    found: list[Callable[[], None]] = []

    def change(node: ast.AST, name: str, value: object) -> None:
        found.append(lambda: setattr(node, name, value))

    for node in counted(tree):
        if isinstance(node, ast.Constant):
            change(node, "value", OTHER_CONSTANTS[type(node.value)](node.value))
        for name, value in ast.iter_fields(node):
            if name in NAMES and isinstance(value, str):
                change(node, name, value + "x")
            elif type(value) in OTHER_OPERATORS:
                change(node, name, OTHER_OPERATORS[type(value)])
            elif name == "ops":
                change(node, name, [OTHER_OPERATORS[type(value[0])], *value[1:]])
            elif (
                name == "body"
                and isinstance(value, list)
                and len(value) > 1
                and not fingerprint._is_docstring(value[-1])
            ):
                change(node, name, value[:-1])
    return found


@given(any_source, st.data())
def test_every_change_of_code_counts(source: str, draw: st.DataObject) -> None:
    """Another constant, operator or name, or a statement less, makes another canonical form."""
    tree = ast.parse(source)
    if found := changes(tree):
        draw.draw(st.sampled_from(found))()
        assert canonical(source) != canonical(ast.unparse(ast.fix_missing_locations(tree)))


def test_training_depends_on_what_determines_a_run() -> None:
    """A run depends on the code of the data, the networks and the engine, and not on what only asks or shows."""
    found = {name.removeprefix("foundations.") for name in closure(TRAINING)}
    assert {"training", "program", "data", "models", "specs", "runs", "backend"} <= found
    others = {"evaluation", "plots", "claims", "cli", "store", "parallel", "study", "studies", "measurements", "bench"}
    assert set() == found & others


SCRIPT = """
import importlib, json, sys
loaded = {}
for name in sys.argv[1:]:
    for known in [known for known in sys.modules if known.split(".")[0] == "foundations"]:
        del sys.modules[known]
    importlib.import_module(name)
    loaded[name] = [known for known in sys.modules if known.startswith("foundations.")]
print(json.dumps(loaded))
"""


def test_closure_holds_all_that_an_import_loads() -> None:
    """Whatever modules of the package Python loads with one of them are in that module's closure."""
    modules = [f"foundations.{path.stem}" for path in PACKAGE.glob("*.py") if not path.stem.startswith("__")]
    done = subprocess.run([sys.executable, "-c", SCRIPT, *modules], capture_output=True, text=True, check=True)
    loaded = json.loads(done.stdout)
    assert {name: set() for name in modules} == {name: {*names} - closure(name) for name, names in loaded.items()}


@each_source
def test_modules_import_each_other_by_absolute_names(source: str) -> None:
    """No module uses a relative import, which a closure would not follow."""
    relative = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ImportFrom) and node.level]
    assert [] == relative


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Let fingerprints be taken of a copy of the package, which a test may edit."""
    copy = tmp_path / "foundations"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("*.npz", "__pycache__"))
    monkeypatch.setattr(fingerprint, "ROOT", copy)
    fingerprint.fingerprint.cache_clear()
    yield copy
    fingerprint.fingerprint.cache_clear()


def key_after(edit: Callable[[], object]) -> str:
    """Return the baseline's key as a new process would compute it after an edit."""
    edit()
    fingerprint.fingerprint.cache_clear()
    return run_key(baseline)


@pytest.mark.parametrize("module", ["training", "models", "specs", "data", "runs", "backend", "errors"])
def test_code_of_the_engine_changes_the_key(package: Path, module: str) -> None:
    """An edit of code that determines a run makes another key; a comment and a docstring there do not."""
    path = package / f"{module}.py"
    source = path.read_text()
    before = run_key(baseline)
    assert before == key_after(lambda: path.write_text(f'# A remark.\n{source}\n"""Other words."""\n'))
    assert before != key_after(lambda: path.write_text(source + "\nunused = 1\n"))


@pytest.mark.parametrize(
    "module", ["plots/curves", "claims", "evaluation", "store", "parallel", "cli/training", "studies/practical1"]
)
def test_code_of_the_rest_leaves_the_key(package: Path, module: str) -> None:
    """An edit of what does not determine a run leaves its key."""
    path = package / f"{module}.py"
    before = run_key(baseline)
    assert before == key_after(lambda: path.write_text(path.read_text() + "\nunused = 1\n"))


def test_new_import_joins_the_closure(package: Path) -> None:
    """From the moment that the engine imports another module, that module's code counts as well."""
    training, plots = package / "training.py", package / "plots" / "curves.py"
    before = key_after(lambda: training.write_text(training.read_text() + "\nfrom foundations import plots\n"))
    assert before != key_after(lambda: plots.write_text(plots.read_text() + "\nunused = 1\n"))


@pytest.mark.parametrize("library", ["tensorflow", "keras", "numpy"])
def test_versions_change_the_key(library: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another version of TensorFlow, Keras or NumPy makes another key."""
    before, versions = run_key(baseline), fingerprint.versions()
    monkeypatch.setattr(store, "versions", lambda: {**versions, library: "0.1"})
    assert before != run_key(baseline)


def test_flags_of_the_compiler_change_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a compiler that is told otherwise gives is another result; no flags and empty flags are the same."""
    monkeypatch.delenv("XLA_FLAGS", raising=False)
    before = run_key(baseline)
    monkeypatch.setenv("XLA_FLAGS", "")
    assert before == run_key(baseline)
    monkeypatch.setenv("XLA_FLAGS", "--xla_backend_optimization_level=1")
    assert before != run_key(baseline)


def test_data_change_the_key(archive: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another data file makes another key; the same data under another name do not."""
    before = run_key(baseline)
    same = tmp_path / "same.npz"
    shutil.copy(data.PACKAGED, same)
    monkeypatch.setenv("FOUNDATIONS_DATA", str(same))
    assert before == run_key(baseline)
    monkeypatch.setenv("FOUNDATIONS_DATA", str(archive()))
    assert before != run_key(baseline)


rates = st.sampled_from([0, 0.0, 0.25])
specs = st.builds(
    RunSpec,
    data=st.builds(DataSpec, st.sampled_from([64, 65])),
    model=st.builds(ModelSpec, st.sampled_from([(), (2,)]), st.sampled_from(["relu", "tanh"]), rates, rates),
    optimizer=st.one_of(
        st.builds(SGD, st.sampled_from([1, 1.0, 0.5]), rates),
        st.builds(Adam, st.sampled_from([1, 1.0, 0.5])),
        st.builds(AdamW, st.sampled_from([1, 1.0]), rates),
    ),
    batch_size=st.sampled_from([32, 33]),
    epochs=st.sampled_from([2, 4]),
    evaluate_every=st.sampled_from([1, 2]),
    early_stopping=st.none() | st.builds(EarlyStoppingSpec, patience=st.integers(0, 1), min_delta=rates),
    seed=st.integers(0, 1),
    replica=st.integers(0, 1),
    snapshots=st.sets(st.integers(0, 2)).map(tuple),
)
SETTINGS = [
    {"epochs": 2},
    {"snapshots": (1,)},
    {"seed": 1},
    {"replica": 1},
    {"train_size": 63},
    {"batch_size": 31},
    {"learning_rate": 0.01},
    {"optimizer": "sgd"},
    {"optimizer": "adamw"},
    {"hidden": (1, 1)},
    {"activation": "tanh"},
    {"dropout": 0.1},
    {"l2": 0.1},
    {"evaluate_every": 2},
    {"evaluate_images": 2_000},
    {"early_stopping": EarlyStoppingSpec()},
]


@given(specs, specs | st.sampled_from(SETTINGS))
def test_key_is_one_a_trajectory(first: RunSpec, other: RunSpec | dict[str, Any]) -> None:
    """Two runs have one key exactly if they are of one trajectory: length and snapshots do not count, all else does."""
    second = first.vary(**other) if isinstance(other, dict) else other
    assert (trajectory(first) == trajectory(second)) == (run_key(first) == run_key(second))


@pytest.mark.parametrize("setting", SETTINGS, ids=str)
def test_settings_that_count(setting: dict[str, Any]) -> None:
    """Of the settings only the length and the snapshots leave the key."""
    spec = RunSpec(DataSpec(64), ModelSpec((2,)), epochs=4)
    assert (setting.keys() <= {"epochs", "snapshots"}) == (run_key(spec) == run_key(spec.vary(**setting)))
