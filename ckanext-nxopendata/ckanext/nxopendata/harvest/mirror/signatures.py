"""What a file is by its bytes, where that contradicts its declared format or the media type it came with."""

from __future__ import annotations

import re

from ckanext.nxopendata.harvest.mirror import error_answers, sentences

ZIP = b"PK\x03\x04"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
RAR = b"Rar!\x1a\x07"
SEVEN_ZIP = b"7z\xbc\xaf\x27\x1c"
SQLITE = b"SQLite format 3\0"
PDF = (b"%PDF-", b"\xef\xbb\xbf%PDF-")
TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
NETCDF = (b"CDF", b"\x89HDF\r\n\x1a\n")
PACKED = (ZIP, RAR, SEVEN_ZIP)
"""How several files are sent as one."""

SIGNATURES: dict[str, tuple[bytes, ...]] = {
    **dict.fromkeys(("XLSX", "XLSM", "XLSB", "DOCX", "PPTX", "ODS", "ODT", "ODP", "OFD", "EPUB", "KMZ"), (ZIP,)),
    "ZIP": (ZIP, b"PK\x05\x06"),
    "XLS": (OLE, ZIP, b"\x09\x08"),
    "DOC": (OLE, ZIP, b"{\\rtf"),
    "PPT": (OLE, ZIP),
    **dict.fromkeys(("ET", "WPS", "DPS"), (OLE, ZIP)),
    "RTF": (b"{\\rtf",),
    "PDF": PDF,
    "PNG": (b"\x89PNG\r\n\x1a\n",),
    **dict.fromkeys(("JPG", "JPEG"), (b"\xff\xd8\xff",)),
    "GIF": (b"GIF8",),
    "BMP": (b"BM",),
    **dict.fromkeys(("TIF", "TIFF", "GEOTIFF"), (*TIFF, *PACKED)),
    **dict.fromkeys(("GZ", "GZIP", "TGZ"), (b"\x1f\x8b",)),
    "RAR": (RAR,),
    "7Z": (SEVEN_ZIP,),
    "SHP": (b"\0\0\x27\x0a", *PACKED),
    "GPKG": (SQLITE, *PACKED),
    "SQLITE": (SQLITE, *PACKED),
    **dict.fromkeys(("NC", "NETCDF", "HDF", "HDF5"), (*NETCDF, b"\x0e\x03\x13\x01", *PACKED)),
    "PARQUET": (b"PAR1",),
    "DWG": (b"AC1", *PACKED),
    **dict.fromkeys(("MDB", "ACCDB"), (b"\0\x01\0\0Standard ", *PACKED)),
}
"""Format -> how its files begin. WPS Office writes and reads both families under the older suffixes; what is several
files comes packed."""

BINARY = (
    ZIP,
    OLE,
    b"%PDF-",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"\x1f\x8b",
    b"Rar!",
    b"7z\xbc\xaf",
    b"MZ",
    b"\x7fELF",
    SQLITE,
)
JSON = frozenset({"JSON", "GEOJSON", "JSONL", "NDJSON", "JSON-LD", "JSONLD", "TOPOJSON"})
XML = frozenset({"XML", "RDF", "KML", "GML", "GPX", "XSD", "RSS", "SVG", "WSDL", "OWL"})
TABLES = frozenset({"CSV", "TSV"})
TEXTUAL = frozenset({"TXT", "TTL", "N3", "NT", "NQ", "TRIG", "SQL"}) | TABLES | JSON | XML
PAGES = frozenset({"HTML", "HTM", "XHTML", "PHP", "ASP", "ASPX", "JSP"})
KNOWN = frozenset(SIGNATURES) | TEXTUAL | PAGES

HEAD = 64 * 1024
"""Bytes at the beginning that are looked at."""

TAIL = 66 * 1024
"""Bytes at the end that are looked at: the directory of a ZIP stands there."""

_ENDS: dict[bytes, bytes] = {ZIP: b"PK\x05\x06", b"%PDF-": b"%%EOF", b"\x89PNG": b"IEND", b"PAR1": b"PAR1"}
"""How a file begins -> what stands near its end."""

