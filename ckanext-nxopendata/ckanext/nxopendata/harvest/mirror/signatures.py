"""What a file is by its first bytes, where that contradicts its declared format."""

from __future__ import annotations

import json
import re

ZIP = b"PK\x03\x04"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

SIGNATURES: dict[str, tuple[bytes, ...]] = {
    "XLSX": (ZIP,),
    "DOCX": (ZIP,),
    "PPTX": (ZIP,),
    "ODS": (ZIP,),
    "ODT": (ZIP,),
    "ZIP": (ZIP, b"PK\x05\x06"),
    "XLS": (OLE, ZIP, b"\x09\x08"),
    "DOC": (OLE, ZIP, b"{\\rtf"),
    "ET": (OLE, ZIP),
    "WPS": (OLE, ZIP),
    "PDF": (b"%PDF-", b"\xef\xbb\xbf%PDF-"),
    "PNG": (b"\x89PNG\r\n\x1a\n",),
    "JPG": (b"\xff\xd8\xff",),
    "JPEG": (b"\xff\xd8\xff",),
    "GZ": (b"\x1f\x8b",),
    "RAR": (b"Rar!\x1a\x07",),
    "7Z": (b"7z\xbc\xaf\x27\x1c",),
}
"""Format -> how its files begin. WPS Office writes and reads both families under the older suffixes."""

BINARY = (ZIP, OLE, b"%PDF-", b"\x89PNG", b"\xff\xd8\xff", b"\x1f\x8b", b"Rar!", b"7z\xbc\xaf", b"MZ", b"\x7fELF")
JSON = frozenset({"JSON", "GEOJSON", "JSONL", "NDJSON", "JSON-LD", "JSONLD", "TOPOJSON"})
XML = frozenset({"XML", "RDF", "KML", "GML", "GPX", "XSD", "RSS", "SVG", "WSDL"})
TEXTUAL = frozenset({"CSV", "TSV", "TXT", "TTL", "N3", "NT", "SQL"}) | JSON | XML
PAGES = frozenset({"HTML", "HTM", "XHTML", "PHP", "ASP", "ASPX", "JSP"})
ANY = frozenset({"API", "WMS", "WFS", "WMTS", "WCS", "REST", ""})
"""Formats that say nothing of the bytes."""

HEAD = 4096
"""Bytes that :func:`find_contradiction` looks at."""

_COMMENTS = re.compile(r"(?:\s+|<!--.*?-->|<\?.*?\?>|<%.*?%>)*", re.DOTALL)
_PAGE = re.compile(
    r"<(?:!doctype\s+html|html|head|body|script|meta|frameset|noscript|title|style)[\s>/]", re.IGNORECASE
)
_PART_OF_PAGE = re.compile(
    r"<(?:div|p|h[1-6]|center|form|iframe|link|span|a|br|b|font|table|img|ul|ol|section|main|header)[\s>/]",
    re.IGNORECASE,
)
_ERROR_ROOT = re.compile(
    r"<(?:[\w.-]+:)?(?:error|errors|exception|exceptionreport|serviceexceptionreport|serviceexception|fault|oaierror"
    r"|errorresponse|accessdenied)[\s>/]",
    re.IGNORECASE,
)
_ENVELOPE = re.compile(r"<(?:[\w.-]+:)?envelope[\s>].*<(?:[\w.-]+:)?fault[\s>/]", re.IGNORECASE | re.DOTALL)
_ERROR_KEYS = frozenset(
    "code msg message error errors status success errcode errmsg errorcode errormessage detail reason fault ok".split()  # noqa: SIM905
)
_PAYLOAD_KEYS = frozenset({"data", "result", "results", "records", "rows", "features", "items", "list", "value"})
_ERROR_WORDS = re.compile(
    r"错误|失败|繁忙|未登录|请登录|登录超时|无权|权限|不存在|未找到|找不到|稍后|出错|异常|拒绝"
    r"|not found|error|denied|unauthori[sz]ed|forbidden|expired|invalid|too many requests|unavailable",
    re.IGNORECASE,
)


