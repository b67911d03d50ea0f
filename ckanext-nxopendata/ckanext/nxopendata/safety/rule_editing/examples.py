"""Whether rules find their own examples, and nothing in the others."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from ckanext.nxopendata.safety.recognition.rule import Rule
from ckanext.nxopendata.safety.rules.loading import RuleFileError
from ckanext.nxopendata.safety.walkers import engine


def check(name: str, rules: Iterable[Rule], files: Mapping[str, str], today: dt.date) -> None:
    """Try every example of some rules.

    Args:
        name: of the file that they stand in.
        files: all rule files, name -> text.

    Raises:
        RuleFileError: an example is not found, or is that should not be.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        for rule in rules:
            for kind in ("found", "not_found"):
                for example in rule.examples.get(kind) or ():
                    if not isinstance(example, Mapping) or not ({"text", "table"} & example.keys()):
                        raise RuleFileError(name, 1, f"an example of rule {rule.id} has neither “text” nor “table”")
                    path.write_text(str(example.get("text") or example["table"]), encoding="utf-8")
                    task = engine.Task(str(path), "file", files, b"key", today)
                    found = {finding.rule for finding in engine.examine(task).findings}
                    if (rule.id in found) != (kind == "found"):
                        what = "does not find" if kind == "found" else "finds"
                        raise RuleFileError(name, 1, f"rule {rule.id} {what} its example “{path.read_text()[:40]}”")
