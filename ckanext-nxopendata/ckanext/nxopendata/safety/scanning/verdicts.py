"""The verdict on what a resource holds now: kept by SHA-256 and version of the rules, made when it is not there."""

from __future__ import annotations

import hashlib
import logging
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ckanext.nxopendata.catalogue.uploads import find_name, find_path
from ckanext.nxopendata.core.tabular import sandbox
from ckanext.nxopendata.core.timezone import today
from ckanext.nxopendata.safety import models
from ckanext.nxopendata.safety.privacy import assessment
from ckanext.nxopendata.safety.privacy.assessment import Anonymity
from ckanext.nxopendata.safety.rules import in_force
from ckanext.nxopendata.safety.scanning import datastore_rows, examination
from ckanext.nxopendata.safety.scanning.malware import MalwareCheckError, find_malware
from ckanext.nxopendata.safety.walkers import result

log = logging.getLogger(__name__)

AT_ONCE = 5 * 1024 * 1024
"""Bytes of a file up to which whoever asks for its verdict waits for it; larger ones are a worker's."""

WAITED_SECONDS = 8
"""For which whoever asks waits; what takes longer is a worker's too, and no reader after that one waits for it."""

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
        anonymity: how well the people in it are hidden; None where it waits.
    """

    status: str
    sha256: str = ""
    verdict: models.Verdict | None = None
    signed: bool = False
    anonymity: Anonymity | None = None

    @property
    def is_released(self) -> bool:
        """Whether the content may be public."""
        return self.signed or self.status == MISSING or (self.status == result.CLEAN and self.hides_people)

    @property
    def hides_people(self) -> bool:
        """Whether the people whom it describes are hidden among enough others."""
        return self.anonymity is None or self.anonymity.suffices


NOTHING = (-1, 0)
"""Size and time of a file that is not there."""


def measure(entry: Mapping[str, Any]) -> tuple[int, int]:
    """Return size and time of the last change of a resource's file; ``NOTHING`` where there is none here."""
    return _File(find_path(entry)).measure()


def find_standing(entry: Mapping[str, Any], *, part: str = models.FILE, examine: bool = True) -> Standing:
    """Return how a file, or the rows beside it, stand.

    Args:
        entry: of a dataset: ``id``, ``url_type``, ``url``, ``package_id``.
        examine: whether what was not examined and is small enough is examined now.
    """
    known = models.list_contents([str(entry["id"])])
    return list_standings([entry], known, part=part, examine=examine)[str(entry["id"])]


def list_standings(
    entries: Sequence[Mapping[str, Any]],
    known: Mapping[tuple[str, str], models.Content],
    *,
    part: str = models.FILE,
    examine: bool = True,
) -> dict[str, Standing]:
    """Return id of a file -> how it, or the rows beside it, stand; with as many queries as for one.

    Args:
        known: of the files, as :func:`.models.list_contents` gives it. The others are those of :func:`find_standing`.
    """
    by_id = {str(entry["id"]): entry for entry in entries}
    version, standings = in_force.rules().version, dict.fromkeys(by_id, Standing(WAITING))
    contents = {id_: _Content(entry, part, known.get((id_, part))) for id_, entry in by_id.items()}
    verdicts = models.list_verdicts({content.sha256 for content in contents.values() if content.sha256}, version)
    judged: dict[str, tuple[str, models.Verdict]] = {}
    for id_, content in contents.items():
        if content.size < 0:
            standings[id_] = Standing(MISSING)
            continue
        sha256, verdict = content.sha256, verdicts.get(content.sha256)
        if verdict is None and examine and content.is_for_now:
            sha256 = scan(by_id[id_], part=part, deadline=time.monotonic() + WAITED_SECONDS)
            verdict = models.find_verdict(sha256, version)
        if verdict is not None:
            judged[id_] = (sha256, verdict)
    if not judged:
        return standings
    datasets = {id_: str(by_id[id_].get("package_id") or "") for id_ in judged}
    anonymity = assessment.list_anonymity(datasets, {id_: sha256 for id_, (sha256, _) in judged.items()})
    for id_, (sha256, verdict) in judged.items():
        standings[id_] = Standing(verdict.status, sha256, verdict, False, anonymity[id_])
    return standings | _list_signed({id_: one for id_, one in standings.items() if not one.is_released})


