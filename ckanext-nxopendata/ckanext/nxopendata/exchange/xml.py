"""The catalogue as XML: the short names of GB/T 21063.3, the other elements of the 1272 guide in ``guide``.

Plain module. A package is the whole catalogue, or what changed: then each record says ``add``, ``update`` or
``delete``. It has a batch number; a receipt answers it record by record. ``schemas/xsd/catalogue.xsd`` describes
both. No public interface of the national platform is known; this is the package we offer (see docs/exchange.md).
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Any

from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]  a compiled module without types

from ckanext.nxopendata.core import codelists
from ckanext.nxopendata.core.errors import CodedError
from ckanext.nxopendata.exchange import fields
from ckanext.nxopendata.exchange.dcat.iris import camel
from ckanext.nxopendata.exchange.fields import Field, Kind
from ckanext.nxopendata.exchange.workbook.reader import Cell, Draft, Problem

NAMESPACE = "https://data.nx.example/ns/catalogue-xml/1.0"
NS = f"{{{NAMESPACE}}}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
STANDARD = "发改高技〔2017〕1272号"
ADD, UPDATE, DELETE = "add", "update", "delete"
ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold."""

FILE_FIELDS = ("url", "name", "description", "format", "mimetype", "size", "hash", "license")
"""Fields of a file that CKAN has; those of ours stand behind them in ``guide/file``."""

NAMED = {"title_translated": "resTitle", "notes_translated": "abstract"}
APART = frozenset(
    {
        *NAMED,
        "name",
        "tag_string",
        "tags_translated",
        "owner_org",
        "nx_resource_code",
        "nx_publish_date",
        "nx_class_code",
    }
)
"""Fields that have a short name of GB/T 21063.3, or are told by another element."""


class BrokenXmlError(CodedError):
    """The document is not a package: ``code`` and ``params`` as in :mod:`.messages`."""


@dataclass(frozen=True, slots=True)
class Package:
    """What the root says: the batch number ("" when it has none), and the records."""

    batch: str
    drafts: list[Draft]


def looks_like(content: bytes) -> bool:
    """Whether a file is XML, by its first character."""
    head = content[:256]
    encoding = "utf-16" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    text = head.decode(encoding, "ignore")
    return text.lstrip().startswith("<")


# Writing


def package(
    records: Iterable[tuple[str, Mapping[str, Any]]],
    departments: Mapping[str, Mapping[str, Any]],
    batch: str,
    created: str,
) -> bytes:
    """A package.

    Args:
        records: operation ("" in a whole catalogue) and dataset, as ``package_show`` gives it; of a deleted one
            its id and resource code are enough.
        departments: by id: ``title`` and ``nx_uscc``.
        batch: the batch number.
        created: when it was made, ISO 8601.
    """
    stream = io.BytesIO()
    with etree.xmlfile(stream, encoding="utf-8") as document:
        document.write_declaration()
        with document.element(f"{NS}catalogue", {"batch": batch, "created": created}, nsmap={None: NAMESPACE}):
            for operation, dataset in records:
                about = departments.get(dataset.get("owner_org") or "", {})
                document.write(_record(operation, dataset, about), pretty_print=True)
    return stream.getvalue()


def _add(parent: Any, name: str, text: Any, **attributes: str) -> Any:
    child = etree.SubElement(parent, NS + name)
    child.text = ILLEGAL.sub("", str(text))
    for key, value in attributes.items():
        child.set(LANG if key == "lang" else key, value)
    return child


def _record(operation: str, dataset: Mapping[str, Any], department: Mapping[str, Any]) -> Any:
    record = etree.Element(f"{NS}record", nsmap={None: NAMESPACE})
    if operation:
        record.set("operation", operation)
    _add(record, "mdId", dataset.get("id", ""))
    _localised(record, "resTitle", dataset.get("title_translated"))
    if code := dataset.get("nx_resource_code"):
        _add(record, "resID", code)
    if operation == DELETE:
        return record
    _localised(record, "abstract", dataset.get("notes_translated"))
    if issued := dataset.get("nx_publish_date"):
        _add(record, "pubDate", issued)
    if department:
        contact = etree.SubElement(record, f"{NS}IdPoC")
        _add(contact, "rpOrgName", department.get("title", ""))
        if department.get("nx_uscc"):
            _add(contact, "rpOrgCode", department["nx_uscc"])
    if tags := dataset.get("tags"):
        keys = etree.SubElement(record, f"{NS}DescKeys")
        texts = dataset.get("tags_translated") or {}
        for word in texts.get("zh") or [tag["name"] for tag in tags]:
            _add(keys, "keyword", word)
        for language, words in texts.items():
            for word in words if language != "zh" else ():
                _add(keys, "keyword", word, lang=language)
    if code := dataset.get("nx_class_code"):
        category = etree.SubElement(record, f"{NS}TpCat")
        _add(category, "cateStd", STANDARD)
        _add(category, "cateName", codelists.label("class", code, "zh"))
        _add(category, "cateCode", code)
    for resource in dataset.get("resources") or ():
        if resource.get("url"):
            _add(record, "onLineSrc", resource["url"])
    if modified := dataset.get("metadata_modified"):
        _add(record, "mdDateUpd", str(modified)[:10])
    guide = etree.SubElement(record, f"{NS}guide")
    for field in fields.dataset().values():
        if field.name not in APART:
            _field(guide, field, dataset.get(field.name))
    for resource in dataset.get("resources") or ():
        part = etree.SubElement(guide, f"{NS}file")
        for name in file_fields():
            if (value := resource.get(name)) not in (None, ""):
                _add(part, camel(name), value)
    return record


