"""Validation of many datasets by one schema: what navl's ``validate`` gives, with the schema worked out once.

CKAN makes a schema anew for each dataset, flattens it, sorts its keys, and searches all data for each field that is
kept as an extra. Here that is done once a schema and once a dataset. The validators, their order and what they see
are CKAN's: ``tests/bulk_write/test_validation.py`` compares the results.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

from ckan import authz
from ckan.lib.navl.dictization_functions import DataError, Invalid, StopOnError, missing, unflatten
from ckan.lib.navl.validators import ignore_empty, ignore_missing, not_empty, unicode_safe
from ckan.logic import validators
from ckan.logic.converters import convert_from_extras, convert_to_extras
from ckan.types import Context

from ckanext.nxopendata.bulk_write.requests import Json
from ckanext.nxopendata.core.batch_memo import memoized

Key = tuple[Any, ...]
Flat = dict[Key, Any]

KNOWN_FREE = "bulk_write_known_free"
"""Key of the context: neither an id nor the name of the dataset or of its files is taken; see :data:`LOOKUPS`."""

LOOKUPS = frozenset(
    {validators.package_id_does_not_exist, validators.package_name_validator, validators.resource_id_does_not_exist}
)
"""What asks the database whether an id or a name is taken."""

DEEPEST = 3
"""Parts of a flattened key that :func:`nest` reads by itself: a field of a part of the dataset."""


@dataclass(frozen=True, slots=True)
class _Field:
    """A key of the flattened schema.

    Attributes:
        drops: what its first validator leaves out at once: "missing" for ``ignore_missing``, "empty" for
            ``ignore_empty``, else "".
        needed: whether its first validator is ``not_empty``.
        steps: the validators that follow, each with the number of its arguments.
    """

    key: Key
    drops: str
    needed: bool
    steps: tuple[tuple[Callable[..., Any], int], ...]


@dataclass(frozen=True, slots=True)
class _Part:
    """The keys that the dataset (or one of its resources, tags, items) has by the schema, in navl's order.

    Attributes:
        plain: those that are not special, as ``__extras`` is.
        checked: those of ``plain`` that have validators.
    """

    keys: frozenset[Key]
    plain: tuple[Key, ...]
    checked: tuple[_Field, ...]
    special: dict[str, _Field]


class Schema:
    """A navl schema, ready for many datasets.

    Args:
        schema: as ``toolkit.navl_validate`` takes it; not changed afterwards.
    """

    def __init__(self, schema: Json) -> None:
        self._schema = schema
        self._names = list(schema)
        leaves = list(_leaves(schema, ()))
        self._prefixes = {leaf[:-1] for leaf in leaves}
        self._beginnings = {leaf[:length] for leaf in leaves for length in range(len(leaf) + 1)}
        self._part = lru_cache(maxsize=2_000)(self._part_at)

    def _part_at(self, place: Key) -> _Part:
        schema: Any = self._schema
        for name in place[::2]:
            schema = schema[name]
        fields = {name: _field((*place, name), chain) for name, chain in schema.items() if isinstance(chain, list)}
        plain = tuple(fields[name] for name in sorted(fields) if not name.startswith("__"))
        special = {name: each for name, each in fields.items() if name.startswith("__")}
        checked = tuple(each for each in plain if each.drops or each.steps)
        keys = frozenset(each.key for each in fields.values())
        return _Part(keys, tuple(each.key for each in plain), checked, special)

    def validate(self, data: Json, context: Context, *, collect_errors: bool = True) -> tuple[Json, Json]:
        """Return the converted dataset, and what is wrong with it by field; as ``toolkit.navl_validate`` does.

        Args:
            collect_errors: False when nobody reads what is wrong: then it is neither found out nor put into words.

        Raises:
            DataError: a list of something else than mappings where the schema wants mappings.
        """
        flat: Flat = {}
        _flatten(data, self._schema, (), flat)
        parts = self._parts(flat)
        self._augment(flat, parts)
        errors: dict[Key, list[Any]] = {key: [] for part in parts.values() for key in part.keys}
        _Run(flat, errors, Context(context, schema_keys=list(self._names)), collect_errors).all(list(parts.values()))
        converted = nest(flat)
        for name, value in data.items():
            if value == [] and name not in converted:
                converted[name] = []
        return converted, _nest_errors(errors) if collect_errors else {}

    def _parts(self, flat: Flat) -> dict[Key, _Part]:
        """Where the schema meets the data: place -> keys; the dataset itself is at ``()``."""
        places = sorted({key[:-1] for key in flat}, key=lambda place: (len(place), place))
        found: dict[Key, _Part] = {(): self._part(())}
        for place in places:
            if place and place[::2] in self._prefixes and place[:-2] in found:
                found[place] = self._part(place)
        return found

    def _augment(self, flat: Flat, parts: dict[Key, _Part]) -> None:
        """Mark what is missing, and put what the schema does not know together, as navl's ``augment_data``."""
        unknown = [key for key in flat if (part := parts.get(key[:-1])) is None or key not in part.keys]
        extras, junk = dict[Key, Json](), Flat()
        for key in unknown:
            value = flat[key]
            if key[::2] in self._beginnings and value != []:
                raise DataError(f"Only lists of dicts can be placed against subschema {key}, not {type(value)}")
            if key[:-1] in parts:
                extras.setdefault((*key[:-1], "__extras"), {})[key[-1]] = value
            else:
                junk[key] = value
        if junk:
            flat[("__junk",)] = junk
        flat |= extras
        for key in unknown:
            del flat[key]
        for part in parts.values():
            for key in part.plain:
                if key not in flat:
                    flat[key] = missing


