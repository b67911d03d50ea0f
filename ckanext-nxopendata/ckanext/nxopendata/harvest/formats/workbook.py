"""The catalogue workbook of the 1272 guide: one row an information item, in xlsx, xls, ods, et or csv.

Cells are read as text; merged cells count for every cell they cover. The header may have two rows
(``共享属性`` above ``共享类型``); a column is known by its path ``共享属性/共享类型`` or by its last part. Title,
filler, unit and total rows are passed over. Rows of one dataset stand together: they carry the same resource
code (发改高技〔2017〕1272号, filling-in rule 4), or the same provider and title, or leave these cells empty.
"""

from __future__ import annotations

import codecs
import io
import itertools
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar
from urllib.parse import quote, unquote

from ckanext.nxopendata.core.tabular import delimited, reader, sandbox, spreadsheet
from ckanext.nxopendata.core.tabular.errors import UnreadableError
from ckanext.nxopendata.harvest.errors import FormatError, Problem
from ckanext.nxopendata.harvest.fetching import addresses, text
from ckanext.nxopendata.harvest.fetching.addresses import AddressError
from ckanext.nxopendata.harvest.fetching.client import CHUNK, Document
from ckanext.nxopendata.harvest.formats import READ_TO_THE_END, Reading, Record
from ckanext.nxopendata.harvest.mapping import rules, tables
from ckanext.nxopendata.harvest.mapping.files import list_addresses
from ckanext.nxopendata.harvest.mapping.values import SEPARATORS

HEADER_WITHIN = 30
"""Rows from the top within which the header must stand."""

FEWEST_COLUMNS = 3
"""A header names at least so many known columns, among them the title."""

FILLER = re.compile(
    r"^(合计|小计|总计|共计|其中|填表|填报|制表|审核|单位[:：]|单位负责人|联系电话[:：]|注[:：]|备注[:：]|说明[:：]|资料来源|第.{1,4}页)"
)
"""How rows begin that are not data, white space left out."""

LARGEST_TRIED, BYTES_TRIED = 16 * 1024 * 1024, 2 * 1024 * 1024
"""Bytes of a workbook in a trial, and of the cells looked at: thousands of rows for at most a hundred records."""


@dataclass(slots=True)
class _Sheet:
    name: str
    rows: Iterable[Sequence[str]]
    complete: bool = True


@dataclass(slots=True)
class _Group:
    """The rows of one dataset."""

    position: str
    values: dict[str, str] = field(default_factory=dict)
    repeated: dict[str, list[dict[str, str]]] = field(default_factory=dict)


class WorkbookFormat:
    """The 1272 catalogue workbook."""

    name: ClassVar[str] = "workbook"
    accept: ClassVar[str] = (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet, application/vnd.ms-excel,"
        " text/csv, */*;q=0.1"
    )
    mapping: ClassVar[str] = "workbook"

    def recognises(self, document: Document) -> bool:
        if spreadsheet.is_spreadsheet(document.head(8)):
            return True
        path = document.url.partition("?")[0].lower()
        return document.media_type in ("text/csv", "text/tab-separated-values") or path.endswith((".csv", ".tsv"))

    def read(self, first: Document, reading: Reading) -> Iterator[Record]:
        """Yield a record for each dataset of each sheet that has a catalogue's header.

        Raises:
            FormatError: Not a workbook, or no sheet has the header.
        """
        reading.completeness.add_page(first)
        columns = (reading.rules or tables.load(self.mapping)).columns
        found = cut = False
        with first:
            if _is_cut(first):
                reading.add_issue("document_cut", first.url, url=first.url)
            for sheet in _sheets(first, reading):
                layout = _layout(sheet, columns)
                cut = cut or not sheet.complete
                if layout is None:
                    continue
                found = True
                for group in _groups(sheet.name, *layout, columns):
                    yield _record(group, first.url)
        if not found:
            wanted = "、".join(column.aliases[0] for column in columns.values() if column.essential)
            raise FormatError("workbook_without_header", url=first.url, columns=wanted)
        reading.completeness.closed = not cut and set(reading.completeness.issues) <= READ_TO_THE_END