def file_fields() -> list[str]:
    """Return the fields of a file that a package holds."""
    return [*FILE_FIELDS, *(name for name in fields.resource() if name not in FILE_FIELDS)]


def _localised(parent: Any, name: str, texts: Any) -> None:
    for language, text in (texts or {}).items():
        _add(parent, name, text, lang=language)


def _field(parent: Any, field: Field, value: Any) -> None:
    name = camel(field.name)
    if value in (None, "", [], {}):
        return
    if field.kind is Kind.LOCALISED:
        _localised(parent, name, value)
    elif field.kind is Kind.PARTS:
        for entry in value:
            part = etree.SubElement(parent, NS + name)
            for sub in field.parts.values():
                _field(part, sub, entry.get(sub.name))
    else:
        for text in value if isinstance(value, list) else [value]:
            _add(parent, name, text)


def receipt(batch: str, received: str, outcomes: Iterable[tuple[Mapping[str, str], list[str]]]) -> bytes:
    """The answer to a package.

    Args:
        outcomes: attributes of each record (mdId, line, status: create, update, delete, unchanged, error) and
            its messages.
    """
    root = etree.Element(f"{NS}receipt", nsmap={None: NAMESPACE})
    root.set("batch", batch)
    root.set("received", received)
    for attributes, texts in outcomes:
        record = etree.SubElement(root, f"{NS}result")
        for key, value in attributes.items():
            record.set(key, value)
        for text in texts:
            _add(record, "message", text)
    return etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True)


# Reading


def read(content: bytes, most: int | None = None) -> Package:
    """The records of a package as drafts; a draft's cells are lines of the document (column 0).

    Args:
        most: records that are read, without limit when left out.

    Raises:
        BrokenXmlError: it is not well-formed, has a document type, another root, or more than ``most`` records.
    """
    opened: list[str] = []
    drafts: list[Draft] = []
    for draft in records(io.BytesIO(content), opened.append):
        drafts.append(draft)
        if most is not None and len(drafts) > most:
            raise BrokenXmlError("too_many_datasets", reason=f"{most:,}")
    return Package("".join(opened), drafts)


def records(stream: IO[bytes], opened: Callable[[str], None] | None = None) -> Iterator[Draft]:
    """The same one by one: memory does not grow with the document. A document without our namespace is read too.

    Args:
        stream: the document.
        opened: told the batch number when the root was read.

    Raises:
        BrokenXmlError: as :func:`read`, at the place where it breaks.
    """
    root: Any = None
    safe: dict[str, Any] = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}
    try:
        for event, element in etree.iterparse(stream, events=("start", "end"), **safe):
            if root is None:
                root = element
                batch = read_root(element)
                if opened:
                    opened(batch)
            elif event == "end" and element.tag in (f"{NS}record", "record") and element.getparent() is root:
                yield read_record(element)
                # Read records are let go, so that memory does not grow with the file.
                element.clear()
                while element.getprevious() is not None:
                    del root[0]
    except etree.XMLSyntaxError as error:
        raise BrokenXmlError("xml_broken", line=error.lineno or 0, reason=str(error.msg)) from error


def _into_namespace(record: Any) -> None:
    for element in record.iter():
        if isinstance(element.tag, str) and not element.tag.startswith("{"):
            element.tag = NS + element.tag


def read_root(root: Any) -> str:
    """Return the batch number of a package.

    Raises:
        BrokenXmlError: it has a document type, or is something else.
    """
    if root.getroottree().docinfo.doctype:
        raise BrokenXmlError("xml_doctype")
    if root.tag not in (f"{NS}catalogue", "catalogue"):
        raise BrokenXmlError("xml_root", root=f"{{{NAMESPACE}}}catalogue", found=root.tag)
    return root.get("batch", "")


