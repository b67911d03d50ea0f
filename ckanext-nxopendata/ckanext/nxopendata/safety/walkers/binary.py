"""Images, old office files and unknown formats: what can be seen in them; a person decides about the rest."""

from __future__ import annotations

import re
from typing import IO, Any

import xlrd
from PIL import ExifTags, Image
from xlrd.biffh import XLRDError

from ckanext.nxopendata.safety.walkers.archive import iterate_strings
from ckanext.nxopendata.safety.walkers.collector import Collector, Table, join, name_column

MOST_BYTES = 96 * 1024 * 1024
SMALL_SIDE = 300
"""Pixels of the shorter side from which a picture may show a document."""


def walk_image(file: IO[bytes], place: str, collector: Collector) -> None:
    """Look at what a picture says of itself; what a large one shows, a person looks at."""
    data = file.read(MOST_BYTES)
    collector.budget.spend_bytes(len(data))
    collector.add_text(place, data.decode("utf-8", "ignore"))
    file.seek(0)
    try:
        with Image.open(file) as image:
            width, height = image.size
            exif = image.getexif()
            texts = [str(value) for value in image.info.values() if isinstance(value, str)]
            texts += [_to_text(value) for value in exif.values()]
            texts += [_to_text(value) for value in exif.get_ifd(ExifTags.IFD.Exif).values()]
            if exif.get_ifd(ExifTags.IFD.GPSInfo).get(ExifTags.GPS.GPSLatitude):
                collector.count_structure("image_place", place, "", "GPS")
    except Exception:
        collector.add_unread(place, "damaged")
        return
    collector.add_text(place, "\n".join(texts))
    if min(width, height) >= SMALL_SIDE:
        collector.add_unread(place, "image")


def _to_text(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-16-le" if b"\0" in value[1:4:2] else "utf-8", "ignore")
    return str(value)


def walk_ole(file: IO[bytes], place: str, collector: Collector) -> None:
    """Look at an old office file: the cells of a workbook, the texts of any other."""
    data = file.read(MOST_BYTES)
    collector.budget.spend_bytes(len(data))
    for text in iterate_strings(data):
        collector.add_text(place, text)
    if b"E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e" in data:
        collector.add_unread(place, "encrypted")
        return
    try:
        book = xlrd.open_workbook(file_contents=data, logfile=_Silence(), on_demand=True)
    except XLRDError as error:
        collector.add_unread(place, "encrypted" if "encrypted" in str(error) else "format")
        return
    except Exception:
        collector.add_unread(place, "damaged")
        return
    for sheet in book:
        hidden = ("", " (hidden)", " (veryHidden)")[min(sheet.visibility, 2)]
        table = Table(collector, join(place, sheet.name + hidden), lambda row, column: f"{name_column(column)}{row}")
        for number in range(sheet.nrows):
            table.add(number + 1, [_show(value) for value in sheet.row_values(number)])
        table.finish()


class _Silence:
    def write(self, text: str) -> None:
        """What the library says of a file is not kept: it may quote the file."""


def _show(value: Any) -> str:
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e19:
        return str(int(value))
    return str(value)


def walk_rich_text(file: IO[bytes], place: str, collector: Collector) -> None:
    """Look at the text of an RTF document; what pictures and objects in it show, a person looks at."""
    data = file.read(MOST_BYTES)
    collector.budget.spend_bytes(len(data))
    data = re.sub(
        rb"((?:\\'[0-9A-Fa-f]{2})+)", lambda found: bytes.fromhex(found[1].replace(b"\\'", b"").decode()), data
    )
    text = data.decode("gb18030", "replace")
    text = re.sub(r"\\u(-?[0-9]{1,5}) ?\??", lambda found: chr(int(found[1]) % 65536), text)
    text = re.sub(r"\\(?:par|line|cell|row)\b ?", "\n", text)
    collector.add_text(place, re.sub(r"\\[a-z]+-?[0-9]* ?|[{}]", "", text))
    collector.add_unread(place, "format")


def walk_unknown(file: IO[bytes], place: str, collector: Collector) -> None:
    """Look at what can be seen of a file that nothing here reads; it is never clean."""
    data = file.read(MOST_BYTES)
    collector.budget.spend_bytes(len(data))
    for text in iterate_strings(data):
        collector.add_text(place, text)
    collector.add_unread(place, "format")