def _is_cut(document: Document) -> bool:
    """Tell whether a text ends within a character, or in a line without end that has fewer cells than the one before.

    So does a text whose server counts its length in characters.
    """
    if spreadsheet.is_spreadsheet(document.head(8)):
        return False
    size = document.body.seek(0, 2)
    document.body.seek(max(0, size - CHUNK))
    tail = document.body.read()
    document.body.seek(0)
    if tail.endswith((b"\n", b"\r", b"\0")):
        return False
    decoder = codecs.getincrementaldecoder("utf-8")("ignore")
    decoder.decode(tail)
    if decoder.getstate()[0]:
        return True
    lines = tail.replace(b"\r", b"\n").rstrip(b"\n").split(b"\n")
    before = next((line for line in reversed(lines[:-1]) if line.strip()), b"")
    return any(lines[-1].count(sign) < before.count(sign) for sign in (b",", b"\t", b";"))


def _sheets(document: Document, reading: Reading) -> Iterator[_Sheet]:
    if spreadsheet.is_spreadsheet(document.head(8)):
        yield from _spreadsheet(document, is_trial=reading.is_trial)
    else:
        yield _Sheet("", _delimited(document, reading))


def _spreadsheet(document: Document, *, is_trial: bool) -> Iterator[_Sheet]:
    """Yield the sheets, read as an import reads them: in a process of their own, with limits; the first of a trial."""
    bounds: dict[str, Any] = {"limits": sandbox.REQUEST, "most_bytes": BYTES_TRIED} if is_trial else {}
    try:
        if document.body.seek(0, io.SEEK_END) > LARGEST_TRIED and is_trial:
            raise UnreadableError("costly")
        document.body.seek(0)
        sheets = reader.read(document.body.read(), **bounds)
    except UnreadableError as error:
        fact = {"reason": error.reason} if error.code == "broken" else {"limit": error.reason}
        raise FormatError(f"workbook_{error.code}", url=document.url, **fact) from error
    for sheet in sheets:
        yield _Sheet(sheet.name, sheet.rows, sheet.complete)


def _delimited(document: Document, reading: Reading) -> Iterator[Sequence[str]]:
    body = text.to_utf8(document)
    body.seek(0)
    lines = io.TextIOWrapper(body, encoding="utf-8-sig", newline="")  # pyright: ignore[reportArgumentType]
    sample = lines.read(delimited.SAMPLE)
    lines.seek(0)
    delimiter = delimited.guess_delimiter(sample, delimited.FORM_DELIMITERS)

    def tell(number: int, line: str) -> None:
        facts = {"value": line.strip()[:200]}
        reading.report(
            Problem("value_mended", "page", position=f"{document.url}#line={number}", params=facts, refuses=False)
        )

    try:
        yield from delimited.parse_form(close_quotes(lines, delimiter, tell), delimiter)
    except UnreadableError as error:
        raise FormatError("workbook_broken", url=document.url, reason=error.reason) from error
    finally:
        lines.detach()


LONGEST_CELL = 200
"""Lines of a cell in quotation marks, looked through for its end."""


def close_quotes(lines: Iterable[str], delimiter: str, report: Callable[[int, str], None]) -> Iterator[str]:
    """Yield the lines of a text without the quotation marks that begin a cell and never end it.

    Such a mark would make one cell of all rows behind it. One that ends so far below that whole rows stand between is
    taken for none as well.

    Args:
        report: Takes the number and the text of a line with such a mark.
    """
    sign = re.escape(delimiter)
    quoted = re.compile(rf'(?:(?<=^)|(?<={sign}))"(?:[^"]|"")*"(?=\s*(?:{sign}|$))')
    opening = re.compile(rf'(?:^|(?<={sign}))"')
    ending = re.compile(rf'(?:[^"]|"")*"(?=\s*(?:{sign}|$))')
    waiting, source, number, most = deque[str](), iter(lines), 0, 1
    while line := waiting.popleft() if waiting else next(source, ""):
        number += 1
        most = max(most, line.count(delimiter))
        while (rest := quoted.sub(lambda found: "q" * len(found[0]), line)) and (open_at := opening.search(rest)):
            waiting.extend(itertools.islice(source, max(0, LONGEST_CELL - len(waiting))))
            following = list(itertools.islice(waiting, LONGEST_CELL))
            end = next((place for place, text in enumerate(following) if ending.match(text)), None)
            if end is not None and all(text.count(delimiter) < most for text in following[:end]):
                yield line
                for _ in range(end):
                    yield waiting.popleft()
                number += end + 1
                line = waiting.popleft()
                break
            report(number, line)
            line = line[: open_at.start()] + line[open_at.end() :]
        yield line


