"""Copies of the departments' files: fetched through the guarded HTTP client, kept as CKAN's own uploads."""

from __future__ import annotations

import copy
import errno
import logging
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa
from ckan import model
from ckan.lib import munge, uploader
from werkzeug.datastructures import FileStorage

from ckanext.nxopendata.core.timezone import utc_now
from ckanext.nxopendata.harvest import config
from ckanext.nxopendata.harvest.errors import HarvestError, Problem
from ckanext.nxopendata.harvest.fetching import http_headers
from ckanext.nxopendata.harvest.fetching.client import CHUNK, Document, Fetcher
from ckanext.nxopendata.harvest.mapping import files as format_names
from ckanext.nxopendata.harvest.mirror import error_answers, signatures, versions
from ckanext.nxopendata.harvest.mirror.versions import Content
from ckanext.nxopendata.harvest.models import Json, KnownRecord, PlanEntry

log = logging.getLogger(__name__)

NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS})
OWN_CODES = frozenset(
    {"disk_full", "file_empty", "file_incomplete", "file_is_a_page", "file_is_an_error", "file_of_another_type"}
)
"""Problems with sentences of their own; the others are why a file could not be copied."""

UNWRITTEN = ("planned", "refused", "skipped")
"""States of a step whose dataset is what it was before."""

MOST_AT_ONCE = 5_000
"""Files of a source that one run asks for again."""

COPIED = ("url", "url_type", "size", "hash", "mimetype", "last_modified", "nx_file_name", "nx_source_url")
"""Fields of a file that describe the copy."""