def _leaves(schema: Json, above: Key) -> Iterable[Key]:
    for name, value in schema.items():
        if isinstance(value, dict):
            yield from _leaves(cast(Json, value), (*above, name))
        else:
            yield (*above, name)


def _field(key: Key, chain: Sequence[Callable[..., Any]]) -> _Field:
    first = chain[0] if chain and not key[-1].startswith("__") else None
    drops = "missing" if first is ignore_missing else "empty" if first is ignore_empty else ""
    return _Field(
        key, drops, first is not_empty, tuple((step, _arguments(step)) for step in chain[1 if drops else 0 :])
    )


def _arguments(validator: Callable[..., Any]) -> int:
    number = validator.__code__.co_argcount
    if number not in (1, 2, 4):
        raise TypeError(f"Wrong number of arguments for {validator.__name__} (expected 1, 2 or 4): {number}")
    return number


class _Run:
    """One dataset on its way through the validators."""

    def __init__(self, flat: Flat, errors: dict[Key, list[Any]], context: Context, collect_errors: bool) -> None:
        self.flat, self.errors, self.context, self.collect_errors = flat, errors, context, collect_errors
        self.free = 0
        self.found: dict[Any, int] | None = None
        self.entries: dict[Any, list[Key]] = {}
        self.skipped = LOOKUPS if context.get(KNOWN_FREE) else frozenset[Any]()

    def all(self, parts: Sequence[_Part]) -> None:
        self.special(parts, "__before")
        self.free = max((key[1] for key in self.flat if key[0] == "extras" and len(key) > 1), default=-1) + 1
        flat = self.flat
        for part in parts:
            for each in part.checked:
                if each.drops:
                    value = flat.get(each.key)
                    if value is missing or (value is None if each.drops == "missing" else not value):
                        flat.pop(each.key, None)
                        continue
                elif each.needed and not self.collect_errors and each.key not in flat:
                    continue
                self.steps(each)
        self.special(parts, "__extras")
        self.special(list(reversed(parts)), "__after")
        self.special(parts[:1], "__junk")

    def special(self, parts: Sequence[_Part], name: str) -> None:
        for part in parts:
            if name in part.special:
                self.steps(part.special[name])

    def steps(self, each: _Field) -> None:
        key, flat = each.key, self.flat
        for step, arguments in each.steps:
            if step in self.skipped:
                continue
            try:
                if step is convert_to_extras:
                    self.to_extras(key)
                elif step is validators.owner_org_validator:
                    self.owner(key)
                elif step is validators.duplicate_extras_key:  # which nests all data to read the extras
                    extras = {place: flat[place] for place in flat if place[0] == "extras"}
                    step(key, extras, self.errors, self.context)
                elif step is convert_from_extras:
                    self.from_extras(key)
                elif arguments == 4:
                    step(key, flat, self.errors, self.context)
                elif arguments == 1:
                    flat[key] = step(flat.get(key))
                else:
                    flat[key] = step(flat.get(key), self.context)
            except StopOnError:
                return
            except Invalid as error:
                self.errors[key].append(error.error)

    def owner(self, key: Key) -> None:
        """``owner_org_validator``, which reads the user and the organization from the database each time."""
        value, context = self.flat.get(key), self.context
        moves = context.get("package") and authz.check_config_permission("allow_dataset_collaborators")
        if moves or not isinstance(value, str):
            validators.owner_org_validator(key, self.flat, self.errors, context)
            return

        def look_up() -> Any:
            flat, errors = {key: value}, {key: []}
            validators.owner_org_validator(key, flat, errors, context)
            return flat[key], errors[key]

        self.flat[key], errors = memoized(("owner", context.get("user"), context.get("ignore_auth"), value), look_up)
        self.errors[key] += errors

    def to_extras(self, key: Key) -> None:
        """``convert_to_extras``, which looks for the next free number among all data each time."""
        while ("extras", self.free, "key") in self.flat:
            self.free += 1
        self.flat[("extras", self.free, "key")] = key[-1]
        self.flat[("extras", self.free, "value")] = unicode_safe(self.flat[key])

    def from_extras(self, key: Key) -> None:
        """``convert_from_extras``, which looks for the extra among all data each time."""
        if self.found is None:
            self.found = {}
            for place, value in self.flat.items():
                if place[0] == "extras" and len(place) > 1:
                    self.entries.setdefault(place[1], []).append(place)
                    if place[-1] == "key" and isinstance(value, str):
                        self.found.setdefault(value, place[1])
        number = self.found.pop(key[-1], None)
        if number is not None:
            self.flat[key] = self.flat[("extras", number, "value")]
            for place in self.entries[number]:
                self.flat.pop(place, None)


