"""Which of several contacts is the one of a dataset: name, telephone and e-mail are those of one person or office."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ckanext.nxopendata.harvest.mapping.values import find_values, show

NAME = "nx_contact_name"
FIELDS: tuple[str, ...] = (NAME, "nx_contact_phone", "nx_contact_email")

Group = str | tuple[str, ...]
"""Where contacts stand: the path of their nodes, or the names of one contact that are written side by side."""

Values = Mapping[str, str]
"""Field -> value, of those that a contact gives."""

Read = Callable[[Mapping[str, Any]], Values]


@dataclass(frozen=True, slots=True)
class _Contact:
    """A contact, the record without the others, and what it gives."""

    group: Group
    raw: Mapping[str, Any]
    values: Values


def choose(groups: Sequence[Group], raw: Mapping[str, Any], read: Read) -> tuple[Mapping[str, Any], list[str]]:
    """Choose the contact that gives most, of several such the first.

    What it lacks is taken from names beside each other that name nobody.

    Args:
        groups: Where contacts stand, the surest first.
        raw: The record.
        read: Returns what a record with one contact gives.

    Returns:
        Field -> the record that it is filled from, empty where there is nothing to choose; and the values of the other
        contacts that the dataset does not get, a text for each contact.
    """
    if sum(1 for _ in _isolate(groups, raw)) < 2:
        return {}, []
    contacts = [_Contact(group, own, read(own)) for group, own in _isolate(groups, raw)]
    taken = max(contacts, key=lambda contact: len(contact.values))
    if not taken.values:
        return {}, []
    nameless = [other for other in contacts if other.group is not taken.group and _may_complete(other)]
    filled_from = dict.fromkeys(FIELDS, taken.raw)
    values = dict(taken.values)
    for other in nameless:
        for field, value in other.values.items():
            if field not in values:
                filled_from[field], values[field] = other.raw, value
    told = set(values.values())
    left = (
        ", ".join(value for value in other.values.values() if value not in told)
        for other in contacts
        if other is not taken
    )
    unread = (_show_unread(contact, told) for contact in contacts if not contact.values)
    return filled_from, list(dict.fromkeys(filter(None, (*left, *unread))))


def _show_unread(contact: _Contact, told: set[str]) -> str:
    """Return the texts of a contact that gives nothing, but for those of which something was taken."""
    paths = [contact.group] if isinstance(contact.group, str) else contact.group
    values = (value for path in paths for value in find_values(contact.raw, path))
    texts = (show(value) for value in values if not isinstance(value, Mapping) or not value.keys() - {"@id", "@type"})
    return ", ".join(text for text in texts if not any(value in text for value in told))


def _may_complete(contact: _Contact) -> bool:
    return not isinstance(contact.group, str) and NAME not in contact.values


def _isolate(groups: Sequence[Group], raw: Mapping[str, Any]) -> Iterator[tuple[Group, Mapping[str, Any]]]:
    """Yield each contact with the record that has no other."""
    for group in groups:
        if isinstance(group, str):
            for node in find_values(raw, group):
                own = _without(raw, [path for path in _paths(groups) if path != group])
                yield group, _replace(own, group.split(" > "), node)
        elif any(find_values(raw, path) for path in group):
            yield group, _without(raw, [path for path in _paths(groups) if path not in group])


def _paths(groups: Sequence[Group]) -> Iterator[str]:
    for group in groups:
        yield from [group] if isinstance(group, str) else group


def _without(raw: Mapping[str, Any], paths: Sequence[str]) -> Mapping[str, Any]:
    for path in paths:
        if find_values(raw, path):
            raw = _replace(raw, path.split(" > "), None)
    return raw


def _replace(node: Any, steps: Sequence[str], value: Any) -> Any:
    """Return a node in which ``value`` stands at a path, in the first of several nodes, and nothing in the others."""
    if isinstance(node, list):
        there = next((place for place, item in enumerate(node) if find_values({"": item}, " > ".join(["", *steps]))), 0)
        return [_replace(item, steps, value if place == there else None) for place, item in enumerate(node)]
    if not isinstance(node, Mapping) or steps[0] not in node:
        return node
    inside = value if len(steps) == 1 else _replace(node[steps[0]], steps[1:], value)
    return {**node, steps[0]: inside}
