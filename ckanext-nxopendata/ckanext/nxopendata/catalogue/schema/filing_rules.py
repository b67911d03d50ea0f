"""What must hold between the fields of a dataset: the filing rules of the 1272 guide, as pure functions.

A rule yields :class:`Finding` values with stable codes; :mod:`messages` puts them into words. What needs
other datasets (names, codes in use) is looked up by :mod:`checks`, which runs these rules for the form, the
API, the workbook and the harvest alike.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ckanext.nxopendata.core import codelists, timezone

ERROR = "error"
WARNING = "warning"

CONDITIONAL, NOT_SHARED = "2", "3"
PLATFORM = "platform"
BY_DATABASE, BY_FILE, BY_SERVICE = "1", "2", "3"

METHODS = {
    "1": (BY_FILE,),
    "2": (BY_FILE,),
    "3": (BY_DATABASE, BY_SERVICE),
    "4": (BY_FILE,),
    "5": (BY_FILE,),
    "7": (BY_SERVICE,),
}
"""Format category -> ways the sharing platform can hand it over (filing rules, item 7). 6, self-describing, is free."""

STRUCTURED = ("2", "3")
"""Format categories whose information items must be listed (1272 guide, element 8)."""

RESTRICTED = ("2", "3")
"""Data levels that are not opened: important and core data (GB/T 43697-2024)."""

GRADES = ("1", "2", "3", "4", "important", "core")
"""Grades of a data item, the mildest first: the four levels of general data, important and core data."""

LEVEL_GRADES = {"important": "2", "core": "3"}
"""Grade of an item above general data -> data level of a dataset that holds it, at least."""

GRAVEST_GENERAL = "4"
"""Level of general data that is not opened without conditions."""

MEASURED = ("C", "N")
"""Item types that need a length (1272 guide, element 8.3)."""

NOTHING = {"", "无", "暂无", "没有", "无条件", "/", "-", "—", "——", "n/a", "none"}
"""What people write into a field that they want to leave empty."""

NO_LICENCE = (None, "", "notspecified")
"""What stands where nobody chose a licence: readers would have to ask before they use anything."""

REQUIRED = (
    "title",
    "notes",
    "owner_org",
    "nx_class_code",
    "nx_format_category",
    "nx_format_type",
    "nx_share_type",
    "nx_share_method_category",
    "nx_is_open",
    "nx_update_cycle",
    "nx_publish_date",
    "nx_contact_name",
    "nx_contact_phone",
)
"""Elements without which a dataset is not registered: the guide's mandatory ones, and whom to ask."""

LENGTH = re.compile(r"\d+(\s*[,，.]\s*\d+)?")
RESOURCE_CODE = re.compile(r"[123]\d{2}(\d{3}[0-9A-Za-z]*)?/\d+")
"""1272 guide, element 3: class prefix (class 1, item 2, catalogue 3 digits, detail free), "/", sequence."""

PUNCTUATION = (
    r"\u0001-\u002F\u003A-\u0040\u005B-\u0060\u007B-\u00BF\u00D7\u2000-\u206F\u2E00-\u2E7F"
    r"\u3000-\u3004\u3008-\u3020\u3030-\u303F\u30FB\uFE10-\uFE1F\uFE30-\uFE6F\uFEFF"
)
"""Spaces and punctuation, as a character class that Python and PostgreSQL both read. 々 and 〇 are not in it."""