def _flatten(data: Json, schema: Json | None, above: Key, flat: Flat) -> None:
    for name, value in data.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            below = schema.get(name) if schema else None
            if not schema or isinstance(below, dict):
                for number, item in enumerate(cast("list[Any]", value)):
                    if not isinstance(item, dict):
                        raise DataError("Values in lists need to be dicts")
                    _flatten(cast(Json, item), below, (*above, name, number), flat)
                continue
        flat[(*above, name)] = value


def nest(flat: Flat) -> Json:
    """Undo the flattening, in the order of the keys; numbers that are left out are closed up."""
    result, lists = Json(), dict[Any, list[Json]]()
    before, item = None, Json()
    for key in sorted(flat):
        if len(key) == 1:
            result[key[0]] = flat[key]
            continue
        if len(key) != DEEPEST:
            return unflatten(flat)
        if key[:2] != before:
            before, item = key[:2], Json()
            lists.setdefault(key[0], []).append(item)
        item[key[2]] = flat[key]
    for name, found in lists.items():
        result.setdefault(name, []).extend(found)
    return result


def _nest_errors(errors: dict[Key, list[Any]]) -> Json:
    """Messages by field; navl does the rare work of nesting them."""
    wrong = {key: found for key, found in errors.items() if found}
    if not wrong:
        return {}
    # navl keeps a place for every part of a list that has a mistake in it
    lists = {key[:1] for key in wrong if len(key) > 1}
    return _without_blank(unflatten({key: found for key, found in errors.items() if found or key[:1] in lists}))


def _without_blank(errors: Json) -> Json:
    for name, value in list(errors.items()):
        if not value:
            del errors[name]
        elif isinstance(value[0], dict):
            for item in cast("list[Json]", value):
                _without_blank(item)
            if not any(value):
                del errors[name]
    return errors
