"""What rooms know against publishing a dataset: asked when it is submitted or published.

A room registers a function at its start. Against serving a single file see :mod:`ckanext.nxopendata.core.file_access`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

Objector = Callable[[Mapping[str, Any]], list[str]]
"""Takes a dataset that is to be published; returns what stands against it."""

TextObjector = Callable[[Iterable[str], bool], list[str]]
"""Takes texts that are to be shown to the public, and whether they are an organisation's own, whose contacts may be in
them; returns what stands against them."""

FileObjector = Callable[[Path, str, bool], list[str]]
"""Takes a file that a reader sent, what it is called, and whether everybody is to have it; returns what stands against
taking it."""

_objectors: dict[str, Objector] = {}
_text_objectors: dict[str, TextObjector] = {}
_file_objectors: dict[str, FileObjector] = {}


def examine_publication(name: str, function: Objector) -> None:
    """Ask a function before each dataset that is submitted or published."""
    _objectors[name] = function


def find_objections(dataset: Mapping[str, Any]) -> list[str]:
    """Return what stands against publishing a dataset."""
    return [text for function in _objectors.values() for text in function(dataset)]


def examine_texts(name: str, function: TextObjector) -> None:
    """Ask a function before texts that somebody wrote are shown to the public."""
    _text_objectors[name] = function


def find_text_objections(texts: Iterable[str], *, is_own: bool = False) -> list[str]:
    """Return what stands against showing texts to the public.

    Args:
        texts: feedback, answers, what is said of a case, the description of a dataset.
        is_own: whether an organisation says it of itself, so that contacts may be in it.
    """
    texts = [text for text in texts if text]
    return [text for function in _text_objectors.values() for text in function(texts, is_own)] if texts else []


def examine_files(name: str, function: FileObjector) -> None:
    """Ask a function before a file that a reader sent is taken."""
    _file_objectors[name] = function


def find_file_objections(path: Path, name: str, *, is_public: bool) -> list[str]:
    """Return what stands against taking a file from a reader.

    Args:
        name: what it is called.
        is_public: whether everybody is to have it; otherwise those who take part in one case.
    """
    return [text for function in _file_objectors.values() for text in function(path, name, is_public)]
