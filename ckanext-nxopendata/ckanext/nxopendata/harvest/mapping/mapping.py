"""From a source's words to ours, by the tables in ``schemas/mappings``.

A mapping names for each field of ours where the value stands in the record (``from``, tried in order; steps
of a path are parted by ``" > "``) and what kind of value it is (``as``, one of :data:`CONVERTERS`).
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import yaml

from ckanext.nxopendata.catalogue.schema.filing_rules import given
from ckanext.nxopendata.core import codelists
from ckanext.nxopendata.core.timezone import CHINA
from ckanext.nxopendata.harvest.errors import Problem

FOLDER = resources.files("ckanext.nxopendata.schemas") / "mappings"

SEPARATORS = re.compile(r"[、，,;；|\n\t]+")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
LONGEST_TEXT = 100_000
"""Characters of one text; a longer one is a mistake at the source."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much one record may hold; beyond it the record is refused."""

    resources: int = 1_000
    keywords: int = 500
    items: int = 5_000


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a workbook.

    :param aliases: headers it is known by; ``upper/lower`` for headers of two rows
    :param part: the repeated part that the column belongs to (``items``, ``files``), or None
    :param essential: no catalogue's header is without it
    :param ignored: says nothing about the dataset (a running number), so a change of it is no change
    """

    aliases: tuple[str, ...]
    part: str | None = None
    essential: bool = False
    ignored: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """How one field of ours is filled.

    :param english: where the English text of a localised field stands, if the source keeps it apart
    :param default: what is taken when the source says nothing
    """

    sources: tuple[str, ...]
    kind: str = "text"
    codelist: str = ""
    values: Mapping[str, str] = dataclasses.field(default_factory=dict)
    required: bool = False
    english: str = ""
    default: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A repeated part of a dataset: where its entries stand and how their fields are filled.

    :param order: path of the number that orders the entries; "" keeps the record's order
    """

    each: tuple[str, ...]
    fields: Mapping[str, Rule]
    order: str = ""


@dataclass(frozen=True, slots=True)
class FieldMapping:
    """One file of ``schemas/mappings``.

    :param fingerprint: changes whenever the file does; part of every record's hash
    """

    name: str
    fingerprint: str
    dataset: Mapping[str, Rule]
    parts: Mapping[str, Part]
    columns: Mapping[str, Column]


@dataclass(slots=True)
class Mapped:
    """A dataset in our words, and what was found wrong on the way."""

    dataset: dict[str, Any]
    problems: list[Problem]

    @property
    def refused(self) -> bool:
        return any(problem.refuses for problem in self.problems)


@cache
def load(name: str) -> FieldMapping:
    """Read ``schemas/mappings/<name>.yaml``.

    :param name: of a file in ``schemas/mappings``, or the path of a file of another extension
    :raises FileNotFoundError: there is no such mapping
    """
    return _made(name, _content(name))


def _content(name: str) -> bytes:
    return Path(name).read_bytes() if name.endswith(".yaml") else (FOLDER / f"{name}.yaml").read_bytes()


def _made(name: str, content: bytes, changes: Mapping[str, Any] | None = None) -> FieldMapping:
    data = yaml.safe_load(content)
    for section, entries in (changes or {}).items():
        _change(data, section, entries)
    spoken = content + (canonical(changes).encode() if changes else b"")
    return FieldMapping(
        name=name,
        fingerprint=hashlib.sha256(spoken).hexdigest()[:16],
        dataset=_rules(data["dataset"]),
        parts={
            key: Part(_tuple(part["each"]), _rules(part["fields"]), part.get("order", ""))
            for key, part in data.get("parts", {}).items()
        },
        columns={
            key: Column(
                _tuple(entry["aliases"]),
                entry.get("part"),
                entry.get("essential", False),
                entry.get("ignored", False),
            )
            for key, entry in data.get("columns", {}).items()
        },
    )


class MappingError(Exception):
    """A source's own mapping cannot be used: ``where`` names the entry, ``code`` says why."""

    def __init__(self, code: str, where: str) -> None:
        super().__init__(code, where)
        self.code, self.where = code, where


