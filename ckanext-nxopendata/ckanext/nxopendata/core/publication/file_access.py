"""What other rooms know against serving a file or publishing a dataset; asked beside the licence, by every way to it.

A room registers functions at its start; none of them is asked for somebody who edits the dataset.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Withholder = Callable[[Any, bool], str]
"""Takes a file (``model.Resource``) and whether its loaded rows are meant, not its bytes; returns a reason or ""."""

Objector = Callable[[Mapping[str, Any]], list[str]]
"""Takes a dataset that is to be published; returns what stands against it."""

_withholders: dict[str, Withholder] = {}
_objectors: dict[str, Objector] = {}


def withhold_files(name: str, function: Withholder) -> None:
    """Ask a function before each file that is served."""
    _withholders[name] = function


def examine_publication(name: str, function: Objector) -> None:
    """Ask a function before each dataset that is submitted or published."""
    _objectors[name] = function


def find_reason(resource: Any, *, rows: bool) -> str:
    """Return why a file is kept from the public, in the reader's language; "" if nothing is known against it."""
    return next(filter(None, (function(resource, rows) for function in _withholders.values())), "")


def find_objections(dataset: Mapping[str, Any]) -> list[str]:
    """Return what stands against publishing a dataset."""
    return [text for function in _objectors.values() for text in function(dataset)]
