"""Tables of the demonstration's departments as datasets, without harvesting them."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[2] / "deployment" / "demo-data"
Call = Callable[..., Any]


def upload_demo(call: Call, upload: Call, organization: str, wanted: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Make datasets of the demonstration, each with its first table; returns id in the demonstration -> dataset."""
    sys.path.insert(0, str(FOLDER))
    try:
        from catalogue import read_department  # pyright: ignore[reportAttributeAccessIssue, reportMissingImports]
    finally:
        sys.path.remove(str(FOLDER))
    known = {one.id: one for key in ("tjj", "wlt", "xczx", "yinchuan") for one in read_department(key).datasets}
    made = {}
    for name in wanted:
        given = known[name]
        table = given.files[0].table
        dataset = call(
            "package_create",
            name=name,
            title_translated={"zh": given.title, "en": given.title_en},
            notes_translated={"zh": given.description, "en": given.description_en},
            owner_org=organization,
            license_id="cc-by-4.0",
            nx_is_open="1",
            nx_share_type="1",
            nx_update_cycle="6",
            nx_region="640000",
            nx_temporal_start=given.start,
            nx_temporal_end=given.end,
            nx_publish_date="2026-01-05",
            nx_items=[
                {"name": column.name, "name_en": column.name_en, "type": column.type, "description": column.description}
                for column in table.columns
            ],
        )
        text = io.StringIO()
        csv.writer(text).writerows([[column.name for column in table.columns], *table.rows])
        upload(dataset, f"{given.files[0].name}.csv", text.getvalue())
        made[name] = call("package_show", id=dataset["id"])
    return made
