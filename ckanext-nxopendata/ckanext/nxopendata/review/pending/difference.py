"""The difference between two versions of a dataset, field by field, and joining a change with newer edits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

DERIVED = ("title", "notes", "num_resources", "num_tags", "metadata_modified", "isopen", "license_title", "license_url")
"""Fields that follow from others or that CKAN writes."""

OF_RESOURCE = ("metadata_modified", "position", "package_id", "created", "last_modified", "state", "datastore_active")


@dataclass(frozen=True, slots=True)
class Change:
    """One field that differs.

    Attributes:
        path: field, or ``resources/<name>/<field>``, ``nx_items/<number>/<field>`` for a part.
        before, after: the values; None where there was or will be none.
        file: id of the file of which it is a part; "" for what is of no file. Names of files may be given twice.
    """

    path: tuple[str, ...]
    before: Any
    after: Any
    file: str = ""


def find_changes(before: Mapping[str, Any], after: Mapping[str, Any], fields: Iterable[str]) -> list[Change]:
    """What differs between two datasets, in the order of ``fields``; items and files part by part."""
    found: list[Change] = []
    for field in fields:
        if field in DERIVED:
            continue
        old, new = before.get(field), after.get(field)
        if field == "resources":
            found += _files(old or [], new or [])
        elif field == "nx_items":
            found += _items(old or [], new or [])
        elif field == "tags":
            found += _values((field,), _tags(old), _tags(new))
        else:
            found += _values((field,), old, new)
    return found


def merge(
    base: Mapping[str, Any], live: Mapping[str, Any], changed: Mapping[str, Any], fields: Iterable[str]
) -> dict[str, Any]:
    """The live dataset with what ``changed`` alters against ``base``; what others edited meanwhile stays.

    Args:
        base: the dataset when the change was begun.
        live: the dataset as it is now.
        changed: the dataset as the change wants it.
        fields: the names to consider, ``resources`` among them.
    """
    result = dict(live)
    for field in fields:
        if field == "resources":
            result[field] = _merged_files(base.get(field) or [], live.get(field) or [], changed.get(field) or [])
        elif not _same(base.get(field), changed.get(field)):
            result[field] = changed.get(field)
    return result


def _values(path: tuple[str, ...], old: Any, new: Any) -> list[Change]:
    if _same(old, new):
        return []
    if isinstance(old, Mapping) or isinstance(new, Mapping):
        old, new = old or {}, new or {}
        return [
            change
            for part in dict.fromkeys((*old, *new))
            for change in _values((*path, part), old.get(part), new.get(part))
        ]
    return [Change(path, old, new)]


def _same(old: Any, new: Any) -> bool:
    """Whether two values are equal; nothing, "" and [] are the same nothing."""
    return old == new or (not old and not new and old not in (0, False) and new not in (0, False))


def _tags(tags: Any) -> list[str]:
    return sorted(tag["name"] for tag in tags or ())


def _items(old: list[dict], new: list[dict]) -> list[Change]:
    before = {str(item.get("name")): item for item in old}
    after = {str(item.get("name")): item for item in new}
    found = [
        change
        for name in dict.fromkeys((*before, *after))
        for change in _values(("nx_items", name), before.get(name), after.get(name))
    ]
    if not found and old != new:
        found.append(Change(("nx_items",), [item.get("name") for item in old], [item.get("name") for item in new]))
    return found


def _files(old: list[dict], new: list[dict]) -> list[Change]:
    before = {str(file.get("id")): file for file in old}
    after = {str(file.get("id")): file for file in new}
    found = []
    for key in dict.fromkeys((*before, *after)):
        file = after.get(key) or before[key]
        path = ("resources", str(file.get("name") or file.get("url") or key))
        if key not in before or key not in after:
            found.append(Change(path, _label(before.get(key)), _label(after.get(key)), key))
        else:
            found += [replace(change, file=key) for change in _values(path, _plain(before[key]), _plain(after[key]))]
    return found


def _label(file: Mapping[str, Any] | None) -> str | None:
    return None if file is None else str(file.get("nx_file_name") or file.get("name") or file.get("url") or "")


def _plain(file: Mapping[str, Any]) -> dict[str, Any]:
    plain = {key: value for key, value in file.items() if key not in OF_RESOURCE}
    if plain.get("url_type") == "upload":
        plain["url"] = str(plain.get("url") or "").rsplit("/", 1)[-1] if plain.get("nx_staged") else plain.get("url")
    return plain


def _merged_files(base: list[dict], live: list[dict], changed: list[dict]) -> list[dict]:
    begun = {file.get("id"): file for file in base}
    now = {file.get("id"): file for file in live}
    result = []
    for file in changed:
        key = file.get("id")
        if key in begun and key not in now:
            continue  # removed from the live dataset meanwhile
        if key in begun and _same(_plain(file), _plain(begun[key])):
            result.append(now[key])
        else:
            result.append(file)
    wanted = {file.get("id") for file in changed}
    return result + [file for key, file in now.items() if key not in wanted and key not in begun]
