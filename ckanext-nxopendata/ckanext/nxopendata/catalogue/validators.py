"""navl validators of the catalogue; ``schemas/*.yaml`` name them."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import re
import unicodedata
import uuid
from collections.abc import Callable
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
from ckanext.nxopendata.core import codelists, departments, localised, roles
from ckanext.nxopendata.core.language import reader_language
from ckanext.nxopendata.core.timezone import today
from ckanext.nxopendata.review import cases, state_machine

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
    stored = context.get("package") or context.get("group") or context.get("nx_entry")
    for field, core in CORE_FIELDS.items():
        value = data.get((field,))
        prefix = f"{field}-"
        parts = {name.removeprefix(prefix): extras.pop(name) for name in list(extras) if name.startswith(prefix)}
        if parts:
            value = parts
        try:
            texts = localised.parse(None if value is tk.missing else value)
        except localised.NotLocalised:
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
    except localised.NotLocalised:
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
        except localised.NotLocalised:
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
    except localised.NotLocalised:
        return value


def _plain_changed(plain: str, texts: dict[str, str], stored: Any, core: str) -> bool:
    """A caller who patches only CKAN's plain field sends the old localised one along: the new text wins."""
    old = getattr(stored, core, None)
    return old is not None and texts.get(localised.DEFAULT) == old and plain != old


def nx_slug(key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context) -> None:
    """Before the fields are validated: a dataset without a name gets the pinyin of its title."""
    if data.get(("name",)) not in (None, "", tk.missing):
        return
    if stored := context.get("package"):
        data[("name",)] = stored.name
        return
    title = data.get(("title",))
    base = slugs.slug(title) if isinstance(title, str) else ""
    base = base if len(base) > 1 else f"dataset-{uuid.uuid4().hex[:8]}"
    # Whoever saves the same title at this moment waits, and then sees this dataset.
    model.Session.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(f"nx-slug {base}"))))
    query = model.Session.query(model.Package.id)
    data[("name",)] = slugs.unique(
        base,
        lambda name: query.filter(model.Package.name == name).first() is not None,
    )


@scheming_validator
def nx_localised(field: dict[str, Any], schema: dict[str, Any]) -> Callable[..., None]:
    """A localised field: stored as JSON; the default language is there when the field is required."""

    def validator(key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context) -> None:
        if errors[key]:
            return
        value = data.get(key)
        try:
            texts = localised.parse(None if value is tk.missing else value)
        except localised.NotLocalised:
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
    except localised.NotLocalised:
        return value


@scheming_validator
def nx_code(field: dict[str, Any], schema: dict[str, Any]) -> Callable[[Any], Any]:
    """The value is a code of the code list that the field's ``codelist`` names."""

    def validator(value: Any) -> Any:
        value = str(value).strip()
        if value not in codelists.load(field["codelist"]):
            raise tk.Invalid(tk._('"%s" is not in the code list; choose one of the listed values') % value)
        return value

    return validator


@scheming_validator
def nx_codes(field: dict[str, Any], schema: dict[str, Any]) -> Callable[[Any], str]:
    """Several codes of the field's ``codelist``; stored as a JSON list in the order of the code list."""

    def validator(value: Any) -> str:
        known = codelists.load(field["codelist"])
        codes = _as_list(value)
        for code in codes:
            if code not in known:
                raise tk.Invalid(tk._('"%s" is not in the code list; choose one of the listed values') % code)
        return json.dumps([code for code in known if code in codes])

    return validator


def nx_text_list(value: Any) -> str:
    """Several short texts: a list, or one string with separators (、，,；;). Stored as a JSON list."""
    return json.dumps(_as_list(value), ensure_ascii=False)


def _as_list(value: Any) -> list[str]:
    if isinstance(value, str):
        if value.startswith("["):
            try:
                value = json.loads(value)
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


CLOSED = "0"
"""Code of the list ``is_open``."""


