"""JSON, GeoJSON, JSON lines: event by event, so that neither depth nor size matters."""

from __future__ import annotations

from typing import IO

import ijson

from ckanext.nxopendata.safety.walkers.collector import Collector
from ckanext.nxopendata.safety.walkers.records import Records

DEEPEST = 2_000
"""Levels of nesting; deeper ones are no data."""


class NotJsonError(Exception):
    """A text that begins like JSON is none."""


def walk(file: IO[bytes], place: str, collector: Collector) -> None:
    """Look at a JSON document, or at several one after the other.

    Raises:
        NotJsonError: it breaks off or is none; look at it as a text.
    """
    records = Records(collector, place)
    stack: list[tuple[str, list[tuple[str, str]], bool]] = []
    key, count = "", 0
    try:
        for event, value in ijson.basic_parse(file, use_float=False, multiple_values=True):
            count += 1
            if not count % 20_000:
                collector.budget.check_time()
            if event == "map_key":
                key = value
            elif event in ("string", "number"):
                text = value if event == "string" else str(value)
                if stack and stack[-1][2]:
                    stack[-1][1].append((key, text))
                else:
                    name = key or (stack[-1][0].rpartition(".")[2] if stack else "")
                    records.add(stack[-1][0] if stack else "", [(name, text)])
            elif event in ("start_map", "start_array"):
                path = stack[-1][0] if stack else ""
                if key:
                    records.add_name(key)
                    path = f"{path}.{key}" if path and len(path) < 200 else path or key
                stack.append((path, [], event == "start_map"))
                key = ""
                if len(stack) > DEEPEST:
                    raise NotJsonError("depth")
            elif event in ("end_map", "end_array"):
                path, members, _ = stack.pop()
                if members:
                    records.add(path, members)
                key = ""
    except (ijson.JSONError, UnicodeError, ValueError, OverflowError) as error:
        raise NotJsonError("syntax") from error
    finally:
        records.finish()
