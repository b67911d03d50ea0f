"""ISO 19139 metadata from a catalogue service (CSW 2.0.2), page by page; ISO 19115-3 where a service sends that.

``GetRecords`` is asked by its query form for full ``gmd:MD_Metadata``. A record becomes a tree of plain values:
the properties of ISO 19115 by name, their classes left out (``identificationInfo > citation > title``), free text
in several languages as ``{"@value", "@language"}``, code lists by their value, and the dates of a citation by
their type (``date:publication``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]  a compiled module without types

from ckanext.nxopendata.harvest.errors import FormatError
from ckanext.nxopendata.harvest.fetching.client import Document
from ckanext.nxopendata.harvest.formats import READ_TO_THE_END, Reading, Record, iso19115_3, streams
from ckanext.nxopendata.harvest.mapping.values import to_text

ROWS = 100
CSW = "{http://www.opengis.net/cat/csw/2.0.2}"
GMD = "{http://www.isotc211.org/2005/gmd}"
GMI = "{http://www.isotc211.org/2005/gmi}"
OTHER_RECORDS = (
    CSW + "Record",
    CSW + "SummaryRecord",
    CSW + "BriefRecord",
    "{http://www.w3.org/ns/dcat#}Dataset",
)
"""What services send instead of ISO metadata."""
METADATA = (GMD + "MD_Metadata", GMI + "MI_Metadata", *iso19115_3.METADATA)
RESULTS = CSW + "SearchResults"
EXCEPTIONS = tuple(f"{{http://www.opengis.net/ows{version}}}ExceptionText" for version in ("", "/1.1", "/2.0"))
MARKS = ("opengis.net/cat/csw", "isotc211.org/2005/gmd", "isotc211.org/2005/gmi", iso19115_3.MARK)

QUERY = {
    "service": "CSW",
    "version": "2.0.2",
    "request": "GetRecords",
    "resultType": "results",
    "typeNames": "gmd:MD_Metadata",
    "namespace": "xmlns(gmd=http://www.isotc211.org/2005/gmd)",
    "outputSchema": "http://www.isotc211.org/2005/gmd",
    "elementSetName": "full",
    "maxRecords": str(ROWS),
}
OURS = frozenset(key.lower() for key in (*QUERY, "startPosition"))

LANGUAGES = {"chi": "zh", "zho": "zh", "zh": "zh", "eng": "en", "en": "en"}
DEEPEST = 30
HREF = "{http://www.w3.org/1999/xlink}href"


class CswFormat:
    """ISO 19139 by CSW."""

    name: ClassVar[str] = "csw"
    accept: ClassVar[str] = "application/xml, text/xml;q=0.9, */*;q=0.1"
    mapping: ClassVar[str] = "iso19139"

    def entry(self, url: str) -> str:
        """Return the first page of ``GetRecords``; what else the address asks for (a map file, a key) stays in it."""
        return _page_url(url, 1)

    def recognises(self, document: Document) -> bool:
        head = streams.read_xml_head(document)
        return any(mark in head for mark in MARKS)

    def read(self, first: Document, reading: Reading) -> Iterator[Record]:
        """Yield the records of all pages.

        Raises:
            FormatError: The first answer is not that of a catalogue service.
        """
        completeness = reading.completeness
        page: Document | None = first
        if "getrecords" not in first.url.lower() and not self._single(first):
            # capabilities, an exception: what a service answers when it is not asked for records
            first.body.close()
            page = reading.client.get(self.entry(reading.url), accept=self.accept)
        requested, at, seen = {page.url}, 1, 0
        while page is not None:
            completeness.add_page(page)
            matched: int | None = None
            following: int | None = None
            found, problem, others = 0, "", dict[str, int]()
            try:
                with page:
                    for event, element in streams.xml_events(
                        page, *METADATA, *OTHER_RECORDS, RESULTS, *EXCEPTIONS, report=reading.record_unreadable
                    ):
                        if event == "start":
                            continue
                        if element.tag in EXCEPTIONS:
                            problem = (element.text or "").strip()
                        elif element.tag == RESULTS:
                            matched = _number(element.get("numberOfRecordsMatched"))
                            following = _number(element.get("nextRecord"))
                        elif element.tag not in METADATA:
                            name = etree.QName(element).localname
                            others[name] = others.get(name, 0) + 1
                        else:
                            found += 1
                            yield self._record(element, page.url)
            except FormatError as error:
                reading.page_failed(error, page.url)
                return
            for name, number in others.items():
                reading.add_issue("records_of_another_kind", page.url, name=name, number=number)
            seen += found + sum(others.values())
            if matched is None and found and reading.completeness.issues:
                return
            if matched is None:
                if found and completeness.pages == 1:
                    completeness.closed = True  # a plain document of records, without a service
                    return
                if completeness.pages == 1:
                    raise FormatError("csw_not_an_answer", url=page.url, reason=problem[:300] or "?")
                reading.add_issue("page_unreadable", page.url)
                return
            if completeness.declared_total not in (None, matched):
                reading.add_issue("changed_while_reading", page.url)
            completeness.declared_total = matched
            if following is None and seen < matched and found + sum(others.values()):
                following = seen + 1  # it tells no position: the next one is the last and what came
            if following in (0, None) or following > matched or seen >= matched:
                completeness.closed = set(completeness.issues) <= READ_TO_THE_END
                return
            if not (found or others):
                reading.add_issue("page_empty", page.url, seen=seen, total=matched)
                return
            if following <= at:
                reading.add_issue("page_loop", page.url, limit=reading.max_pages)
                return
            at = following
            page = reading.open(_page_url(reading.url, at), requested, self.accept)

    def _single(self, document: Document) -> bool:
        head = streams.read_xml_head(document)
        return re.search(r"<(?:\w+:)?m[di]_metadata[\s>]", head) is not None or "getrecordsresponse" in head

    def _record(self, element: Any, url: str) -> Record:
        if element.tag in iso19115_3.METADATA:
            iso19115_3.to_19139(element)
        raw = to_values(element)
        guid = to_text(raw.get("fileIdentifier")) if isinstance(raw, dict) else None
        position = f"{url}#line={element.sourceline or '?'}"
        return Record(str(guid).strip() if guid else None, raw if isinstance(raw, dict) else {}, position)


def to_values(element: Any) -> Any:
    """Return a class of ISO 19139 as an object of its properties; a simple value as text."""
    return _object(element, 0, _languages(element))


def _object(element: Any, level: int, language: Mapping[str, str]) -> Any:
    result: dict[str, Any] = {}
    for prop in element:
        if not isinstance(prop.tag, str) or level > DEEPEST:
            continue
        name = _name(prop)
        value = _value(prop, level, language)
        if value in (None, "", {}, []):
            continue
        if name == "resourceConstraints" and isinstance(value, dict) and "otherConstraints" in value:
            value = _name_constraints(value)
        if name == "date" and isinstance(value, dict) and "dateType" in value:
            name, value = f"date:{value['dateType']}", value.get("date", "")
        _put(result, name, value)
    return result


def _name_constraints(value: dict[str, Any]) -> dict[str, Any]:
    """Say of other constraints whether they are of use or of access: only those of use are a licence."""
    for name, prefix in (("useConstraints", "use"), ("accessConstraints", "access")):
        if name in value:
            return {f"{prefix}:{key}" if key == "otherConstraints" else key: content for key, content in value.items()}
    return value


def _put(result: dict[str, Any], name: str, value: Any) -> None:
    values = value if isinstance(value, list) else [value]
    if name not in result and not isinstance(value, list):
        result[name] = value
        return
    before = result.get(name, [])
    result[name] = [*(before if isinstance(before, list) else [before]), *values]


def _value(prop: Any, level: int, language: Mapping[str, str]) -> Any:
    """Return the value of a property: a text, a text in several languages, a code, or an object."""
    children = [child for child in prop if isinstance(child.tag, str)]
    if not children:
        return (prop.text or "").strip() or prop.get(HREF, "")
    free = prop.findall("{*}PT_FreeText/{*}textGroup/{*}LocalisedCharacterString")
    own = next((child for child in children if _name(child) != "PT_FreeText"), None)
    if free:
        texts = [{"@value": _text(own), "@language": language[""]}] if own is not None and _text(own) else []
        locales = (string.get("locale", "").lstrip("#") for string in free)
        others = (
            {"@value": _text(string), "@language": language.get(locale) or _base(locale)}
            for string, locale in zip(free, locales, strict=True)
        )
        return [*texts, *(other for other in others if other["@value"])]
    if own is None:
        return ""
    if code := own.get("codeListValue"):
        return code
    if len(own) == 0 or not any(isinstance(child.tag, str) for child in own):
        if (address := own.get(HREF)) and address.startswith(("http://", "https://")):
            return {"@id": address, "@value": _text(own)} if _text(own) else address
        return _text(own)
    return _object(own, level + 1, language)


def _name(element: Any) -> str:
    """Return the local name; of ``gco:Date`` whose prefix nothing declares, too (``QName`` refuses such a tag)."""
    return element.tag.rpartition("}")[2].rpartition(":")[2]


def _text(element: Any) -> str:
    return "".join(element.itertext()).strip()


def _languages(metadata: Any) -> dict[str, str]:
    """Return the language of a record's own texts under "", "" when it tells none, and that of each of its locales."""
    languages = {"": ""}
    if (element := metadata.find("{*}language")) is not None:
        languages[""] = _code(element)
    for locale in metadata.iterfind("{*}locale/{*}PT_Locale"):
        code = locale.find("{*}languageCode")
        if code is not None and locale.get("id"):
            languages[locale.get("id")] = _code(code)
    return languages


def _code(element: Any) -> str:
    code = next((child.get("codeListValue", "") for child in element if isinstance(child.tag, str)), "")
    return _base(code or _text(element))


def _base(locale: str) -> str:
    """``zh`` or ``en`` of ``#locale-eng``, ``CHI``, ``zh-CN``; else what is written, in lower case."""
    last = locale.lower().replace("_", "-").rpartition("locale-")[2]
    return LANGUAGES.get(last) or LANGUAGES.get(last.partition("-")[0]) or last[:3]


def _number(written: str | None) -> int | None:
    return int(written) if written and written.strip().isdecimal() else None


def _page_url(url: str, position: int) -> str:
    parts = urlsplit(url)
    kept = {key: value for key, value in parse_qsl(parts.query) if key.lower() not in OURS}
    query = urlencode({**kept, **QUERY, "startPosition": str(position)})
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))


FORMAT = CswFormat()
