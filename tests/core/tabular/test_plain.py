"""The reader of uploads knows nothing of CKAN: its modules run in a process that loads none of it."""

import ast
from pathlib import Path

import pytest

from ckanext.nxopendata.core import tabular

FORBIDDEN = ("ckan", "flask", "sqlalchemy", "openpyxl")
MODULES = sorted(Path(str(tabular.__file__)).parent.rglob("*.py"))


@pytest.mark.parametrize("path", MODULES, ids=[path.stem for path in MODULES])
def test_a_module_imports_neither_ckan_nor_what_it_stands_on(path: Path) -> None:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    plain = tuple(f"ckanext.nxopendata.core.{name}" for name in ("tabular", "errors", "codelists"))
    others = {name for name in names if not name.startswith(plain)}
    assert not [name for name in others if name.split(".")[0] in (*FORBIDDEN, "ckanext")]