def adapted(base: FieldMapping, changes: Mapping[str, Any]) -> FieldMapping:
    """``base`` with what a source changes in it.

    :param changes: ``{"dataset": {field: rule}, "parts": {part: {field: rule}}, "columns": {key: [header]}}``;
        of a rule (``from``, ``as``, ``list``, ``values``, ``default``) what is not given stays as it is in
        ``base``, ``values`` are added, and the headers of a column are added to those known
    :raises MappingError: an entry is unknown or not of this shape
    """
    if not changes:
        return base
    checked(changes)
    return _adapted(base.name, canonical(changes))


@lru_cache(maxsize=64)
def _adapted(name: str, changes: str) -> FieldMapping:
    return _made(name, _content(name), json.loads(changes))


RULE_KEYS = frozenset({"from", "as", "list", "values", "default"})


def checked(changes: Any) -> None:
    """Whether ``changes`` has the shape that :func:`adapted` wants.

    :raises MappingError: it has not
    """
    if not isinstance(changes, Mapping):
        raise MappingError("mapping_shape", "")
    for section, entries in changes.items():
        if section not in ("dataset", "parts", "columns") or not isinstance(entries, Mapping):
            raise MappingError("mapping_shape", str(section))
        for key, entry in entries.items():
            where = f"{section}.{key}"
            if section == "columns":
                if not isinstance(entry, list) or not all(isinstance(header, str) and header for header in entry):
                    raise MappingError("mapping_shape", where)
            elif section == "dataset":
                _checked_rule(entry, where)
            elif isinstance(entry, Mapping):
                for name, rule in entry.items():
                    _checked_rule(rule, f"{where}.{name}")
            else:
                raise MappingError("mapping_shape", where)


def _checked_rule(rule: Any, where: str) -> None:
    if not isinstance(rule, Mapping) or not set(rule) <= RULE_KEYS:
        raise MappingError("mapping_shape", where)
    sources = rule.get("from", [])
    known = all(isinstance(path, str) and path for path in ([sources] if isinstance(sources, str) else sources))
    if not known or not isinstance(rule.get("values", {}), Mapping) or not isinstance(rule.get("default", ""), str):
        raise MappingError("mapping_shape", where)
    if rule.get("as", "text") not in CONVERTERS:
        raise MappingError("mapping_kind", where)
    if (codes := rule.get("list")) is not None and codes not in codelists.names():
        raise MappingError("mapping_list", where)


def _change(data: dict[str, Any], section: str, entries: Mapping[str, Any]) -> None:
    if section == "columns":
        columns = data.setdefault("columns", {})
        for key, headers in entries.items():
            column = columns.setdefault(key, {"aliases": []})
            column["aliases"] = [*_tuple(column["aliases"]), *headers]
    elif section == "dataset":
        _change_rules(data["dataset"], entries)
    else:
        for key, rules in entries.items():
            part = data.setdefault("parts", {}).setdefault(key, {"each": key, "fields": {}})
            _change_rules(part["fields"], rules)


def _change_rules(rules: dict[str, Any], changes: Mapping[str, Any]) -> None:
    for name, change in changes.items():
        rule = rules.get(name, {"from": []})
        rules[name] = {**rule, **change, "values": {**rule.get("values", {}), **change.get("values", {})}}


def _rules(fields: Mapping[str, Any]) -> dict[str, Rule]:
    return {
        name: Rule(
            sources=_tuple(rule["from"]),
            kind=rule.get("as", "text"),
            codelist=rule.get("list", ""),
            values={str(key): str(value) for key, value in rule.get("values", {}).items()},
            required=rule.get("required", False),
            english=rule.get("english", ""),
            default=str(rule.get("default", "")),
        )
        for name, rule in fields.items()
    }


