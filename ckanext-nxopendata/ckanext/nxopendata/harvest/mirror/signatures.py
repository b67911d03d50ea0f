"""What a file is by its first bytes, where that contradicts its declared format."""

from __future__ import annotations

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
TEXTUAL = frozenset({"CSV", "TSV", "TXT", "JSON", "GEOJSON", "JSONL", "XML", "RDF", "TTL"})
PAGES = frozenset({"HTML", "HTM", "API", "WMS", "WFS", ""})


def find_contradiction(declared: str, head: bytes) -> str | None:
    """Return why a file cannot have its declared format: ``page`` (a web page), ``type`` (another format), else None.

    Args:
        declared: Its format, in any case.
        head: Its first bytes, at least 512 if it has so many.
    """
    declared = declared.strip().lstrip(".").upper()
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:64].lower()
    if declared not in ("HTML", "HTM") and start.startswith((b"<!doctype html", b"<html")):
        return "page"
    if not head or declared in PAGES:
        return None
    if declared in SIGNATURES:
        return None if head.startswith(SIGNATURES[declared]) else "type"
    if declared in TEXTUAL and head.startswith(BINARY):
        return "type"
    return None
