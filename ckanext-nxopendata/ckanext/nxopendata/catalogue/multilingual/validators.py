"""navl validators of texts and tags in several languages; ``schemas/*.yaml`` name them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import Context, FlattenDataDict, FlattenErrorDict, FlattenKey
from ckanext.scheming.validation import scheming_validator

from ckanext.nxopendata.catalogue import config
from ckanext.nxopendata.core import localised

CORE_FIELDS = {
    "title_translated": "title",
    "notes_translated": "notes",
    "description_translated": "description",
}
"""Localised field -> the field of CKAN's own that holds its text in the default language."""


def nx_localise(key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context) -> None:
    """Before the fields are validated: bring localised fields into one shape.

    Texts arrive as ``title_translated`` (a mapping or its JSON), as form fields ``title_translated-zh``, or
    as CKAN's plain ``title`` alone, which is in the default language.
    """
    extras = data.get(("__extras",), {})
    stored = context.get("package") or context.get("group")
    for field, core in CORE_FIELDS.items():
        value = data.get((field,))
        prefix = f"{field}-"
        parts = {name.removeprefix(prefix): extras.pop(name) for name in list(extras) if name.startswith(prefix)}
        if parts:
            value = parts
        try:
            texts = localised.parse(None if value is tk.missing else value)
        except localised.LocalisedValueError:
            continue  # nx_localised reports it, at the field
        plain = data.get((core,))
        if isinstance(plain, str) and plain and (not texts or _plain_changed(plain, texts, stored, core)):
            texts[localised.DEFAULT] = plain
        if texts:
            data[(field,)] = texts
            data[(core,)] = localised.choose(texts, localised.DEFAULT)[0]


def nx_localise_tags(key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context) -> None:
    """Before the fields are validated: CKAN's tags are the tags of the default language.

    Tags arrive as ``tags_translated``, as form fields ``tags_translated-zh``, or as CKAN's ``tags`` or
    ``tag_string`` alone. Whoever changes only CKAN's own wins over the translated ones sent along.
    """
    extras = data.get(("__extras",), {})
    prefix = "tags_translated-"
    parts = {name.removeprefix(prefix): extras.pop(name) for name in list(extras) if name.startswith(prefix)}
    value = parts or data.get(("tags_translated",))
    try:
        texts = localised.parse_lists(None if value is tk.missing else value)
    except localised.LocalisedValueError:
        return  # nx_localised_tags reports it, at the field
    sent = [data[name] for name in sorted(data) if name[0] == "tags" and name[-1] == "name"]
    written = data.get(("tag_string",))
    plain = sent or (localised.parse_lists(written).get(localised.DEFAULT, []) if isinstance(written, str) else [])
    own = texts.get(localised.DEFAULT, [])
    if plain and not parts and (not own or _tags_changed(plain, own, context.get("package"))):
        texts[localised.DEFAULT] = own = plain
    if parts or own:
        data[("tags_translated",)] = texts
        for name in [name for name in data if name[0] == "tags"]:
            del data[name]
        data[("tag_string",)] = ",".join(own)


def _tags_changed(plain: list[str], own: list[str], stored: Any) -> bool:
    old = {tag.name for tag in stored.get_tags()} if stored else set()
    return set(plain) != set(own) and set(own) == old


@scheming_validator
def nx_localised_tags(field: dict[str, Any], schema: dict[str, Any]) -> Callable[..., None]:
    """Tags by language, stored as JSON."""

    def validator(key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context) -> None:
        value = data.get(key)
        try:
            texts = localised.parse_lists(None if value is tk.missing else value)
        except localised.LocalisedValueError:
            errors[key].append(tk._('Write tags by language such as {"zh": ["…"], "en": ["…"]}'))
            return
        unknown = sorted(set(texts) - set(config.languages()))
        if unknown:
            errors[key].append(tk._("Unknown language: %s") % ", ".join(unknown))
        elif set(texts) <= {localised.DEFAULT}:
            data.pop(key, None)  # CKAN's own tags say it
            raise tk.StopOnError
        elif len({len(tags) for tags in texts.values()} | {len(texts.get(localised.DEFAULT, []))}) > 1:
            errors[key].append(tk._("Give as many tags in each language as Chinese ones, in the same order"))
        else:
            data[key] = localised.dump(texts)

    return validator


def nx_localised_tags_output(value: Any) -> Any:
    """The stored JSON as lists by language."""
    try:
        return localised.parse_lists(value)
    except localised.LocalisedValueError:
        return value


def _plain_changed(plain: str, texts: dict[str, str], stored: Any, core: str) -> bool:
    """A caller who patches only CKAN's plain field sends the old localised one along: the new text wins."""
    old = getattr(stored, core, None)
    return old is not None and texts.get(localised.DEFAULT) == old and plain != old


@scheming_validator
def nx_localised(field: dict[str, Any], schema: dict[str, Any]) -> Callable[..., None]:
    """A localised field: stored as JSON; the default language is there when the field is required."""

    def validator(key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context) -> None:
        if errors[key]:
            return
        value = data.get(key)
        try:
            texts = localised.parse(None if value is tk.missing else value)
        except localised.LocalisedValueError:
            errors[key].append(tk._('Write the text, or texts by language such as {"zh": "…", "en": "…"}'))
            return
        unknown = sorted(set(texts) - set(config.languages()))
        if unknown:
            errors[key].append(tk._("Unknown language: %s") % ", ".join(unknown))
        elif field.get("required") and localised.DEFAULT not in texts:
            errors[key].append(tk._("The Chinese text is required"))
        elif texts:
            data[key] = localised.dump(texts)
        else:
            data.pop(key, None)
            raise tk.StopOnError

    return validator


def nx_localised_output(value: Any) -> Any:
    """The stored JSON as texts by language."""
    try:
        return localised.parse(value)
    except localised.LocalisedValueError:
        return value
