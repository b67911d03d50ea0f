"""Copies of the departments' files: fetched through the guarded door, kept as CKAN's own uploads."""

from __future__ import annotations

import copy
import datetime as dt
import errno
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import unquote, urlsplit

import sqlalchemy as sa
from ckan import model
from ckan.lib import munge, uploader
from werkzeug.datastructures import FileStorage

from ckanext.nxopendata.harvest import config, signatures
from ckanext.nxopendata.harvest.errors import HarvestError, Problem
from ckanext.nxopendata.harvest.fetch import Document, Fetcher
from ckanext.nxopendata.harvest.model import Json, KnownRecord, PlanEntry

log = logging.getLogger(__name__)

NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS})
OWN_CODES = frozenset({"disk_full", "file_is_a_page", "file_of_another_type"})
"""Problems with sentences of their own; the others are why a file could not be copied."""

COPIED = ("url", "url_type", "size", "hash", "mimetype", "last_modified", "nx_file_name", "nx_source_url")
"""Fields of a file that describe the copy."""


def prepare(
    run_id: str, source_id: str, numbers: Sequence[int], door: Fetcher, renew: Callable[[], None] = lambda: None
) -> list[Problem]:
    """Copy the files of some steps and write the copies into their plan entries. Safe to repeat.

    A file that cannot be copied is reported; the dataset keeps its earlier copy, or the link.
    """
    query = sa.select(PlanEntry).where(
        PlanEntry.run_id == run_id,
        PlanEntry.number.in_(numbers),
        PlanEntry.state == "planned",
        PlanEntry.kind.in_(("create", "update", "restore")),
    )
    entries = list(model.Session.scalars(query))
    records = sa.select(KnownRecord.guid, KnownRecord.written).where(
        KnownRecord.source_id == source_id, KnownRecord.guid.in_([entry.guid for entry in entries])
    )
    written = {row.guid: row.written for row in model.Session.execute(records)}
    model.Session.commit()  # no transaction stays open while departments' servers answer
    problems: list[Problem] = []
    for entry in entries:
        renew()
        data = copy.deepcopy(entry.data)
        before = {file["id"]: file for file in written.get(entry.guid, {}).get("resources", ())}
        found = [_mirror(file, before.get(file["id"]), door) for file in data.get("resources", ())]
        problems += [_of(problem, entry) for problem in found if problem]
        entry.data = data
    model.Session.commit()
    return problems


def _of(problem: Problem, entry: PlanEntry) -> Problem:
    return Problem(problem.code, "record", entry.guid, entry.position, problem.field, problem.params, refuses=False)


def _mirror(file: Json, before: Mapping[str, Any] | None, door: Fetcher) -> Problem | None:
    """Replace the link of ``file`` by a copy. ``before`` is the file as last written."""
    link = file.get("url") or ""
    if file.get("url_type") == "upload" or not link.startswith(("http://", "https://")):
        return None
    copied = before if before and before.get("url_type") == "upload" else None
    if copied and file.get("hash") and file["hash"] == copied.get("hash"):
        _keep(file, copied, link)
        return None
    try:
        with door.get(link, resume=True) as document:
            _check_type(document, file, link)
            _store(file, link, document, copied)
    except OSError as error:
        if error.errno not in NO_SPACE:
            raise
        log.error("no space for the copy of %s: %s", link, error)
        failure = HarvestError("disk_full", url=link)
    except HarvestError as error:
        failure = error
    else:
        return None
    if copied:
        _keep(file, copied, copied.get("nx_source_url") or link)
    code = failure.code if failure.code in OWN_CODES else "file_not_mirrored"
    params = {"url": link, "reason": failure.code, **failure.params}
    return Problem(code, field=file.get("name") or link, params=params)


def _keep(file: Json, copied: Mapping[str, Any], link: str) -> None:
    file.update({name: copied.get(name) for name in COPIED})
    file["nx_source_url"] = link
    file["url"] = munge.munge_filename(file.get("nx_file_name") or "file")


def _store(file: Json, link: str, document: Document, copied: Mapping[str, Any] | None) -> None:
    name = file.get("nx_file_name") or unquote(urlsplit(document.url).path.rpartition("/")[2]) or "file"
    resource: Json = {"upload": FileStorage(stream=document.body, filename=name)}
    storage = uploader.get_resource_uploader(resource)
    storage.upload(file["id"], config.mirror_megabytes())
    unchanged = copied and copied.get("hash") == document.sha256
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None).isoformat()
    file.update(
        {
            "url": resource["url"],
            "url_type": "upload",
            "size": document.size,
            "hash": document.sha256,
            "mimetype": file.get("mimetype") or getattr(storage, "mimetype", None),
            "last_modified": copied["last_modified"] if unchanged and copied else now,
            "nx_file_name": name,
            "nx_source_url": link,
        }
    )


def _check_type(document: Document, file: Mapping[str, Any], link: str) -> None:
    """Look whether the content is what the file is said to be; portals answer 200 with "not found".

    :raises HarvestError: it is not
    """
    said = file.get("format") or ""
    found = signatures.contradiction(said, document.head(512))
    if found == "page":
        raise HarvestError("file_is_a_page", url=link)
    if found:
        raise HarvestError("file_of_another_type", url=link, format=said)


def as_linked(written: Mapping[str, Any]) -> Json:
    """The dataset as last written, with its copies described as the source describes the files."""
    result = dict(written)
    result["resources"] = [
        {**file, "url": file["nx_source_url"]} if file.get("nx_source_url") else dict(file)
        for file in written.get("resources", ())
    ]
    return result


def same_files(old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the source says the same of its files, what only the copy knows left out."""

    def said(file: Mapping[str, Any], names: Mapping[str, Any]) -> Json:
        return {name: file.get(name) for name in names}

    return len(old) == len(new) and all(said(a, b) == dict(b) for a, b in zip(old, new, strict=True))
