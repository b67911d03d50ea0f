"""The verdict on what a resource holds now: kept by SHA-256 and version of the rules, made when it is not there."""

from __future__ import annotations

import hashlib
import logging
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from ckan import model

from ckanext.nxopendata.catalogue.uploads import find_path
from ckanext.nxopendata.core.timezone import today
from ckanext.nxopendata.safety import models
from ckanext.nxopendata.safety.rules import in_force
from ckanext.nxopendata.safety.scanning import datastore_rows, examination
from ckanext.nxopendata.safety.walkers import result

log = logging.getLogger(__name__)

AT_ONCE = 5 * 1024 * 1024
"""Bytes of a file up to which whoever asks for its verdict waits for it; larger ones are a worker's."""

MISSING, WAITING = "missing", "waiting"
MOST_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Standing:
    """How a content stands.

    Attributes:
        status: of the report; ``missing`` where there is nothing to examine, ``waiting`` where it was not yet.
        sha256: of the content; "" where it waits.
        verdict: None where it waits.
        signed: whether a sign-off in force covers this content.
    """

    status: str
    sha256: str = ""
    verdict: models.Verdict | None = None
    signed: bool = False

    @property
    def is_released(self) -> bool:
        """Whether the content may be public."""
        return self.status in (result.CLEAN, MISSING) or self.signed


def find_standing(entry: Mapping[str, Any], *, part: str = models.FILE, examine: bool = True) -> Standing:
    """Return how a file, or the rows beside it, stand.

    Args:
        entry: of a dataset: ``id``, ``url_type``, ``url``, ``package_id``.
        examine: whether what was not examined and is small enough is examined now.
    """
    resource_id = str(entry["id"])
    place = _Rows(resource_id) if part == models.ROWS else _File(find_path(entry))
    size, changed_ns = place.measure()
    if size < 0:
        return Standing(MISSING)
    known = models.read_content(resource_id, part)
    current = known is not None and (known.size, known.changed_ns) == (size, changed_ns) and known.sha256
    sha256 = known.sha256 if known is not None and current else ""
    verdict = models.find_verdict(sha256, in_force.rules().version) if sha256 else None
    if verdict is None and examine and size <= place.at_once:
        sha256 = scan(entry, part=part)
        verdict = models.find_verdict(sha256, in_force.rules().version)
    if verdict is None:
        return Standing(WAITING)
    return Standing(verdict.status, sha256, verdict, _is_signed(resource_id, sha256, verdict))


def _is_signed(resource_id: str, sha256: str, verdict: models.Verdict) -> bool:
    if verdict.status == result.CLEAN:
        return False
    signoff = models.Signoff
    query = sa.select(sa.func.count()).where(
        signoff.resource_id == resource_id,
        signoff.sha256 == sha256,
        signoff.state == models.APPROVED,
        sa.or_(signoff.until.is_(None), signoff.until >= today()),
        signoff.level >= find_level(verdict),
    )
    return bool(model.Session.scalar(query))


def find_level(verdict: models.Verdict) -> int:
    """Return the gravest level of what was found; what could not be read counts as 3."""
    levels = [finding["level"] for finding in verdict.report["findings"]]
    return max([*levels, 3 if verdict.report["unread"] else 1])


def scan(entry: Mapping[str, Any], *, part: str = models.FILE) -> str:
    """Examine what a resource holds, unless the same content was examined by the same rules; return its SHA-256.

    Returns:
        "" where there is nothing, or the content changed meanwhile.
    """
    resource_id, dataset_id = str(entry["id"]), str(entry.get("package_id") or "")
    place = _Rows(resource_id) if part == models.ROWS else _File(find_path(entry))
    before = place.measure()
    if before[0] < 0:
        return ""
    known = models.read_content(resource_id, part)
    attempts = known.attempts + 1 if known is not None and not known.sha256 else 1
    models.write_content(resource_id, part, dataset_id, sha256="", attempts=attempts)
    with tempfile.TemporaryDirectory() as folder:
        path = place.fetch(Path(folder))
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        version = in_force.rules().version
        verdict = models.find_verdict(sha256, version)
        if verdict is None or verdict.version != version:
            name = str(entry.get("nx_file_name") or entry.get("url") or "").rpartition("/")[2]
            if attempts > MOST_ATTEMPTS:
                unread = [result.Unread("", "program")]
                report = result.Report(result.UNREADABLE, version, [], unread)
            else:
                report = examination.examine(path, name if part == models.FILE else "rows.csv")
            models.write_verdict(sha256, version, report.status, report.to_dict())
            log.info(
                "examined resource=%s part=%s status=%s findings=%s seconds=%s",
                resource_id,
                part,
                report.status,
                len(report.findings),
                report.seconds,
            )
    if place.measure() != before:
        return ""
    size, changed_ns = before
    models.write_content(resource_id, part, dataset_id, size=size, changed_ns=changed_ns, sha256=sha256, attempts=0)
    return sha256


class _File:
    """The bytes of a resource."""

    at_once = AT_ONCE

    def __init__(self, path: Path | None) -> None:
        self._path = path

    def measure(self) -> tuple[int, int]:
        """Size and time of the last change; -1 where there is no file here."""
        if self._path is None or not self._path.is_file():
            return -1, 0
        stat = self._path.stat()
        return stat.st_size, stat.st_mtime_ns

    def fetch(self, folder: Path) -> Path:
        """Where the bytes are."""
        assert self._path is not None  # noqa: S101  measured before
        return self._path


class _Rows:
    """The rows of a resource in the DataStore."""

    at_once = datastore_rows.AT_ONCE

    def __init__(self, resource_id: str) -> None:
        self._resource_id = resource_id

    def measure(self) -> tuple[int, int]:
        """Number of the rows; -1 where there is no table."""
        return datastore_rows.count(self._resource_id), 0

    def fetch(self, folder: Path) -> Path:
        """Where the rows are written to."""
        return datastore_rows.write_csv(self._resource_id, folder / "rows.csv")
