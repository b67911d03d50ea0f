"""What rooms know against publishing a dataset: asked when it is submitted or published.

A room registers a function at its start. Against serving a single file see :mod:`ckanext.nxopendata.core.file_access`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Objector = Callable[[Mapping[str, Any]], list[str]]
"""Takes a dataset that is to be published; returns what stands against it."""

_objectors: dict[str, Objector] = {}


def examine_publication(name: str, function: Objector) -> None:
    """Ask a function before each dataset that is submitted or published."""
    _objectors[name] = function


def find_objections(dataset: Mapping[str, Any]) -> list[str]:
    """Return what stands against publishing a dataset."""
    return [text for function in _objectors.values() for text in function(dataset)]
