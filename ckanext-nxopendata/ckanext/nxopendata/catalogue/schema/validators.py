"""navl validators of a dataset's fields and the rules between them; ``schemas/*.yaml`` name them."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import itertools
import json
import re
import unicodedata
import uuid
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

import ckan.authz as authz
import ckan.model as model
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan.types import Context, FlattenDataDict, FlattenErrorDict, FlattenKey
from ckanext.scheming.validation import scheming_validator

from ckanext.nxopendata.catalogue import config, files
from ckanext.nxopendata.catalogue.schema import checks, filing_rules, messages, resource_codes, slugs, uscc
from ckanext.nxopendata.core import codelists, localised, roles
from ckanext.nxopendata.core.edge import payload
from ckanext.nxopendata.core.language import reader_language
from ckanext.nxopendata.core.publication import objections
from ckanext.nxopendata.core.timezone import today


def nx_slug(key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context) -> None:
    """Before the fields are validated: a dataset without a name gets the pinyin of its title."""
    if data.get(("name",)) not in (None, "", tk.missing):
        return
    if stored := context.get("package"):
        data[("name",)] = stored.name
        return
    title = data.get(("title",))
    base = slugs.make_slug(title) if isinstance(title, str) else ""
    base = base if len(base) > 1 else f"dataset-{uuid.uuid4().hex[:8]}"
    # Whoever saves the same title at this moment waits, and then sees this dataset.
    model.Session.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(f"nx-slug {base}"))))
    query = model.Session.query(model.Package.id)
    data[("name",)] = slugs.choose_unique(
        base,
        lambda name: query.filter(model.Package.name == name).first() is not None,
    )


@scheming_validator
def nx_code(field: dict[str, Any], schema: dict[str, Any]) -> Callable[[Any, Context], Any]:
    """The value is a code of the code list that the field's ``codelist`` names."""

    def validator(value: Any, context: Context) -> Any:
        value = str(value).strip()
        known = codelists.load(field["codelist"])
        if value not in known:
            raise tk.Invalid(tk._('"%s" is not in the code list; choose one of the listed values') % value)
        _require_in_force(known, [value], field, context)
        return value

    return validator


def _require_in_force(
    known: Mapping[str, codelists.Code], codes: Iterable[str], field: dict[str, Any], context: Context
) -> None:
    """Refuse codes that may not be chosen any more, or not yet, unless the stored dataset or department has them."""
    out_of_force = [code for code in codes if known[code].status != codelists.CURRENT]
    if not out_of_force:
        return
    stored: Any = context.get("package") or context.get("group")
    kept = stored.extras.get(field["field_name"]) if stored is not None else None
    for code in out_of_force:
        if code in split_texts(str(kept or "")):
            continue
        entry = known[code]
        if entry.status == codelists.PLANNED:
            raise tk.Invalid(tk._('"{code}" may be chosen from {day} on').format(code=code, day=entry.valid_from))
        if successor := codelists.successor(field["codelist"], code):
            text = tk._('"{code}" was retired: choose {successor} instead')
            raise tk.Invalid(text.format(code=code, successor=f"{successor} {known[successor].label_zh}"))
        raise tk.Invalid(tk._('"{code}" was retired: choose one of the listed values').format(code=code))


@scheming_validator
def nx_codes(field: dict[str, Any], schema: dict[str, Any]) -> Callable[[Any, Context], str]:
    """Several codes of the field's ``codelist``; stored as a JSON list in the order of the code list."""

    def validator(value: Any, context: Context) -> str:
        known = codelists.load(field["codelist"])
        codes = split_texts(value)
        for code in codes:
            if code not in known:
                raise tk.Invalid(tk._('"%s" is not in the code list; choose one of the listed values') % code)
        _require_in_force(known, codes, field, context)
        return json.dumps([code for code in known if code in codes])

    return validator


def nx_text_list(value: Any) -> str:
    """Several short texts: a list, or one string with separators (、，,；;). Stored as a JSON list."""
    return json.dumps(split_texts(value), ensure_ascii=False)


