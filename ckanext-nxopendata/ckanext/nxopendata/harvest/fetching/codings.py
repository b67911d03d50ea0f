"""Content codings: what is undone between the wire and the document, in bounded steps (RFC 9110, 8.4.1)."""

from __future__ import annotations

import itertools
import zlib
from collections.abc import Iterable, Iterator

import brotli

from ckanext.nxopendata.harvest.errors import FetchError, TransientFetchError

STEP = 64 * 1024
"""Bytes that are unpacked at once."""


def decode(coding: str, chunks: Iterable[bytes], url: str) -> Iterator[bytes]:
    """Undo a content coding.

    Raises:
        TransientFetchError: The stream ends before its end.
        FetchError: The coding is not known, or the bytes are not of it.
    """
    head, whole = _peek(chunks, 2)
    if not head:
        return
    if coding == "gzip":
        yield from _inflate(whole, 31, url)
    elif coding == "deflate":
        # what most servers mean is zlib's format, some send the bare stream
        is_zlib = head[0] & 0x0F == 8 and int.from_bytes(head[:2], "big") % 31 == 0
        yield from _inflate(whole, 15 if is_zlib else -15, url)
    elif coding == "br":
        yield from _unbrotli(whole, url)
    else:
        raise FetchError("encoding_unknown", url=url, encoding=coding)


def unwrap(chunks: Iterable[bytes], url: str) -> Iterator[bytes]:
    """Undo gzip once more where a body turns out to be packed twice."""
    head, whole = _peek(chunks, 3)
    yield from _inflate(whole, 31, url) if head.startswith(b"\x1f\x8b\x08") else whole


def _peek(chunks: Iterable[bytes], size: int) -> tuple[bytes, Iterator[bytes]]:
    """Return the beginning of a stream, at least ``size`` bytes of a longer one, and the whole of it."""
    stream = iter(chunks)
    head = b""
    while len(head) < size and (chunk := next(stream, None)) is not None:
        head += chunk
    return head, itertools.chain([head], stream)


def _inflate(chunks: Iterable[bytes], wbits: int, url: str) -> Iterator[bytes]:
    decoder = zlib.decompressobj(wbits=wbits)
    try:
        for chunk in chunks:
            data = chunk
            while data:
                if decoder.eof:
                    if wbits != 31 or not data.strip(b"\0"):
                        return  # what stands behind the end is padding
                    decoder = zlib.decompressobj(wbits=wbits)
                yield decoder.decompress(data, STEP)
                data = decoder.unconsumed_tail or decoder.unused_data
    except zlib.error as error:
        raise FetchError("compression_broken", url=url) from error
    if not decoder.eof:
        raise TransientFetchError("connection_broken", url=url, received=0)


def _unbrotli(chunks: Iterable[bytes], url: str) -> Iterator[bytes]:
    decoder = brotli.Decompressor()
    try:
        for chunk in chunks:
            yield decoder.process(chunk, output_buffer_limit=STEP)
            while not decoder.can_accept_more_data():
                yield decoder.process(b"", output_buffer_limit=STEP)
    except brotli.error as error:
        raise FetchError("compression_broken", url=url) from error
    if not decoder.is_finished():
        raise TransientFetchError("connection_broken", url=url, received=0)
