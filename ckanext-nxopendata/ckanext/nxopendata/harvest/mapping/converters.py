"""The kinds of values that a mapping may name, and the functions that make them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ckanext.nxopendata.catalogue.schema.filing_rules import given
from ckanext.nxopendata.harvest.mapping.codes import as_class, as_code, as_codes, as_region
from ckanext.nxopendata.harvest.mapping.dates import as_date, as_period
from ckanext.nxopendata.harvest.mapping.files import (
    as_email,
    as_file_name,
    as_format,
    as_media_type,
    as_own_file_name,
    as_phone,
    as_protocol,
    as_size,
    as_suffix,
    as_url,
)
from ckanext.nxopendata.harvest.mapping.rules import Converter, FieldReport, Rule
from ckanext.nxopendata.harvest.mapping.texts import as_digits, as_list, as_localised, as_tags, as_text, to_text


def as_condition(values: Sequence[Any], _rule: Rule, _report: FieldReport) -> str | None:
    """Return a condition; nothing where the words say that there is none."""
    written = to_text(values[0])
    return None if not given(written) or re.fullmatch("(无条件|普通|完全)(开放|共享)", written) else written


CONVERTERS: Mapping[str, Converter] = {
    "text": as_text,
    "localised": as_localised,
    "tags": as_tags,
    "list": as_list,
    "code": as_code,
    "class": as_class,
    "codes": as_codes,
    "date": as_date,
    "period": as_period,
    "url": as_url,
    "file_name": as_file_name,
    "email": as_email,
    "phone": as_phone,
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
