"""Action: make a further table of a file a resource of its own."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import Context, DataDict

from ckanext.nxopendata.core.tabular import plan as reading_plan
from ckanext.nxopendata.core.tabular.plan import PlanError
from ckanext.nxopendata.tables import models, origin
from ckanext.nxopendata.tables.loading import files


def nx_table_part_create(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Make another worksheet of a file, or another table of its sheet, a table of its own.

    The new file entry (resource) has no bytes: its rows come from the stored file, also from later versions of it. It
    is removed as any other (``resource_delete``), and goes with the file.

    :param id: the id of the file (resource) that is stored here
    :type id: string
    :param sheet: the name of the worksheet (optional: the one that was read)
    :type sheet: string
    :param area: the part of the sheet, such as ``22:40`` or ``E:G`` (optional: all of it)
    :type area: string
    :param name: what the table is called (optional: the name of the file and of the sheet)
    :type name: string

    :returns: the new resource, as ``resource_create``; where the dataset is public already and changes are reviewed, it
        is part of the change under review
    """
    resource_id = str(tk.get_or_bust(data_dict, "id"))
    tk.check_access("nx_table_part_create", context, {"id": resource_id})
    resource = model.Session.get(model.Resource, resource_id)
    if resource is None or origin.find_origin(resource) is not resource:
        raise tk.ObjectNotFound(tk._("There is no such file"))
    sheet, area = (str(data_dict.get(name) or "").strip() for name in ("sheet", "area"))
    state = models.get_state(resource_id)
    around = state.around if state else {}
    read = str((around.get("plan") or {}).get("sheet") or "")
    if sheet and sheet not in (read, *(around.get("other_sheets") or ())):
        raise tk.ValidationError({"sheet": [tk._("The file has no worksheet “{name}”").format(name=sheet)]})
    if not area and sheet in ("", read):
        raise tk.ValidationError({"sheet": [tk._("Choose another worksheet, or a part of this one")]})
    try:
        reading_plan.from_dict({"sheet": sheet, "area": area})
    except PlanError as error:
        message = tk._("The value of “{field}” is not possible here").format(field=error.field)
        raise tk.ValidationError({error.field: [message]}) from None
    if find_parts(resource).get((sheet, area)):
        raise tk.ValidationError({"sheet": [tk._("This table is a file entry of its own already")]})
    stem = PurePosixPath((resource.extras or {}).get("nx_file_name") or resource.name or "").stem
    named = sheet if sheet != read or not area else ""
    entry = {
        "package_id": resource.package_id,
        "name": str(data_dict.get("name") or "").strip() or " · ".join(filter(None, (stem, named, area))),
        "format": files.detect_format(resource).upper(),
        "url": make_address(resource),
        origin.PART_OF: resource.id,
        origin.SHEET: sheet or read,
        origin.AREA: area,
    }
    return tk.get_action("resource_create")(tk.fresh_context(context), entry)


def find_parts(resource: Any) -> dict[tuple[str, str], Any]:
    """Return the further tables of a stored file: sheet and area -> its resource; "" for the sheet that was read."""
    state = models.get_state(resource.id)
    read = str(((state.around if state else {}).get("plan") or {}).get("sheet") or "")
    found: dict[tuple[str, str], Any] = {}
    for other in resource.package.resources if resource.package is not None else ():
        if origin.find_origin(other) is resource and other is not resource:
            place = origin.get_place(other)
            sheet, area = place.get("sheet", ""), place.get("area", "")
            found[sheet, area] = other
            if sheet == read:
                found["", area] = other
    return found


def make_address(resource: Any) -> str:
    """Return the address of the stored file."""
    return tk.h.url_for(
        "resource.download",
        id=resource.package_id,
        resource_id=resource.id,
        filename=str(resource.url or "file").rsplit("/", 1)[-1],
        qualified=True,
        locale="default",
    )
