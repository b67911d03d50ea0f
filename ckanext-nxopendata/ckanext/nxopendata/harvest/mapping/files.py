"""Addresses, formats and sizes of files, and how to reach people."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any, TypeVar
from urllib.parse import unquote

import yaml

from ckanext.nxopendata.harvest.fetching import addresses
from ckanext.nxopendata.harvest.fetching.addresses import AddressError
from ckanext.nxopendata.harvest.mapping.rules import FieldReport, Rule
from ckanext.nxopendata.harvest.mapping.values import cut, find_label, show, to_identifier, to_text

FORMATS = {
    "text/csv": "CSV",
    "text/tab-separated-values": "TSV",
    "application/json": "JSON",
    "application/geo+json": "GeoJSON",
    "application/vnd.geo+json": "GeoJSON",
    "application/ld+json": "JSON-LD",
    "application/xml": "XML",
    "text/xml": "XML",
    "application/rdf+xml": "RDF",
    "text/turtle": "TTL",
    "application/pdf": "PDF",
    "application/zip": "ZIP",
    "application/x-zip-compressed": "ZIP",
    "application/gzip": "GZ",
    "application/vnd.ms-excel": "XLS",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "XLSX",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "DOCX",
    "application/vnd.oasis.opendocument.spreadsheet": "ODS",
    "application/msword": "DOC",
    "application/vnd.google-earth.kml+xml": "KML",
    "application/vnd.google-earth.kmz": "KMZ",
    "application/geopackage+sqlite3": "GPKG",
    "application/gml+xml": "GML",
    "application/x-shapefile": "SHP",
    "application/x-netcdf": "NC",
    "image/png": "PNG",
    "image/jpeg": "JPG",
    "image/tiff": "TIFF",
    "text/html": "HTML",
    "text/plain": "TXT",
}
"""Media type -> how the portal writes the format."""

_PLACEHOLDERS = frozenset({"OTHER", "UNKNOWN", "NULL", "NONE", "N/A", "-", "暂无", "其他", "OCTET-STREAM", "OCTET"})

T = TypeVar("T")


def _first(values: Sequence[Any], report: FieldReport, read: Callable[[Any], T | None], code: str) -> T | None:
    """Return what the first readable value gives; report those that give nothing, leave those that give another."""
    taken: T | None = None
    wrong: list[Any] = []
    for value in values:
        found = read(value)
        if found is None:
            wrong.append(value)
        elif taken is None:
            taken = found
        elif found != taken:
            report.leave(show(value))
    for value in wrong:
        if taken is None:
            report(code, value=show(value))
        else:
            report.leave(show(value))
    return taken


def as_url(values: Sequence[Any], _rule: Rule, report: FieldReport) -> str | None:
    """Return the first web address; anything a browser would run or that only means something inside a network is
    left out."""
    taken: str | None = None
    wrong: list[str] = []
    for value in values:
        written, *more = _addresses_in(to_identifier(value))
        for other in more:
            report.leave(other)
        try:
            address = addresses.read_address(written, report.surroundings.base)
        except AddressError:
            wrong.append(written or show(value))
            continue
        host = addresses.host_of(address)
        allowed = {*report.surroundings.allowed_hosts, addresses.host_of(report.surroundings.base)}
        if addresses.is_private(address) and not addresses.is_listed(host, allowed):
            report("address_private", url=written[:500])
        elif taken is None:
            taken = address
            if not _IS_PLAIN.match(to_identifier(value)):
                report("address_mended", value=to_identifier(value)[:200], url=address[:500])
        elif address != taken:
            report.leave(written)
    for written in wrong:
        report("address_unusable", url=written[:500])
    return taken


def _addresses_in(written: str) -> list[str]:
    """Return the addresses in a text; the text itself when it begins as one, or holds none."""
    found = _ADDRESS_IN_TEXT.findall(written)
    if len(found) > 1 and " ".join(found) == re.sub(r"[\s,;，；、]+", " ", written.strip()):
        return found
    if found and not re.match(r"\W*[A-Za-z][A-Za-z0-9+.-]*:", written) and re.search(r"\s|[\u3400-\u9fff]", written):
        return found
    return [written]


def list_addresses(text: str) -> list[str]:
    """Return the addresses that are written in a cell, one or several in a line."""
    return [link for line in text.splitlines() if line.strip() for link in _addresses_in(line.strip())]


_ADDRESS_IN_TEXT = re.compile(
    r"(?<![^\s:：()（）\[\]【】<>《》\"“”'‘’「」，；、。\u3400-\u9fff])(?:https?|ftp)://[^\s<>\"，；、。]+",
    re.IGNORECASE,
)
"""Addresses beside each other, or in a sentence: ``下载 https://…``; none that another carries: ``/go?u=https://…``."""

