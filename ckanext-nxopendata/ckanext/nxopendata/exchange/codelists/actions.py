"""Actions of code lists: read them, and, for the supervising office, keep them."""

from __future__ import annotations

import dataclasses
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan.logic import validate
from ckan.types import Context

from ckanext.nxopendata.core import codelists, localised
from ckanext.nxopendata.core.codelists import CURRENT, Code
from ckanext.nxopendata.core.language import reader_language
from ckanext.nxopendata.core.timezone import today
from ckanext.nxopendata.exchange.codelists import rules, schema, store
from ckanext.nxopendata.exchange.codelists.models import CodeChange
from ckanext.nxopendata.exchange.dcat import profile


@tk.side_effect_free
def nx_codelist_list(context: Context, data_dict: dict[str, Any]) -> list[dict[str, Any]]:
    """All code lists: name, title in the reader's language, uri, number of codes.

    :returns: of each also ``editable``: whether the supervising office keeps it on its page
    """
    tk.check_access("nx_codelist_list", context, data_dict)
    return [_about_list(name) for name in codelists.names()]


@tk.side_effect_free
def nx_codelist_show(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """One code list with its codes in order.

    :param id: the name of the list, such as ``theme``

    :returns: as :func:`nx_codelist_list`, and ``codes``: code, label_zh, label_en, parent, status (``current``,
        ``planned`` or ``retired``), successor, valid_from, retired_on (YYYY-MM-DD or ""), uri
    """
    name = tk.get_or_bust(data_dict, "id")
    tk.check_access("nx_codelist_show", context, data_dict)
    if name not in codelists.names():
        raise tk.ObjectNotFound(tk._("There is no such code list"))
    links = profile.links()
    codes = [
        dataclasses.asdict(entry) | {"uri": str(links.concept(name, code))}
        for code, entry in codelists.load(name).items()
    ]
    return _about_list(name) | {"codes": codes}


def _about_list(name: str) -> dict[str, Any]:
    titles = dict(codelists.titles()[name])
    return {
        "name": name,
        "title": localised.choose(titles, reader_language())[0],
        "title_translated": titles,
        "uri": str(profile.links().scheme(name)),
        "count": len(codelists.load(name)),
        "editable": name in rules.editable(),
    }


@validate(schema.new_code)
def nx_code_create(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Add a code to a list that the supervising office keeps. For that office and system administrators.

    A code is never used again, so it cannot be the one of a retired entry.

    :param codelist: the name of the list: ``class``, ``region`` or ``theme``
    :param code: the code, in the form of its level
    :param label_zh: its Chinese name
    :param label_en: its English name
    :param parent: the broader code
    :param valid_from: the day from which it may be chosen, YYYY-MM-DD (at once)
    :param reason: why, for the log

    :returns: the entry as in :func:`nx_codelist_show`
    """
    tk.check_access("nx_code_create", context, data_dict)
    name, entries = _open(data_dict)
    fields = {field: data_dict[field] for field in ("code", "label_zh", "label_en", "parent", "valid_from")}
    new = Code(status=CURRENT, **fields)
    _refuse(rules.check_new(_today(entries), rules.editable()[name], new))
    return _write(context, name, None, new, "create", data_dict["reason"])


@validate(schema.labels)
def nx_code_update(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Rename a code; what uses it shows the new name. For the supervising office and system administrators.

    :param codelist: the name of the list
    :param code: the code
    :param label_zh: its Chinese name
    :param label_en: its English name
    :param reason: why, for the log

    :returns: the entry as in :func:`nx_codelist_show`
    """
    tk.check_access("nx_code_update", context, data_dict)
    name, entries = _open(data_dict)
    before = _find(entries, data_dict)
    after = dataclasses.replace(before, label_zh=data_dict["label_zh"], label_en=data_dict["label_en"])
    _refuse(rules.check_labels(_today(entries), after))
    return _write(context, name, before, after, "rename", data_dict["reason"])


@validate(schema.retirement)
def nx_code_retire(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Retire a code: what uses it keeps it, nothing new takes it. For the supervising office and system administrators.

    Harvests take the successor where a source still sends the old code.

    :param codelist: the name of the list
    :param code: the code
    :param retired_on: the first day on which it may be chosen no more, YYYY-MM-DD (today)
    :param successor: the code that takes its place
    :param reason: why, for the log

    :returns: the entry as in :func:`nx_codelist_show`
    """
    tk.check_access("nx_code_retire", context, data_dict)
    name, entries = _open(data_dict)
    before = _find(entries, data_dict)
    successor = data_dict["successor"]
    _refuse(rules.check_retirement(_today(entries), before.code, successor))
    day = data_dict["retired_on"] or today().isoformat()
    after = dataclasses.replace(before, retired_on=day, successor=successor)
    return _write(context, name, before, after, "retire", data_dict["reason"])


@validate(schema.code)
def nx_code_restore(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Put a retired code in force again. For the supervising office and system administrators.

    :param codelist: the name of the list
    :param code: the code
    :param reason: why, for the log

    :returns: the entry as in :func:`nx_codelist_show`
    """
    tk.check_access("nx_code_restore", context, data_dict)
    name, entries = _open(data_dict)
    before = _find(entries, data_dict)
    _refuse(rules.check_restoration(_today(entries), before.code))
    after = dataclasses.replace(before, status=CURRENT, retired_on="", successor="")
    return _write(context, name, before, after, "restore", data_dict["reason"])


@tk.side_effect_free
@validate(schema.changes)
def nx_code_change_list(context: Context, data_dict: dict[str, Any]) -> list[dict[str, Any]]:
    """The log of a code list, newest first. For the supervising office and system administrators.

    :param codelist: the name of the list
    :param code: only the changes of this code
    :param limit: at most so many (100; 1000)

    :returns: code, action (``create``, ``rename``, ``retire``, ``restore``), changes (field -> before and after),
        reason, user (the name of the person), time (UTC)
    """
    tk.check_access("nx_code_change_list", context, data_dict)
    query = sa.select(CodeChange).where(CodeChange.codelist == data_dict["codelist"])
    if data_dict["code"]:
        query = query.where(CodeChange.code == data_dict["code"])
    return [
        {
            "code": row.code,
            "action": row.action,
            "changes": row.changes,
            "reason": row.reason,
            "user": row.user_name,
            "time": row.time.isoformat(),
        }
        for row in model.Session.scalars(query.order_by(CodeChange.id.desc()).limit(data_dict["limit"]))
    ]


def _open(data_dict: dict[str, Any]) -> tuple[str, dict[str, Code]]:
    """Return a list that may be edited and its entries as the database has them, locked until the commit."""
    name = data_dict["codelist"]
    if name not in codelists.names():
        raise tk.ObjectNotFound(tk._("There is no such code list"))
    if name not in rules.editable():
        text = tk._("This list is the standard's own; it changes with a new version of the software")
        raise tk.ValidationError({"codelist": [text]})
    return name, codelists.merge(codelists.read_file(name), store.read_own_amendments(name))


def _today(entries: dict[str, Code]) -> dict[str, Code]:
    day = today().isoformat()
    return {code: entry.on(day) for code, entry in entries.items()}


def _find(entries: dict[str, Code], data_dict: dict[str, Any]) -> Code:
    if (entry := entries.get(data_dict["code"])) is None:
        raise tk.ObjectNotFound(tk._("There is no such code"))
    return entry


def _refuse(problems: rules.Problems) -> None:
    if problems:
        raise tk.ValidationError(dict(problems))


def _write(context: Context, name: str, before: Code | None, after: Code, action: str, reason: str) -> dict[str, Any]:
    if after != before:
        store.write(name, before, after, action, context.get("user", ""), reason)
        model.repo.commit()
    return dataclasses.asdict(after.on(today().isoformat()))
