"""Sheets of an xlsx package, cell by cell: hidden sheets, rows and columns are read like all others."""

from __future__ import annotations

import re
import zipfile
from typing import Any

from ckanext.nxopendata.safety.walkers import markup
from ckanext.nxopendata.safety.walkers.collector import Collector, Table, join, name_column

MOST_STRINGS = 8_000_000
CELL_NAME = re.compile(r"([A-Z]+)([0-9]+)")


class SheetNames:
    """Names of sheets, by the part that holds them; hidden ones say so."""

    def __init__(self) -> None:
        self._sheets: dict[str, str] = {}
        self.parts: dict[str, str] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        by_local = {key.rpartition(":")[2]: value for key, value in attributes.items()}
        if local == "sheet":
            state = by_local.get("state", "")
            self._sheets[by_local.get("id", "")] = by_local.get("name", "") + (
                f" ({state})" if "idden" in state else ""
            )
        elif local == "Relationship" and by_local.get("Id") in self._sheets:
            target = by_local.get("Target", "").lstrip("/")
            part = target if target.startswith("xl/") else f"xl/{target}"
            self.parts[part] = self._sheets[by_local["Id"]]

    def end(self, name: str) -> None:
        """Nothing ends."""

    def data(self, text: str) -> None:
        """Nothing stands between."""


class Strings:
    """The shared strings of a workbook; phonetic guides belong to them."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._current: list[str] | None = None
        self._inside = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        if local == "si":
            self._current = []
            if len(self.texts) >= MOST_STRINGS:
                raise markup.MarkupError("strings")
        self._inside = local == "t"

    def end(self, name: str) -> None:
        local = name.rpartition(":")[2]
        if local == "si" and self._current is not None:
            self.texts.append("".join(self._current))
            self._current = None
        if local == "t":
            self._inside = False

    def data(self, text: str) -> None:
        if self._current is not None and self._inside:
            self._current.append(text)


class Sheet:
    """A sheet's cells as rows of a table; whatever else its part says as text."""

    def __init__(self, collector: Collector, place: str, strings: list[str], used: bytearray) -> None:
        self._collector, self._strings, self._used = collector, strings, used
        self.place = place
        self.table = Table(collector, place, lambda row, column: f"{name_column(column)}{row}")
        self._row: list[str] = []
        self._number = 0
        self._column = 0
        self._kind = ""
        self._value: list[str] = []
        self._inside = ""
        self._others: list[str] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        if local == "c":
            reference = attributes.get("r")
            if reference and (found := CELL_NAME.fullmatch(reference)):
                self._column = _to_column(found[1])
            self._kind = attributes.get("t", "")
            self._value = []
        elif local == "row":
            number = attributes.get("r", "")
            self._number = int(number) if number.isdecimal() else self._number + 1
            self._row, self._column = [], 0
        elif local in ("v", "t", "f"):
            self._inside = local
        else:
            self._inside = "other" if local not in ("is", "sheetData") else ""
            self._others += [value for value in attributes.values() if len(value) > 5]

    def data(self, text: str) -> None:
        if self._inside in ("v", "t"):
            self._value.append(text)
        elif self._inside:
            self._others.append(text)

    def end(self, name: str) -> None:
        local = name.rpartition(":")[2]
        if local == "c":
            value = "".join(self._value)
            if self._kind == "s" and value.isdecimal():
                number = int(value)
                if number < len(self._strings):
                    value = self._strings[number]
                    self._used[number] = 1
            if value:
                missing = self._column - len(self._row)
                if missing > 0:
                    self._row += [""] * min(missing, 16_384)
                self._row.append(value)
            self._column += 1
        elif local == "row":
            if self._row:
                self.table.add(self._number, self._row)
                self._row = []
        elif local in ("v", "t", "f"):
            self._inside = ""
        if len(self._others) > 5_000:
            self._flush()

    def comment(self, text: str) -> None:
        self._others.append(text)

    def _flush(self) -> None:
        self._collector.add_text(self.place, "\n".join(self._others))
        self._others = []

    def finish(self) -> None:
        if self._row:
            self.table.add(self._number, self._row)
        self.table.finish()
        self._flush()


