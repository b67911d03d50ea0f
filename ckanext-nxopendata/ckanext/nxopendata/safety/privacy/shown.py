"""What was measured of a file, as people see it."""

from __future__ import annotations

from typing import Any

from ckan import model

from ckanext.nxopendata.core.language import reader_language
from ckanext.nxopendata.safety import models
from ckanext.nxopendata.safety.privacy import quasi_identifiers
from ckanext.nxopendata.safety.privacy.assessment import Anonymity


def show(resource: model.Resource, anonymity: Anonymity | None) -> dict[str, Any]:
    """Return the measures of a file; ``k`` is None where it says nothing of persons."""
    row = models.read_privacy(resource.id)
    shown: dict[str, Any] = {
        "k": anonymity.k if anonymity else None,
        "threshold": anonymity.threshold if anonymity else 0,
        "suffices": anonymity is None or anonymity.suffices,
        "quasi": row.quasi if row else [],
        "sensitive": row.sensitive if row else [],
        "tables": [table for table in row.tables if table["kind"] != "part"] if row else [],
        "linked": [],
    }
    for pair in row.linked if row else ():
        shown["linked"].append(pair | {"kinds": [name_kind(kind) for kind in pair["kinds"]]})
    return shown


def name_kind(kind: str) -> str:
    """Return the name of a kind of quasi-identifier in the reader's language."""
    found = quasi_identifiers.words().kinds.get(kind)
    return found.name["en" if reader_language() == "en" else "zh"] if found else kind