_COMMENTS = re.compile(r"(?:\s+|\ufeff|<!--.*?-->|<\?.*?\?>|<%.*?%>)*", re.DOTALL)
_PAGE = re.compile(
    r"<(?:!doctype\s+html|html|head|body|script|meta|frameset|noscript|title|style)[\s>/]", re.IGNORECASE
)
_ALSO_XML = re.compile(r"<(?:head|body|meta|title|style)>", re.IGNORECASE)
"""Roots of pages that are roots of data as well, behind the declaration of XML."""
_PART_OF_PAGE = re.compile(
    r"<(?:div|p|h[1-6]|center|form|iframe|link|span|a|br|b|font|table|img|ul|ol|section|main|header|strong|i|em|pre)"
    r"[\s>/]",
    re.IGNORECASE,
)
_MAIL = re.compile(
    r"(?:From|MIME-Version|Subject|Content-Type|Date): [^\n]*\n(?:[\w-]+: [^\n]*\n|[ \t]+[^\n]*\n)*", re.IGNORECASE
)
"""How a page that is saved as one file begins."""
_POINTER = "version https://git-lfs.github.com/spec/"
"""How the file begins that stands in a repository for a large one."""
_ANYWHERE = re.compile(r"<(?:!doctype\s+html|html|body|script|iframe|meta\s+http-equiv)[\s>/]", re.IGNORECASE)
_SCRIPT = re.compile(
    r"(?:(?:window|top|parent|self|document)\s*\.\s*[\w.]+\s*[=(]|location\s*[.=]|alert\s*\(|eval\s*\(|\(function\s*\()"
)
_OFFICE = re.compile(r"urn:schemas-microsoft-com:office|ProgId\s+content|mso-application", re.IGNORECASE)
"""Stands in the pages and the XML that Excel and Word write under their older suffixes."""

HTML = ("text/html", "application/xhtml+xml")
_EXCEL = re.compile(r"application/(?:(?:x-)?(?:ms)?-?excel|vnd\.ms-excel|vnd\.openxmlformats-.*\.sheet)")
_NOT_TEXT = re.compile(
    r"(?:image|audio|video|font)/(?!svg)|application/(?:pdf|(?:x-)?(?:zip|rar|7z|gzip|bzip2|tar|shockwave|java-archive)"
    r"|x-(?:zip|rar|7z)-compressed|vnd\.rar|msword|(?:x-)?(?:ms-?)?excel|vnd\.(?:ms-|openxmlformats|oasis\.opendocument))"
)
"""Media types of files that are no text."""


def find_contradiction(
    declared: str, head: bytes, media_type: str = "", *, whole: bool = False, tail: bytes = b""
) -> str | None:
    """Return the code of what a file is instead of its declared format; None when nothing speaks against it.

    Bytes are surer than what a server says of them: a table that comes as ``text/html`` is one. But what nothing proves
    is not taken for the file.

    Args:
        declared: Its format, in any case; "" when nobody says.
        head: Its first bytes, at least :data:`HEAD` if it has so many.
        media_type: As the server said, in lower case.
        whole: ``head`` is all of the file.
        tail: Its last bytes, :data:`TAIL` of them; "" leaves its end unproved.
    """
    declared = as_known(declared)
    if not head.strip(b"\0 \t\r\n\xef\xbb\xbf"):
        return "file_empty" if whole else None
    if declared in SIGNATURES and head.startswith(SIGNATURES[declared]):
        return _find_missing_end(head, tail)
    text = text_of(head)
    start = text[_COMMENTS.match(text).end() :] if text else ""  # pyright: ignore[reportOptionalMemberAccess]
    if text and not start and whole:
        return "file_is_a_page" if "<" in text else "file_empty"
    if declared in PAGES:
        return error_answers.find_error(start, whole=whole) if start.startswith(("{", "[")) else None
    if declared in ("XLS", "DOC", "XML") and _OFFICE.search(text[:4096]):
        return None
    if _is_page(declared, text, start):
        return "file_is_a_page"
    if _MAIL.match(start) and "MIME-Version" in start[:4_096]:
        return "file_is_a_page"
    if start.startswith(_POINTER):
        return "file_of_another_type"
    if (
        whole
        and declared in ("", "TXT", *TABLES)
        and _ANYWHERE.search(start[:4_096])
        and not sentences.is_table(start, whole=True)
        and error_answers.read_json(start.strip()) is error_answers.UNREADABLE
    ):
        return "file_is_a_page"
    if text and (error := error_answers.find_error(start, whole=whole, declared=declared)):
        return error
    if media_type in HTML and not _is_proved(declared, start, whole=whole):
        return "file_is_a_page"
    if declared in SIGNATURES:
        return "file_of_another_type"
    if declared in TEXTUAL:
        return _contradicts_text(declared, head, start, media_type, whole=whole) or _find_missing_text(
            declared, start, tail, whole
        )
    return _find_missing_end(head, tail)


