"""Write a picture anew, so that nothing of a stranger's file is sent to readers. Imports nothing of CKAN."""

from __future__ import annotations

import io

from PIL import Image, ImageOps

from ckanext.nxopendata.core.tabular.sandbox import BEGINNING, SandboxError, run_limited

FORMATS = ("JPEG", "PNG", "WEBP")
LONGEST_SIDE = 1600
"""Pixels of the longer side of what is kept."""

MOST_PIXELS = 50_000_000
"""Pixels of what is read: those of a telephone's camera."""


class NotAPictureError(Exception):
    """The bytes are no picture of a format that is taken, or cannot be read within the limits."""


def write_anew(content: bytes) -> tuple[bytes, int, int]:
    """Return a picture as WebP with its width and height: pixels alone, upright, without what the file says of itself.

    Raises:
        NotAPictureError: it cannot be read.
    """
    try:
        written = run_limited(_write, content, limits=BEGINNING)
    except SandboxError as problem:
        raise NotAPictureError from problem
    if not written:
        raise NotAPictureError
    return written[8:], int.from_bytes(written[:4]), int.from_bytes(written[4:8])


def _write(content: bytes) -> bytes:
    """Return width and height in four bytes each, then the picture; nothing for what is none."""
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                return b""
            picture = ImageOps.exif_transpose(opened).convert("RGBA" if _is_transparent(opened) else "RGB")
    except Exception:  # the library raises whatever a broken file brings about
        return b""
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    plain = Image.frombytes(picture.mode, picture.size, picture.tobytes())
    out = io.BytesIO()
    plain.save(out, "WEBP", quality=82)
    return plain.width.to_bytes(4) + plain.height.to_bytes(4) + out.getvalue()


def _is_transparent(image: Image.Image) -> bool:
    return image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info
