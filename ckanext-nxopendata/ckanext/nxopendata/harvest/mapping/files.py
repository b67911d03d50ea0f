"""Addresses, formats and sizes of files, and how to reach people."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote, urlsplit

from ckanext.nxopendata.harvest.mapping.rules import FieldReport, Rule
from ckanext.nxopendata.harvest.mapping.texts import to_identifier, to_text

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


def as_url(values: Sequence[Any], _rule: Rule, report: FieldReport) -> str | None:
    """Return the first web address; anything a browser would run is left out."""
    for value in values:
        address = to_text(value.get("@id", value) if isinstance(value, Mapping) else value)
        parts = urlsplit(address)
        if parts.scheme.lower() in ("http", "https", "ftp") and parts.netloc:
            return address
    report("address_unusable", url=to_text(values[0])[:500])
    return None


def as_email(values: Sequence[Any], _rule: Rule, _report: FieldReport) -> str | None:
    address = unquote(re.sub(r"^mailto:", "", to_identifier(values[0]), flags=re.IGNORECASE)).strip()
    return address or None


def as_phone(values: Sequence[Any], _rule: Rule, _report: FieldReport) -> str | None:
    return unquote(re.sub(r"^tel:", "", to_identifier(values[0]), flags=re.IGNORECASE)).strip() or None


def as_size(values: Sequence[Any], _rule: Rule, _report: FieldReport) -> int | None:
    """Bytes."""
    try:
        return int(float(to_text(values[0])))
    except (ValueError, OverflowError):
        return None


def as_format(values: Sequence[Any], _rule: Rule, _report: FieldReport) -> str | None:
    """Return a file format: from a label, a media type, or the IRI of either."""
    written = to_text(values[0])
    lowered = written.lower()
    for media_type, name in FORMATS.items():
        if lowered == media_type or lowered.endswith(f"media-types/{media_type}"):
            return name
    if "://" in written:
        written = re.split(r"[/#]", written.rstrip("/"))[-1]
    written = written.removeprefix(".")
    return next((name for name in FORMATS.values() if name.lower() == written.lower()), written.upper()) or None


def as_media_type(values: Sequence[Any], _rule: Rule, _report: FieldReport) -> str | None:
    written = to_text(values[0])
    found = re.search(r"([a-z]+/[a-z0-9.+-]+)$", written.lower())
    return found[1] if found else None


def as_file_name(values: Sequence[Any], _rule: Rule, _report: FieldReport) -> str | None:
    """Return the name of the file that an address ends in, if it looks like one."""
    name = unquote(urlsplit(to_identifier(values[0])).path.rpartition("/")[2])
    return name if re.search(r"\.[A-Za-z0-9]{1,8}$", name) else None


def as_own_file_name(values: Sequence[Any], _rule: Rule, _report: FieldReport) -> str | None:
    """Return a name that already is that of a file."""
    return next((name for value in values if re.search(r"[^/]\.[A-Za-z0-9]{1,8}$", name := to_text(value))), None)


def as_suffix(values: Sequence[Any], _rule: Rule, _report: FieldReport) -> str | None:
    """Return the format that the suffix of an address tells."""
    for value in values:
        if found := re.search(r"\.([A-Za-z0-9]{1,8})$", urlsplit(to_identifier(value)).path):
            known = (name for name in FORMATS.values() if name.lower() == found[1].lower())
            return next(known, found[1].upper())
    return None


def as_protocol(values: Sequence[Any], rule: Rule, report: FieldReport) -> str | None:
    """``WMS`` of ``OGC:WMS-1.3.0-http-get-map``, else the suffix of the address."""
    for value in values:
        if found := re.search(r"\b(?:OGC|ESRI|OSGEO)[:.]([A-Za-z]+)", to_text(value), re.IGNORECASE):
            return found[1].upper()
    return as_suffix(values, rule, report)