def _list_signed(closed: Mapping[str, Standing]) -> dict[str, Standing]:
    """Return those of some closed contents that are signed off."""
    found = {id_: one for id_, one in closed.items() if one.verdict is not None}
    levels = models.list_signed_levels(found, today()) if found else {}
    return {
        id_: replace(one, signed=True)
        for id_, one in found.items()
        if one.verdict and levels.get((id_, one.sha256), 0) >= find_level(one.verdict, one.anonymity)
    }


class _Content:
    """A content as it is now, beside what was kept of it."""

    def __init__(self, entry: Mapping[str, Any], part: str, known: models.Content | None) -> None:
        place = _Rows(str(entry["id"])) if part == models.ROWS else _File(find_path(entry))
        self.size, changed_ns = place.measure()
        same = known is not None and (known.size, known.changed_ns) == (self.size, changed_ns)
        self.sha256 = known.sha256 if known is not None and same else ""
        is_left = known is not None and same and known.attempts == models.LEFT
        self.is_for_now = self.size <= place.at_once and not is_left


def find_level(verdict: models.Verdict, anonymity: Anonymity | None = None) -> int:
    """Return the gravest level of what was found; what could not be read, and people who can be known, count as 3."""
    levels = [finding["level"] for finding in verdict.report["findings"]]
    known = assessment.LEVEL if anonymity is not None and not anonymity.suffices else 1
    return max([*levels, 3 if verdict.report["unread"] else 1, known])


def scan(entry: Mapping[str, Any], *, part: str = models.FILE, deadline: float | None = None) -> str:
    """Examine what a resource holds, unless the same content was examined by the same rules; return its SHA-256.

    Args:
        deadline: until when somebody waits, by ``time.monotonic``; None for a worker.

    Returns:
        "" where there is nothing, the content changed meanwhile, or the deadline came.
    """
    resource_id, dataset_id = str(entry["id"]), str(entry.get("package_id") or "")
    place = _Rows(resource_id) if part == models.ROWS else _File(find_path(entry))
    before = place.measure()
    if before[0] < 0:
        return ""
    known = models.read_content(resource_id, part)
    attempts = max(known.attempts, 0) + 1 if known is not None and not known.sha256 else 1
    models.write_content(resource_id, part, dataset_id, sha256="", attempts=attempts)
    size, changed_ns = before
    try:
        sha256 = _examine(entry, part, place, attempts, deadline)
    except sandbox.SandboxError:
        log.info("left to a worker resource=%s part=%s", resource_id, part)
        left = {"size": size, "changed_ns": changed_ns, "attempts": models.LEFT}
        models.write_content(resource_id, part, dataset_id, **left)
        return ""
    if not sha256 or place.measure() != before:
        return ""
    models.write_content(resource_id, part, dataset_id, size=size, changed_ns=changed_ns, sha256=sha256, attempts=0)
    return sha256


def _examine(entry: Mapping[str, Any], part: str, place: _File | _Rows, attempts: int, deadline: float | None) -> str:
    resource_id, dataset_id = str(entry["id"]), str(entry.get("package_id") or "")
    with tempfile.TemporaryDirectory() as folder:
        path = place.fetch(Path(folder))
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        version = in_force.rules().version
        verdict = models.find_verdict(sha256, version)
        name = find_name(entry)
        try:
            malware = find_malware(path) if part == models.FILE else ""
        except MalwareCheckError as error:
            log.error("the malware daemon does not answer, resource=%s waits: %s", resource_id, error)
            models.write_content(resource_id, part, dataset_id, sha256="", attempts=attempts - 1)
            return ""
        if attempts <= MOST_ATTEMPTS and part == models.FILE:
            assessment.assess(entry, path, name, sha256, deadline=deadline)
        if verdict is None or verdict.version != version:
            if attempts > MOST_ATTEMPTS:
                unread = [result.Unread("", "program")]
                report = result.Report(result.UNREADABLE, version, [], unread)
            else:
                report = examination.examine(path, name if part == models.FILE else "rows.csv", deadline)
                report = examination.add_malware(report, malware)
            models.write_verdict(sha256, version, report.status, report.to_dict())
            log.info(
                "examined resource=%s part=%s status=%s findings=%s seconds=%s",
                resource_id,
                part,
                report.status,
                len(report.findings),
                report.seconds,
            )
    return sha256


class _File:
    """The bytes of a resource."""

    at_once = AT_ONCE

    def __init__(self, path: Path | None) -> None:
        self._path = path

    def measure(self) -> tuple[int, int]:
        """Size and time of the last change; -1 where there is no file here."""
        if self._path is None or not self._path.is_file():
            return NOTHING
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
