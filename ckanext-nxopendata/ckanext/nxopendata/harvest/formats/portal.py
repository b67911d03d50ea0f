"""The web pages of the ``portal/catalog`` family of open-data sites: Ningxia's existing one and those of a dozen
provinces and cities (``/portal/catalog/index?page=1``, elsewhere ``/oportal/catalog/…``).

A list page has the total, and a link to each dataset; a dataset's page has its facts in a line (``来源部门：…``) and a
table, its information items, and its files. Facts are found by their Chinese names, so that another order or a
further fact changes nothing; counts of visits are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from lxml import html  # pyright: ignore[reportAttributeAccessIssue]  a compiled module without types
from lxml.etree import ParserError  # pyright: ignore[reportAttributeAccessIssue]  the same

from ckanext.nxopendata.harvest.errors import FormatError, HarvestError, Problem
from ckanext.nxopendata.harvest.fetching import addresses, text
from ckanext.nxopendata.harvest.fetching.addresses import AddressError
from ckanext.nxopendata.harvest.fetching.client import Document
from ckanext.nxopendata.harvest.formats import READ_TO_THE_END, Reading, Record

DETAIL = re.compile(r"/o?portal/catalog/(?!index|download)([A-Za-z0-9_-]{4,})/?$")
VOLATILE = frozenset({"访问量", "浏览量", "下载量", "调用量", "收藏量", "数据量", "评分", "更新时间戳"})
ITEM_HEADS = {
    "name": ("中文信息项名", "信息项名称", "字段名称", "中文名称", "字段中文名", "数据项名称"),
    "name_en": ("英文信息项名", "字段英文名", "英文名称", "英文字段名"),
    "type": ("数据类型", "字段类型", "类型"),
    "length": ("数据长度", "长度"),
    "description": ("中文描述", "描述", "说明", "字段描述"),
}
LARGEST = 8 * 1024 * 1024
"""Bytes of one page; a web page is no bulk file."""


class PortalFormat:
    """Web pages of the ``portal/catalog`` family."""

    name: ClassVar[str] = "portal"
    accept: ClassVar[str] = "text/html"
    mapping: ClassVar[str] = "portal"
    walks_pages: ClassVar[bool] = True

    def entry(self, url: str) -> str:
        """Return the first page of the list, with the filters that ``url`` has."""
        parts = urlsplit(url)
        path = parts.path
        if not re.search(r"/o?portal/catalog", path):
            path = path.rstrip("/") + "/portal/catalog/index"
        elif not path.rstrip("/").endswith("/index"):
            path = re.sub(r"(/o?portal/catalog).*", r"\1/index", path)
        return _page_url(urlunsplit((parts.scheme, parts.netloc, path, parts.query, "")), 1)

    def recognises(self, document: Document) -> bool:
        head = text.decode_head(document.head(256 * 1024))
        return "cata-title" in head and "portal/catalog" in head

    def read(self, first: Document, reading: Reading) -> Iterator[Record]:
        """Yield the datasets of all list pages, a request each.

        Raises:
            FormatError: The first page is not a list of the family.
        """
        completeness = reading.completeness
        page: Document | None = first
        number, requested, seen = 1, {first.url}, set[str]()
        while page is not None:
            completeness.add_page(page)
            try:
                with page:
                    tree = _tree(page)
            except FormatError as error:
                reading.page_failed(error, page.url)
                return
            listed = _links(tree, page.url)
            total = _total(tree)
            if number == 1 and listed is None:
                raise FormatError("portal_without_list", url=page.url)
            if completeness.declared_total not in (None, total):
                reading.add_issue("changed_while_reading", page.url)
            completeness.declared_total = total
            fresh = {key: link for key, link in (listed or {}).items() if key not in seen}
            for key, (address, formats) in fresh.items():
                seen.add(key)
                if record := self._detail(key, address, formats, reading):
                    yield record
            # without a total only an empty or repeated page ends the list
            ended = not fresh if total is None else len(seen) >= total
            if ended:
                completeness.closed = set(completeness.issues) <= READ_TO_THE_END
                return
            if not fresh:
                reading.add_issue("page_repeated", page.url)
                return
            number += 1
            page = reading.open(_page_url(self.entry(reading.url), number), requested, self.accept)

    def _detail(self, key: str, address: str, formats: list[str], reading: Reading) -> Record | None:
        if not reading.is_allowed(address):
            return None
        try:
            with reading.client.get(address, accept=self.accept) as page:
                raw = read_facts(_tree(page), page.url)
        except HarvestError as error:
            reading.completeness.add_issue("page_unreadable")
            reading.report(Problem.from_error(error, "page", address))
            return None
        if not raw.get("标题"):
            reading.add_issue("portal_without_title", address)
            return None
        if formats:
            raw.setdefault("格式", formats)
        return Record(key, raw | {"@page": address}, address)


def _tree(page: Document) -> Any:
    if page.size > LARGEST:
        raise FormatError("too_large", url=page.url, limit=LARGEST)
    body = text.to_utf8(page)
    try:
        return html.document_fromstring(body.read(), parser=html.HTMLParser(encoding="utf-8", remove_comments=True))
    except (ParserError, ValueError) as error:
        raise FormatError("html_broken", url=page.url) from error


def _links(tree: Any, base: str) -> dict[str, tuple[str, list[str]]] | None:
    """Identifier -> address and formats of each dataset of a list page; None when there is no list."""
    titles = tree.xpath("//*[contains(concat(' ', normalize-space(@class), ' '), ' cata-title ')]")
    found: dict[str, tuple[str, list[str]]] = {}
    for title in titles:
        for anchor in title.xpath(".//a[@href]"):
            address = _resolve(base, anchor.get("href").strip())
            if (match := DETAIL.search(address.partition("?")[0])) and _same_host(address, base):
                entry = next(iter(title.xpath("ancestor::li[1]")), title)
                kinds = [element_text(kind) for kind in entry.xpath(".//*[contains(@class, 'file-type')]//li")]
                found[match[1]] = (address, sorted({kind for kind in kinds if kind}))
                break
    listed = titles or tree.xpath("//*[contains(@class, 'bottom-content')]")
    return found if listed else None


def _same_host(address: str, base: str) -> bool:
    return addresses.origin_of(address)[1] == addresses.origin_of(base)[1]


def _resolve(base: str, href: str) -> str:
    """Return the address that a link means; one that leads nowhere as it is written, for the finding about it."""
    try:
        return addresses.resolve(base, href)
    except AddressError:
        return href


def _total(tree: Any) -> int | None:
    """Return the number in the head of the list: ``共找到 2,001 个数据集``."""
    for head in tree.xpath("//*[contains(@class, 'top-title')]//span"):
        digits = re.sub(r"[,\s，]", "", element_text(head))
        if digits.isdecimal():
            return int(digits)
    return None


def element_text(element: Any) -> str:
    """Return the text of an element, white space squeezed."""
    return " ".join("".join(element.itertext()).replace("\u00a0", " ").split())


def read_facts(tree: Any, url: str) -> dict[str, Any]:
    """Return a dataset's page: its facts by their names, ``items``, ``files``."""
    raw: dict[str, Any] = {}
    for title in tree.xpath("//*[contains(@class, 'd-title')]//h4 | //h4"):
        if element_text(title):
            raw["标题"] = element_text(title)
            break
    for entry in tree.xpath("//ul[contains(@class, 'list-inline')]/li"):
        name, mark, value = element_text(entry).replace(":", "：").partition("：")
        if mark:
            _fact(raw, name, value)
    for table in tree.xpath("//li[@name='basicinfo']//table | //table[contains(@class, 'basicinfo')]"):
        cells = [element_text(cell) for cell in table.xpath(".//td | .//th")]
        for name, value in zip(cells[::2], cells[1::2], strict=False):
            _fact(raw, name.rstrip("：:"), value)
    if items := _items(tree):
        raw["items"] = items
    if files := _files(tree, url):
        raw["files"] = files
    return raw


