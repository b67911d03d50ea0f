"""ISO 19115-3 metadata in the shape of ISO 19139, so that one table of mappings reads both.

Both encode ISO 19115 with the same names of properties but for a few: the identifier, dates and languages of a record,
and its responsible parties, which hold organisations and individuals as classes of their own.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]  a compiled module without types

METADATA = tuple(
    f"{{http://standards.iso.org/iso/19115/-3/{part}}}MD_Metadata"
    for part in ("mdb/1.0", "mdb/2.0", "mds/1.0", "mds/2.0")
)
MARK = "standards.iso.org/iso/19115/-3/md"
DATES = ("revision", "lastupdate", "creation", "publication", "")
"""Dates of a record, the one first that says when it was changed last."""


def to_19139(metadata: Any) -> None:
    """Rename what ISO 19115-3 calls otherwise, in place; elements keep their namespaces, for names are read without."""
    for code in metadata.findall("{*}metadataIdentifier/{*}MD_Identifier/{*}code")[:1]:
        _put(metadata, code, "fileIdentifier")
    told = metadata.findall("{*}dateInfo/{*}CI_Date")
    dates = {_code(date.find("{*}dateType")): date.find("{*}date") for date in told}
    for kind in (*(kind for kind in DATES if kind in dates), *dates):
        if dates[kind] is not None:
            _put(metadata, dates[kind], "dateStamp")
            break
    for holder in (metadata, *metadata.iterfind("{*}identificationInfo/{*}*")):
        _put_all(holder, holder.findall("{*}defaultLocale/{*}PT_Locale/{*}language"), "language")
    for locale in metadata.findall("{*}otherLocale"):
        locale.tag = "locale"
    for language in metadata.iterfind("{*}locale/{*}PT_Locale/{*}language"):
        language.tag = "languageCode"
    for party in metadata.iter("{*}CI_Responsibility"):
        _flatten_party(party)
    for phone in metadata.iter("{*}CI_Telephone"):
        for number in phone.findall("{*}number"):
            number.tag = "facsimile" if _code(phone.find("{*}numberType")) == "facsimile" else "voice"


def _flatten_party(responsibility: Any) -> None:
    """Give a responsibility the names and the address of its organisation and its individual."""
    for organisation in responsibility.findall(".//{*}CI_Organisation")[:1]:
        _put_all(responsibility, organisation.findall("{*}name")[:1], "organisationName")
    for individual in responsibility.findall(".//{*}CI_Individual")[:1]:
        _put_all(responsibility, individual.findall("{*}name")[:1], "individualName")
        _put_all(responsibility, individual.findall("{*}positionName")[:1], "positionName")
    _put_all(responsibility, responsibility.findall(".//{*}contactInfo")[:1], "contactInfo")


def _put_all(parent: Any, elements: Iterable[Any], name: str) -> None:
    for element in elements:
        _put(parent, element, name)


def _put(parent: Any, element: Any, name: str) -> None:
    """Move an element to the end of a parent, under another name."""
    element.tag = name
    element.tail = None
    parent.append(element)


def _code(element: Any) -> str:
    """The value of a code list below an element, in lower case; "" for none."""
    if element is None:
        return ""
    code = next((child for child in element if isinstance(child.tag, str)), None)
    if code is None:
        return ""
    return (code.get("codeListValue") or etree.tostring(code, method="text", encoding="unicode")).strip().lower()