_IS_PLAIN = re.compile(r"(?i)[^a-z/.]*(?:https?://|ftp://|/|\.{1,2}/)")
"""Addresses that are read as they are written, relative ones among them."""

_EMAIL = re.compile(
    r"(?<![\w.%+-])([A-Za-z0-9][A-Za-z0-9.!#$&'*+=?_{|}~-]{0,63})@"
    r"((?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]{0,61}[A-Za-z0-9])(?![\w-])"
)


def as_email(values: Sequence[Any], _rule: Rule, report: FieldReport) -> str | None:
    """Return the first e-mail address in the texts, whatever stands around it."""

    def read(value: Any) -> str | None:
        return next(iter(find_emails(to_identifier(value))), None)

    stated = [value for value in values if to_identifier(value).lower() not in ("", "mailto:")]
    for value in stated:
        for address in find_emails(to_identifier(value))[1:]:
            report.leave(address)
    if not stated and values:
        report("email_unusable", value=show(values[0]))
    return _first(stated, report, read, "email_unusable")


def find_emails(text: str) -> list[str]:
    """Find the e-mail addresses in a text, each once."""
    plain = unicodedata.normalize("NFKC", unquote(text))
    plain = re.sub(r"(?<!\s)\s*+[(\[{<]\s*+(?:at|@)\s*+[)\]}>]\s*+", "@", plain, flags=re.IGNORECASE)
    plain = re.sub(r"mailto:", " ", plain, flags=re.IGNORECASE)
    found = (f"{local.rstrip('.')}@{domain}" for local, domain in _EMAIL.findall(plain))
    return list(dict.fromkeys(address for address in found if ".." not in address))


def as_phone(values: Sequence[Any], _rule: Rule, report: FieldReport) -> str | None:
    def read(value: Any) -> str | None:
        phone = unquote(re.sub(r"^tel:", "", to_identifier(value), flags=re.IGNORECASE)).strip()
        return phone if len(re.findall(r"\d", phone)) >= FEWEST_DIGITS else None

    phone = _first([value for value in values if to_identifier(value)], report, read, "value_unreadable")
    return cut(phone, LONGEST_PHONE, report) if phone else None


_NO_NAME = re.compile(r"(?:mailto|tel|https?):.*|\S[^\s@]*+@\S++|[+\d\s()-]*+")

LONGEST_NAME = 500
LONGEST_PHONE = 200
FEWEST_DIGITS = 3
"""Of a telephone number: 110, 12345, 0951-5049999."""


def as_person(values: Sequence[Any], _rule: Rule, report: FieldReport) -> str | None:
    """Return a name; what is only an e-mail address or a telephone number is none."""
    names: dict[str, None] = {}
    for value in values:
        text = to_text(value)
        if not _NO_NAME.fullmatch(text):
            names[cut(text, LONGEST_NAME, report)] = None
        elif text and not _has_more(value):
            report.rejected[text[:200]] = None
    taken = next(iter(names), None)
    for name in names:
        if name != taken:
            report.leave(name)
    return taken


def _has_more(value: Any) -> bool:
    """Tell whether a node without a label says something else than what it is."""
    return isinstance(value, Mapping) and bool(value.keys() - {"@id", "@type", "@value"}) and not find_label(value)


