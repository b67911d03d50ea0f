"""Code lists: ``schemas/codelists/<name>.csv``, one file a list, and what the office changed in them since."""

from __future__ import annotations

import csv
import dataclasses
import functools
import io
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any, ParamSpec, TypeVar

import yaml

from ckanext.nxopendata.core.timezone import today

FOLDER = resources.files("ckanext.nxopendata.schemas") / "codelists"

CURRENT, RETIRED, PLANNED = "current", "retired", "planned"

CHECK_SECONDS = 1.0
"""Seconds for which a process does not ask again whether the office changed a list."""


@dataclass(frozen=True, slots=True)
class Code:
    """One entry of a code list.

    Attributes:
        parent: the code of the broader entry or "".
        status: ``current``, ``retired`` (kept for what uses it, no longer chosen), or ``planned`` (not chosen yet).
        successor: the code that took its place or "".
        valid_from: the day from which it may be chosen (YYYY-MM-DD), "" for always.
        retired_on: the first day on which it may be chosen no more, "" while there is none.
    """

    code: str
    label_zh: str
    label_en: str
    parent: str
    status: str
    successor: str = ""
    valid_from: str = ""
    retired_on: str = ""

    def label(self, language: str) -> str:
        """Return the label in ``language`` (a locale such as ``zh_Hans_CN`` or ``en``), Chinese where it is missing."""
        if language.startswith("zh"):
            return self.label_zh
        return self.label_en or self.label_zh

    def on(self, day: str) -> Code:
        """Return the entry with its status on a day (YYYY-MM-DD), which its dates give where it has any."""
        if self.retired_on:
            status = RETIRED if self.retired_on <= day else self.status
        elif self.valid_from > day:
            status = PLANNED
        else:
            status = self.status
        return dataclasses.replace(self, status=status)


# What the office changed


Amendments = Mapping[str, Mapping[str, Code]]
"""List -> code -> the entry in force instead of the file's, or beside it."""


@dataclass(slots=True)
class _Amended:
    version: Callable[[], str | None] | None = None
    read: Callable[[], Amendments | None] | None = None
    lists: Amendments = dataclasses.field(default_factory=dict)
    mark: tuple[str, str] = ("", "")
    checked: float = 0.0
    clear: list[Callable[[], None]] = dataclasses.field(default_factory=list)


_amended = _Amended()

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


def amend_from(version: Callable[[], str | None], read: Callable[[], Amendments | None]) -> None:
    """Take changes of the lists from a store.

    Args:
        version: gives a text that is another one after each change; None when it cannot be known now.
        read: gives all changes; None when they cannot be read now. What was known stays in force then.
    """
    _amended.version, _amended.read, _amended.mark = version, read, ("", "")
    check_at_once()


def check_at_once() -> None:
    """Ask the store with the next question whether a list changed."""
    _amended.checked = 0.0


def cached(function: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Keep the results of a function that is made of code lists until a list changes."""
    kept: Any = functools.cache(function)
    _amended.clear.append(kept.cache_clear)

    @functools.wraps(function)
    def ask(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        _refresh()
        return kept(*args, **kwargs)

    return ask


def _refresh() -> None:
    if _amended.version is None or _amended.read is None:
        return
    now = time.monotonic()
    if _amended.checked and now - _amended.checked < CHECK_SECONDS:
        return
    _amended.checked = now
    version = _amended.version()
    mark = (version or "", today().isoformat())
    if version is None or mark == _amended.mark or (lists := _amended.read()) is None:
        return
    _amended.lists, _amended.mark = lists, mark
    for clear in _amended.clear:
        clear()


# Reading


def read_file(name: str) -> dict[str, Code]:
    """Return the entries of list ``name`` as the software brings them, in the order of the file.

    Raises:
        KeyError: there is no such list.
    """
    if name not in names():
        raise KeyError(name)
    rows = csv.DictReader(io.StringIO((FOLDER / f"{name}.csv").read_text(encoding="utf-8")))
    return {row["code"]: Code(**row) for row in rows}


@cached
def load(name: str) -> dict[str, Code]:
    """Return the entries of list ``name`` by code, in the order of the file; added ones stand after their siblings.

    Raises:
        KeyError: there is no such list.
    """
    day = today().isoformat()
    return {code: entry.on(day) for code, entry in merge(read_file(name), _amended.lists.get(name, {})).items()}


def merge(entries: Mapping[str, Code], amendments: Mapping[str, Code]) -> dict[str, Code]:
    """Return entries with others in their place, and new ones after the last that has the same parent."""
    merged = [amendments.get(code, entry) for code, entry in entries.items()]
    for code in sorted(amendments.keys() - entries.keys()):
        _insert(merged, amendments[code])
    return {entry.code: entry for entry in merged}


def _insert(entries: list[Code], new: Code) -> None:
    family = {new.parent} if new.parent else set[str]()
    place = len(entries) if not new.parent else 0
    for position, entry in enumerate(entries):
        if entry.parent in family or entry.code in family:
            family.add(entry.code)
            place = position + 1
    entries.insert(place or len(entries), new)


@functools.cache
def names() -> tuple[str, ...]:
    """Return the names of all code lists, sorted."""
    return tuple(sorted(file.name.removesuffix(".csv") for file in FOLDER.iterdir() if file.name.endswith(".csv")))


@functools.cache
def titles() -> dict[str, dict[str, str]]:
    """Return the name of each list by language."""
    return yaml.safe_load((FOLDER / "titles.yaml").read_text(encoding="utf-8"))


def label(name: str, code: str, language: str) -> str:
    """Return the label of ``code`` in list ``name``; the code itself when the list does not know it."""
    entry = load(name).get(code)
    return entry.label(language) if entry else code


def ancestors(name: str, code: str) -> list[Code]:
    """Return the broader entries of ``code``, broadest first, the code's own entry last."""
    return path_to(load(name), code)


def path_to(entries: Mapping[str, Code], code: str) -> list[Code]:
    """Return the entries from the broadest one down to ``code``."""
    path: list[Code] = []
    while (entry := entries.get(code)) and entry not in path:
        path.insert(0, entry)
        code = entry.parent
    return path


def successor(name: str, code: str) -> str:
    """Return the code that stands for ``code`` today: itself, or the last of those that took its place; "" for none."""
    entries, seen = load(name), set[str]()
    while (entry := entries.get(code)) is not None and entry.status == RETIRED and code not in seen:
        seen.add(code)
        code = entry.successor
    return code if code in entries and code not in seen else ""


@cached
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


def children(entries: Iterable[Code], code: str) -> list[Code]:
    """Return the entries right below ``code``."""
    return [entry for entry in entries if entry.parent == code]