def as_known(declared: str) -> str:
    """Return a format as the tables here write it; "" for one that says nothing of the bytes."""
    name = declared.strip().lstrip(".").upper()
    return name if name in KNOWN else ""


def _is_page(declared: str, text: str, start: str) -> bool:
    if declared in XML:
        return _PAGE.match(start) is not None and not (
            text.lstrip("\ufeff \t\r\n").startswith("<?xml") and _ALSO_XML.match(start)
        )
    if declared in sentences.STATEMENTS and sentences.is_statements(start, declared):
        name = re.match(r"<(\w+)>", start)  # <p> is a relative address, unless it is closed
        return name is not None and f"</{name[1]}>" in start
    return any(pattern.match(start) for pattern in (_PAGE, _SCRIPT, _PART_OF_PAGE))


def _contradicts_text(declared: str, head: bytes, start: str, media_type: str, *, whole: bool) -> str | None:
    if head.startswith(BINARY):
        return "file_of_another_type"
    if declared in JSON:
        wrong = not re.match(r"[\[{\"\d-]|true|false|null", start)
    elif declared in XML:
        wrong = not start.startswith("<")
    else:
        wrong = declared in TABLES and re.match(r"\{\s*\"|\[\s*[{\[]|<[A-Za-z?!%]", start) is not None
    if _NOT_TEXT.match(media_type) and not (declared in TABLES and _EXCEL.match(media_type)):
        wrong = wrong or not _is_surely(declared, start, whole=whole)
    return "file_of_another_type" if wrong else None


def _is_surely(declared: str, start: str, *, whole: bool) -> bool:
    """Tell whether the bytes are a text of the declared format although its server names another kind of file."""
    if declared in JSON:
        if whole:
            return error_answers.read_json(start.strip()) is not error_answers.UNREADABLE
        return re.match(r"\{\s*\"|\[\s*[{\[\"\d]", start) is not None
    if declared in XML:
        return re.match(r"<[^\W\d]", start) is not None
    if declared in sentences.STATEMENTS:
        return sentences.is_statements(start, declared)
    if declared in TABLES and whole and sentences.is_header(start.strip()):
        return True
    return sentences.is_table(start, whole=whole)


def _find_missing_end(head: bytes, tail: bytes) -> str | None:
    """Return ``file_incomplete`` when the end that files of this kind have is not there."""
    end = next((end for begin, end in _ENDS.items() if head.startswith(begin)), b"")
    return "file_incomplete" if tail and end and end not in tail else None


def _find_missing_text(declared: str, start: str, tail: bytes, whole: bool) -> str | None:
    """Return ``file_incomplete`` when a document that begins with a bracket does not end with one."""
    if not tail or b"\0" in tail:
        return None
    last = tail.rstrip()[-1:]
    if declared in JSON - {"JSONL", "NDJSON"} and start.startswith(("{", "[")):
        return None if last in b"}])" else "file_incomplete"
    return "file_incomplete" if declared in XML and last != b">" else None


def _is_proved(declared: str, start: str, *, whole: bool) -> bool:
    """Tell whether the bytes show that a file is no page although its server says so."""
    if declared in JSON or (not declared and start.startswith(("{", "["))):
        return start.startswith(("{", "["))
    if declared in XML:
        return start.startswith("<")
    if re.search(r"<(?:!doctype|html|body|script|meta|title|iframe|form)[\s>/]", start, re.IGNORECASE):
        return False
    if declared in ("TTL", "N3", "NT", "NQ", "TRIG"):
        return start.startswith(("@prefix", "@base", "PREFIX", "<", "_:", "#"))
    if declared == "SQL":
        return re.match(r"(?i)--|/\*|create|insert|drop|set|begin|use|delete|alter", start) is not None
    if declared in SIGNATURES:
        return False
    return ((declared == "TXT" or declared in TABLES) and len(start.splitlines()) > 3) or sentences.is_table(
        start, whole=whole
    )


def text_of(head: bytes) -> str:
    """Return the first bytes as text; "" for a binary file."""
    for mark, codec in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"), (b"\xef\xbb\xbf", "utf-8")):
        if head.startswith(mark):
            return head[len(mark) :].decode(codec, "replace")
    if b"\0" in head:
        for first, codec in ((1, "utf-16-le"), (0, "utf-16-be")):  # ASCII in two bytes, without a mark
            if (half := head[first:200:2]) and half.count(0) > 0.9 * len(half):
                return head.decode(codec, "replace")
        return ""
    try:
        return head.decode()
    except UnicodeDecodeError as error:
        if error.start > len(head) - 4:
            return head[: error.start].decode()
        return head.decode("gb18030", "replace")