_SIZE = re.compile(
    r"(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d*)?|\.\d+)\s*(?:([KMGT]?)(?:i?B|字节)?|bytes?)", re.IGNORECASE
)


def as_size(values: Sequence[Any], _rule: Rule, report: FieldReport) -> int | None:
    """Bytes."""

    def read(value: Any) -> int | None:
        text = to_text(value)
        found = _SIZE.fullmatch(text)
        try:
            number = float(found[1].replace(",", "") if found else text)
            size = int(number * 1024 ** " KMGT".index((found[2] if found and found[2] else " ").upper()))
        except (ValueError, OverflowError):
            return None
        return size if 0 <= size < 2**62 else None

    return _first(values, report, read, "value_unreadable")


def as_format(values: Sequence[Any], _rule: Rule, report: FieldReport) -> str | None:
    """Return a file format or a kind of service that is known: from a label, a media type, or the IRI of either.

    Of several in one text (``CSV/JSON``) the first counts; what is no known format is reported, an address without a
    path too.
    """
    taken: str | None = None
    unknown: list[str] = []
    for value in values:
        written = to_text(value)
        names = _read_formats(value)
        if not names and not _is_placeholder(written):
            unknown.append(written)
        for name in names:
            if taken is None:
                taken = name
            elif name != taken:
                report.leave(name)
    for written in dict.fromkeys(unknown):
        if taken is None:
            report("value_unreadable", value=written[:200])
        else:
            report.leave(written)
    return taken


def _read_formats(value: Any) -> list[str]:
    """Return the formats that a value names."""
    for written in dict.fromkeys((to_text(value), to_identifier(value))):
        if "://" in written:
            found = [_format_of_address(written)]
        else:
            whole = _known_format(written)
            pieces = re.split(r"[/,;|+&、，；]|\bor\b|\band\b|或|和", written)
            found = [whole] if whole else [_known_format(piece) for piece in pieces if piece.strip()]
        if found and all(found):
            return [name for name in found if name]
    return []


def _format_of_address(address: str) -> str | None:
    """Return the format that an IRI of a list of formats stands for; never one made of a host's name."""
    path = re.sub(r"^[^:]*://[^/?#]*", "", address)
    media_type = next((known for known in FORMATS if path.lower().rstrip("/").endswith(f"/{known}")), "")
    last = unquote(re.split(r"[/#]", path.rstrip("/"))[-1])
    return FORMATS.get(media_type) or _known_format(last) or _known_format(last.rpartition(".")[2])


_DECORATION = re.compile(
    r"^format-|^\.|(?:(?<!\s)\s++)?+(?:文件|格式|\bfiles?\b|\bformat\b|\bdata\b|文档|数据)\s*+", re.IGNORECASE
)
_IN_BRACKETS = re.compile(r"[(\[]\s*\.([a-z0-9]{1,8})\s*[)\]]")
_FIRST_WORD = re.compile(r"\.?([A-Za-z0-9][A-Za-z0-9-]{1,11})\s*[(（\[-][^)）\]]{1,40}[)）\]]?")


def _known_format(written: str) -> str | None:
    """Return how the portal writes a format; also of ``.csv``, ``CSV 文件`` and ``CSV (UTF-8)``."""
    lowered = unicodedata.normalize("NFKC", written).strip().lower()
    if name := FORMATS.get(lowered.partition(";")[0].strip()):
        return name
    plain = _DECORATION.sub("", lowered)
    for text in (lowered, plain):
        if name := _known_formats().get(_squeeze_format(text)):
            return name
    if (inside := _IN_BRACKETS.search(lowered)) and inside[1] in _suffixes():
        return _known_formats()[inside[1]]
    first = _FIRST_WORD.fullmatch(plain)
    return _known_formats().get(_squeeze_format(first[1])) if first else None


def _squeeze_format(text: str) -> str:
    return re.sub(r"[\s_:-]", "", text).lower()