def nx_dataset_rules(key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context) -> None:
    """After the fields: the filing rules between them and beside other datasets, then the resource code.

    Errors are put at their fields. Warnings refuse nothing; they are appended to ``context["nx_findings"]``.
    """
    dataset = checks.from_form(data, context)
    stored = context.get("package")
    fixed = stored.extras.get("nx_resource_code") if stored else None
    findings = filing_rules.check(dataset) + checks.look_up(dataset, context.get(checks.BATCH))
    if fixed and dataset.get("nx_resource_code", fixed) != fixed:
        findings.append(filing_rules.Finding("code_is_fixed", "nx_resource_code", {"code": fixed}))
    for finding in findings:
        if finding.code == "title_numbered" and _by_a_department(context) and _new_title(stored, dataset):
            finding = dataclasses.replace(finding, level=filing_rules.ERROR)
        _report(finding, errors, context)
    _show_only_what_is_open(data, dataset.get("nx_is_open"), stored)
    if any(errors.values()) or dataset.get("nx_resource_code") or context.get(checks.JUDGED):
        return
    code = fixed or resource_codes.allocate(resource_codes.prefix(dataset.get("nx_class_code"), config.default_class()))
    _add_extra(data, "nx_resource_code", code)


def _by_a_department(context: Context) -> bool:
    """Whether a department's people write, by a form, the API or an import; not a harvest or an administrator."""
    if authz.is_sysadmin(context.get("user")) or context.get(roles.PUBLISHING):
        return False
    return bool(context.get(checks.JUDGED)) or not context.get("ignore_auth")


def _new_title(stored: Any, dataset: dict[str, Any]) -> bool:
    return stored is None or stored.title != dataset.get("title")


def _show_only_what_is_open(data: FlattenDataDict, is_open: Any, stored: Any) -> None:
    """What is not open is private, whoever writes it; it shows again when it becomes open, unless it is in review."""
    if is_open == CLOSED:
        data[("private",)] = True
        return
    if stored is None or stored.extras.get("nx_is_open") != CLOSED or not stored.private:
        return
    case = cases.of_dataset(stored.id)
    if case is None or case.state == state_machine.PUBLISHED:
        data[("private",)] = False


def _report(finding: filing_rules.Finding, errors: FlattenErrorDict, context: Context) -> None:
    if finding.level == filing_rules.WARNING:
        context.setdefault("nx_findings", []).append(finding)  # type: ignore
        return
    path = tuple(int(part) if part.isdigit() else part for part in finding.field.split("."))
    if not errors.get(path):  # the field's own validator has said it
        errors.setdefault(path, []).append(messages.text(finding, reader_language()))


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


def nx_parent(key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context) -> None:
    """The department above: it exists, and is not the department itself nor one below it. Stored by name."""
    parent = model.Group.get(data[key])
    if parent is None or not parent.is_organization or parent.state != "active":
        errors[key].append(tk._('There is no department "%s"') % data[key])
        return
    own = context.get("group")
    above, seen = parent, set()
    while above is not None and above.id not in seen:
        if own is not None and above.id == own.id:
            errors[key].append(tk._("A department cannot stand above itself"))
            return
        seen.add(above.id)
        above = model.Group.get(departments.extras(above).get("nx_parent"))
    data[key] = parent.name


@scheming_validator
def nx_review_mode(field: dict[str, Any], schema: dict[str, Any]) -> Callable[..., None]:
    """How a department's datasets are reviewed; only who may decide for the site changes it."""

    def validator(key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context) -> None:
        stored = context.get("group")
        old = departments.extras(stored).get("nx_review_mode") or ""
        value = data.get(key)
        new = old if value is tk.missing else str(value or "").strip()
        if new != old and not _may_set_review(context):
            errors[key].append(tk._("Only the system administrator sets how a department is reviewed"))
        elif new and new not in codelists.load(field["codelist"]):
            errors[key].append(tk._('"%s" is not in the code list; choose one of the listed values') % new)
        elif new:
            data[key] = new
        else:
            data.pop(key, None)
            raise tk.StopOnError

    return validator


def _may_set_review(context: Context) -> bool:
    return bool(context.get("ignore_auth")) or authz.is_sysadmin(context.get("user"))


def nx_web_address(value: Any) -> Any:
    """The address of a file: of the web or FTP, or the name of an uploaded file. Browsers would run some others."""
    scheme = files.forbidden_scheme(str(value))
    if scheme:
        raise tk.Invalid(tk._('An address begins with http://, https:// or ftp://; not with "%s:"') % scheme)
    return value


def nx_year(value: Any) -> str:
    """A year, CCYY."""
    text = unicodedata.normalize("NFKC", str(value)).strip().removesuffix("年")
    if not re.fullmatch(r"20\d\d", text):
        raise tk.Invalid(tk._('Write the year with four digits; not "%s"') % value)
    return text
