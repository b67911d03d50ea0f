"""The shape of the house: what each folder and module must have, read from the source alone."""

import ast
from pathlib import Path

import pytest

CODE = Path(__file__).resolve().parents[2] / "ckanext-nxopendata" / "ckanext" / "nxopendata"
MODULES = sorted(path for path in CODE.rglob("*.py") if "migration" not in path.parts)
PACKAGES = sorted({path.parent for path in MODULES} - {CODE})
LONGEST = 400
"""Lines of a module; a longer one says why in its docstring, after "Long because"."""
MOST_MODULES = 14
"""In a folder, the drawers included; more wants sub-folders."""
LARGE = {"core": 25, "harvest/runs": 17, "register": 15, "review": 21, "search": 19}
"""Folders that are still larger, with the number that they must not exceed."""


def name(path: Path) -> str:
    return path.relative_to(CODE).as_posix()


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