def _fact(raw: dict[str, Any], name: str, value: str) -> None:
    name, value = name.strip(), value.strip()
    if name and value and name not in VOLATILE and value not in ("-", "—", "无", "暂无") and len(name) <= 20:
        raw.setdefault(name, value)


def _items(tree: Any) -> list[dict[str, str]]:
    """Return the information items: the table whose head names them."""
    for table in tree.xpath("//table"):
        rows = table.xpath(".//tr")
        heads = [element_text(cell) for cell in rows[0].xpath("./th | ./td")] if rows else []
        columns = {
            key: next((index for index, head in enumerate(heads) if head in names), None)
            for key, names in ITEM_HEADS.items()
        }
        if columns["name"] is None or (columns["type"] is None and columns["name_en"] is None):
            continue
        entries = []
        for row in rows[1:]:
            cells = [element_text(cell) for cell in row.xpath("./td")]
            values = {key: cells[at] for key, at in columns.items() if at is not None and at < len(cells) and cells[at]}
            if values.get("name"):
                entries.append(values)
        return entries
    return []


def _files(tree: Any, url: str) -> list[dict[str, str]]:
    """Return the files of a dataset. A file's address is made of the dataset's and its own identifier on the page."""
    root, dataset, title = (_input(tree, name) for name in ("rootPath", "cata_id", "cata_name"))
    found: list[dict[str, str]] = []
    for row in tree.xpath("//li[@name='file-download']//tr[@fileformat or @fileFormat]"):
        kind = (row.get("fileformat") or row.get("fileFormat") or "").strip()
        anchor = next(iter(row.xpath(".//a[@id or @href]")), None)
        if anchor is None:
            continue
        name = element_text(anchor) or anchor.get("title", "")
        href = (anchor.get("href") or "").strip()
        if href and not href.startswith(("#", "javascript:")):
            address = _resolve(url, href)
        else:
            query = urlencode({"cataId": dataset, "cataName": title, "idInRc": anchor.get("id", "")})
            address = _resolve(url, f"{root}/catalog/download?{query}")
        found.append({"@id": anchor.get("id") or address, "url": address, "name": name, "format": kind})
    for anchor in tree.xpath("//li[@name='api-list' or @name='api']//a[@href]"):
        address = _resolve(url, anchor.get("href").strip())
        if address.startswith(("http://", "https://")) and element_text(anchor):
            found.append({"@id": address, "url": address, "name": element_text(anchor), "format": "API"})
    return found


def _input(tree: Any, name: str) -> str:
    return next(iter(tree.xpath("//input[@id=$name]/@value", name=name)), "").strip()


def _page_url(url: str, number: int) -> str:
    parts = urlsplit(url)
    query = [(key, value) for key, value in parse_qsl(parts.query) if key != "page"]
    return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode([*query, ("page", str(number))]), ""))


FORMAT = PortalFormat()
