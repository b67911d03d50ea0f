"""A treatment of a file, row by row; what runs in the limited process. Imports nothing of CKAN."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ckanext.nxopendata.core.tabular import csv_out
from ckanext.nxopendata.core.tabular.errors import UnreadableError
from ckanext.nxopendata.core.tabular.layout.header import Header
from ckanext.nxopendata.core.tabular.sheets import Row, SheetStream
from ckanext.nxopendata.safety.privacy import measure
from ckanext.nxopendata.safety.treatment import recipe as recipes
from ckanext.nxopendata.safety.treatment import transforms
from ckanext.nxopendata.safety.treatment.recipe import Recipe


@dataclass(frozen=True, slots=True)
class Task:
    """What to treat, and how.

    Attributes:
        path, kind: of the file and its format; ``target`` is where the new file (CSV, UTF-8) is written.
        recipe: as JSON has it.
        key: of pseudonyms.
        today: by which ages are told.
    """

    path: str
    kind: str
    target: str
    recipe: Mapping[str, Any]
    key: bytes
    today: dt.date


def treat_to_json(task: Task) -> bytes:
    """Write the new file and return what came of it as JSON.

    Returns:
        ``rows`` of the original, ``suppressed`` (rows that are left out), ``unfit`` (column -> values that did not fit
        the step and are left out), ``before`` and ``after`` (see :func:`measure.count_groups`; None without
        quasi-identifiers); or ``missing``: headers that no table of the file has together; or ``unreadable``, a code.
    """
    try:
        found = _treat(task)
    except UnreadableError as error:
        found = {"unreadable": error.code}
    return json.dumps(found, ensure_ascii=False).encode("utf-8", "surrogatepass")


def _treat(task: Task) -> dict[str, Any]:
    recipe = recipes.from_dict(task.recipe)
    tables = list(measure.open_tables(Path(task.path), task.kind))
    for sheet, header in tables:
        if set(recipe.columns) <= set(header.names):
            return _Treatment(sheet, header, recipe, task).run()
    known = {name for _, header in tables for name in header.names}
    return {"missing": [name for name in recipe.columns if name not in known] or recipe.columns}


class _Treatment:
    """One table on its way from the original to the new file."""

    def __init__(self, sheet: SheetStream, header: Header, recipe: Recipe, task: Task) -> None:
        self._sheet, self._header, self._recipe, self._task = sheet, header, recipe, task
        self._headers = list(header.names)
        made = {step.column: transforms.prepare(step, task.key, task.today) for step in recipe.steps}
        self._suppressed = {step.column for step in recipe.steps if step.kind == "suppress"}
        self._kept = [place for place, name in enumerate(self._headers) if made.get(name, str) is not None]
        self._transforms = {place: made[self._headers[place]] for place in self._kept if self._headers[place] in made}
        self._new_headers = [self._headers[place] for place in self._kept]
        self._quasi = [self._new_headers.index(name) for name in recipe.quasi]

    def run(self) -> dict[str, Any]:
        recipe = self._recipe
        unfit: Counter[str] = Counter()
        large = self._find_large_groups() if recipe.quasi and recipe.least else None
        rows = written = 0

        def write() -> Iterator[list[str]]:
            nonlocal rows, written
            yield self._new_headers
            for row in measure.read_data(self._sheet, self._header):
                rows += 1
                new = self._change(row, unfit)
                if large is None or self._key(new) in large:
                    written += 1
                    yield new

        with Path(self._task.target).open("w", encoding="utf-8", newline="") as file:
            for piece in csv_out.write(write(), guard=csv_out.guard_data):
                file.write(piece)
        before = after = None
        if recipe.quasi:
            names = (recipe.quasi, recipe.sensitive)
            before = measure.count_groups(measure.read_data(self._sheet, self._header), self._headers, *names)
            kept = (row for row in self._read_new() if large is None or self._key(row) in large)
            after = measure.count_groups(kept, self._new_headers, *names)
        return {"rows": rows, "suppressed": rows - written, "unfit": dict(unfit), "before": before, "after": after}

    def _read_new(self) -> Iterator[Row]:
        unfit: Counter[str] = Counter()
        return (self._change(row, unfit) for row in measure.read_data(self._sheet, self._header))

    def _change(self, row: Row, unfit: Counter[str]) -> Row:
        new = []
        for place in self._kept:
            value = row[place] if place < len(row) else ""
            transform = self._transforms.get(place)
            if transform is not None and value.strip():
                changed = transform(value)
                if not changed and self._headers[place] not in self._suppressed:
                    unfit[self._headers[place]] += 1
                value = changed
            new.append(value)
        return new

    def _key(self, row: Row) -> tuple[str, ...]:
        return tuple(measure.normalise(row[place]) for place in self._quasi)

    def _find_large_groups(self) -> set[tuple[str, ...]]:
        """The values that enough people share: at most as many as rows by that number."""
        with measure.Groups() as groups:
            groups.load("people", self._read_new(), self._quasi)
            return set(groups.list_large(len(self._quasi), self._recipe.least))
