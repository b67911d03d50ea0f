"""Reading rule files: what is wrong in one is said with its line and its reason, and nothing of it is taken."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml

from ckanext.nxopendata.safety.recognition import numbers, values
from ckanext.nxopendata.safety.recognition import rule as model
from ckanext.nxopendata.safety.recognition.rule import Rule, RuleSet

FOLDER = "ckanext.nxopendata.schemas.safety"
SOFTWARE = "5"
"""Changes when the same rules would find something else."""

NO_RULES = ("words.yaml", "quasi_identifiers.yaml")
"""Files of the folder that hold words and no rules."""

TREATMENTS = ("mask", "generalise", "suppress", "pseudonym", "round", "drop", "")
NUMBERS = (
    "resident_id",
    "residence_permit",
    "foreign_resident",
    "pupil_number",
    "old_id",
    "mobile",
    "bank_card",
    "damaged_id",
    "minor",
)
FIELDS = {
    "id": int,
    "name": dict,
    "level": int,
    "class": str,
    "find": dict,
    "verify": dict,
    "action": str,
    "few": str,
    "many": int,
    "basis": str,
    "treatment": str,
    "examples": dict,
}
FIND = {
    "numbers": list,
    "structure": str,
    "pattern": str,
    "anchors": list,
    "headers": list,
    "values": str,
    "all_of": list,
    "any_of": list,
}
STRUCTURES = ("covered_text", "image_place", "malware")
VERIFY = {
    "check": str,
    "context": list,
    "without": list,
    "window": int,
    "not_headers": list,
    "share": (int, float),
    "rows": int,
}


class RuleFileError(Exception):
    """A rule file is wrong.

    Attributes:
        file: its name.
        line: counted from 1.
        reason: in English; what is wrong, and what is right.
    """

    def __init__(self, file: str, line: int, reason: str) -> None:
        super().__init__(f"{file}:{line}: {reason}")
        self.file, self.line, self.reason = file, line, reason


class _Loader(yaml.SafeLoader):
    """YAML whose mappings know their line."""


def _construct(loader: _Loader, node: yaml.MappingNode) -> dict[str, Any]:
    loader.flatten_mapping(node)
    found = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if key in found:
            raise yaml.MarkedYAMLError(problem=f"“{key}” stands twice", problem_mark=key_node.start_mark)
        found[key] = loader.construct_object(value_node, deep=True)
    return _Located(found, node.start_mark.line + 1)


class _Located(dict[str, Any]):
    def __init__(self, values: Mapping[str, Any], line: int) -> None:
        super().__init__(values)
        self.line = line


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _construct)


@dataclass(frozen=True, slots=True)
class _Place:
    file: str
    line: int

    def fail(self, reason: str) -> RuleFileError:
        return RuleFileError(self.file, self.line, reason)


def parse(file: str, text: str) -> list[Rule]:
    """Return the rules of a file.

    Raises:
        RuleFileError: the first thing that is wrong in it.
    """
    try:
        content = yaml.load(text, _Loader)  # noqa: S506  a SafeLoader
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise RuleFileError(file, mark.line + 1 if mark else 1, str(getattr(error, "problem", error))) from None
    if not isinstance(content, dict) or not isinstance(content.get("rules"), list):
        raise RuleFileError(file, 1, "a mapping with a list “rules” is expected")
    rules = [_read_rule(file, entry) for entry in content["rules"]]
    for rule, entry in zip(rules, content["rules"], strict=True):
        if sum(other.id == rule.id for other in rules) > 1:
            raise RuleFileError(file, entry.line, f"the id {rule.id} stands twice")
    return rules


def _read_rule(file: str, entry: Any) -> Rule:
    if not isinstance(entry, _Located):
        raise RuleFileError(file, 1, "each rule is a mapping")
    place = _Place(file, entry.line)
    _check_fields(place, entry, FIELDS, ("id", "name", "level", "class", "find", "action", "basis", "examples"))
    find, verify = entry["find"], entry.get("verify") or {}
    _check_fields(place, find, FIND, ())
    _check_fields(place, verify, VERIFY, ())
    if entry["level"] not in (1, 2, 3, 4):
        raise place.fail("“level” is 1, 2, 3 or 4")
    for name in ("action", "few"):
        if entry.get(name, model.NOTE) not in model.ACTIONS:
            raise place.fail(f"“{name}” is one of {', '.join(model.ACTIONS)}")
    if not {"zh", "en"} <= entry["name"].keys():
        raise place.fail("“name” has a text for zh and one for en")
    if entry.get("treatment", "") not in TREATMENTS:
        raise place.fail(f"“treatment” is one of {', '.join(filter(None, TREATMENTS))}")
    _check_find(place, find, verify)
    return Rule(
        id=entry["id"],
        name={language: str(text) for language, text in entry["name"].items()},
        level=entry["level"],
        category=entry["class"],
        action=entry["action"],
        few=entry.get("few", entry["action"]),
        many=entry.get("many", 1),
        numbers=tuple(find.get("numbers", ())),
        structure=find.get("structure", ""),
        pattern=find.get("pattern", ""),
        anchors=tuple(map(str, find.get("anchors", ()))),
        check=verify.get("check", ""),
        context=tuple(map(str, verify.get("context", ()))),
        without=tuple(map(str, verify.get("without", ()))),
        window=verify.get("window", 20),
        headers=tuple(str(word).lower() for word in find.get("headers", ())),
        not_headers=tuple(str(word).lower() for word in verify.get("not_headers", ())),
        values=find.get("values", ""),
        threshold=float(verify.get("share", 0.6)),
        rows=verify.get("rows", 1),
        all_of=tuple(find.get("all_of", ())),
        any_of=tuple(find.get("any_of", ())),
        basis=entry["basis"],
        treatment=entry.get("treatment", ""),
        examples=entry["examples"],
    )


def _check_fields(place: _Place, entry: Mapping[str, Any], known: Mapping[str, Any], needed: Iterable[str]) -> None:
    for name in needed:
        if name not in entry:
            raise place.fail(f"“{name}” is missing")
    for name, value in entry.items():
        if name not in known:
            raise place.fail(f"“{name}” is not known; known are {', '.join(known)}")
        if not isinstance(value, known[name]) or isinstance(value, bool):
            raise place.fail(f"“{name}” is of the wrong kind")


def _check_find(place: _Place, find: Mapping[str, Any], verify: Mapping[str, Any]) -> None:
    if not find:
        raise place.fail("“find” says nothing")
    for kind in find.get("numbers", ()):
        if kind not in NUMBERS:
            raise place.fail(f"the number “{kind}” is not known; known are {', '.join(NUMBERS)}")
    if find.get("structure", STRUCTURES[0]) not in STRUCTURES:
        raise place.fail(f"the structure “{find['structure']}” is not known; known are {', '.join(STRUCTURES)}")
    if "values" in find and find["values"] not in values.RECOGNISERS:
        raise place.fail(f"the recogniser “{find['values']}” is not known; known are {', '.join(values.RECOGNISERS)}")
    if verify.get("check", "") and verify["check"] not in values.CHECKS:
        raise place.fail(f"the check “{verify['check']}” is not known; known are {', '.join(values.CHECKS)}")
    if "headers" in find and "values" not in find:
        raise place.fail("“headers” want “values”: the recogniser of what stands below (“filled” for anything)")
    if "pattern" in find:
        try:
            compiled = re.compile(find["pattern"])
        except re.error as error:
            raise place.fail(f"the pattern cannot be read: {error}") from None
        if compiled.match(""):
            raise place.fail("the pattern fits the empty text")
        if "\\b" in find["pattern"]:
            raise place.fail("\\b does not separate digits from Chinese characters: use (?<![0-9]) and (?![0-9])")
        if re.search(r"(?:[*+]|,\})\)(?:[*+]|\{[0-9]*,\})", find["pattern"]):
            raise place.fail("a repetition of a repetition can take for ever")


def make_set(files: Mapping[str, str]) -> RuleSet:
    """Return the rules of some files.

    Args:
        files: name -> text.

    Raises:
        RuleFileError: in one of them, or between them.
    """
    rules: dict[int, Rule] = {}
    for file, text in sorted(files.items()):
        for rule in parse(file, text):
            if rule.id in rules:
                raise RuleFileError(file, 1, f"the id {rule.id} stands in another file too")
            rules[rule.id] = rule
    for rule in rules.values():
        for other in (*rule.all_of, *rule.any_of):
            if other not in rules or not rules[other].values:
                raise RuleFileError("", 1, f"rule {rule.id} names rule {other}, which is about no column")
    content = "\n".join(f"{name}\n{files[name]}" for name in sorted(files))
    digest = hashlib.sha256(f"{SOFTWARE}\n{numbers.MOBILE.pattern}\n{_read_words()}\n{content}".encode()).hexdigest()
    return RuleSet(rules, digest[:12])


@cache
def _read_words() -> str:
    """The files that hold words: with them, too, other things are found."""
    folder = resources.files(FOLDER)
    return "\n".join(folder.joinpath(name).read_text(encoding="utf-8") for name in NO_RULES)


@cache
def read_own_files() -> dict[str, str]:
    """Return the rule files that come with the software: name -> text."""
    folder = resources.files(FOLDER)
    return {
        entry.name: entry.read_text(encoding="utf-8")
        for entry in folder.iterdir()
        if entry.name.endswith(".yaml") and entry.name not in NO_RULES
    }


@cache
def built_in() -> RuleSet:
    """Return the rules that come with the software."""
    return make_set(read_own_files())
