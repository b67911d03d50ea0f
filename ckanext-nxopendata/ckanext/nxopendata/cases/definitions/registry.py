"""The kinds of cases that are shipped: ``schemas/cases/*.yaml``. Imports nothing of CKAN."""

from __future__ import annotations

from functools import cache
from importlib import resources

from ckanext.nxopendata.cases.definitions.checker import check_text
from ckanext.nxopendata.cases.definitions.kind import Kind
from ckanext.nxopendata.cases.definitions.loader import DefinitionError, Fault

FOLDER = resources.files("ckanext.nxopendata.schemas") / "cases"


def read_texts() -> dict[str, str]:
    """Return the definitions as they are written, by the name of the kind."""
    files = sorted(FOLDER.iterdir(), key=lambda file: file.name)
    return {
        file.name.removesuffix(".yaml"): file.read_text(encoding="utf-8")
        for file in files
        if file.name.endswith(".yaml")
    }


@cache
def kinds() -> dict[str, Kind]:
    """Return the kinds by name.

    Raises:
        DefinitionError: one of them does not hold.
    """
    found: dict[str, Kind] = {}
    faults: list[Fault] = []
    for name, text in read_texts().items():
        kind, wrong = check_text(text, name)
        faults += wrong
        if kind is not None:
            found[name] = kind
    if faults:
        raise DefinitionError(faults)
    return found
