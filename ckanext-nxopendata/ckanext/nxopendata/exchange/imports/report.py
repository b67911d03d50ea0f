"""The outcome of an import: stored as JSON, shown in the reader's language, marked in the file that was sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ckanext.nxopendata.core.tabular import sandbox
from ckanext.nxopendata.exchange import messages, xml
from ckanext.nxopendata.exchange.imports.plan import ACTIONS, Entry, chinese_title
from ckanext.nxopendata.exchange.workbook import writer
from ckanext.nxopendata.exchange.workbook.reader import Problem

LONGEST_SHOWN = 200
"""Characters of a cell that a message repeats."""


def build_report(entries: Sequence[Entry], remarks: Sequence[Problem] = ()) -> dict[str, Any]:
    """Return the outcome as JSON: how many of each action, the datasets, the problems by cell, what was passed over."""
    counts = {action: sum(entry.action == action for entry in entries) for action in ACTIONS}
    datasets = [
        {
            "action": entry.action,
            "title": _shorten(chinese_title(entry.draft)),
            "id": entry.data.get("id"),
            "sheet": entry.draft.first.sheet,
            "row": entry.draft.first.row,
        }
        for entry in entries
    ]
    problems = [
        {"record": number} | _problem_to_json(problem)
        for number, entry in enumerate(entries)
        for problem in entry.problems
    ]
    return {"counts": counts, "datasets": datasets, "problems": problems, "remarks": [*map(_problem_to_json, remarks)]}


def _problem_to_json(problem: Problem) -> dict[str, Any]:
    params = {name: _shorten(value) if isinstance(value, str) else value for name, value in problem.params.items()}
    cell = problem.cell
    return {"sheet": cell.sheet, "row": cell.row, "column": cell.column, "code": problem.code, "params": params}


def _shorten(text: str) -> str:
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"


def translate_report(outcome: Mapping[str, Any]) -> dict[str, Any]:
    """Return a stored report with its messages in the reader's language."""
    translated = {
        name: [
            problem | {"message": messages.text(problem["code"], problem["params"])}
            for problem in outcome.get(name, ())
        ]
        for name in ("problems", "remarks")
    }
    failure = outcome.get("failure")
    message = messages.text(failure["code"], failure["params"]) if failure else None
    return {**outcome, **translated, "failure": message}


def mark_workbook(row: Mapping[str, Any], limits: sandbox.Limits = sandbox.WHOLE_FILE) -> bytes:
    """Return the workbook of an import with a comment on each bad cell.

    Args:
        limits: of the process that writes it; ``writer.MARKING`` where somebody waits for it.

    Raises:
        SandboxError: it is too large to be written.
    """
    places: dict[tuple[str, int, int], list[str]] = {}
    for problem in translate_report(row["report"])["problems"]:
        places.setdefault((problem["sheet"], problem["row"], problem["column"]), []).append(problem["message"])
    return writer.marked(row["content"], places, limits)


def build_receipt(row: Mapping[str, Any]) -> bytes:
    """Return the answer to the XML package of an import, record by record."""
    outcome = translate_report(row["report"])
    texts: dict[int, list[str]] = {}
    for problem in outcome["problems"]:
        texts.setdefault(problem["record"], []).append(problem["message"])
    results = (
        ({"mdId": dataset["id"] or "", "line": str(dataset["row"]), "status": dataset["action"]}, texts.get(number, []))
        for number, dataset in enumerate(outcome.get("datasets", ()))
    )
    return xml.receipt(outcome.get("batch", ""), row["created"].isoformat(timespec="seconds") + "Z", results)
