"""What the office may do with a code list: the form of codes, names that are told apart, retirement. Plain module."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import yaml
from flask_babel import lazy_gettext as _

from ckanext.nxopendata.core import codelists
from ckanext.nxopendata.core.codelists import CURRENT, RETIRED, Code

LONGEST_LABEL = 80
"""Characters of a name."""

Problems = dict[str, list[str]]
"""Field -> what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Editable:
    """A list that the office keeps; see ``schemas/codelists/editable.yaml``."""

    codes: tuple[dict[str, str], ...]
    top: bool
    within_parent: bool
    source: dict[str, str]


@cache
def editable() -> dict[str, Editable]:
    """Return the lists that the office keeps, by name."""
    data = yaml.safe_load((codelists.FOLDER / "editable.yaml").read_text(encoding="utf-8"))
    return {name: Editable(**{**row, "codes": tuple(row["codes"])}) for name, row in data.items()}


def check_new(entries: Mapping[str, Code], form: Editable, new: Code) -> Problems:
    """Return what stands against adding an entry to a list."""
    problems: Problems = {}
    if new.code in entries:
        problems["code"] = [str(_("This code is taken; a code is never used again, even after it was retired"))]
        return problems
    parent = entries.get(new.parent)
    if new.parent and (parent is None or parent.status == RETIRED):
        problems["parent"] = [str(_("Choose a broader code that is in force"))]
        return problems
    if not new.parent and not form.top:
        problems["parent"] = [str(_("Choose the broader code; the top level of this list is the standard's"))]
        return problems
    depth = len(codelists.path_to(entries, new.parent)) if new.parent else 0
    looks = form.codes[min(depth, len(form.codes) - 1)]
    stem = re.sub(r"(00)+\Z", "", new.parent) if form.within_parent else ""
    if not re.fullmatch(looks["pattern"], new.code):
        problems["code"] = [str(_("A code of this level looks like {example}").format(example=looks["example"]))]
    elif not new.code.startswith(stem):
        problems["code"] = [str(_("A code below {parent} begins with {stem}").format(parent=new.parent, stem=stem))]
    return problems | check_labels(entries, new)


def check_labels(entries: Mapping[str, Code], new: Code) -> Problems:
    """Return what is wrong with the names of an entry."""
    problems: Problems = {}
    siblings = [entry for entry in entries.values() if entry.parent == new.parent and entry.code != new.code]
    for field, label in (("label_zh", new.label_zh), ("label_en", new.label_en)):
        taken = {getattr(entry, field).casefold() for entry in siblings if entry.status == CURRENT}
        if field == "label_zh" and not label:
            problems[field] = [str(_("Write the Chinese name"))]
        elif len(label) > LONGEST_LABEL:
            problems[field] = [str(_("Write at most {number} characters").format(number=LONGEST_LABEL))]
        elif label and label.casefold() in taken:
            problems[field] = [str(_("Another code beside this one has the same name"))]
    return problems


def check_retirement(entries: Mapping[str, Code], code: str, successor: str) -> Problems:
    """Return what stands against retiring a code in favour of another (or of none: "")."""
    problems: Problems = {}
    below = [entry for entry in codelists.children(entries.values(), code) if entry.status != RETIRED]
    if entries[code].retired_on:
        problems["code"] = [str(_("This code is retired already; put it in force again to change that"))]
    elif below:
        names = "、".join(f"{entry.code} {entry.label_zh}" for entry in below[:5])
        problems["code"] = [str(_("Retire the codes below it first: {codes}").format(codes=names))]
    if successor:
        other = entries.get(successor)
        if successor == code or other is None or other.status != CURRENT or other.retired_on:
            problems["successor"] = [str(_("Choose another code of this list that is in force"))]
    return problems


def check_restoration(entries: Mapping[str, Code], code: str) -> Problems:
    """Return what stands against putting a retired code in force again."""
    entry = entries[code]
    if not entry.retired_on and entry.status != RETIRED:
        return {"code": [str(_("This code is in force"))]}
    parent = entries.get(entry.parent)
    if parent is not None and parent.status == RETIRED:
        return {"code": [str(_("Put the broader code in force first"))]}
    return check_labels(entries, entry)