def _tuple(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


canonical = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode
"""JSON that is equal for equal values."""


def apply(mapping: FieldMapping, guid: str, raw: Mapping[str, Any], bounds: Bounds | None = None) -> Mapped:
    """The dataset that ``raw`` describes.

    Codes that are not in our lists and dates that cannot be read are left out and reported without refusing
    the record; a missing title or a part beyond ``bounds`` refuses it.
    """
    bounds = bounds or Bounds()
    report: list[Problem] = []
    if "@oversized" in raw:
        report.append(Problem("record_too_large", guid=guid, params={"limit": raw["@oversized"]}))
        return Mapped({}, report)
    dataset = _fill(mapping.dataset, raw, report)
    for key, part in mapping.parts.items():
        entries = [entry for path in part.each for entry in find(raw, path) if isinstance(entry, Mapping)]
        limit = bounds.resources if key == "resources" else bounds.items
        if len(entries) > limit:
            report.append(Problem("too_many_entries", field=key, params={"number": len(entries), "limit": limit}))
            continue
        if part.order:
            entries.sort(key=lambda entry: _number(find(entry, part.order)))
        filled = [_entry(part, entry, report) for entry in entries]
        if entries := [entry for entry in filled if entry]:
            dataset[key] = entries
    tags = dataset.get("tags", ())
    if len(tags) > bounds.keywords:
        report.append(Problem("too_many_entries", field="tags", params={"number": len(tags), "limit": bounds.keywords}))
    return Mapped(dataset, [dataclasses.replace(problem, guid=guid) for problem in report])


def _number(values: Sequence[Any]) -> float:
    try:
        return float(plain(values[0])) if values else float("inf")
    except ValueError:
        return float("inf")


def _entry(part: Part, raw: Mapping[str, Any], report: list[Problem]) -> dict[str, Any]:
    entry = _fill(part.fields, raw, report)
    if entry and "@id" in raw:
        entry["@id"] = raw["@id"]
    return entry


def _fill(rules: Mapping[str, Rule], raw: Mapping[str, Any], report: list[Problem]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for name, rule in rules.items():
        value = None
        for path in rule.sources:
            values = find(raw, path)
            if rule.english and (english := find(raw, rule.english)):
                values = [*values, *({"@value": plain(text), "@language": "en"} for text in english)]
            if values and (value := CONVERTERS[rule.kind](values, rule, _Report(report, name))) is not None:
                break
        if value is None and rule.default:
            value = CONVERTERS[rule.kind]([rule.default], rule, _Report(report, name))
        if value is not None:
            result[name] = value
        elif rule.required:
            report.append(Problem("field_missing", field=name, params={"source": " / ".join(rule.sources)}))
    return result


def find(raw: Mapping[str, Any], path: str) -> list[Any]:
    """The values at ``path`` (steps parted by ``" > "``), in order; empty where there are none."""
    if " > " not in path:
        value = raw.get(path)
        return list(value) if isinstance(value, list) else [] if value in (None, "") else [value]
    nodes: list[Any] = [raw]
    for step in path.split(" > "):
        found: list[Any] = []
        for node in nodes:
            value = node.get(step) if isinstance(node, Mapping) else None
            if isinstance(value, list):
                found.extend(value)
            elif value not in (None, ""):
                found.append(value)
        nodes = found
    return nodes


# Converters


@dataclass(frozen=True, slots=True)
class _Report:
    problems: list[Problem]
    field: str

    def __call__(self, code: str, **params: Any) -> None:
        """Report a value that is left out; the record stays."""
        self.problems.append(Problem(code, field=self.field, params=params, refuses=False))


Converter = Callable[[Sequence[Any], Rule, _Report], Any]


LABELS = (
    *("skos:prefLabel", "rdfs:label", "dct:title", "foaf:name", "skos:notation", "rdf:value"),
    *("prefLabel", "title", "name", "notation"),
)
"""Where the label of a node stands, in RDF and in JSON."""

LANGUAGE = re.compile(r"(zh|en)(?:[-_].*)?")


def plain(value: Any) -> str:
    """The text of a value: a literal, the label of a node, else its IRI. Without control characters."""
    if isinstance(value, str):
        return CONTROL.sub("", value).strip()[:LONGEST_TEXT]
    if not isinstance(value, Mapping):
        return str(value)
    if "@value" in value:
        return plain(value["@value"])
    for label in LABELS:
        if value.get(label):
            return _preferred(value[label] if isinstance(value[label], list) else [value[label]])
    return plain(value.get("@id", ""))


def _preferred(values: Sequence[Any]) -> str:
    """The Chinese text among ``values``, else the first."""
    chosen = next((value for value in values if _language(value) == "zh"), values[0])
    return plain(chosen)


def _language(value: Any) -> str:
    """``zh``, ``en``, another base language, or "" when there is no tag."""
    return value.get("@language", "").split("-")[0] if isinstance(value, Mapping) else ""


def as_text(values: Sequence[Any], _rule: Rule, _report: _Report) -> str | None:
    return _preferred(values) or None


def as_localised(values: Sequence[Any], _rule: Rule, _report: _Report) -> dict[str, str] | None:
    """Texts by language. A text without language is Chinese; so is one in a third language, for want of better."""
    texts: dict[str, str] = {}
    for value in values:
        if isinstance(value, Mapping) and value and all(LANGUAGE.fullmatch(str(key)) for key in value):
            for key, content in value.items():  # {"zh_Hans_CN": …, "en": …}, as CKAN's extensions write it
                if plain(content):
                    texts.setdefault(str(key)[:2], plain(content))
        elif content := plain(value):
            texts.setdefault(_language(value) or "", content)
    known = {language: texts[language] for language in ("zh", "en") if language in texts}
    rest = [content for language, content in texts.items() if language not in known]
    if "zh" not in known and rest:
        known["zh"] = rest[0]
    return known or None


def as_tags(values: Sequence[Any], _rule: Rule, _report: _Report) -> list[dict[str, str]] | None:
    """CKAN tags: 2 to 100 letters, digits, space, ``-_.``; one keyword with separators becomes several."""
    names: dict[str, None] = {}
    for value in values:
        for piece in SEPARATORS.split(plain(value)):
            name = re.sub(r"\s+", " ", re.sub(r"[^\w \-.]", " ", piece)).strip()[:100].strip()
            if len(name) >= 2:
                names[name] = None
    return [{"name": name} for name in sorted(names)] or None


def as_list(values: Sequence[Any], _rule: Rule, _report: _Report) -> list[str] | None:
    pieces = (piece.strip() for value in values for piece in SEPARATORS.split(plain(value)))
    return list(dict.fromkeys(piece for piece in pieces if piece)) or None


def as_code(values: Sequence[Any], rule: Rule, report: _Report) -> str | None:
    """A code of the rule's list, written as code, label, IRI or one of the rule's own ``values``."""
    for value in values:
        if code := _code(value, rule):
            return code
    report("code_unknown", value=plain(values[0])[:200], list=rule.codelist)
    return None


def as_codes(values: Sequence[Any], rule: Rule, report: _Report) -> list[str] | None:
    codes: dict[str, None] = {}
    for value in values:
        whole = _code(value, rule)
        pieces: Iterable[Any] = [value] if whole or isinstance(value, Mapping) else SEPARATORS.split(plain(value))
        for piece in pieces:
            if code := _code(piece, rule):
                codes[code] = None
            elif plain(piece):
                report("code_unknown", value=plain(piece)[:200], list=rule.codelist)
    return list(codes) or None


def _code(value: Any, rule: Rule) -> str | None:
    table = _code_table(rule.codelist)
    candidates = [plain(value)]
    if isinstance(value, Mapping):
        candidates += [plain(label) for label in value.get("skos:prefLabel", ())]
        candidates += [plain(notation) for notation in value.get("skos:notation", ())]
        candidates.append(plain(value.get("@id", "")))
    for candidate in candidates:
        last = re.split(r"[/#]", candidate.rstrip("/"))[-1] if "://" in candidate else candidate
        for name in (candidate, last):
            key = re.sub(r"\s", "", name).lower()
            if found := rule.values.get(name) or rule.values.get(key) or table.get(key):
                return found
    return None


@cache
def _code_table(name: str) -> Mapping[str, str]:
    """Codes and labels of a list, lower case without white space -> code."""
    table: dict[str, str] = {}
    for code, entry in codelists.load(name).items():
        for word in (entry.label_en, entry.label_zh, code):
            if word:
                table[re.sub(r"\s", "", word).lower()] = code
    return table


def as_date(values: Sequence[Any], _rule: Rule, report: _Report) -> str | None:
    """A day as CCYY-MM-DD, by China's clock."""
    written = plain(values[0])
    day = parse_day(written)
    if day is None:
        report("date_unreadable", value=written[:100])
        return None
    return day.isoformat()


def as_period(values: Sequence[Any], _rule: Rule, report: _Report) -> str | None:
    """A day, month or year as ISO 8601 at the precision it was written in."""
    written = plain(values[0])
    if found := re.fullmatch(r"(\d{4})年?", written):
        return found[1]
    if found := re.fullmatch(r"(\d{4})[-./年](\d{1,2})月?", written):
        return f"{found[1]}-{int(found[2]):02}"
    day = parse_day(written)
    if day is None:
        report("date_unreadable", value=written[:100])
    return day.isoformat() if day else None


def parse_day(written: str) -> dt.date | None:
    """The day in the ways that departments write one; None for a month, a quarter or anything unclear."""
    written = written.strip()
    if found := re.fullmatch(r"(\d{4})\s*[-./年]\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})\s*日?(?:\s+[\d:.]+)?", written):
        return _day(*map(int, found.groups()))
    if found := re.fullmatch(r"(\d{4})(\d{2})(\d{2})", written):
        return _day(*map(int, found.groups()))
    if re.fullmatch(r"[2-6]\d{4}", written):  # a spreadsheet's serial number, 1954 to 2091
        return dt.date(1899, 12, 30) + dt.timedelta(days=int(written))
    try:
        moment = dt.datetime.fromisoformat(written)
    except ValueError:
        return None
    return (moment.astimezone(CHINA) if moment.tzinfo else moment).date()


def _day(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def as_url(values: Sequence[Any], _rule: Rule, report: _Report) -> str | None:
    """The first web address; anything a browser would run is left out."""
    for value in values:
        address = plain(value.get("@id", value) if isinstance(value, Mapping) else value)
        parts = urlsplit(address)
        if parts.scheme.lower() in ("http", "https", "ftp") and parts.netloc:
            return address
    report("address_unusable", url=plain(values[0])[:500])
    return None


def as_email(values: Sequence[Any], _rule: Rule, _report: _Report) -> str | None:
    address = unquote(re.sub(r"^mailto:", "", _identifier(values[0]), flags=re.IGNORECASE)).strip()
    return address or None


def as_phone(values: Sequence[Any], _rule: Rule, _report: _Report) -> str | None:
    return unquote(re.sub(r"^tel:", "", _identifier(values[0]), flags=re.IGNORECASE)).strip() or None


def _identifier(value: Any) -> str:
    return plain(value["@id"]) if isinstance(value, Mapping) and "@id" in value else plain(value)


def as_size(values: Sequence[Any], _rule: Rule, _report: _Report) -> int | None:
    """Bytes."""
    try:
        return int(float(plain(values[0])))
    except (ValueError, OverflowError):
        return None


FORMATS = {
    "text/csv": "CSV",
    "application/json": "JSON",
    "application/geo+json": "GeoJSON",
    "application/xml": "XML",
    "text/xml": "XML",
    "application/pdf": "PDF",
    "application/zip": "ZIP",
    "application/vnd.ms-excel": "XLS",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "XLSX",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "DOCX",
    "application/msword": "DOC",
    "text/html": "HTML",
    "text/plain": "TXT",
}
"""Media type -> how the portal writes the format."""


def as_format(values: Sequence[Any], _rule: Rule, _report: _Report) -> str | None:
    """A file format: from a label, a media type, or the IRI of either."""
    written = plain(values[0])
    lowered = written.lower()
    for media_type, name in FORMATS.items():
        if lowered == media_type or lowered.endswith(f"media-types/{media_type}"):
            return name
    if "://" in written:
        written = re.split(r"[/#]", written.rstrip("/"))[-1]
    written = written.removeprefix(".")
    return next((name for name in FORMATS.values() if name.lower() == written.lower()), written.upper()) or None


def as_media_type(values: Sequence[Any], _rule: Rule, _report: _Report) -> str | None:
    written = plain(values[0])
    found = re.search(r"([a-z]+/[a-z0-9.+-]+)$", written.lower())
    return found[1] if found else None


def as_digits(values: Sequence[Any], _rule: Rule, _report: _Report) -> str | None:
    """A code of digits and letters, without white space."""
    return re.sub(r"\s", "", plain(values[0])) or None


def as_class(values: Sequence[Any], rule: Rule, report: _Report) -> str | None:
    """The nearest known class of a class code (1272 guide: 类 1, 项 2, 目 3 digits, 细目), or of a label."""
    written = plain(values[0]).partition("/")[0]
    known = codelists.load(rule.codelist)
    for length in range(len(written), 0, -1):
        if written[:length] in known:
            return written[:length]
    return as_code(values, rule, report)


def as_file_name(values: Sequence[Any], _rule: Rule, _report: _Report) -> str | None:
    """The name of the file that an address ends in, if it looks like one."""
    name = unquote(urlsplit(_identifier(values[0])).path.rpartition("/")[2])
    return name if re.search(r"\.[A-Za-z0-9]{1,8}$", name) else None


def as_condition(values: Sequence[Any], _rule: Rule, _report: _Report) -> str | None:
    """A condition; nothing where the words say that there is none."""
    written = plain(values[0])
    return None if not given(written) or re.fullmatch("(无条件|普通|完全)(开放|共享)", written) else written


def as_own_file_name(values: Sequence[Any], _rule: Rule, _report: _Report) -> str | None:
    """A name that already is that of a file."""
    return next((name for value in values if re.search(r"[^/]\.[A-Za-z0-9]{1,8}$", name := plain(value))), None)


def as_suffix(values: Sequence[Any], _rule: Rule, _report: _Report) -> str | None:
    """The format that the suffix of an address tells."""
    for value in values:
        if found := re.search(r"\.([A-Za-z0-9]{1,8})$", urlsplit(_identifier(value)).path):
            known = (name for name in FORMATS.values() if name.lower() == found[1].lower())
            return next(known, found[1].upper())
    return None


def as_protocol(values: Sequence[Any], rule: Rule, report: _Report) -> str | None:
    """``WMS`` of ``OGC:WMS-1.3.0-http-get-map``, else the suffix of the address."""
    for value in values:
        if found := re.search(r"\b(?:OGC|ESRI|OSGEO)[:.]([A-Za-z]+)", plain(value), re.IGNORECASE):
            return found[1].upper()
    return as_suffix(values, rule, report)


def as_region(values: Sequence[Any], rule: Rule, report: _Report) -> str | None:
    """A region by code (GB/T 2260; 4 digits are a city), name or the last name in a longer one; else nothing."""
    region = dataclasses.replace(rule, codelist="region")
    for value in values:
        written = plain(value)
        padded = written + "00" if re.fullmatch(r"64\d\d", written) else written
        if code := _code(padded, region) or _code(value, region):
            return code
        inside = [entry for entry in codelists.load("region").values() if entry.label_zh in written]
        if inside:
            return max(inside, key=lambda entry: written.rindex(entry.label_zh)).code
    report("code_unknown", value=plain(values[0])[:200], list="region")
    return None


CONVERTERS: Mapping[str, Converter] = {
    "text": as_text,
    "localised": as_localised,
    "tags": as_tags,
    "list": as_list,
    "code": as_code,
    "class": as_class,
    "codes": as_codes,
    "date": as_date,
    "period": as_period,
    "url": as_url,
    "file_name": as_file_name,
    "email": as_email,
    "phone": as_phone,
    "size": as_size,
    "format": as_format,
    "media_type": as_media_type,
    "digits": as_digits,
    "condition": as_condition,
    "own_file_name": as_own_file_name,
    "suffix": as_suffix,
    "protocol": as_protocol,
    "region": as_region,
}


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """The fields that differ, with the old and the new value; None where a side has none."""
    for key in sorted(old.keys() | new.keys()):
        if old.get(key) != new.get(key):
            yield key, old.get(key), new.get(key)