# The header


def without_spaces(header: str) -> str:
    """Return a header without white space."""
    return re.sub(r"\s", "", header)


def normalise_header(header: str) -> str:
    """Return a header without white space, brackets' content, asterisks and numbering: ``1. 信息资源名称（必填）*``."""
    bare = re.sub(r"[（(\[【].{0,300}?[）)\]】]|[*＊\s]", "", header)
    return re.sub(r"^[0-9一二三四五六七八九十]{1,20}[.．、]?(?:[0-9]{1,20})?(?=\D)", "", bare)


Layout = tuple[list[str | None], list[str], Iterator[tuple[int, Sequence[str]]]]


def _layout(sheet: _Sheet, columns: Mapping[str, rules.Column]) -> Layout | None:
    """For each column its key or None, for each column its header, and the rows below; None without header."""
    names = {
        spelling: key
        for key, column in columns.items()
        for alias in column.aliases
        for spelling in (without_spaces(alias), normalise_header(alias))
    }
    names |= {without_spaces(alias): key for key, column in columns.items() for alias in column.aliases}
    rows = enumerate(sheet.rows, start=1)
    above: Sequence[str] = ()
    for number, row in rows:
        if number > HEADER_WITHIN:
            return None
        keys = _keys([[cell] for cell in row], names)
        if _is_header(keys, columns):
            for _, below in rows:
                both = _keys([[*_parts(upper, lower)] for upper, lower in _zip(row, below)], names)
                if _count(both) > _count(keys) or _repeats(row, below):
                    headers = ["/".join(_parts(upper, lower)) for upper, lower in _zip(row, below)]
                    return both, headers, rows
                return keys, list(row), _again((number + 1, below), rows)
            return keys, list(row), rows
        paths = [[*_parts(upper, lower)] for upper, lower in _zip(above, row)]
        if above and _is_header(keys := _keys(paths, names), columns):
            return keys, ["/".join(path) for path in paths], rows
        above = row
    return None


def _keys(paths: list[list[str]], names: Mapping[str, str]) -> list[str | None]:
    """Return the key of each column: by its whole path, then by the last part, then by the first."""
    keys: list[str | None] = []
    for path in paths:
        tried: list[str] = []
        for spell in (without_spaces, normalise_header):
            parts = [spell(part) for part in path if part]
            tried += ["/".join(parts), *reversed(parts)]
        key = next((names[name] for name in tried if name in names), None)
        keys.append(key if key not in keys else None)
    return keys


def _is_header(keys: Sequence[str | None], columns: Mapping[str, rules.Column]) -> bool:
    essential = {key for key, column in columns.items() if column.essential}
    return _count(keys) >= FEWEST_COLUMNS and essential <= set(keys)


def _count(keys: Sequence[str | None]) -> int:
    return sum(key is not None for key in keys)


def _repeats(row: Sequence[str], below: Sequence[str]) -> bool:
    """Tell whether the second row repeats cells of the first: the trace of headers merged downwards."""
    same = sum(bool(upper) and upper == lower for upper, lower in _zip(row, below))
    return same >= 2


def _parts(upper: str, lower: str) -> Iterator[str]:
    if upper:
        yield upper
    if lower and lower != upper:
        yield lower


def _zip(upper: Sequence[str], lower: Sequence[str]) -> Iterator[tuple[str, str]]:
    for index in range(max(len(upper), len(lower))):
        yield (upper[index] if index < len(upper) else "", lower[index] if index < len(lower) else "")


