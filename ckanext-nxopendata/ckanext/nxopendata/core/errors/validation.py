"""What CKAN's validation found wrong, as paths and messages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Path = tuple[str | int, ...]
"""Names of fields and, in lists, numbers from 0."""


def flatten_errors(errors: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Yield each message of a tree of errors with the path of its field."""
    if isinstance(errors, Mapping):
        for key, value in errors.items():
            yield from flatten_errors(value, (*path, str(key)))
    elif isinstance(errors, list):
        for number, value in enumerate(errors):
            if isinstance(value, str):
                yield path, value
            else:
                yield from flatten_errors(value, (*path, number))
    elif errors:
        yield path, str(errors)