_TRACE = re.compile(
    r"(?:PHP )?(?:Fatal error|Parse error|Warning|Notice): .* (?:in|on) .*(?:line|\.php)"
    r"|Traceback \(most recent call last\)|Exception in thread|(?:[a-z]\w*\.)+\w*(?:Exception|Error)\b"
    r"|ORA-\d{5}|SQLSTATE\[|Microsoft OLE DB|System\.\w+Exception|Server Error in '"
    r"|(?:HTTP \w+ )?[45]\d\d [A-Z][a-z]+ ?[A-Z]?[a-z]*\r?\n"
)
"""How programs begin that print why they failed."""


def find_contradiction(declared: str, head: bytes, media_type: str = "", *, whole: bool = False) -> str | None:
    """Return the code of what a file is instead of its declared format; None when nothing speaks against it.

    Args:
        declared: Its format, in any case.
        head: Its first bytes, at least :data:`HEAD` if it has so many.
        media_type: As the server said.
        whole: ``head`` is all of the file.
    """
    declared = declared.strip().lstrip(".").upper()
    if not head.strip(b"\0 \t\r\n\xef\xbb\xbf"):
        return "file_empty" if whole else None
    if declared in PAGES:
        return None
    if declared in SIGNATURES and head.startswith(SIGNATURES[declared]):
        return None  # the bytes are surer than what a server says of them
    text = _text_of(head)
    start = text[_COMMENTS.match(text).end() :] if text else ""  # pyright: ignore[reportOptionalMemberAccess]
    if _PAGE.match(start) or (declared not in XML and _PART_OF_PAGE.match(start)):
        return "file_is_a_page"
    if media_type in ("text/html", "application/xhtml+xml") and declared not in ANY:
        return "file_is_an_error" if start[:1] == "{" and _is_error(start, whole=whole) else "file_is_a_page"
    if _ERROR_ROOT.match(start) or _ENVELOPE.match(start) or (start[:1] == "{" and _is_error(start, whole=whole)):
        return "file_is_an_error"
    if declared in SIGNATURES:
        return "file_of_another_type"
    if declared in TEXTUAL:
        return _contradicts_text(declared, head, start, whole=whole)
    return None


def _contradicts_text(declared: str, head: bytes, start: str, *, whole: bool) -> str | None:
    if head.startswith(BINARY):
        return "file_of_another_type"
    if declared in JSON:
        wrong = not re.match(r"[\[{\"\d-]|true|false|null", start)
    elif declared in XML:
        wrong = not start.startswith("<")
    else:
        wrong = declared in ("CSV", "TSV") and re.match(r"\{\s*\"|\[\s*[{\[]|<[A-Za-z?!%]", start) is not None
    is_sentence = whole and len(start) < 200 and "\n" not in start.strip() and _ERROR_WORDS.search(start)
    if (is_sentence or _TRACE.match(start)) and declared != "TXT":
        return "file_is_an_error"
    return "file_of_another_type" if wrong else None


def _text_of(head: bytes) -> str:
    """Return the first bytes as text; "" for a binary file."""
    for mark, codec in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"), (b"\xef\xbb\xbf", "utf-8")):
        if head.startswith(mark):
            return head[len(mark) :].decode(codec, "replace")
    if b"\0" in head:
        return ""
    try:
        return head.decode()
    except UnicodeDecodeError as error:
        if error.start > len(head) - 4:
            return head[: error.start].decode()
        return head.decode("gb18030", "replace")


def _is_error(text: str, *, whole: bool) -> bool:
    """Tell whether JSON is the answer of a service that failed: a few plain facts and no data."""
    if not whole:
        return False
    try:
        answer = json.loads(text)
    except (ValueError, RecursionError):
        return False
    if not isinstance(answer, dict) or len(answer) > 8:
        return False
    keys = {str(key).lower() for key in answer}
    has_payload = any(answer[key] for key in answer if str(key).lower() in _PAYLOAD_KEYS)
    return bool(keys & _ERROR_KEYS) and not has_payload and len(keys & _ERROR_KEYS) * 2 >= len(keys)