def read_record(record: Any) -> Draft:
    """Read the element of a record, with or without our namespace."""
    if record.tag == "record":
        _into_namespace(record)
    line = Cell("", record.sourceline or 0, 0)
    draft = Draft(line, operation=record.get("operation", ""), whole=True)
    if draft.operation not in ("", ADD, UPDATE, DELETE):
        draft.problems.append(Problem("unknown_operation", line, {"value": draft.operation}))
    data = draft.dataset
    draft.identifier = _text(record, "mdId")
    data["nx_resource_code"] = _text(record, "resID")
    draft.cells["nx_resource_code"] = _line(record, "resID", line)
    for name, tag in NAMED.items():
        data[name] = _texts(record.iterfind(NS + tag))
        draft.cells[name] = _line(record, tag, line)
        if draft.operation != DELETE and not data[name].get("zh"):
            draft.problems.append(Problem("missing", draft.cells[name], {"column": tag}))
    if draft.operation == DELETE:
        return draft
    data["nx_publish_date"] = _text(record, "pubDate")
    draft.cells["nx_publish_date"] = _line(record, "pubDate", line)
    draft.provider, draft.uscc = _text(record, "IdPoC", "rpOrgName"), _text(record, "IdPoC", "rpOrgCode")
    draft.cells["owner_org"] = draft.cells["nx_uscc"] = _line(record, "IdPoC", line)
    words: dict[str, list[str]] = {}
    for word in record.iterfind(f"{NS}DescKeys/{NS}keyword"):
        if word.text and word.text.strip():
            words.setdefault((word.get(LANG) or "zh").split("-")[0], []).append(word.text.strip())
    data["tags"] = [{"name": word} for word in sorted(words.get("zh", ()))]
    data["tags_translated"] = words if len(words) > 1 else {}
    draft.cells["tags"] = _line(record, "DescKeys", line)
    data["nx_class_code"] = _text(record, "TpCat", "cateCode")
    draft.cells["nx_class_code"] = _line(record, "TpCat", line)
    draft.links = [(link.text or "").strip() for link in record.iterfind(f"{NS}onLineSrc") if link.text]
    guide = record.find(f"{NS}guide")
    if guide is not None:
        for field in fields.dataset().values():
            if field.name not in APART:
                _read_field(draft, guide, field, line)
        for file in guide.iterfind(f"{NS}file"):
            values = {name: _text(file, camel(name)) for name in file_fields()}
            draft.files.append({name: value for name, value in values.items() if value})
    return draft


def _read_field(draft: Draft, guide: Any, field: Field, line: Cell) -> None:
    found = guide.findall(NS + camel(field.name))
    draft.cells[field.name] = Cell("", found[0].sourceline, 0) if found else line
    for number, element in enumerate(found):
        draft.cells[f"{field.name}.{number}"] = Cell("", element.sourceline, 0)
    draft.dataset[field.name] = _value(found, field)


def _value(found: list[Any], field: Field) -> Any:
    if field.kind is Kind.LOCALISED:
        return _texts(found)
    if field.kind is Kind.PARTS:
        return [_part(element, field) for element in found]
    texts = [(element.text or "").strip() for element in found]
    if field.kind in (Kind.CODES, Kind.TEXTS):
        return [text for text in texts if text]
    return texts[0] if texts else ""


def _part(element: Any, field: Field) -> dict[str, Any]:
    values = {sub.name: _value(element.findall(NS + camel(sub.name)), sub) for sub in field.parts.values()}
    return {name: value for name, value in values.items() if value not in ("", [], {})}


def _texts(elements: Iterable[Any]) -> dict[str, str]:
    told = (one for one in elements if one.text and one.text.strip())
    return {(one.get(LANG) or "zh").split("-")[0]: one.text.strip() for one in told}


def _text(record: Any, *path: str) -> str:
    return (record.findtext("/".join(NS + name for name in path)) or "").strip()


def _line(record: Any, tag: str, default: Cell) -> Cell:
    element = record.find(NS + tag)
    return default if element is None else Cell("", element.sourceline, 0)


def records_of(
    datasets: Iterable[Mapping[str, Any]], deleted: Iterable[Mapping[str, Any]], since: str
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """What changed since ``since`` (ISO 8601, UTC): added, updated, deleted datasets."""
    for dataset in datasets:
        if str(dataset.get("metadata_created", "")) >= since:
            yield ADD, dataset
        elif str(dataset.get("metadata_modified", "")) >= since:
            yield UPDATE, dataset
    for dataset in deleted:
        yield DELETE, dataset
