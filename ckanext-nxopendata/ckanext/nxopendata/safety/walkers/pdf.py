"""PDF: text of each page, what lies below black boxes, notes, forms, attachments, earlier revisions, properties."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import IO, Any

import pypdfium2
import pypdfium2.raw as pdfium
from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, StreamObject

from ckanext.nxopendata.safety.walkers.archive import Walk
from ckanext.nxopendata.safety.walkers.budget import BudgetError
from ckanext.nxopendata.safety.walkers.collector import Collector, join

MOST_BYTES = 400 * 1024 * 1024
MOST_REVISIONS = 20
MOST_OBJECTS = 60_000
END = re.compile(rb"%%EOF[\r\n]*")
DARK, WHITE = 200, 740
"""Sum of red, green and blue up to which, and from which on, a box hides what lies below it; between are marks."""

SKIPPED_STREAMS = ("/XRef", "/ObjStm")


def walk(file: IO[bytes], place: str, collector: Collector, depth: int, walk_inner: Walk) -> None:
    """Look at a PDF."""
    data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise BudgetError("bytes")
    collector.budget.spend_bytes(len(data))
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        encrypted = "password" in str(error).lower() or "security" in str(error).lower()
        collector.add_unread(place, "encrypted" if encrypted else "damaged")
        return
    with document:
        _walk_pages(document, place, collector, current=True)
    _walk_objects(data, place, collector, depth, walk_inner)
    ends = [found.end() for found in END.finditer(data)][:-1]
    for number, end in enumerate(ends[-MOST_REVISIONS:], 1):
        if end < 100:
            continue
        with suppress(pypdfium2.PdfiumError), pypdfium2.PdfDocument(data[:end]) as earlier:
            _walk_pages(earlier, join(place, f"revision {number}"), collector, current=False)


def _walk_pages(document: Any, place: str, collector: Collector, *, current: bool) -> None:
    for number, page in enumerate(document, 1):
        collector.budget.check_time()
        below = join(place, f"p. {number}")
        text_page = page.get_textpage()
        text = text_page.get_text_range()
        collector.add_text(below, text)
        if re.search(r"[0-9]\s*\n\s*[0-9]", text):  # a number that is broken over lines
            collector.add_text(below, re.sub(r"(?<=[0-9])\s*\n\s*(?=[0-9Xx])", "", text))
        if current:
            objects = list(page.get_objects(max_depth=6))
            if len(text.strip()) < 5 and objects:
                collector.add_unread(below, "no_text")
            for covered in _find_covered(page, objects, text_page):
                collector.count_structure("covered_text", below, "", covered)
            if any(item.type == pdfium.FPDF_PAGEOBJ_IMAGE and _is_large(item, page) for item in objects):
                collector.add_unread(below, "image")
        text_page.close()
        page.close()


def _is_large(item: Any, page: Any) -> bool:
    """Whether an image fills more than a tenth of a page: it may show a document."""
    left, bottom, right, top = _bounds(item)
    width, height = page.get_size()
    return (right - left) * (top - bottom) > 0.1 * width * height


def _bounds(item: Any) -> tuple[float, float, float, float]:
    with suppress(pypdfium2.PdfiumError):
        return item.get_bounds() if hasattr(item, "get_bounds") else item.get_pos()
    return 0.0, 0.0, 0.0, 0.0


def _find_covered(page: Any, objects: list[Any], text_page: Any) -> Iterator[str]:
    """The texts that lie below dark boxes drawn after them, or below dark notes."""
    texts = [(number, _bounds(item)) for number, item in enumerate(objects) if item.type == pdfium.FPDF_PAGEOBJ_TEXT]
    boxes = [
        (number, _bounds(item))
        for number, item in enumerate(objects)
        if item.type in (pdfium.FPDF_PAGEOBJ_PATH, pdfium.FPDF_PAGEOBJ_IMAGE) and _is_cover(item)
    ]
    boxes += [(len(objects), box) for box in _dark_notes(page)]
    for order, (left, bottom, right, top) in boxes[:2_000]:
        if right - left < 8 or top - bottom < 5:
            continue
        below = any(
            number < order and x1 < right and x2 > left and bottom - 1 <= (y1 + y2) / 2 <= top + 1
            for number, (x1, y1, x2, y2) in texts
        )
        if below:
            covered = text_page.get_text_bounded(left - 1, bottom - 1, right + 1, top + 1).strip()
            if len(covered) >= 2:
                yield covered


def _is_cover(item: Any) -> bool:
    if item.type == pdfium.FPDF_PAGEOBJ_IMAGE:
        return False
    mode, stroke = pdfium.c_int(), pdfium.c_int()
    if not pdfium.FPDFPath_GetDrawMode(item.raw, mode, stroke) or mode.value == pdfium.FPDF_FILLMODE_NONE:
        return False
    colour = [pdfium.c_uint() for _ in range(4)]
    return (
        bool(pdfium.FPDFPageObj_GetFillColor(item.raw, *colour))
        and not DARK < sum(part.value for part in colour[:3]) < WHITE
        and colour[3].value > 200
    )


def _dark_notes(page: Any) -> Iterator[tuple[float, float, float, float]]:
    for number in range(pdfium.FPDFPage_GetAnnotCount(page.raw)):
        note = pdfium.FPDFPage_GetAnnot(page.raw, number)
        if not note:
            continue
        kind = pdfium.FPDFAnnot_GetSubtype(note)
        box, colour = pdfium.FS_RECTF(), [pdfium.c_uint() for _ in range(4)]
        is_box = kind in (pdfium.FPDF_ANNOT_SQUARE, pdfium.FPDF_ANNOT_REDACT, pdfium.FPDF_ANNOT_HIGHLIGHT)
        if is_box and pdfium.FPDFAnnot_GetRect(note, box):
            interior = pdfium.FPDFANNOT_COLORTYPE_InteriorColor
            outline = pdfium.FPDFANNOT_COLORTYPE_Color
            told = pdfium.FPDFAnnot_GetColor(note, interior, *colour) or pdfium.FPDFAnnot_GetColor(
                note, outline, *colour
            )
            if kind == pdfium.FPDF_ANNOT_REDACT or (told and sum(part.value for part in colour[:3]) <= DARK):
                yield box.left, box.bottom, box.right, box.top
        pdfium.FPDFPage_CloseAnnot(note)


def _walk_objects(data: bytes, place: str, collector: Collector, depth: int, walk_inner: Walk) -> None:
    """Look at the strings of all objects, those that no page shows included, and at attachments."""
    try:
        reader = PdfReader(io.BytesIO(data), strict=False)
        if reader.is_encrypted:
            reader.decrypt("")
        numbers = {number for table in reader.xref.values() for number in table} | set(reader.xref_objStm)
    except Exception:
        collector.add_unread(place, "damaged")
        return
    texts: list[str] = []
    for number in sorted(numbers)[:MOST_OBJECTS]:
        collector.budget.check_time()
        try:
            item = reader.get_object(IndirectObject(number, 0, reader))
            texts += _list_strings(item, 0)
            if isinstance(item, StreamObject):
                _walk_stream(item, number, place, collector, depth, walk_inner)
        except BudgetError:
            raise
        except Exception:  # noqa: S112  one broken object does not hide the others
            continue
    if len(numbers) > MOST_OBJECTS:
        collector.add_unread(place, "members")
    collector.add_text(join(place, "objects"), "\n".join(texts))


def _walk_stream(
    item: StreamObject, number: int, place: str, collector: Collector, depth: int, walk_inner: Walk
) -> None:
    kind = item.get("/Type")
    if kind in SKIPPED_STREAMS or item.get("/Subtype") in ("/Image", "/Form") or "/Length1" in item:
        return
    if kind == "/EmbeddedFile":
        content = item.get_data()
        collector.budget.spend_bytes(len(content))
        walk_inner(io.BytesIO(content), "", join(place, f"attachment {number}"), collector, depth + 1)
    elif kind == "/Metadata" or (kind is None and "/Length" in item):
        content = item.get_data()
        if b"<" in content[:200] and content.lstrip()[:1] == b"<":
            collector.budget.spend_bytes(len(content))
            collector.add_text(join(place, f"object {number}"), content.decode("utf-8", "replace"))


def _list_strings(item: Any, level: int) -> list[str]:
    if level > 12:
        return []
    if isinstance(item, DictionaryObject):
        return [text for value in item.values() for text in _list_strings(value, level + 1)]
    if isinstance(item, ArrayObject):
        return [text for value in item for text in _list_strings(value, level + 1)]
    if isinstance(item, bytes):
        return [item.decode("gb18030", "replace")] if len(item) > 6 else []
    if isinstance(item, str) and not type(item).__name__.startswith("Name") and len(item) > 5:
        return [str(item)]
    return []
