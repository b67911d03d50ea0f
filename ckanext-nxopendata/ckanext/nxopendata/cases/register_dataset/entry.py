"""The catalogue entry of the register of cases: made once, its files replaced when the register has changed."""

from __future__ import annotations

import hashlib
import tempfile
from typing import IO, Any

import ckan.model as model
import ckan.plugins.toolkit as tk
from werkzeug.datastructures import FileStorage

from ckanext.nxopendata.cases.register_dataset import register_files
from ckanext.nxopendata.core import roles
from ckanext.nxopendata.core.timezone import today

NAME = "banjian-gongkai"
DAILY = "2"
"""``nx_update_cycle``: daily."""


def exists() -> bool:
    """Return whether the register has an entry in the catalogue."""
    found = model.Package.get(NAME)
    return found is not None and found.state == model.State.ACTIVE


def publish(department: str | None = None) -> int:
    """Make the entry where there is none, and bring its files up to date.

    Args:
        department: id or name of the one that publishes it; the supervising office by default.

    Returns:
        How many of its files were written.

    Raises:
        tk.ValidationError: there is no such department.
    """
    if not exists():
        _call("package_create", **_describe(department or roles.office_id() or ""))
    dataset = _call("package_show", id=NAME)
    return sum(_write(dataset, ending) for ending in register_files.FORMATS)


def _describe(department: str) -> dict[str, Any]:
    items = [{"name": heading, "type": kind, "length": length} for _, heading, kind, length in register_files.COLUMNS]
    return {
        "name": NAME,
        "owner_org": department,
        "title_translated": {"zh": "数据办件公开名册", "en": "Public register of cases about data"},
        "notes_translated": {
            "zh": "公众和部门就数据提出的申请、需求、纠错、申诉和成果，以及各部门的答复、期限和不予办理的依据。"
            "不含申请人，每天更新。",
            "en": "Applications, demands, corrections, objections and reuses about data, with the answers of the "
            "departments, their time limits and the basis of refusals. Nobody who asked is named. Updated daily.",
        },
        "license_id": "nx-open-1.0",
        "nx_share_type": "1",
        "nx_is_open": "1",
        "nx_update_cycle": DAILY,
        "nx_format_category": "2",
        "nx_format_type": "csv",
        "nx_publish_date": today().isoformat(),
        "nx_items": items,
        "url": tk.h.url_for("nx_case_public.index", qualified=True, locale="default"),
    }


def _write(dataset: dict[str, Any], ending: str) -> bool:
    """Replace the file of a format if it is another by now; return whether it was."""
    kept = next((one for one in dataset["resources"] if (one.get("format") or "").lower() == ending), None)
    with tempfile.TemporaryFile() as file:
        digest = _fill(file, ending)
        if kept and kept.get("hash") == digest:
            return False
        upload = FileStorage(stream=file, filename=f"办件公开名册.{ending}")  # pyright: ignore[reportArgumentType]
        fields = {"name": f"办件公开名册.{ending}", "format": ending.upper(), "url": upload.filename, "upload": upload}
        if kept:
            _call("resource_patch", id=kept["id"], **fields)
        else:
            _call("resource_create", package_id=dataset["id"], **fields)
    return True


def _fill(file: IO[bytes], ending: str) -> str:
    """Write the register into a file; return its SHA-256 as the catalogue keeps it."""
    digest = hashlib.sha256()
    for piece in register_files.FORMATS[ending](register_files.list_rows()):
        digest.update(piece)
        file.write(piece)
    file.seek(0)
    return digest.hexdigest()


def _call(action: str, /, **data: Any) -> Any:
    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    return tk.get_action(action)({"user": user, "ignore_auth": True}, data)
