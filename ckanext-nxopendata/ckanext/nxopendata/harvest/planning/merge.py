"""Bring a source's new values into a dataset that people may have edited since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Json = dict[str, Any]
IDENTITY = ("id", "type", "name")
"""Never merged: they are the dataset's own."""


def datasets(base: Mapping[str, Any], current: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[Json, list[str]]:
    """Merge three states of a dataset.

    A field that nobody touched since the harvest wrote it follows the source. A field that a person changed
    keeps the person's value; it is reported when the source says otherwise.

    Args:
        base: What the harvest last wrote.
        current: What the dataset holds now.
        new: What the source says now.

    Returns:
        The dataset to write, and the paths of the fields that were kept against the source.
    """
    merged, kept = fields(base, current, new, skip=(*IDENTITY, "resources", "extras"))
    merged["resources"], kept_resources = resources(
        base.get("resources", ()), current.get("resources", ()), new.get("resources", ())
    )
    return merged, kept + kept_resources


def fields(
    base: Mapping[str, Any], current: Mapping[str, Any], new: Mapping[str, Any], skip: Sequence[str] = ()
) -> tuple[Json, list[str]]:
    """Merge three states of flat fields; those of ``skip`` stay as they are."""
    merged, kept = dict(current), list[str]()
    for name in sorted((base.keys() | new.keys()) - set(skip)):
        now, was = comparable(current.get(name)), comparable(base.get(name))
        if now == was:
            if name in new:
                merged[name] = new[name]
            else:
                merged.pop(name, None)
        elif now != comparable(new.get(name)):
            kept.append(name)
    return merged, kept


def resources(
    base: Sequence[Mapping[str, Any]], current: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]
) -> tuple[list[Json], list[str]]:
    """Merge the files: in the source's order, then those a person added. What a person removed stays removed."""
    by_base = {resource["id"]: resource for resource in base}
    by_current = {resource["id"]: resource for resource in current}
    result, kept = list[Json](), list[str]()
    for position, resource in enumerate(new, start=1):
        key = resource["id"]
        if key in by_current:
            merged, names = fields(by_base.get(key, {}), by_current[key], resource, skip=("id",))
            result.append(merged)
            kept += [f"resources[{position}].{name}" for name in names]
        elif key in by_base:
            kept.append(f"resources[{position}]")
        else:
            result.append(dict(resource))
    named = {resource["id"] for resource in new}
    result += [dict(entry) for entry in current if entry["id"] not in named and entry["id"] not in by_base]
    return result, kept


def comparable(value: Any) -> Any:
    """Return ``value`` so that what means the same is equal: nothing is "", tags are their names, sorted."""
    if value in (None, "", [], {}):
        return ""
    if isinstance(value, list) and all(_is_tag(item) for item in value):
        return sorted(item["name"] for item in value)
    return value


def _is_tag(item: Any) -> bool:
    keys = {"name", "id", "display_name", "state", "vocabulary_id"}
    return isinstance(item, Mapping) and "name" in item and item.keys() <= keys
