"""What of a dataset goes into the search index, and how its facets read."""

from __future__ import annotations

import json
from typing import Any

from ckanext.nxopendata.catalogue import update_deadlines
from ckanext.nxopendata.core import codelists, localised

CODED = {
    "nx_share_type": "share_type",
    "nx_is_open": "is_open",
    "nx_format_category": "format_category",
    "nx_update_cycle": "update_cycle",
    "nx_region": "region",
    "nx_industry": "industry",
    "nx_theme": "theme",
}
"""Index field -> the code list of its values."""


def build_document(dataset: dict[str, Any]) -> dict[str, Any]:
    """Make a dataset's index document fit CKAN's schema: codes and texts as plain lists.

    Args:
        dataset: what ``IPackageController.before_dataset_index`` receives.
    """
    # CKAN puts a dataset's extras in twice; the second copy is the stored JSON, of no use to a reader.
    document = {key: value for key, value in dataset.items() if not key.startswith("extras_")}
    more: list[str] = []
    for field in ("title_translated", "notes_translated"):
        texts = _texts(document.get(field))
        document[field] = texts.get("en", "")
        more += [text for language, text in texts.items() if language not in localised.USUAL]
    document["extras_other_languages"] = "\n".join(more)
    items = [item for item in _json_list(document.pop("nx_items", None)) if isinstance(item, dict)]
    names = [item[key] for item in items for key in ("name", "name_en") if item.get(key)]
    document["extras_nx_items"] = "\n".join(names)
    document["extras_tags_translated"] = " ".join(_tags(document.pop("tags_translated", None)))
    document["nx_theme"] = _json_list(document.get("nx_theme"))
    document.pop("nx_provenance", None)  # long texts do not fit the index's string fields
    if due := _due_date(document):
        document[update_deadlines.INDEX_FIELD] = f"{due}T00:00:00Z"
    if region := document.get("nx_region"):
        # A county is found under its city and under the region.
        document["nx_region"] = [code.code for code in codelists.ancestors("region", region)]
    return document


def label_facets(results: dict[str, Any], language: str) -> dict[str, Any]:
    """Put the labels of code lists into a search's ``search_facets``, in ``language`` (a locale)."""
    for name, facet in results.get("search_facets", {}).items():
        if name in CODED:
            for item in facet["items"]:
                item["display_name"] = codelists.label(CODED[name], item["name"], language)
    return results


def _due_date(document: dict[str, Any]) -> str | None:
    try:
        dataset = json.loads(document["validated_data_dict"])
    except (KeyError, ValueError):
        return None
    return update_deadlines.due_date(dataset)


def _texts(value: Any) -> dict[str, str]:
    try:
        return localised.parse(value)
    except localised.LocalisedValueError:
        return {}


def _tags(value: Any) -> list[str]:
    """The tags in other languages than the default, whose tags CKAN indexes."""
    try:
        texts = localised.parse_lists(value)
    except localised.LocalisedValueError:
        return []
    return [tag for language, tags in texts.items() if language != localised.DEFAULT for tag in tags]


def _json_list(value: Any) -> list[Any]:
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return []
    return value if isinstance(value, list) else []
