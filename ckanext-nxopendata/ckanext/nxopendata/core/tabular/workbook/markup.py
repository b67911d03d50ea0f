"""Tables in files that are markup under the name of a workbook: web pages, MHTML, XML of Excel 2003.

Old programs write these as ``.xls`` and Excel opens them. A page without a table, such as one to log in, is no table.
"""

from __future__ import annotations

import email
import email.policy
import io
import re
from collections.abc import Iterator
from typing import Any

from lxml import etree, html  # pyright: ignore[reportAttributeAccessIssue]

from ckanext.nxopendata.core.tabular import cells, encoding
from ckanext.nxopendata.core.tabular.errors import UnreadableError
from ckanext.nxopendata.core.tabular.sheets import Row, Sheet

LARGEST = 64 * 1024**2
SPREADSHEET = "{urn:schemas-microsoft-com:office:spreadsheet}"
MOST_SPAN = 1000
FORM_FIELDS = ".//input[@type='password']"


def is_markup(head: bytes) -> bool:
    """Whether a file is a web page, MHTML or XML by its first bytes."""
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n\0\xff\xfe").replace(b"\0", b"").lower()
    if text.startswith((b"<!doctype html", b"<html", b"<head", b"<body", b"<table", b"<meta", b"<script", b"<div")):
        return True
    return text.startswith(b"<?xml") or (text.startswith(b"mime-version:") and b"multipart/" in text)


def read(content: bytes) -> list[Sheet]:
    """Read the tables of a page or of a workbook in XML.

    Raises:
        UnreadableError: ``web_page``: it has no table of data; ``other_kind``: XML of another kind; ``broken``;
            ``too_large``.
    """
    if len(content) > LARGEST:
        raise UnreadableError("too_large", reason=f"{LARGEST // 1024**2} MB", megabytes=LARGEST // 1024**2)
    if content.lstrip(b"\xef\xbb\xbf \t\r\n")[:13].lower() == b"mime-version:":
        content = _page_of_mhtml(content)
    if SPREADSHEET.strip("{}").encode() in content[:8192]:
        return list(_read_2003(content))
    return _read_page(content)


def _page_of_mhtml(content: bytes) -> bytes:
    message = email.message_from_bytes(content, policy=email.policy.default)
    for part in message.walk():
        if part.get_content_type() == "text/html":
            page = part.get_payload(decode=True)
            if isinstance(page, bytes) and b"<table" in page.lower():
                return page
    raise UnreadableError("web_page")


def _read_page(content: bytes) -> list[Sheet]:
    declared = re.search(rb"charset=[\"']?([\w-]+)", content[:4096])
    name = (declared[1].decode().lower() if declared else "").replace("gb2312", "gb18030").replace("gbk", "gb18030")
    try:
        text = content.decode(encoding.choose(io.BytesIO(content), name).codec, "replace")
        root = html.fromstring(text.encode(), parser=html.HTMLParser(encoding="utf-8", huge_tree=False))
    except (etree.LxmlError, ValueError) as error:
        raise UnreadableError("web_page") from error
    tables = (
        [] if root.findall(FORM_FIELDS) else [table for table in root.iter("table") if not table.findall(".//table")]
    )
    sheets = [Sheet("", rows) for rows in map(_rows_of, tables) if len(rows) > 1 and max(map(len, rows)) > 1]
    if not sheets and content.lstrip(b"\xef\xbb\xbf \t\r\n")[:5] == b"<?xml" and b"<html" not in content[:4096].lower():
        raise UnreadableError("other_kind", reason="XML")
    if not sheets:
        raise UnreadableError("web_page")
    return [max(sheets, key=lambda sheet: sum(map(len, sheet.rows)))]


def _rows_of(table: Any) -> list[Row]:
    """The rows of a table; a cell that spans others stands in all of them, unless it is a number."""
    rows: list[Row] = []
    pending: dict[tuple[int, int], str] = {}
    for number, line in enumerate(table.iter("tr")):
        row: Row = []
        for cell in line.iterchildren("td", "th"):
            while (number, len(row)) in pending:
                row.append(pending.pop((number, len(row))))
            text = cells.clean(" ".join("".join(cell.itertext()).split()))
            across, down = _span(cell, "colspan"), _span(cell, "rowspan")
            kept = "" if text.replace(",", "").replace(".", "").isdecimal() else text
            for place in range(across):
                for below in range(1, down):
                    pending[number + below, len(row)] = kept
                row.append(text if place == 0 or across > 1 else kept)
        while (number, len(row)) in pending:
            row.append(pending.pop((number, len(row))))
        rows.append(row)
    return rows


def _span(cell: Any, name: str) -> int:
    value = cell.get(name) or "1"
    return min(int(value), MOST_SPAN) if value.isdecimal() and int(value) else 1


def _read_2003(content: bytes) -> Iterator[Sheet]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, recover=True)
    root = etree.fromstring(content, parser)
    if root is None:
        raise UnreadableError("broken")
    for worksheet in root.iter(f"{SPREADSHEET}Worksheet"):
        rows: list[Row] = []
        for line in worksheet.iter(f"{SPREADSHEET}Row"):
            index = line.get(f"{SPREADSHEET}Index") or ""
            while index.isdecimal() and len(rows) < min(int(index) - 1, 1_000_000):
                rows.append([])
            row: Row = []
            for cell in line.iterchildren(f"{SPREADSHEET}Cell"):
                place = cell.get(f"{SPREADSHEET}Index") or ""
                while place.isdecimal() and len(row) < min(int(place) - 1, 16_384):
                    row.append("")
                data = cell.find(f"{SPREADSHEET}Data")
                row.append(cells.clean("".join(data.itertext())) if data is not None else "")
            rows.append(row)
        if any(map(any, rows)):
            yield Sheet(worksheet.get(f"{SPREADSHEET}Name") or "", rows)