def split_texts(value: Any) -> list[str]:
    """Return the texts of a list, of its JSON, or of one text with separators.

    Raises:
        toolkit.Invalid: it is neither.
    """
    if isinstance(value, str):
        if value.startswith("["):
            try:
                value = payload.parse_json(value)
            except ValueError:
                raise tk.Invalid(tk._("This is not a valid list")) from None
        else:
            value = re.split(r"[、，,；;\n]+", value)
    if not isinstance(value, list) or not all(isinstance(item, str | int) for item in value):
        raise tk.Invalid(tk._("This is not a valid list"))
    texts = (str(item).strip() for item in value)
    return list(dict.fromkeys(text for text in texts if text))


def nx_past_date(value: Any) -> Any:
    """A date (CCYY-MM-DD) that is not in the future, by China's clock (1272 guide, element 12)."""
    try:
        date = dt.date.fromisoformat(str(value))
    except ValueError:
        raise tk.Invalid(tk._("Write the date as YYYY-MM-DD, for example 2024-05-31")) from None
    if date > today():
        raise tk.Invalid(tk._("The date must not be in the future"))
    return date.isoformat()


def nx_moment(value: Any) -> str:
    """A year, month or day of a period as ``2023``, ``2023-05``, ``2023-05-31``; what is none of them stays as it is.

    Catalogues that are harvested write such fields in words too.
    """
    text = unicodedata.normalize("NFKC", str(value)).strip()
    if not re.fullmatch(filing_rules.MOMENT.pattern + r"\s*[年月日]?\s*", text):
        return text
    year, *rest = filing_rules.read_moment(text)
    return "-".join([f"{year:04}", *(f"{part:02}" for part in rest)])


def nx_resource_code(value: Any) -> Any:
    """A resource code of the 1272 guide (element 3)."""
    if not filing_rules.RESOURCE_CODE.fullmatch(str(value)):
        raise tk.Invalid(tk._("Write the resource code as class prefix/sequence, for example 214001/12"))
    return value


def nx_uscc(value: Any) -> str:
    """A unified social credit code with the right check character (GB 32100-2015)."""
    code = str(value).strip().upper()
    if uscc.is_valid(code):
        return code
    if len(code) != uscc.LENGTH:
        raise tk.Invalid(tk._("A unified social credit code has 18 characters; this has %d") % len(code))
    raise tk.Invalid(tk._("The unified social credit code is mistyped: its check character does not fit"))


def nx_dataset_rules(key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context) -> None:
    """After the fields: the filing rules between them and beside other datasets, then the resource code.

    Errors are put at their fields. Warnings refuse nothing; they are appended to ``context["nx_findings"]``.
    """
    dataset = checks.dataset_from_form(data, context)
    stored = context.get("package")
    fixed = stored.extras.get("nx_resource_code") if stored else None
    findings = filing_rules.check(dataset) + _look_up(dataset, context)
    if fixed and dataset.get("nx_resource_code", fixed) != fixed:
        findings.append(filing_rules.Finding("code_is_fixed", "nx_resource_code", {"code": fixed}))
    for finding in findings:
        if finding.code == "title_numbered" and _by_a_department(context) and _new_title(stored, dataset):
            finding = dataclasses.replace(finding, level=filing_rules.ERROR)
        if finding.code == "title_taken" and context.get(checks.EQUAL_TITLES):
            finding = dataclasses.replace(finding, level=filing_rules.WARNING)
        _report(finding, errors, context)
    _check_texts(dataset, data, errors)
    if any(errors.values()) or dataset.get("nx_resource_code") or context.get(checks.JUDGED):
        return
    if not fixed and not dataset.get("nx_class_code") and roles.needs_review(context, dataset.get("owner_org")):
        return  # the code tells the class for ever: a draft is given its code once its class is chosen
    code = fixed or resource_codes.allocate_code(
        resource_codes.prefix(dataset.get("nx_class_code"), config.default_class())
    )
    _add_extra(data, "nx_resource_code", code)


