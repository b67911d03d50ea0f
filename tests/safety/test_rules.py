"""The rule files: every example of every rule, and what happens to a file that is wrong."""

import datetime as dt
from pathlib import Path

import pytest

from ckanext.nxopendata.safety.recognition.rule import Rule
from ckanext.nxopendata.safety.rules import loading
from ckanext.nxopendata.safety.walkers import engine

RULES = loading.built_in().rules
EXAMPLES = [
    pytest.param(rule, kind, example, id=f"{rule.id}-{kind}-{number}")
    for rule in RULES.values()
    for kind in ("found", "not_found")
    for number, example in enumerate(rule.examples.get(kind, ()))
]


@pytest.mark.parametrize(("rule", "kind", "example"), EXAMPLES)
def test_a_rule_finds_its_examples_and_nothing_in_the_others(
    rule: Rule, kind: str, example: dict[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "file.txt"
    file.write_text(str(example.get("text") or example["table"]), encoding="utf-8")
    task = engine.Task(str(file), "file", loading.read_own_files(), b"key", dt.date(2026, 11, 29))
    found = {finding.rule for finding in engine.examine(task).findings}
    assert (rule.id in found) == (kind == "found"), found


def test_every_rule_about_texts_and_columns_has_examples_of_both_kinds() -> None:
    assert all(rule.examples["found"] and rule.examples["not_found"] for rule in RULES.values() if not rule.structure)


GOOD = """rules:
  - id: 10001
    name: {zh: 甲, en: A}
    level: 2
    class: 省级
    find: {pattern: "甲字[0-9]{4}"}
    action: sign
    basis: 某法 第一条
    examples: {found: [], not_found: []}
"""


@pytest.mark.parametrize(
    ("before", "after", "line", "reason"),
    [
        ("level: 2", "level: 5", 2, "“level” is 1, 2, 3 or 4"),
        ("action: sign", "action: shout", 2, "“action” is one of"),
        ("    basis: 某法 第一条\n", "", 2, "“basis” is missing"),
        ("[0-9]{4}", "[0-9{4", 2, "the pattern cannot be read"),
        ("甲字[0-9]{4}", "(a+)+", 2, "a repetition of a repetition"),
        ("甲字[0-9]{4}", r"\\b甲", 2, "does not separate"),
        ("level: 2", "level: 2\n    level: 3", 5, "stands twice"),
        ("find: {pattern", "find: {pattren", 2, "“pattren” is not known"),
        ("    level: 2", "   level: 2", 4, "expected"),
    ],
)
def test_a_broken_rule_file_is_refused_with_line_and_reason(before: str, after: str, line: int, reason: str) -> None:
    assert loading.parse("a.yaml", GOOD)[0].id == 10001
    with pytest.raises(loading.RuleFileError) as caught:
        loading.parse("a.yaml", GOOD.replace(before, after))
    assert (caught.value.file, caught.value.line) == ("a.yaml", line)
    assert reason in caught.value.reason
