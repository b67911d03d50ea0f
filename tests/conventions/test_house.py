"""The shape of the house: what each folder and module must have, read from the source alone."""

import ast
import graphlib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = "ckanext.nxopendata."
CODE = Path(__file__).resolve().parents[2] / "ckanext-nxopendata" / "ckanext" / "nxopendata"
MODULES = sorted(path for path in CODE.rglob("*.py") if "migration" not in path.parts)
PACKAGES = sorted({path.parent for path in MODULES} - {CODE})
LONGEST = 400
"""Lines of a module; a longer one says why in its docstring, after "Long because"."""
MOST_MODULES = 14
"""In a folder, the drawers included; more wants sub-folders."""
LARGE = {"core": 24}
"""Folders that are still larger, with the number that they must not exceed."""

COMMITTERS = {"actions", "chained", "cli", "jobs", "executor", "scheduled_tasks"}
"""Modules that commit, once for each unit of work; what is below them flushes."""
COMMITS_ITSELF = {
    "bulk_write/index_batch.py": "commits to Solr, not to the database",
    "tables/store.py": "the DataStore's own connection: a table is replaced in one transaction",
}
"""Other modules that commit, and why."""


def name(path: Path) -> str:
    return path.relative_to(CODE).as_posix()


def dotted(path: Path) -> str:
    return ".".join(path.relative_to(CODE).with_suffix("").parts).removesuffix(".__init__")


BY_NAME = {dotted(path): path for path in MODULES}


def imports(tree: ast.AST) -> Iterator[str]:
    """The modules of the house that a module imports, at its head or in a function, but for types alone."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name.removeprefix(ROOT) for alias in node.names if alias.name.startswith(ROOT))
        elif isinstance(node, ast.ImportFrom) and f"{node.module}.".startswith(ROOT):
            package = f"{node.module}.".removeprefix(ROOT)
            yield from (
                package + alias.name if package + alias.name in BY_NAME else package[:-1] for alias in node.names
            )
        else:
            yield from imports(node)


GRAPH = {
    module: {target for target in imports(ast.parse(path.read_text(encoding="utf-8"))) if target in BY_NAME} - {module}
    for module, path in BY_NAME.items()
}
"""Module -> the modules that it imports."""


def circle(graph: dict[str, set[str]]) -> list[str]:
    """The members of a circle; empty when there is none."""
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        return list(error.args[1])
    return []


def test_no_module_imports_itself_through_others() -> None:
    assert circle(GRAPH) == []


@pytest.mark.parametrize("folder", [CODE, *PACKAGES], ids=lambda path: name(path))
def test_the_folders_in_a_folder_do_not_import_each_other_in_a_circle(folder: Path) -> None:
    """What lies in the folder itself is not counted: its drawers are used by some of its subjects and use others."""
    depth = len(folder.relative_to(CODE).parts)
    graph: dict[str, set[str]] = {}
    for module, targets in GRAPH.items():
        for target in targets:
            ends = [subfolder(end, folder, depth) for end in (module, target)]
            if all(ends) and ends[0] != ends[1]:
                graph.setdefault(ends[0], set()).add(ends[1])
    assert circle(graph) == []


def subfolder(module: str, folder: Path, depth: int) -> str:
    """The folder directly in ``folder`` that a module lies in; "" for none."""
    path = BY_NAME[module]
    parts = path.relative_to(CODE).parts
    return parts[depth] if path.is_relative_to(folder) and len(parts) > depth + 1 else ""


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_what_decides_does_not_commit(path: Path) -> None:
    calls = [node.func for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    commits = any(isinstance(call, ast.Attribute) and call.attr == "commit" for call in calls)
    if commits:
        assert path.stem in COMMITTERS or name(path) in COMMITS_ITSELF


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_module_says_what_it_holds(path: Path) -> None:
    if path == CODE / "__init__.py":
        return
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))), "a docstring, one sentence first"


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_module_is_no_longer_than_a_reader_can_hold(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= LONGEST or "Long because" in (ast.get_docstring(ast.parse(text)) or "")


@pytest.mark.parametrize("folder", PACKAGES, ids=name)
def test_a_folder_holds_no_more_modules_than_a_reader_can_survey(folder: Path) -> None:
    modules = [path for path in folder.glob("*.py") if path.name != "__init__.py"]
    assert len(modules) <= LARGE.get(name(folder), MOST_MODULES), sorted(path.name for path in modules)


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_what_becomes_a_number_is_tested_for_decimals(path: Path) -> None:
    """``"²".isdigit()`` holds, and ``int("²")`` fails: ``isdecimal`` is the question that ``int`` answers."""
    assert ".isdigit()" not in path.read_text(encoding="utf-8")


GUARDED_CALLS = {
    "csv.writer": {"core/tabular/csv_out.py": "its cells never run as formulas"},
    "csv.DictWriter": {},
    "requests.get": {},
    "requests.post": {},
    "requests.request": {},
    "requests.Session": {},
    "urlopen": {},
    "pickle.load": {"core/tabular/sandbox.py": "what the process wrote that started it"},
    "pickle.loads": {},
    "yaml.load": {"safety/rules/loading.py": "with a SafeLoader"},
    "eval": {},
    "exec": {},
    "os.system": {},
    "shutil.unpack_archive": {},
}
"""Calls by which others' words are run, fetched or written, the modules that may, and why."""

UNPACKING = ("extractall", "extract_all")
"""Methods that let an archive say where its files are written; members are read, never unpacked. With a ``factory``
nothing is written: it takes the bytes."""


def test_what_lets_strangers_in_stands_in_one_place() -> None:
    words = (*(called.rpartition(".")[2] for called in GUARDED_CALLS), *UNPACKING, "iterparse", "XMLParser")
    found: list[str] = []
    for path in MODULES:
        text = path.read_text(encoding="utf-8")
        if any(f"{word}(" in text for word in words):
            found += [f"{name(path)}: {call}" for call in unguarded_calls(ast.parse(text), name(path))]
    assert not found, "\n".join(found)


def unguarded_calls(tree: ast.AST, module: str) -> Iterator[str]:
    """The calls of a module that only others may make, and readers of XML that resolve entities."""
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call):
            continue
        called = ast.unparse(call.func)
        given = {keyword.arg or ast.unparse(keyword.value) for keyword in call.keywords}
        resolves = called.endswith((".iterparse", ".XMLParser")) and not given & {"resolve_entities", "safe"}
        unpacks = called.endswith(UNPACKING) and "factory" not in given
        if module not in GUARDED_CALLS.get(called, {module: ""}) or unpacks or resolves:
            yield f"{called}, line {call.lineno}"


def test_calls_that_only_others_may_make_are_found() -> None:
    source = (
        "import csv\ncsv.writer(x)\nzip.extractall(y)\netree.iterparse(z)\netree.XMLParser(resolve_entities=False)\n"
    )
    assert len(list(unguarded_calls(ast.parse(source), "x.py"))) == 3