def _is_placeholder(text: str) -> bool:
    last = re.split(r"[/#]", text.rstrip("/"))[-1]
    return not text or text.upper() in _PLACEHOLDERS or last.upper() in _PLACEHOLDERS


@cache
def _suffixes() -> frozenset[str]:
    """Suffixes of files, in lower case, by ``schemas/mappings/words/suffix.yaml``."""
    return frozenset(map(str, _read_words("suffix")["suffixes"]))


@cache
def _known_formats() -> dict[str, str]:
    """Ways to write a format, lower case without white space -> how the portal writes it."""
    known = {suffix: suffix.upper() for suffix in _suffixes()}
    known |= {_squeeze_format(name): name for name in FORMATS.values()}
    for name, words in _read_words("format")["formats"].items():
        known |= {_squeeze_format(str(word)): str(name) for word in (name, *words)}
    return known


def _read_words(name: str) -> Any:
    file = resources.files("ckanext.nxopendata.schemas") / "mappings" / "words" / f"{name}.yaml"
    return yaml.safe_load(file.read_text(encoding="utf-8"))


_MEDIA_TYPE = re.compile(r"(?<![a-z])([a-z]++/[a-z0-9][a-z0-9.+_-]{0,100})$")


def as_media_type(values: Sequence[Any], _rule: Rule, report: FieldReport) -> str | None:
    """Return a media type: written plainly, with parameters, or as the end of an IRI."""

    def read(value: Any) -> str | None:
        found = _MEDIA_TYPE.search(to_text(value).lower().partition(";")[0].strip())
        return found[1] if found else None

    return _first(values, report, read, "value_unreadable")


def _last_segment(value: Any) -> str:
    address = _addresses_in(to_identifier(value))[0]
    return unquote(re.split(r"[?#]", address, maxsplit=1)[0].rpartition("/")[2])


def as_file_name(values: Sequence[Any], _rule: Rule, _report: FieldReport) -> str | None:
    """Return the name of the file that an address ends in, if it looks like one."""
    return next((name for value in values if (name := file_name_of(value))), None)


def file_name_of(address: Any) -> str | None:
    """Return the name of the file that an address ends in; None when it does not look like one."""
    name = _last_segment(address)
    found = re.search(r".\.([A-Za-z0-9]{1,8})$", name)
    return name if found and found[1].lower() in _suffixes() else None


def as_own_file_name(values: Sequence[Any], _rule: Rule, _report: FieldReport) -> str | None:
    """Return a name that already is that of a file."""
    return next((name for value in values if re.search(r"[^/]\.[A-Za-z0-9]{1,8}$", name := to_text(value))), None)


def as_suffix(values: Sequence[Any], _rule: Rule, _report: FieldReport) -> str | None:
    """Return the format that the suffix of an address tells."""
    return next((name for value in values if (name := format_of(value))), None)


def format_of(address: Any) -> str | None:
    """Return the format that the suffix of an address tells; None when it tells none."""
    found = re.search(r"\.([A-Za-z0-9]{1,8})$", _last_segment(address))
    if not found or found[1].lower() not in _suffixes():
        return None
    return _known_formats().get(found[1].lower(), found[1].upper())


def as_protocol(values: Sequence[Any], rule: Rule, report: FieldReport) -> str | None:
    """``WMS`` of the protocol ``OGC:WMS-1.3.0-http-get-map`` or of ``?service=WMS``, else the suffix of the address."""
    for value in values:
        text = to_text(value)
        if "://" not in text and (found := re.search(r"\b(?:OGC|ESRI|OSGEO)[:.]([A-Za-z]+)", text, re.IGNORECASE)):
            return found[1].upper()
        if found := re.search(r"[?&]service=([A-Za-z]+)", text, re.IGNORECASE):
            return found[1].upper()
        if (found := re.search(r"/(WMS|WFS|WCS|WMTS)(?:Server)?/?(?:\?|$)", text, re.IGNORECASE)) and "://" in text:
            return found[1].upper()
    return as_suffix(values, rule, report)
