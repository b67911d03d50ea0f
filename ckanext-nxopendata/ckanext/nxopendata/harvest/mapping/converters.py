"""The kinds of values that a mapping may name, and the functions that make them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ckanext.nxopendata.catalogue.schema.filing_rules import is_given
from ckanext.nxopendata.harvest.mapping.codes import as_class, as_code, as_codes, as_cycle, as_region
from ckanext.nxopendata.harvest.mapping.dates import as_date, as_period, as_period_end, as_period_start
from ckanext.nxopendata.harvest.mapping.files import (
    as_email,
    as_file_name,
    as_format,
    as_media_type,
    as_own_file_name,
    as_person,
    as_phone,
    as_protocol,
    as_size,
    as_suffix,
    as_url,
)
from ckanext.nxopendata.harvest.mapping.languages import unfold
from ckanext.nxopendata.harvest.mapping.rules import Converter, FieldReport, Rule
from ckanext.nxopendata.harvest.mapping.texts import (
    as_digits,
    as_licence,
    as_list,
    as_localised,
    as_paragraphs,
    as_tags,
    as_tags_by_language,
    as_text,
)
from ckanext.nxopendata.harvest.mapping.values import LONGEST_TEXT, cut, show, to_text

NO_CONDITION = re.compile("(无条件|普通|完全)(开放|共享)")
"""Words that say that there is no condition."""


def as_condition(values: Sequence[Any], rule: Rule, report: FieldReport) -> str | None:
    """Return a condition; nothing where the words say that there is none."""
    texts = [to_text(value) for value in values]
    return as_text([text for text in texts if is_given(text) and not NO_CONDITION.fullmatch(text)], rule, report)


CONVERTERS: Mapping[str, Converter] = {
    "text": as_text,
    "localised": as_localised,
    "paragraphs": as_paragraphs,
    "licence": as_licence,
    "tags": as_tags,
    "tags_by_language": as_tags_by_language,
    "list": as_list,
    "code": as_code,
    "class": as_class,
    "codes": as_codes,
    "cycle": as_cycle,
    "date": as_date,
    "period": as_period,
    "period_start": as_period_start,
    "period_end": as_period_end,
    "url": as_url,
    "file_name": as_file_name,
    "email": as_email,
    "phone": as_phone,
    "person": as_person,
    "size": as_size,
    "format": as_format,
    "media_type": as_media_type,
    "digits": as_digits,
    "condition": as_condition,
    "own_file_name": as_own_file_name,
    "suffix": as_suffix,
    "protocol": as_protocol,
    "region": as_region,
}


_OF_LISTS = frozenset({"code", "codes", "cycle", "class", "list", "url", "date", "region", "digits"})
"""Kinds whose values may be a list that is written as JSON into a text, as in the extras of CKAN."""


def convert(values: Sequence[Any], rule: Rule, report: FieldReport, kind: str = "") -> Any:
    """Make the value of a field from the values of a record: the only way to a converter. Never raises.

    Args:
        kind: Of the value, where it is not the rule's.

    What a converter cannot read is reported as one finding of the field, so that a value ends no more than its field.
    """
    if (kind or rule.kind) in _OF_LISTS:
        values = list(unfold(values))
    for value in values:
        written = value.get("@value") if isinstance(value, Mapping) else value
        if isinstance(written, str) and len(written) > LONGEST_TEXT:
            cut(written, LONGEST_TEXT, report)
    try:
        return CONVERTERS[kind or rule.kind](values, rule, report)
    except Exception:
        # Whatever a source can think of to write: the record stays, and the finding names the value.
        report("value_unreadable", value=show(values[0]) if values else "")
        return None
