"""Measuring a file, beside those that its organisation published, and keeping what was measured."""

from __future__ import annotations

import json
import logging
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from ckan import model

from ckanext.nxopendata.catalogue.uploads import find_path
from ckanext.nxopendata.core.tabular import reader, sandbox
from ckanext.nxopendata.safety import models
from ckanext.nxopendata.safety.privacy import linkage, measure, quasi_identifiers, thresholds
from ckanext.nxopendata.safety.rules import in_force

log = logging.getLogger(__name__)

LIMITS = sandbox.Limits(memory=3 * 1024**3, cpu_seconds=240, wall_seconds=900, output=16 * 1024**2)
"""DuckDB asks for far more addresses than it uses."""

MOST_LINKED = 8
"""Published tables of the organisation that a new one is laid beside, the newest first."""

NOT_MEASURED = 0
"""The k of a file that could not be measured: less than any threshold."""

LEVEL = 3
"""Of what lets people be known again."""


@dataclass(frozen=True, slots=True)
class Anonymity:
    """How well the people of a file are hidden.

    Attributes:
        k: None where it says nothing of persons.
        threshold: the least k by which the dataset may be given away.
    """

    k: int | None
    threshold: int

    @property
    def suffices(self) -> bool:
        """Whether nothing has to be signed off."""
        return self.k is None or self.k >= self.threshold


def list_anonymity(files: Mapping[str, str], contents: Mapping[str, str]) -> dict[str, Anonymity]:
    """Return how well the people of some contents are hidden, as far as it was measured.

    Args:
        files: id of a file -> id of its dataset.
        contents: id of a file -> SHA-256 of its content.
    """
    package = model.Package
    query = sa.select(package.id, package.extras).where(package.id.in_(set(files.values())))
    extras = {id_: found or {} for id_, found in model.Session.execute(query)}
    measured = models.list_least_k(contents)
    return {
        id_: Anonymity(measured.get((id_, sha256)), thresholds.find_threshold(extras.get(files[id_], {})))
        for id_, sha256 in contents.items()
    }


def assess(
    entry: Mapping[str, Any], path: Path, name: str, sha256: str, *, anew: bool = False, deadline: float | None = None
) -> None:
    """Measure a file, unless the same content was measured by the same rules and words.

    Args:
        entry: of a dataset, as :func:`..scanning.jobs.describe` gives it.
        name: of the file, by whose end its format is known.
        anew: measure it whatever is known.
        deadline: until when somebody waits, by ``time.monotonic``; None for a worker.

    Raises:
        sandbox.SandboxError: it is not measured by the deadline; nothing is kept then.
    """
    resource_id, dataset_id = str(entry["id"]), str(entry.get("package_id") or "")
    row, version = models.read_privacy(resource_id), in_force.rules().version
    if not anew and row is not None and (row.sha256, row.version) == (sha256, version):
        return
    quasi, sensitive = (row.quasi, row.sensitive) if row is not None else ([], [])
    kind = find_format(name, path)
    linked: list[dict[str, Any]] = []
    tables: list[dict[str, Any]] = []
    k: int | None = None
    if kind:
        try:
            tables = _run(measure.measure_to_json, str(path), kind, list(quasi), list(sensitive), deadline=deadline)
            if any(table["kind"] in ("persons", "part") for table in tables):
                linked = list(_link(resource_id, dataset_id, path, kind, tables, deadline))
            k = find_least(tables, linked)
        except sandbox.SandboxError as error:
            if deadline is not None:
                raise
            log.warning("not measured resource=%s limit=%s", resource_id, error.limit)  # the message may quote the file
            k = NOT_MEASURED if _speaks_of_persons(path, kind) else None
    values = {"sha256": sha256, "version": version, "tables": tables, "linked": linked, "k": k}
    models.write_privacy(resource_id, dataset_id, **values)


def find_least(tables: Sequence[Mapping[str, Any]], linked: Sequence[Mapping[str, Any]]) -> int | None:
    """Return the least k that was measured; None where no table speaks of persons."""
    found = [table["k"] for table in tables if table["kind"] == "persons" and table["rows"]]
    found += [table["k"] for table in tables if table["kind"] == "counts" and table["k"]]
    return min([*found, *(pair["k"] for pair in linked)], default=None)


def find_format(name: str, path: Path) -> str:
    """Return the format by which a file is read as tables, ``measure.ARCHIVE`` for several in one; "" for neither."""
    ending = name.rpartition(".")[2].lower()
    if ending in reader.FORMATS:
        return ending
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return ""
    return "xlsx" if "[Content_Types].xml" in parts or "content.xml" in parts else measure.ARCHIVE


def _speaks_of_persons(path: Path, kind: str) -> bool:
    try:
        headers = _run(measure.read_headers, str(path), kind)
    except sandbox.SandboxError:
        return True  # nobody knows
    return any(quasi_identifiers.suggest(names).describes_persons for names in headers)


def _run(function: Any, *arguments: Any, deadline: float | None = None) -> Any:
    limits = LIMITS if deadline is None else sandbox.until(deadline, LIMITS)
    return json.loads(sandbox.run_limited(function, *arguments, limits=limits))


def _link(
    resource_id: str,
    dataset_id: str,
    path: Path,
    kind: str,
    tables: Sequence[Mapping[str, Any]],
    deadline: float | None,
) -> Iterator[dict[str, Any]]:
    """Yield how a file gives people away together with published ones of its organisation."""
    kinds = {quasi_identifiers.find_kind(name) for table in tables for name in table.get("quasi", ())}
    for other, title in _list_published(resource_id, dataset_id, kinds):
        place = find_path({"id": other.id, "url_type": other.url_type, "url": other.url})
        name = str((other.extras or {}).get("nx_file_name") or other.url or "")
        other_kind = find_format(name, place) if place is not None else ""
        if place is None or not other_kind:
            continue
        for pair in _run(linkage.link_to_json, str(path), kind, str(place), other_kind, deadline=deadline):
            yield {"resource": other.id, "dataset": other.package_id, "title": title, **pair}


def _list_published(resource_id: str, dataset_id: str, kinds: set[str]) -> list[tuple[Any, str]]:
    """Return published files of the same organisation that speak of persons, with the title of their dataset."""
    package = model.Session.get(model.Package, dataset_id)
    if package is None or not package.owner_org:
        return []
    privacy, resource = models.Privacy, model.Resource
    query = (
        sa.select(privacy, resource, model.Package)
        .join(resource, resource.id == privacy.resource_id)
        .join(model.Package, model.Package.id == resource.package_id)
        .where(
            model.Package.owner_org == package.owner_org,
            model.Package.private.is_(False),
            model.Package.state == "active",
            resource.state == "active",
            resource.id != resource_id,
            sa.func.jsonb_array_length(privacy.tables) > 0,
        )
        .order_by(privacy.changed.desc())
    )
    found = []
    for row, other, owner in model.Session.execute(query):
        theirs = {quasi_identifiers.find_kind(name) for table in row.tables for name in table.get("quasi", ())}
        if theirs:
            found.append((other, owner.title or owner.name, bool(theirs & kinds)))
    found.sort(key=lambda entry: not entry[2])
    closed = _list_replaced([other.id for other, _, _ in found])
    return [(other, title) for other, title, _ in found if other.id not in closed][:MOST_LINKED]


def _list_replaced(ids: Sequence[str]) -> set[str]:
    """Return which files are closed because a treated one stands in their place."""
    treatment = models.Treatment
    query = sa.select(treatment.source_id).where(treatment.source_id.in_(ids), treatment.target_id != "")
    return set(model.Session.scalars(query))
