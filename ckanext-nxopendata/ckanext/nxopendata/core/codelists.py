"""Code lists: ``schemas/codelists/<name>.csv``, one file a list, read once."""

import csv
import io
from dataclasses import dataclass
from functools import cache
from importlib import resources

import yaml

FOLDER = resources.files("ckanext.nxopendata.schemas") / "codelists"


@dataclass(frozen=True, slots=True)
class Code:
    """One entry of a code list.

    ``parent`` is the code of the broader entry or ""; ``status`` is ``current`` or ``retired``.
    """

    code: str
    label_zh: str
    label_en: str
    parent: str
    status: str

    def label(self, language: str) -> str:
        """Return the label in ``language`` (a locale such as ``zh_Hans_CN`` or ``en``), Chinese where it is missing."""
        if language.startswith("zh"):
            return self.label_zh
        return self.label_en or self.label_zh


@cache
def load(name: str) -> dict[str, Code]:
    """Return the entries of list ``name`` by code, in the order of the file.

    Raises:
        KeyError: there is no such list.
    """
    file = FOLDER / f"{name}.csv"
    if name not in names():
        raise KeyError(name)
    rows = csv.DictReader(io.StringIO(file.read_text(encoding="utf-8")))
    return {row["code"]: Code(**row) for row in rows}


@cache
def names() -> tuple[str, ...]:
    """Return the names of all code lists, sorted."""
    return tuple(sorted(file.name.removesuffix(".csv") for file in FOLDER.iterdir() if file.name.endswith(".csv")))


@cache
def titles() -> dict[str, dict[str, str]]:
    """Return the name of each list by language."""
    return yaml.safe_load((FOLDER / "titles.yaml").read_text(encoding="utf-8"))


def label(name: str, code: str, language: str) -> str:
    """Return the label of ``code`` in list ``name``; the code itself when the list does not know it."""
    entry = load(name).get(code)
    return entry.label(language) if entry else code


def ancestors(name: str, code: str) -> list[Code]:
    """Return the broader entries of ``code``, broadest first, the code's own entry last."""
    entries = load(name)
    path: list[Code] = []
    while (entry := entries.get(code)) and entry not in path:
        path.insert(0, entry)
        code = entry.parent
    return path


@cache
def _by_label(name: str) -> dict[str, tuple[str, ...]]:
    homes: dict[str, tuple[str, ...]] = {}
    for entry in load(name).values():
        if entry.parent:
            for label in {entry.label_zh.lower(), entry.label_en.lower()}:
                homes[label] = (*homes.get(label, ()), entry.parent)
    return homes


def parents_by_label(name: str, label: str) -> tuple[str, ...]:
    """Return the parents of the entries of list ``name`` called ``label``, in any case; () when there is none."""
    return _by_label(name).get(label.strip().lower(), ())