def _check_texts(dataset: Mapping[str, Any], data: FlattenDataDict, errors: FlattenErrorDict) -> None:
    """Refuse texts that must not become public, whoever writes them: forms, API, imports, harvests."""
    texts: dict[FlattenKey, list[str]] = {}
    for field in ("title_translated", "notes_translated"):
        with contextlib.suppress(localised.LocalisedValueError):  # the field's own validator has said it
            texts[(field,)] = [*localised.parse(dataset.get(field)).values()]
    for key, value in data.items():
        if key[0] == "resources" and len(key) == 3 and key[2] in ("name", "description") and isinstance(value, str):
            texts[key] = [value]
    if not objections.find_text_objections(itertools.chain(*texts.values()), is_own=True):
        return  # as of nearly all, which may have many files
    for key, written in texts.items():
        if found := objections.find_text_objections(written, is_own=True):
            errors.setdefault(key, []).extend(found)


def _look_up(dataset: dict[str, Any], context: Context) -> list[filing_rules.Finding]:
    return checks.look_up(dataset, context.get(checks.BATCH), context.get(checks.ANNOUNCED, ()))


def _by_a_department(context: Context) -> bool:
    """Whether a department's people write, by a form, the API or an import; not a harvest or an administrator."""
    if authz.is_sysadmin(context.get("user")) or context.get(roles.PUBLISHING):
        return False
    return bool(context.get(checks.JUDGED)) or not context.get("ignore_auth")


def _new_title(stored: Any, dataset: dict[str, Any]) -> bool:
    return stored is None or stored.title != dataset.get("title")


def _report(finding: filing_rules.Finding, errors: FlattenErrorDict, context: Context) -> None:
    if finding.level == filing_rules.WARNING:
        context.setdefault("nx_findings", []).append(finding)  # type: ignore
        return
    path = tuple(int(part) if part.isdecimal() else part for part in finding.field.split("."))
    if not errors.get(path):  # the field's own validator has said it
        errors.setdefault(path, []).append(messages.finding_text(finding, reader_language()))


def _add_extra(data: FlattenDataDict, name: str, value: str) -> None:
    """Store a field of ours, as ``convert_to_extras`` does."""
    number = max((key[1] for key in data if key[0] == "extras" and len(key) == 3), default=-1) + 1
    data[("extras", number, "key")] = name
    data[("extras", number, "value")] = value


def nx_amount(value: Any) -> str:
    """A number without a unit, 0 or more (filing rules, item 8). Full-width digits are taken."""
    text = unicodedata.normalize("NFKC", str(value)).strip().replace(",", "")
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal(-1)
    if not number.is_finite() or number < 0:
        raise tk.Invalid(tk._('Write a number without a unit, 0 if you do not know; not "%s"') % value)
    return text


def nx_count(value: Any) -> str:
    """A whole number, 0 or more."""
    text = unicodedata.normalize("NFKC", str(value)).strip().replace(",", "")
    if not re.fullmatch(r"\d{1,18}", text):
        raise tk.Invalid(tk._('Write a whole number; not "%s"') % value)
    return str(int(text))


def nx_readability(key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context) -> None:
    """How well machines read a file, from its format; the system grades, nobody fills it in."""
    grade = files.readability(str(data.get((*key[:-1], "format")) or ""))
    if grade:
        data[key] = grade
    else:
        data.pop(key, None)


def nx_web_address(value: Any) -> Any:
    """The address of a file: of the web or FTP, or the name of an uploaded file. Browsers would run some others."""
    scheme = files.find_forbidden_scheme(str(value))
    if scheme:
        raise tk.Invalid(tk._('An address begins with http://, https:// or ftp://; not with "%s:"') % scheme)
    return value


def nx_year(value: Any) -> str:
    """A year, CCYY."""
    text = unicodedata.normalize("NFKC", str(value)).strip().removesuffix("年")
    if not re.fullmatch(r"20\d\d", text):
        raise tk.Invalid(tk._('Write the year with four digits; not "%s"') % value)
    return text
