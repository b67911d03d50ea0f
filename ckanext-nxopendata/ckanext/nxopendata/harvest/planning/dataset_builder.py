"""Build the dataset to write from a mapped record: identity, department, licence."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping
from typing import Any

NAMESPACE = uuid.UUID("6f6a0c54-7a0f-5d0e-9c2e-64000064f1e1")
"""Root of the identifiers made here; changing it would give every harvested dataset a new id."""

LicenceReader = Callable[[str], str | None]
"""The licence id that a licence as written by a department means, or None when that is not certain."""


def make_dataset_id(source_id: str, guid: str) -> str:
    """Make the id of a dataset: the same record always becomes the same dataset, even if a run is repeated."""
    return str(uuid.uuid5(NAMESPACE, f"{source_id}\n{guid}"))


def build_dataset(
    mapped: Mapping[str, Any],
    *,
    dataset_id: str,
    organization_id: str,
    read_licence: LicenceReader,
    default_licence: str = "",
) -> dict[str, Any]:
    """Build the dataset to write.

    ``mapped`` may hold facts about the record beside fields of ours; their names begin with ``@``. The
    licence's wording is kept as it is; ``license_id`` is set only where its meaning is certain. Files are
    recognised within the dataset, so that they keep their ids when another source takes it over.
    """
    result = {key: value for key, value in mapped.items() if key != "resources" and not key.startswith("@")}
    result["id"] = dataset_id
    result["owner_org"] = organization_id
    result["type"] = "dataset"
    verbatim = mapped.get("nx_license_verbatim") or default_licence
    if verbatim and (licence := read_licence(verbatim)):
        result["license_id"] = licence
    seen: dict[str, int] = {}
    if (told := mapped.get("@licence_id")) and read_licence(told):
        result["license_id"] = read_licence(told)
    licence = result.get("license_id", "")
    if _says_no_more(result.get("nx_license_verbatim", ""), licence, told, read_licence):
        del result["nx_license_verbatim"]
    result["resources"] = [_resource(entry, result["id"], seen, read_licence) for entry in mapped.get("resources", ())]
    for file in result["resources"]:
        if told and file.get("license") == licence:  # our export repeats the dataset's at each file
            file.pop("license")
            file.pop("nx_license_verbatim", None)
    return result


def _says_no_more(verbatim: str, licence: str, told: str | None, read_licence: LicenceReader) -> bool:
    """Tell whether the wording of a licence is its id, or an address that stands beside the id in our own export."""
    beside_id = "://" in verbatim and told is not None and read_licence(verbatim) == licence
    return bool(verbatim and licence) and (verbatim == licence or beside_id)


def _resource(
    entry: Mapping[str, Any], owner: str, seen: dict[str, int], read_licence: LicenceReader
) -> dict[str, Any]:
    resource = {key: value for key, value in entry.items() if key != "@id"}
    key = resource_key(entry)
    seen[key] = seen.get(key, 0) + 1
    resource["id"] = str(uuid.uuid5(uuid.UUID(owner), f"{key}\n{seen[key]}"))
    resource.setdefault("url", "")
    if written := resource.pop("license", None):
        licence = read_licence(written)
        if licence:
            resource["license"] = licence
        if licence != written:
            resource["nx_license_verbatim"] = written
    return resource


def resource_key(entry: Mapping[str, Any]) -> str:
    """Return what a file is recognised by over the runs: its identifier, else its path, else its name.

    The host is left out: a department that moves its server does not get new files.
    """
    if entry.get("@id"):
        return entry["@id"]
    if url := entry.get("url"):
        return re.sub(r"^[^:/?#]+://[^/?#]*", "", url).partition("#")[0].removesuffix("?")
    return entry.get("name", "")