def prepare(run_id: str, source_id: str, numbers: Sequence[int], client: Fetcher) -> Iterator[list[Problem]]:
    """Copy the files of some steps and write the copies into their plan entries. Safe to repeat.

    A file that its source says has not changed is not sent again. One that cannot be copied is reported; the dataset
    keeps its earlier copy, or the link.

    Yields:
        The problems of each step, for the caller to commit what was stored; none before the first step, so that no
        transaction stays open while departments' servers answer.
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
    replaced = versions.find_replaced([file for data in written.values() for file in data.get("resources", ())])
    known = versions.find_newest([file["id"] for entry in entries for file in entry.data.get("resources", ())])
    yield []
    for entry in entries:
        data = copy.deepcopy(entry.data)
        before = {file["id"]: file for file in written.get(entry.guid, {}).get("resources", ())}
        answers = []
        for file in data.get("resources", ()):
            copied = before.get(file["id"])
            if file["id"] not in replaced:
                answers.append(_mirror(file, copied, known.get(file["id"]), entry.dataset_id, client))
            elif copied and copied.get("url_type") == "upload":  # a person's file stays, as their other edits do
                _keep(file, copied, copied.get("nx_source_url") or "")
        entry.data = data
        versions.store_rows(answer.row for answer in answers if answer.row)
        most = config.mirror_versions()
        files = [file["id"] for file in data.get("resources", ())]
        versions.prune([key for key in files if key in known and known[key].number >= most], most)
        problems = [answer.problem for answer in answers if answer.problem]
        yield [replace(problem, guid=entry.guid, position=entry.position) for problem in problems]


def settle(run_id: str, numbers: Sequence[int]) -> None:
    """See to it that readers get the files that datasets speak of, where a step did not come to its end.

    Args:
        numbers: Of steps that are finished, or that nobody will go on with.
    """
    query = sa.select(PlanEntry.dataset_id).where(
        PlanEntry.run_id == run_id, PlanEntry.number.in_(numbers), PlanEntry.state.in_(UNWRITTEN)
    )
    versions.publish_written(list(model.Session.scalars(query)))
    model.Session.rollback()


def settle_run(run_id: str) -> None:
    """Do the same for all steps of a run that has ended."""
    query = sa.select(PlanEntry.number).where(PlanEntry.run_id == run_id, PlanEntry.state.in_(UNWRITTEN))
    numbers = list(model.Session.scalars(query.order_by(PlanEntry.number)))
    for start in range(0, len(numbers), 1_000):
        settle(run_id, numbers[start : start + 1_000])


@dataclass(frozen=True, slots=True)
class _Answer:
    """What came of asking for a file: what to remember of it, and what was wrong."""

    row: Json | None = None
    problem: Problem | None = None


def _mirror(
    file: Json, before: Mapping[str, Any] | None, known: Content | None, dataset_id: str, client: Fetcher
) -> _Answer:
    """Replace the link of ``file`` by a copy.

    Args:
        before: The file as last written.
        known: Its newest content.
    """
    link = file.get("url") or ""
    if file.get("url_type") == "upload":  # the plan found the content (changed)
        versions.publish(file["id"], file.get("hash") or "")
        return _Answer()
    if not link:
        return _Answer()  # the plan has said so
    if not link.lower().startswith(("http://", "https://")):
        unusable = HarvestError("address_unusable", url=link)
        return _Answer(None, _problem(unusable, file.get("name") or "", link))
    copied = before if before and before.get("url_type") == "upload" else None
    if copied and file.get("hash") and file["hash"] == copied.get("hash"):
        _keep(file, copied, link)
        return _Answer()
    same = known if copied and known and known.link == link and known.sha256 == copied.get("hash") else None
    try:
        with client.get(link, resume=True, validators=same.validators if same else None) as document:
            if document.not_modified and copied:
                _keep(file, copied, link)
                return _Answer(versions.build_row(known, file["id"], dataset_id, link))
            _check_type(document, file, link)
            size, digest = document.size, document.sha256
            validators = {"etag": document.validators.etag, "last_modified": document.validators.last_modified}
            _store(file, link, document, copied)
    except (OSError, HarvestError) as error:
        failure = _failure(error, link)
    else:
        row = versions.build_row(
            known, file["id"], dataset_id, link, name=file["nx_file_name"], sha256=digest, size=size, **validators
        )
        return _Answer(row)
    if copied:
        _keep(file, copied, copied.get("nx_source_url") or link)
    row = versions.build_row(known, file["id"], dataset_id, link, failure=failure.code)
    return _Answer(row, _problem(failure, file.get("name") or "", link))


def _failure(error: OSError | HarvestError, link: str) -> HarvestError:
    """Return why a file could not be copied.

    Raises:
        OSError: It says nothing about the file or the room for it.
    """
    if isinstance(error, HarvestError):
        return error
    if error.errno not in NO_SPACE:
        raise error
    log.error("no space for the copy of %s: %s", link, error)
    return HarvestError("disk_full", url=link)


def _problem(failure: HarvestError, name: str, link: str) -> Problem:
    code = failure.code if failure.code in OWN_CODES else "file_not_mirrored"
    params = {"url": link, "reason": failure.code, **failure.params}
    return Problem(code, field=name or link, params=params, refuses=False)


def _keep(file: Json, copied: Mapping[str, Any], link: str) -> None:
    file.update({name: copied.get(name) for name in COPIED})
    file["nx_source_url"] = link
    file["url"] = munge.munge_filename(file.get("nx_file_name") or "file")


def _store(file: Json, link: str, document: Document, copied: Mapping[str, Any] | None) -> None:
    name = _file_name(document, file)
    resource: Json = {"upload": FileStorage(stream=document.body, filename=name)}
    storage = uploader.get_resource_uploader(resource)
    if copied and copied.get("hash"):
        versions.keep_current(file["id"], copied["hash"])
    storage.upload(file["id"], config.mirror_megabytes())
    versions.keep_current(file["id"], document.sha256)
    unchanged = copied and copied.get("hash") == document.sha256
    now = utc_now().isoformat()
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
    """Check that the content is the file; portals answer 200 with "not found", a page to sign in, or nothing.

    Raises:
        HarvestError: It is not.
    """
    declared = _declared_format(document, file, link)
    head = document.head(signatures.HEAD)
    whole = document.size <= len(head)
    if not whole and document.size <= error_answers.LONGEST and head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in b"{[<":
        head, whole = document.head(error_answers.LONGEST), True
    tail = document.tail(signatures.TAIL)
    contradiction = "file_empty" if _is_blank(document) else None
    contradiction = contradiction or signatures.find_contradiction(
        declared, head, document.media_type, whole=whole, tail=tail
    )
    if contradiction:
        raise HarvestError(contradiction, url=link, format=declared or document.media_type)


def _declared_format(document: Document, file: Mapping[str, Any], link: str) -> str:
    """Return the format that a file should have: its source's word, else its name, else its address, else its server's
    word; "" when none of them says. That it is a page only the source and the address may say."""
    told = http_headers.file_name(document.headers.get("content-disposition", ""))
    is_said = document.media_type not in (*signatures.HTML, "text/plain")  # what servers say when they do not know
    by_media_type = format_names.FORMATS.get(document.media_type, "") if is_said else ""
    ways = (file.get("format"), format_names.format_of(told), format_names.format_of(link), by_media_type)
    return next(filter(None, (signatures.as_known(way or "") for way in ways)), "")


def _is_blank(document: Document) -> bool:
    """Tell whether a body has nothing but blanks, zeros and marks of its encoding."""
    document.body.seek(0)
    while chunk := document.body.read(CHUNK):
        if chunk.strip(b"\0 \t\r\n\f\v\xef\xbb\xbf\xff\xfe"):
            break
    document.body.seek(0)
    return not chunk


# Files that change although nothing else of their record does


@dataclass(frozen=True, slots=True)
class Changed:
    """A dataset with files that have another content by now.

    Attributes:
        before: It as last written.
        data: It with the new contents, which are kept but not shown yet.
    """

    guid: str
    hash: str
    dataset_id: str
    before: Json
    data: Json


@dataclass(slots=True)
class Recheck:
    """Asks again for the files of a source that have not been asked for lately, and whose record did not change.

    Attributes:
        is_wanted: Whether the dataset of a guid is to be looked at.
        problems: What went wrong, file by file: dead links among it.
    """

    source_id: str
    client: Fetcher
    is_wanted: Callable[[str], bool]
    problems: list[Problem] = field(default_factory=list)

    def find_changed(self) -> Iterator[Changed | None]:
        """Ask for the files; ends when all were asked for or the run's time for it is over.

        Yields:
            A dataset with changed files, what was learned of them stored; None before each dataset that is asked for.
            The caller commits, so that no transaction stays open while departments' servers answer.
        """
        end = time.monotonic() + config.mirror_check_seconds()
        for guid, files in versions.find_due(self.source_id, config.mirror_check_hours(), MOST_AT_ONCE):
            if not self.is_wanted(guid):
                continue
            if time.monotonic() > end:
                return
            query = sa.select(KnownRecord.hash, KnownRecord.written, KnownRecord.dataset_id)
            record = model.Session.execute(
                query.where(KnownRecord.source_id == self.source_id, KnownRecord.guid == guid)
            ).one()
            replaced = versions.find_replaced(record.written.get("resources", ()))
            yield None
            data = copy.deepcopy(record.written)
            rows = [
                versions.build_row(known, known.resource_id, known.dataset_id, known.link)
                if known.resource_id in replaced
                else self._ask(guid, known, data)
                for known in files
            ]
            versions.store_rows(rows)
            if data != record.written:
                yield Changed(guid, record.hash, record.dataset_id, record.written, data)

    def _ask(self, guid: str, known: Content, data: Json) -> Json:
        """Return what to remember of a file; one with another content is brought into ``data``."""
        file = next((file for file in data.get("resources", ()) if file["id"] == known.resource_id), None)
        if file is None:  # a person added it
            return versions.build_row(known, known.resource_id, known.dataset_id, known.link)
        link, current = known.link, file.get("hash") or ""
        is_kept = known.sha256 == current or versions.path(file["id"], known.sha256).is_file()
        try:
            with self.client.get(link, resume=True, validators=known.validators if is_kept else None) as document:
                if document.not_modified:
                    if known.sha256 != current:  # what undo took back
                        _describe(file, link, known.name, known.sha256, known.size)
                    return versions.build_row(known, file["id"], known.dataset_id, link)
                _check_type(document, file, link)
                name = _file_name(document, file)
                if document.sha256 != current:
                    versions.store_content(file["id"], document.sha256, document.body)
                    _describe(file, link, name, document.sha256, document.size)
        except (OSError, HarvestError) as error:
            failure = _failure(error, link)
            self.problems.append(replace(_problem(failure, file.get("name") or "", link), guid=guid))
            return versions.build_row(known, file["id"], known.dataset_id, link, failure=failure.code)
        validators = {"etag": document.validators.etag, "last_modified": document.validators.last_modified}
        facts = {"name": name, "sha256": document.sha256, "size": document.size, **validators}
        return versions.build_row(known, file["id"], known.dataset_id, link, **facts)


def _file_name(document: Document, file: Mapping[str, Any]) -> str:
    """Return the name of a file: the server's, else the source's, else that of the address; never without a suffix
    where its format tells one."""
    told = http_headers.file_name(document.headers.get("content-disposition", ""))
    stated = file.get("nx_file_name") or ""
    stated = "" if "\ufffd" in stated else stated  # made of an address in GBK
    name = told or stated or http_headers.name_in_address(document.url) or "file"
    suffix = (file.get("format") or "").lower()
    if not re.search(r"\.[A-Za-z0-9]{1,8}$", name) and re.fullmatch(r"[a-z0-9]{1,8}", suffix) and suffix != "api":
        name = f"{name}.{suffix}"
    return name


def _describe(file: Json, link: str, name: str, sha256: str, size: int) -> None:
    """Say of the file what its new content is."""
    url = munge.munge_filename(name)
    file.update(
        {
            "url": file["url"] if file["url"].endswith(f"/{url}") and file.get("url_type") == "upload" else url,
            "url_type": "upload",
            "size": size,
            "hash": sha256,
            "last_modified": utc_now().isoformat(),
            "nx_file_name": name,
            "nx_source_url": link,
        }
    )


def as_linked(written: Mapping[str, Any]) -> Json:
    """Return the dataset as last written, with its copies described as the source describes the files."""
    result = dict(written)
    result["resources"] = [
        {**file, "url": file["nx_source_url"]} if file.get("nx_source_url") else dict(file)
        for file in written.get("resources", ())
    ]
    return result


def same_files(old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]) -> bool:
    """Tell whether the source says the same of its files, what only the copy knows left out."""

    def select(file: Mapping[str, Any], names: Mapping[str, Any]) -> Json:
        return {name: file.get(name) for name in names}

    return len(old) == len(new) and all(select(a, b) == dict(b) for a, b in zip(old, new, strict=True))
