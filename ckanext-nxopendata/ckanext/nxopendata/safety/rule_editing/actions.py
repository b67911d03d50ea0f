"""Actions: the rules that are in force, and the province's own rule files."""

from __future__ import annotations

import re
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from ckan.types import Context, DataDict

from ckanext.nxopendata.core import params
from ckanext.nxopendata.core.timezone import now, today
from ckanext.nxopendata.safety import models
from ckanext.nxopendata.safety.rule_editing import examples
from ckanext.nxopendata.safety.rules import in_force, loading
from ckanext.nxopendata.safety.rules.loading import RuleFileError

NAME = re.compile(r"[0-9A-Za-z_\u3400-\u9fff-]{1,60}\.yaml")
LONGEST = 200_000


@tk.side_effect_free
def nx_safety_rules_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """The rules that are in force, and the files that the office wrote.

    :returns: ``version``, ``rules`` (``id``, ``name``, ``level``, ``class``, ``action``, ``basis``), ``files``
        (``name``, ``text``, ``author``, ``changed``)
    """
    tk.check_access("nx_safety_rules_show", context, data_dict)
    rules = in_force.rules()
    query = sa.select(models.RuleFile).order_by(models.RuleFile.name)
    return {
        "version": rules.version,
        "rules": [
            {
                "id": rule.id,
                "name": dict(rule.name),
                "level": rule.level,
                "class": rule.category,
                "action": rule.action,
                "basis": rule.basis,
            }
            for rule in sorted(rules.rules.values(), key=lambda rule: rule.id)
        ],
        "files": [
            {"name": row.name, "text": row.text, "author": row.author, "changed": row.changed.isoformat()}
            for row in model.Session.scalars(query)
        ],
    }


def nx_safety_rules_update(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Write a file of the province's own rules; one that is wrong is refused, and the last good ones stay in force.

    :param name: of the file, such as ``农业.yaml``
    :param text: YAML, as the files under ``schemas/safety``; ids from 10000; "" removes the file

    :returns: ``version`` of the rules that are in force now; files are examined by them again, public ones first
    """
    tk.check_access("nx_safety_rules_update", context, data_dict)
    name, text = params.text(data_dict, "name").strip(), params.text(data_dict, "text").replace("\r\n", "\n")
    if not NAME.fullmatch(name):
        raise tk.ValidationError({"name": [tk._("A name is made of letters, digits and - and ends in .yaml")]})
    if len(text) > LONGEST:
        raise tk.ValidationError({"text": [tk._("Write at most {number} characters").format(number=LONGEST)]})
    row = model.Session.get(models.RuleFile, name)
    if text.strip():
        _check(name, text)
        if row is None:
            row = models.RuleFile(name=name)
            model.Session.add(row)
        row.text, row.author, row.changed = text, context.get("user") or "", now()
    elif row is not None:
        model.Session.delete(row)
    models.note_event(context.get("user") or "", "rules_changed", "", "", file=name)
    model.Session.commit()
    in_force.forget()
    return {"version": in_force.rules().version}


def _check(name: str, text: str) -> None:
    others = {key: value for key, value in in_force.read_province_files().items() if key != f"office/{name}"}
    try:
        in_force.check(others | {name: text})
        files = loading.read_own_files() | others | {name: text}
        examples.check(name, loading.parse(name, text), files, today())
    except RuleFileError as error:
        message = tk._("Line {line}: {reason}").format(line=error.line, reason=error.reason)
        raise tk.ValidationError({"text": [message]}) from None