def _again(first: tuple[int, Sequence[str]], rest: Iterator[Any]) -> Iterator[tuple[int, Sequence[str]]]:
    yield first
    yield from rest


# The rows


def _groups(
    sheet: str,
    keys: list[str | None],
    headers: list[str],
    rows: Iterator[tuple[int, Sequence[str]]],
    columns: Mapping[str, rules.Column],
) -> Iterator[_Group]:
    current: _Group | None = None
    for number, row in rows:
        if is_filler(row):
            continue
        values: dict[str, str] = {}
        parts: dict[str, dict[str, str]] = {}
        for index, cell in enumerate(row):
            key = keys[index] if index < len(keys) else None
            if not cell or index >= len(headers) or (key is None and not headers[index]):
                continue
            if key is None:
                values[f"@{headers[index]}"] = cell
            elif columns[key].ignored:
                continue
            elif part := columns[key].part:
                parts.setdefault(part, {})[key] = cell
            else:
                values[key] = cell
        if current is None or not _continues(current.values, values):
            if current:
                yield current
            current = _Group(f"{sheet}!{number}" if sheet else f"{number}", values)
        for part, entry in parts.items():
            entries = current.repeated.setdefault(part, [])
            if entry not in entries:
                entries.append(entry)
    if current:
        yield current


def is_filler(row: Sequence[str]) -> bool:
    """Tell whether a row carries no data: empty, one merged text, a total, a unit, a signature."""
    filled = [cell for cell in row if cell]
    distinct = set(filled)
    if len(distinct) <= 1:
        return True
    first = re.sub(r"\s", "", filled[0])
    return bool(FILLER.match(first)) and len(distinct) <= 8 and not any("/" in cell for cell in distinct)


def _continues(before: Mapping[str, str], now: Mapping[str, str]) -> bool:
    """Tell whether a row describes the same dataset as the rows above it; under another title it is one of its own."""
    titles = (_bare(before.get("title", "")), _bare(now.get("title", "")))
    if all(titles) and titles[0] != titles[1]:
        return False
    for key in ("resource_code", "title"):
        if now.get(key) and now.get(key) != before.get(key):
            return False
        if key == "resource_code" and now.get(key):
            return True
    return now.get("provider") in (None, "", before.get("provider"))


def _record(group: _Group, url: str) -> Record:
    values = group.values
    raw: dict[str, Any] = {**values, **group.repeated}
    if english := values.get("keywords_en"):
        pair = {"zh": SEPARATORS.split(values.get("keywords", "")), "en": SEPARATORS.split(english)}
        raw["keywords_by_language"] = [
            {language: [word for word in words if word.strip()] for language, words in pair.items()}
        ]
    if links := list_addresses(values.get("files", "")):
        raw["files"] = [_file(link, url) for link in links]
    guid = values.get("resource_code")
    if not guid and values.get("title") and (provider := values.get("provider")):
        guid = f"{_bare(provider)}|{_bare(values['title'])}"
    return Record(guid or None, raw, group.position)


def _file(link: str, url: str) -> dict[str, str]:
    """Return a file's address, resolved against the workbook's, with the name and the suffix it shows."""
    try:
        is_path = re.match(r"[A-Za-z]:[\\/]|\\\\", link)  # of somebody's own disk
        address = link if is_path else addresses.resolve(url, quote(link, safe="/:?#[]@!$&'()*+,;=%~"))
    except AddressError:
        address = link
    file_name = unquote(re.split(r"[?#]", address, maxsplit=1)[0].rpartition("/")[2])
    stem, dot, suffix = file_name.rpartition(".")
    if not dot or re.fullmatch(r"[A-Za-z0-9]{1,8}", suffix) is None:
        return {"url": address, "file_name": "", "name": file_name, "format": ""}
    return {"url": address, "file_name": file_name, "name": stem, "format": suffix}


def _bare(name: str) -> str:
    """Return a name without white space and punctuation: differences in these alone make no new dataset (rule 3)."""
    return re.sub(r"[\W_]", "", name)


FORMAT = WorkbookFormat()
