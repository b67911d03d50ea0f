"""Mails: head, every part of the text, attachments."""

from __future__ import annotations

import email
import email.policy
import io
from typing import IO

from ckanext.nxopendata.safety.walkers.archive import Walk
from ckanext.nxopendata.safety.walkers.collector import Collector, join

MOST_BYTES = 100 * 1024 * 1024


def walk(file: IO[bytes], place: str, collector: Collector, depth: int, walk_inner: Walk) -> None:
    """Look at a mail."""
    data = file.read(MOST_BYTES)
    collector.budget.spend_bytes(len(data))
    message = email.message_from_bytes(data, policy=email.policy.default)
    for number, part in enumerate(message.walk()):
        collector.budget.spend_member()
        collector.add_text(place, "\n".join(f"{name}: {value}" for name, value in part.items()))
        if part.is_multipart():
            continue
        content = part.get_payload(decode=True)
        if not isinstance(content, bytes):
            continue
        collector.budget.spend_bytes(len(content))
        name = part.get_filename() or ""
        if part.get_content_type() == "text/plain" and not name:
            charset = part.get_content_charset() or "utf-8"
            try:
                text = content.decode(charset, "replace")
            except LookupError:
                text = content.decode("gb18030", "replace")
            collector.add_text(place, text)
        else:
            walk_inner(io.BytesIO(content), name, join(place, name or f"part {number}"), collector, depth + 1)