_PUNCTUATION = re.compile(f"[{PUNCTUATION}]")
_CAPITALS = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong with a dataset.

    Attributes:
        code: which rule, for machines; :data:`messages.TEXTS` has its words.
        field: the field to mend; ``nx_items.2.length`` is a field of the third information item.
        params: what the message tells.
        level: ``error`` refuses the dataset, ``warning`` is told and shown to the reviewer.
    """

    code: str
    field: str
    params: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    level: str = ERROR


def title_key(title: str) -> str:
    """What two titles of one provider must not share: the title without spaces, punctuation, case and width.

    Filing rules, item 3. Titles of punctuation alone stay as they are. The database has the same function as
    ``nx_same_title``.
    """
    folded = unicodedata.normalize("NFKC", title).translate(_CAPITALS)
    return _PUNCTUATION.sub("", folded) or folded


def split_number(title: str) -> tuple[str, int] | None:
    """A title's stem and the number at its end; None without one. Four digits and more are years or codes.

    >>> numbered("景区名录 2"), numbered("统计年鉴2024"), numbered("景区名录")
    (('景区名录', 2), None, None)
    """
    found = re.fullmatch(r"(.*\D)(\d{1,3})", title_key(title))
    return (found[1], int(found[2])) if found else None


def find_drawn_titles(title: str) -> list[str]:
    """The titles from which a spreadsheet would have made this one when a cell was drawn down, as :func:`title_key`.

    Filing rules, item 2: a title and a number, in a row with the ones before and after it.

    >>> drawn_from("景区名录2"), drawn_from("景区名录")
    (['景区名录', '景区名录1', '景区名录3'], [])
    """
    found = split_number(title)
    if found is None:
        return []
    stem, number = found
    return [stem, *(f"{stem}{near}" for near in (number - 1, number + 1) if near >= 0)]


def is_given(value: Any) -> bool:
    """Whether a text says something: not empty, not ``无``, ``/`` or the like."""
    return str(value or "").strip().lower() not in NOTHING


def check(dataset: Mapping[str, Any], today: dt.date | None = None) -> list[Finding]:
    """The findings about a dataset, whatever its state.

    Args:
        dataset: field -> value, as ``package_show`` gives it. Fields that are missing are not judged, except
            where another field makes them necessary.
        today: the day to compare dates with; by China's clock if None.
    """
    today = today or timezone.today()
    return [finding for rule in RULES for finding in rule(dataset)] + list(_dates(dataset, today))


def find_missing(dataset: Mapping[str, Any]) -> list[Finding]:
    """What is still missing before a dataset can be submitted for registration (1272 guide, mandatory elements)."""
    findings = [Finding("required", name) for name in REQUIRED if not dataset.get(name)]
    is_unconditional = dataset.get("nx_is_open") == "1" and not is_given(dataset.get("nx_open_condition"))
    if is_unconditional and dataset.get("license_id") in NO_LICENCE:
        findings.append(Finding("open_needs_licence", "license_id"))
    if dataset.get("nx_share_method_category") == PLATFORM and not dataset.get("nx_share_method"):
        findings.append(Finding("required", "nx_share_method"))
    if dataset.get("nx_format_category") in STRUCTURED and not dataset.get("nx_items"):
        findings.append(Finding("items_required", "nx_items"))
    for number, item in enumerate(_items(dataset)):
        if not item.get("type"):
            findings.append(Finding("item_type_required", f"nx_items.{number}.type", {"item": item.get("name", "")}))
        elif item["type"] in MEASURED and not item.get("length"):
            findings.append(
                Finding("item_length_required", f"nx_items.{number}.length", {"item": item.get("name", "")})
            )
    return findings


def _sharing(dataset: Mapping[str, Any]) -> Iterator[Finding]:
    """Element 9: sharing type against its condition, and against opening (element 10)."""
    kind, condition = dataset.get("nx_share_type"), dataset.get("nx_share_condition")
    if kind == NOT_SHARED and not is_given(condition):
        yield Finding("share_basis_missing", "nx_share_condition")
    elif kind == CONDITIONAL and not is_given(condition):
        yield Finding("share_condition_missing", "nx_share_condition")
    elif kind == "1" and is_given(condition):
        yield Finding("share_condition_on_unconditional", "nx_share_condition", level=WARNING)
    if kind == NOT_SHARED and dataset.get("nx_is_open") == "1":
        yield Finding("not_shared_but_open", "nx_is_open")
    if dataset.get("nx_data_level") in RESTRICTED and dataset.get("nx_is_open") == "1":
        yield Finding("level_forbids_opening", "nx_is_open", {"level": dataset["nx_data_level"]})
    if dataset.get("nx_is_open") == "0" and is_given(dataset.get("nx_open_condition")):
        yield Finding("open_condition_without_opening", "nx_open_condition", level=WARNING)


def _grading(dataset: Mapping[str, Any]) -> Iterator[Finding]:
    """Classification and grading (GB/T 43697-2024, chapter 6): the strictest wins, and binds sharing and opening."""
    level, general = str(dataset.get("nx_data_level") or ""), str(dataset.get("nx_general_level") or "")
    if level in RESTRICTED and general:
        yield Finding("general_level_of_restricted", "nx_general_level", {"level": level})
    if level in RESTRICTED and dataset.get("nx_share_type") == "1":
        yield Finding("level_forbids_sharing", "nx_share_type", {"level": level})
    opened = dataset.get("nx_is_open") == "1"
    if general == GRAVEST_GENERAL and opened and not is_given(dataset.get("nx_open_condition")):
        yield Finding("general_level_needs_condition", "nx_open_condition", {"general_level": general})
    for number, item in enumerate(_items(dataset)):
        grade = str(item.get("grade") or "")
        params = {"item": item.get("name", ""), "grade": grade}
        if grade in LEVEL_GRADES and item.get("is_open") == "1":
            yield Finding("item_grade_forbids_opening", f"nx_items.{number}.is_open", params)
        if grade in LEVEL_GRADES and level and level < LEVEL_GRADES[grade]:
            yield Finding("item_graded_above_dataset", "nx_data_level", params)
        elif grade in GRADES and grade not in LEVEL_GRADES and general and grade > general:
            yield Finding("item_graded_above_dataset", "nx_general_level", params)


def _method(dataset: Mapping[str, Any]) -> Iterator[Finding]:
    """Element 9.3 against element 7: filing rules, items 6 and 7."""
    category, method = dataset.get("nx_share_method_category"), dataset.get("nx_share_method")
    if method and category and category != PLATFORM:
        yield Finding("method_needs_platform", "nx_share_method")
        return
    allowed = METHODS.get(dataset.get("nx_format_category") or "")
    if method and allowed and method not in allowed:
        params = {"format": dataset["nx_format_category"], "methods": allowed}
        yield Finding("method_does_not_fit_format", "nx_share_method", params)


def _format(dataset: Mapping[str, Any]) -> Iterator[Finding]:
    """Element 7: one of the types is the category's; types the guide does not list are the provider's to explain."""
    category = dataset.get("nx_format_category")
    if not category or not dataset.get("nx_format_type"):
        return
    names = [name for name in re.split(r"[、，,；;/\s]+", str(dataset["nx_format_type"])) if name]
    homes = {name: codelists.parents_by_label("format_type", name) for name in names}
    # One resource is often given in several types, a table as GeoJSON too: one that fits is enough.
    if any(not found or category in found for found in homes.values()):
        return
    for name, found in homes.items():
        params = {"type": name, "category": category, "categories": found}
        yield Finding("format_type_of_other_category", "nx_format_type", params)


def _items(dataset: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    items = dataset.get("nx_items") or []
    return [item for item in items if isinstance(item, Mapping)] if isinstance(items, list) else []


def _information_items(dataset: Mapping[str, Any]) -> Iterator[Finding]:
    """Element 8: names once only, lengths as numbers, and sharing no wider than the dataset's."""
    seen: dict[str, int] = {}
    for number, item in enumerate(_items(dataset)):
        where = f"nx_items.{number}"
        name = title_key(str(item.get("name") or ""))
        if name and name in seen:
            yield Finding("item_twice", f"{where}.name", {"item": item["name"], "first": seen[name] + 1})
        seen.setdefault(name, number)
        length = str(item.get("length") or "")
        if length and not LENGTH.fullmatch(length):
            yield Finding("item_length_not_a_number", f"{where}.length", {"length": length}, WARNING)
        if item.get("share_type") == NOT_SHARED and item.get("is_open") == "1":
            yield Finding("not_shared_but_open", f"{where}.is_open")
        if item.get("is_open") == "1" and dataset.get("nx_is_open") == "0":
            yield Finding("item_wider_than_dataset", f"{where}.is_open", {"item": item.get("name", "")})


