"""The contents that copied files had: the newest ones stay beside the file that readers get.

A content is kept under its digest as a second name (hard link) of the file that CKAN's upload made, so that keeping
costs nothing while it is the newest, and putting an earlier one back is a change of names. Where files do not lie
on this machine's disk (another uploader), only what their sources said of them is remembered.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import shutil
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from ckan.lib import uploader
from sqlalchemy.dialects.postgresql import insert

from ckanext.nxopendata.core.timezone import utc_now
from ckanext.nxopendata.harvest.fetching.client import Validators
from ckanext.nxopendata.harvest.models import FileContent, Json, KnownRecord

REPLACED = ("etag", "last_modified", "failure", "checked", "link", "name")


@dataclass(frozen=True, slots=True)
class Content:
    """The newest content of a file, as far as it is known.

    Attributes:
        number: 0 for a file that never came.
    """

    resource_id: str
    number: int
    dataset_id: str
    link: str
    name: str
    sha256: str
    size: int
    etag: str = ""
    last_modified: str = ""

    @property
    def validators(self) -> Validators:
        """What to ask the source with whether it has another content by now."""
        return Validators(self.etag, self.last_modified) if self.sha256 else Validators()


COLUMNS = tuple(getattr(FileContent, name) for name in Content.__slots__)


def find_newest(resource_ids: Collection[str]) -> dict[str, Content]:
    """Find the newest content of files: id -> content."""
    if not resource_ids:
        return {}
    query = (
        sa.select(*COLUMNS)
        .distinct(FileContent.resource_id)
        .where(FileContent.resource_id.in_(resource_ids))
        .order_by(FileContent.resource_id, FileContent.number.desc())
    )
    return {row.resource_id: Content(*row) for row in model.Session.execute(query)}


def find_due(source_id: str, hours: int, most: int) -> list[tuple[str, list[Content]]]:
    """Find the datasets of a source, by guid, with their files that were not asked for lately, the oldest first."""
    latest = (
        sa.select(KnownRecord.guid, *COLUMNS, FileContent.checked, FileContent.failure)
        .distinct(FileContent.resource_id)
        .join(KnownRecord, KnownRecord.dataset_id == FileContent.dataset_id)
        .where(KnownRecord.source_id == source_id, KnownRecord.state == "present")
        .order_by(FileContent.resource_id, FileContent.number.desc())
        .subquery()
    )
    query = (
        sa.select(*(latest.c[name] for name in ("guid", *Content.__slots__)))
        .join(model.Resource, model.Resource.id == latest.c.resource_id)
        .where(
            model.Resource.state == "active",
            sa.or_(
                latest.c.checked <= utc_now() - dt.timedelta(hours=hours),
                sa.and_(latest.c.failure == "", latest.c.sha256 != model.Resource.hash),  # known, but not written
            ),
        )
        .order_by(latest.c.checked, latest.c.guid)
        .limit(most)
    )
    contents: dict[str, list[Content]] = {}
    for guid, *values in model.Session.execute(query):
        contents.setdefault(guid, []).append(Content(*values))
    return list(contents.items())


def build_row(known: Content | None, resource_id: str, dataset_id: str, link: str, **values: Any) -> Json:
    """Build the row of a file whose source was asked: a new row for a content other than the known one.

    Args:
        values: ``name``, ``sha256``, ``size`` and ``etag``, ``last_modified`` of an answer; ``failure`` of none.
    """
    before: Json = {name: getattr(known, name) for name in Content.__slots__} if known else {}
    base: Json = {"number": 0, "name": "", "sha256": "", "size": 0, "etag": "", "last_modified": "", **before}
    row = {**base, "failure": "", **values, "resource_id": resource_id, "dataset_id": dataset_id, "link": link}
    row["created"] = row["checked"] = utc_now()
    if row["sha256"] != base["sha256"]:
        row["number"] += 1
    return row


def store_rows(rows: Iterable[Json]) -> None:
    """Store what was learned of files; the caller commits."""
    if rows := list(rows):
        statement = insert(FileContent).values(rows)
        model.Session.execute(
            statement.on_conflict_do_update(
                index_elements=["resource_id", "number"],
                set_={name: getattr(statement.excluded, name) for name in REPLACED},
            )
        )


# The contents themselves


def path(resource_id: str, sha256: str) -> Path:
    """Return where a content is kept."""
    root = Path(tk.config["ckan.storage_path"]) / "nx-contents"
    return root / resource_id[:3] / resource_id[3:6] / resource_id[6:] / sha256


def _public_path(resource_id: str) -> Path | None:
    """Return the file that readers get; None where it does not lie on a disk of this machine."""
    upload = uploader.get_resource_uploader({"id": resource_id, "url": "", "url_type": "upload"})
    return Path(upload.get_path(resource_id)) if isinstance(upload, uploader.ResourceUpload) else None


def is_local() -> bool:
    """Tell whether files lie on a disk of this machine."""
    return _public_path("0" * 36) is not None


def keep_current(resource_id: str, sha256: str) -> None:
    """Keep the content that readers get now."""
    public, kept = _public_path(resource_id), path(resource_id, sha256)
    if public and public.is_file() and not kept.exists():
        _link(public, kept)


def store_content(resource_id: str, sha256: str, body: IO[bytes]) -> None:
    """Keep a content that readers do not get yet."""
    kept = path(resource_id, sha256)
    if kept.exists():
        return
    kept.parent.mkdir(parents=True, exist_ok=True)
    part = kept.with_name(f"{sha256}.part")
    try:
        with part.open("wb") as file:
            shutil.copyfileobj(body, file)
        part.replace(kept)
    finally:
        part.unlink(missing_ok=True)


def publish(resource_id: str, sha256: str) -> bool:
    """Give readers a content that is kept; False when it is not there."""
    public, kept = _public_path(resource_id), path(resource_id, sha256)
    if not public or not kept.is_file():
        return False
    if not (public.exists() and public.samefile(kept)):
        _link(kept, public)
    return True


def _link(existing: Path, other: Path) -> None:
    """Give a file a second name, in the place of whatever has it; a copy where the disk knows no second names."""
    other.parent.mkdir(parents=True, exist_ok=True)
    part = other.with_name(f"{other.name}.part")
    part.unlink(missing_ok=True)
    try:
        os.link(existing, part)
    except OSError:
        shutil.copyfile(existing, part)
    part.replace(other)


def publish_written(dataset_ids: Collection[str]) -> None:
    """Give readers the contents that the datasets name, whatever was tried meanwhile."""
    if not dataset_ids:
        return
    query = sa.select(KnownRecord.written).where(
        KnownRecord.dataset_id.in_(dataset_ids), KnownRecord.state.in_(("present", "withdrawn"))
    )
    copies = [file for written in model.Session.scalars(query) for file in written.get("resources", ())]
    replaced = find_replaced(copies)
    for file in copies:
        if file.get("url_type") == "upload" and file.get("hash") and file["id"] not in replaced:
            publish(file["id"], file["hash"])


def find_replaced(copies: Iterable[Mapping[str, Any]]) -> set[str]:
    """Find the ids of the files that a person has replaced by another file.

    Args:
        copies: The files as the harvest last wrote them.
    """
    times = {file["id"]: file.get("last_modified") for file in copies}
    if not times:
        return set()
    query = sa.select(model.Resource.id, model.Resource.last_modified).where(
        model.Resource.id.in_(times), model.Resource.url_type == "upload"
    )
    return {key for key, time in model.Session.execute(query) if (time.isoformat() if time else None) != times[key]}


def prune(resource_ids: Collection[str], keep_newest: int) -> None:
    """Forget the oldest contents of files; the caller commits. The one that readers get always stays."""
    if not resource_ids:
        return
    place = sa.func.row_number().over(partition_by=FileContent.resource_id, order_by=FileContent.number.desc())
    ranked = (
        sa.select(FileContent.resource_id, FileContent.number, FileContent.sha256, place.label("place"))
        .where(FileContent.resource_id.in_(resource_ids))
        .subquery()
    )
    rows = model.Session.execute(sa.select(ranked)).all()
    staying = {(entry.resource_id, entry.sha256) for entry in rows if entry.place <= keep_newest}
    for entry in rows:
        if entry.place <= keep_newest:
            continue
        model.Session.execute(
            sa.delete(FileContent).where(
                FileContent.resource_id == entry.resource_id, FileContent.number == entry.number
            ),
            execution_options={"synchronize_session": False},
        )
        if entry.sha256 and (entry.resource_id, entry.sha256) not in staying:
            with contextlib.suppress(OSError):
                path(entry.resource_id, entry.sha256).unlink(missing_ok=True)


def list_contents(resource: Mapping[str, Any]) -> list[Json]:
    """List the contents of a file, newest first; ``current`` is what readers get, ``kept`` whether it is there."""
    query = sa.select(FileContent).where(FileContent.resource_id == resource["id"], FileContent.number > 0)
    rows = list(model.Session.scalars(query.order_by(FileContent.number.desc())))
    return [
        {
            "number": entry.number,
            "name": entry.name,
            "sha256": entry.sha256,
            "size": entry.size,
            "source_url": entry.link,
            "fetched": entry.created.isoformat(timespec="seconds"),
            "checked": entry.checked.isoformat(timespec="seconds"),
            "failure": entry.failure,
            "current": entry.sha256 == resource.get("hash"),
            "kept": path(entry.resource_id, entry.sha256).is_file(),
        }
        for entry in rows
    ]
