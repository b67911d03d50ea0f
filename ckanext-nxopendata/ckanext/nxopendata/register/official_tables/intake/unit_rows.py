"""What the rows of tables 4 and 5 change of the units that they name."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from ckanext.nxopendata.register.official_tables import contacts, content
from ckanext.nxopendata.register.official_tables.intake import matching
from ckanext.nxopendata.register.official_tables.intake.entries import ERROR, NEW, QUESTION, UNCHANGED, UPDATE, Entry
from ckanext.nxopendata.register.official_tables.intake.reader import Draft, Problem


def plan(
    drafts: Sequence[Draft],
    known: Sequence[content.Unit],
    mine: Collection[str],
    answers: Mapping[str, str],
    owner: str,
) -> list[Entry]:
    """What each row would do.

    Args:
        known: all units.
        mine: the ids of those whose rows may be brought.
        answers: of the questions: ``sheet!row`` -> id of a unit, or ``new`` for none of them.
        owner: the name of the department that brings the file.
    """
    matches = matching.match([draft.title for draft in drafts], known, same=matching.same_unit, asked=mine)
    by_id = {unit.id: unit for unit in known}
    rows: dict[tuple[str, str], Entry] = {}
    told: dict[tuple[str, str], Entry] = {}
    entries: list[Entry] = []
    for draft, found in zip(drafts, matches, strict=True):
        entry = Entry(draft, ERROR, None, found.found, found.candidates, matched=found.kind, problems=[*draft.problems])
        entries.append(entry)
        if draft.title:
            _find(entry, answers.get(entry.key, ""), by_id)
        if entry.unit is None:
            continue
        if entry.unit.id not in mine:
            params = {"value": draft.title, "department": owner}
            entry.problems.append(Problem("other_department", draft.cell("title"), params))
            continue
        first = rows.setdefault((draft.table, entry.unit.id), entry)
        if first is not entry:
            entry.problems.append(Problem("unit_twice", draft.cell("title"), {"row": first.draft.row.row}))
        _settle(entry, entry.unit.id, told)
    return entries


def _find(entry: Entry, answer: str, by_id: Mapping[str, content.Unit]) -> None:
    """Which unit a row means, by its match and the answer to its question."""
    asked = {unit.id for unit in entry.candidates}
    if answer in asked:
        entry.unit = by_id[answer]
    elif asked and answer != NEW and not entry.problems:
        entry.action = QUESTION
    elif entry.unit is None:
        entry.problems.append(Problem("unknown_unit", entry.draft.cell("title"), {"value": entry.draft.title}))


def _settle(entry: Entry, unit: str, told: dict[tuple[str, str], Entry]) -> None:
    """What a row changes of its unit.

    Args:
        told: (unit, field) -> the row of the same file that changes it already.
    """
    draft, stored = entry.draft, contacts.read_contacts(unit)
    # What is stored already is no news, nor an error of this file, however it came to be written so.
    written = {name: value for name, value in draft.fields.items() if name in stored and value != stored[name]}
    fields, wrong = contacts.clean_contacts(written)
    entry.problems += [Problem(code, draft.cell(name), params) for name, (code, params) in wrong.items()]
    for name, value in fields.items():
        other = told.get((unit, name))
        if other is None:
            if value != stored[name]:
                entry.fields[name] = value
        elif other.fields[name] != value:
            where = {"sheet": other.draft.row.sheet, "row": other.draft.row.row}
            entry.problems.append(Problem("unit_differs", draft.cell(name), where))
    if entry.problems:
        entry.action = ERROR
        return
    entry.action = UPDATE if entry.fields else UNCHANGED
    told.update(dict.fromkeys(((unit, name) for name in entry.fields), entry))