class PivotCache:
    """The copy of its source that a pivot table keeps: fields are columns, records and shared items rows."""

    def __init__(self, collector: Collector, place: str, headers: list[str]) -> None:
        self.headers = headers
        self._items: list[list[str]] = []
        self._table = Table(collector, place, headers=headers)
        self._row: list[str] | None = None
        self._number = 0
        self._shared = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        if local == "cacheField":
            self.headers.append(attributes.get("name", ""))
            self._items.append([])
        elif local == "sharedItems":
            self._shared = True
        elif local == "r" and not self._shared:
            self._row = []
        elif "v" in attributes:
            if self._row is not None:
                self._row.append("" if local == "x" else attributes["v"])
            elif self._items:
                self._items[-1].append(attributes["v"])

    def end(self, name: str) -> None:
        local = name.rpartition(":")[2]
        if local == "sharedItems":
            self._shared = False
        elif local == "r" and self._row is not None:
            self._number += 1
            self._table.add(self._number, self._row)
            self._row = None

    def data(self, text: str) -> None:
        """Nothing stands between."""

    def finish(self) -> None:
        for number in range(max(map(len, self._items), default=0)):
            self._table.add(number + 1, [items[number] if number < len(items) else "" for items in self._items])
        self._table.finish()


def _to_column(letters: str) -> int:
    number = 0
    for letter in letters[:3]:
        number = number * 26 + ord(letter) - 64
    return number - 1


def read_part(archive: zipfile.ZipFile, name: str, handler: Any, collector: Collector) -> None:
    """Give a part of a package to a handler; a part that is not there gives nothing."""
    try:
        with archive.open(name) as part:
            markup.parse_xml(part, handler, collector)
    except KeyError:
        return


def walk(archive: zipfile.ZipFile, names: list[str], place: str, collector: Collector) -> set[str]:
    """Look at the sheets and pivot caches of a workbook.

    Returns:
        The parts that were read.
    """
    sheets, strings = SheetNames(), Strings()
    read_part(archive, "xl/workbook.xml", sheets, collector)
    read_part(archive, "xl/_rels/workbook.xml.rels", sheets, collector)
    pools = [name for name in names if re.fullmatch(r"xl/sharedStrings\d*\.xml", name, re.IGNORECASE)]
    for name in pools:
        read_part(archive, name, strings, collector)
    used = bytearray(len(strings.texts))
    done = set(pools)
    headers: dict[str, list[str]] = {}
    for name in names:
        below = (
            f"{place} › {sheets.parts.get(name, name.rpartition('/')[2])}" if place else sheets.parts.get(name, name)
        )
        if re.match(r"xl/(?:work|macro|dialog|chart)sheets/[^/]+\.xml$", name, re.IGNORECASE) or name in sheets.parts:
            sheet = Sheet(collector, below, strings.texts, used)
        elif re.search(r"pivotCache/pivotCacheDefinition", name):
            sheet = PivotCache(collector, below, headers.setdefault(_number(name), []))
        else:
            continue
        read_part(archive, name, sheet, collector)
        sheet.finish()
        done.add(name)
    for name in names:
        if re.search(r"pivotCache/pivotCacheRecords", name):
            below = join(place, name)
            cache = PivotCache(collector, below, headers.get(_number(name), []))
            read_part(archive, name, cache, collector)
            cache.finish()
            done.add(name)
    orphans = [text for text, seen in zip(strings.texts, used, strict=True) if not seen]
    if orphans:
        collector.add_text(join(place, "sharedStrings"), "\n".join(orphans))
    return done


def _number(name: str) -> str:
    return "".join(filter(str.isdecimal, name.rpartition("/")[2]))
