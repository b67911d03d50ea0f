"""The words of findings, in the reader's language."""

from __future__ import annotations

from typing import Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from ckanext.nxopendata.catalogue.schema.filing_rules import Finding
from ckanext.nxopendata.core import codelists

TEXTS: dict[str, LazyString] = {
    "required": _("Fill this in: the catalogue guide requires it"),
    "open_needs_licence": _("What is open without conditions needs a licence: choose one, so that people may use it"),
    "items_required": _("List the data items: databases and spreadsheets must have them"),
    "item_type_required": _('Give the data type of item "{item}"'),
    "item_length_required": _('Give the length of item "{item}": character and numeric items need one'),
    "share_basis_missing": _(
        "Not shared needs its basis: name the law, administrative regulation or policy of the State Council"
    ),
    "share_condition_missing": _("Conditional sharing needs its condition: who may use it, and for what"),
    "share_condition_on_unconditional": _(
        "Shared without conditions, yet a condition is given: remove it or choose conditional sharing"
    ),
    "not_shared_but_open": _("What is not shared cannot be open to the public: change one of the two"),
    "level_forbids_opening": _("{level} is not opened to the public: correct the level or the opening"),
    "level_forbids_sharing": _("{level} is not shared without conditions: correct the level or the sharing type"),
    "general_level_of_restricted": _("{level} has no level of general data: leave it empty"),
    "general_level_needs_condition": _("General data of {general_level} are opened on conditions only: name them"),
    "item_grade_forbids_opening": _('"{item}" is {grade}, which is not opened to the public'),
    "item_graded_above_dataset": _('"{item}" is graded {grade}: the dataset is not graded below its data items'),
    "open_condition_without_opening": _("Not open to the public, yet an opening condition is given"),
    "method_needs_platform": _(
        "Only sharing through the platform has a method type: choose the platform or leave the type empty"
    ),
    "method_does_not_fit_format": _('Resources of format "{format}" are shared as {methods}: choose one of these'),
    "format_type_of_other_category": _(
        '"{type}" is a type of {categories}, not of {category}: correct the category or the type'
    ),
    "item_twice": _('"{item}" is listed twice: it is already item {first}'),
    "item_length_not_a_number": _('Write the length as a number such as 20 or 10,2; not "{length}"'),
    "item_wider_than_dataset": _('Item "{item}" is open, but the dataset is not'),
    "code_of_other_class": _("Resource code {code} does not begin with the class {class}"),
    "related_to_itself": _("{code} is this dataset's own code: remove it"),
    "related_code_malformed": _('"{code}" is not a resource code; write prefix/sequence such as 214001/12'),
    "related_code_unknown": _("There is no dataset with the resource code {code}: correct or remove it"),
    "title_names_a_system": _('"{title}" names a system: name the data that it holds'),
    "title_taken": _(
        'The provider already has "{title}" ({name}): names that differ only in spaces and punctuation count as equal'
    ),
    "title_numbered": _(
        'The provider already has "{title}" ({name}): a title that differs only in the number at its end counts as '
        "copied by a spreadsheet; say in words what sets the two apart"
    ),
    "published_in_future": _("The date must not be in the future"),
    "ends_before_it_starts": _("The period ends ({end}) before it starts ({start})"),
    "code_taken": _("Resource code {code} belongs to another dataset ({name})"),
    "code_is_fixed": _("The resource code {code} is final and cannot be changed"),
}
"""Finding code -> its text, translated when read."""

LISTED = {
    "format": "format_category",
    "category": "format_category",
    "categories": "format_category",
    "level": "data_level",
    "general_level": "general_level",
    "grade": "data_grade",
    "methods": "share_method",
}
"""Parameter -> the code list that names its codes."""


def finding_text(finding: Finding, language: str) -> str:
    """Return what a finding says to a reader of ``language`` (a locale)."""
    params = {name: _named(name, value, language) for name, value in finding.params.items()}
    return str(TEXTS[finding.code]).format(**params)


def _named(parameter: str, value: Any, language: str) -> Any:
    if parameter not in LISTED:
        return value
    codes = (value,) if isinstance(value, str) else value
    joiner = "、" if language.startswith("zh") else ", "
    return joiner.join(codelists.label(LISTED[parameter], code, language) for code in codes)