def _codes(dataset: Mapping[str, Any]) -> Iterator[Finding]:
    """Elements 1, 3 and 13: codes in their shape; a dataset does not relate to itself."""
    own, class_code = dataset.get("nx_resource_code"), dataset.get("nx_class_code")
    if own and class_code and RESOURCE_CODE.fullmatch(own) and not own.startswith(class_code):
        yield Finding("code_of_other_class", "nx_resource_code", {"code": own, "class": class_code}, WARNING)
    for code in dataset.get("nx_related_codes") or ():
        if code == own:
            yield Finding("related_to_itself", "nx_related_codes", {"code": code})
        elif not RESOURCE_CODE.fullmatch(str(code)):
            yield Finding("related_code_malformed", "nx_related_codes", {"code": code})


def _name(dataset: Mapping[str, Any]) -> Iterator[Finding]:
    """Element 2: the name of data, not of the system that holds it (filing rules, item 1)."""
    title = str(dataset.get("title") or "").strip()
    if re.search(r"(系统|平台)$", title):
        yield Finding("title_names_a_system", "title_translated", {"title": title}, WARNING)


def _dates(dataset: Mapping[str, Any], today: dt.date) -> Iterator[Finding]:
    """Element 12, and the coverage in time."""
    published = _date(dataset.get("nx_publish_date"))
    if published and published > today:
        yield Finding("published_in_future", "nx_publish_date", {"date": published.isoformat()})
    start, end = dataset.get("nx_temporal_start"), dataset.get("nx_temporal_end")
    first, last = read_moment(start), read_moment(end)
    # Dates of differing precision (2020, 2020-05) compare as far as both go.
    if first and last and first[: len(last)] > last[: len(first)]:
        yield Finding("ends_before_it_starts", "nx_temporal_end", {"start": start, "end": end})


MOMENT = re.compile(r"\s*(\d{4})(?:\s*[-/.年]\s*(\d{1,2})(?:\s*[-/.月]\s*(\d{1,2}))?)?")


def read_moment(value: Any) -> tuple[int, ...]:
    """Return year, month and day of a date as people write it, as far as it goes; () where it is none.

    >>> read_moment("2023年1月"), read_moment("2023-12-05"), read_moment("2023"), read_moment("long ago")
    ((2023, 1), (2023, 12, 5), (2023,), ())
    """
    found = MOMENT.match(str(value or ""))
    return tuple(int(part) for part in found.groups() if part) if found else ()


def _date(value: Any) -> dt.date | None:
    try:
        return dt.date.fromisoformat(str(value or ""))
    except ValueError:
        return None


RULES: tuple[Callable[[Mapping[str, Any]], Iterator[Finding]], ...] = (
    _sharing,
    _grading,
    _method,
    _format,
    _information_items,
    _codes,
    _name,
)
