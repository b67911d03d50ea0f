"""Read a kind of case from YAML; a fault is told with file, line and reason. Imports nothing of CKAN."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from ckanext.nxopendata.cases.definitions import kind as kinds
from ckanext.nxopendata.cases.definitions.kind import (
    Choice,
    Clock,
    DutyRule,
    Field,
    Kind,
    Letter,
    Outcome,
    State,
    Step,
)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a definition, and where.

    ``line`` counts from 1. ``reason`` is English; a definition is written by who maintains the site.
    """

    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.reason}"


class DefinitionError(ValueError):
    """A definition does not hold; ``faults`` says where and why."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))


class Lines(dict[tuple[str | int, ...], int]):
    """Path in the document -> line; a path that is not there has the line of what should hold it."""

    def at(self, *path: str | int) -> int:
        """Return the line of ``path``."""
        while path and path not in self:
            path = path[:-1]
        return self.get(path, 1)


def parse(text: str, name: str) -> tuple[Kind, Lines]:
    """Read a definition.

    Args:
        text: YAML.
        name: of the kind, which is the name of its file.

    Raises:
        DefinitionError: the text is no YAML, or its keys and values are not those of a definition.
    """
    file = f"{name}.yaml"
    try:
        root = yaml.compose(text, yaml.SafeLoader)
        document: Any = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", "") or "not YAML"
        raise DefinitionError([Fault(file, mark.line + 1 if mark else 1, problem)]) from None
    lines = Lines()
    if root is not None:
        _note_lines(root, (), lines)
    reader = _Reader(file, lines)
    found = reader.read(document, name)
    if reader.faults or found is None:
        raise DefinitionError(reader.faults)
    return found, lines


def _note_lines(node: Any, path: tuple[str | int, ...], lines: Lines) -> None:
    lines[path] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            _note_lines(value, (*path, key.value), lines)
            lines[(*path, key.value)] = key.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            _note_lines(value, (*path, number), lines)


Path = tuple[str | int, ...]
TOP = (
    "title",
    "summary",
    "about",
    "applicants",
    "level",
    "public",
    "votes",
    "fields",
    "clocks",
    "states",
    "steps",
    "outcomes",
    "duties",
    "files",
    "letters",
)


class _Reader:
    """Makes a kind of a document, and collects what is wrong with it."""

    def __init__(self, file: str, lines: Lines) -> None:
        self.file, self.lines = file, lines
        self.faults: list[Fault] = []

    def fault(self, path: Path, reason: str) -> None:
        self.faults.append(Fault(self.file, self.lines.at(*path), reason))

    def read(self, document: Any, name: str) -> Kind | None:
        if not self._is_mapping(document, (), TOP, ("title", "summary", "about", "applicants", "states", "steps")):
            return None
        clocks = document.get("clocks") or {}
        if not isinstance(clocks, Mapping):
            self.fault(("clocks",), "must be a mapping of names")
            clocks = {}
        found = Kind(
            name=name,
            title=self._text(document, (), "title"),
            summary=self._text(document, (), "summary"),
            about=self._word(document, (), "about", kinds.ABOUT),
            applicants=self._word(document, (), "applicants", kinds.APPLICANTS),
            level=self._word(document, (), "level", kinds.LEVELS) if "level" in document else "account",
            public=self._flag(document, (), "public"),
            votes=self._flag(document, (), "votes"),
            fields=self._rows(document, (), "fields", self._field),
            clocks=tuple(self._clock(str(key), value, ("clocks", str(key))) for key, value in clocks.items()),
            states=self._rows(document, (), "states", self._state),
            steps=self._rows(document, (), "steps", self._step),
            outcomes=self._rows(document, (), "outcomes", self._outcome),
            duties=self._rows(document, (), "duties", self._duty),
            files=self._names(document, (), "files", kinds.FILES) if "files" in document else (),
            letter_number=self._letter_number(document),
        )
        if not found.states:
            self.fault(("states",), "a kind needs at least one state")
        return None if self.faults else found

    # Parts

    def _field(self, row: Any, path: Path) -> Field:
        keys = ("name", "label", "type", "required", "public", "longest", "help", "choices")
        if not self._is_mapping(row, path, keys, ("name", "label", "type")):
            return Field("", {}, "text")
        choices = self._rows(row, path, "choices", self._choice)
        kind = self._word(row, path, "type", kinds.TYPES)
        if bool(choices) != (kind in ("choice", "choices")):
            self.fault((*path, "choices"), "choices belong to the types choice and choices, and to them alone")
        return Field(
            name=self._name(row, path, "name"),
            label=self._text(row, path, "label"),
            type=kind,
            required=self._flag(row, path, "required"),
            public=self._flag(row, path, "public"),
            longest=self._number(row, path, "longest", kinds.LONGEST),
            help=self._text(row, path, "help") if "help" in row else {},
            choices=choices,
        )

    def _choice(self, row: Any, path: Path) -> Choice:
        if not self._is_mapping(row, path, ("value", "zh", "en"), ("value", "zh", "en")):
            return Choice("", {})
        return Choice(self._name(row, path, "value"), {"zh": str(row["zh"]), "en": str(row["en"])})

    def _clock(self, name: str, row: Any, path: Path) -> Clock:
        needed = ("days", "article", "confidence")
        if not self._is_mapping(row, path, (*needed, "extension"), needed):
            return Clock(name, 1, {}, "MM")
        return Clock(
            name=name,
            days=self._number(row, path, "days", 0, least=1),
            article=self._text(row, path, "article"),
            confidence=self._word(row, path, "confidence", kinds.CONFIDENCE),
            extension=self._number(row, path, "extension", 0),
        )

    def _state(self, row: Any, path: Path) -> State:
        keys = ("name", "label", "phase", "clock", "in_force", "suspends", "marks", "disputed", "answer_within")
        if not self._is_mapping(row, path, keys, ("name", "label", "phase")):
            return State("", {}, kinds.ENDED)
        return State(
            name=self._name(row, path, "name"),
            label=self._text(row, path, "label"),
            phase=self._word(row, path, "phase", kinds.PHASES),
            clock=self._name(row, path, "clock") if "clock" in row else "",
            in_force=self._flag(row, path, "in_force"),
            suspends=self._flag(row, path, "suspends"),
            marks=self._flag(row, path, "marks"),
            disputed=self._flag(row, path, "disputed"),
            answer_within=self._number(row, path, "answer_within", 0, least=int("answer_within" in row)),
        )

    def _step(self, row: Any, path: Path) -> Step:
        needed = ("action", "label", "from", "to", "who", "tell")
        more = ("opinion", "fields", "outcomes", "extends", "returns", "when", "phrases", "letter")
        if not self._is_mapping(row, path, (*needed, *more), needed):
            return Step("", {}, (), "", (), {})
        return Step(
            action=self._name(row, path, "action"),
            label=self._text(row, path, "label"),
            sources=self._names(row, path, "from"),
            target=self._name(row, path, "to"),
            roles=self._names(row, path, "who", kinds.ROLES),
            tell=self._text(row, path, "tell"),
            opinion=self._word(row, path, "opinion", kinds.OPINIONS) if "opinion" in row else "optional",
            fields=self._rows(row, path, "fields", self._field),
            outcomes=self._names(row, path, "outcomes") if "outcomes" in row else (),
            extends=self._flag(row, path, "extends"),
            returns=self._flag(row, path, "returns"),
            when=self._names(row, path, "when", kinds.FACTS) if "when" in row else (),
            phrases=self._rows(row, path, "phrases", self._phrase),
            letter=self._letter(row["letter"], (*path, "letter")) if row.get("letter") else None,
        )

    def _phrase(self, row: Any, path: Path) -> dict[str, str]:
        return self._text({"phrase": row}, path, "phrase")

    def _letter(self, row: Any, path: Path) -> Letter:
        if row is True:
            return Letter()
        if not self._is_mapping(row, path, ("title", "body"), ()):
            return Letter()
        body = row.get("body", "")
        if not isinstance(body, str):
            self.fault((*path, "body"), "body must be a text in Chinese, as official papers are")
            body = ""
        self._check_words(body, kinds.LETTER_WORDS, (*path, "body"))
        return Letter(self._text(row, path, "title") if "title" in row else {}, body)

    def _letter_number(self, document: Any) -> str:
        row, path = document.get("letters"), ("letters",)
        if row is None or not self._is_mapping(row, path, ("number",), ("number",)):
            return kinds.LETTER_NUMBER
        text = str(row["number"])
        self._check_words(text, ("year", "serial", "place"), (*path, "number"))
        if not all(f"{{{word}}}" in text for word in ("year", "serial", "place")):
            self.fault((*path, "number"), "number must hold {year}, {serial} and {place}: no two letters share one")
        return text

    def _check_words(self, text: str, words: Iterable[str], path: Path) -> None:
        """Hold what stands in braces against the words that will be put there."""
        try:
            text.format(**dict.fromkeys(words, ""))
        except (KeyError, IndexError, ValueError, AttributeError):
            self.fault(path, f"braces may hold {', '.join(words)} alone")

    def _outcome(self, row: Any, path: Path) -> Outcome:
        keys = ("code", "label", "group", "basis")
        if not self._is_mapping(row, path, (*keys, "needs_article"), keys):
            return Outcome("", {}, "other", {})
        return Outcome(
            code=self._name(row, path, "code"),
            label=self._text(row, path, "label"),
            group=self._word(row, path, "group", kinds.GROUPS),
            basis=self._text(row, path, "basis"),
            needs_article=self._flag(row, path, "needs_article"),
        )

    def _duty(self, row: Any, path: Path) -> DutyRule:
        if not self._is_mapping(row, path, ("name", "label", "every", "after_end"), ("name", "label")):
            return DutyRule("", {})
        rule = DutyRule(
            name=self._name(row, path, "name"),
            label=self._text(row, path, "label"),
            every=self._number(row, path, "every", 0),
            after_end=self._number(row, path, "after_end", 0),
        )
        if bool(rule.every) == bool(rule.after_end):
            self.fault(path, "a duty comes again each so many days (every), or once after the end (after_end)")
        return rule

    # Values

    def _is_mapping(self, value: Any, path: Path, keys: Iterable[str], needed: Iterable[str]) -> bool:
        if not isinstance(value, Mapping):
            self.fault(path, "must be a mapping")
            return False
        for key in value:
            if key not in set(keys):
                self.fault((*path, str(key)), f"unknown key {key}")
        missing = [key for key in needed if value.get(key) in (None, "", [], {})]
        for key in missing:
            self.fault((*path, key), f"{key} is missing")
        return not missing

    def _rows(self, row: Any, path: Path, key: str, read: Callable[[Any, Path], Any]) -> tuple[Any, ...]:
        value = row.get(key) or []
        if not isinstance(value, list):
            self.fault((*path, key), f"{key} must be a list")
            return ()
        return tuple(read(one, (*path, key, number)) for number, one in enumerate(value))

    def _text(self, row: Any, path: Path, key: str) -> dict[str, str]:
        value = row.get(key)
        if not isinstance(value, Mapping):
            self.fault((*path, key), f"{key} must have zh and en")
            return {}
        for language in ("zh", "en"):
            if not isinstance(value.get(language), str) or not value[language].strip():
                self.fault((*path, key), f"{key} has no {language}")
        return {language: str(value.get(language) or "") for language in ("zh", "en")}

    def _word(self, row: Any, path: Path, key: str, words: Iterable[str]) -> str:
        value = str(row.get(key))
        if value not in tuple(words):
            self.fault((*path, key), f"{key} is {value}, not one of {', '.join(words)}")
        return value

    def _name(self, row: Any, path: Path, key: str) -> str:
        value = row.get(key)
        if not isinstance(value, str) or not value.replace("_", "a").isalnum() or not value.isascii():
            self.fault((*path, key), f"{key} must be a word of ASCII letters, digits and underscores, as text")
        return str(value)

    def _names(self, row: Any, path: Path, key: str, words: Iterable[str] | None = None) -> tuple[str, ...]:
        value = row.get(key)
        if not isinstance(value, list) or not value or not all(isinstance(one, str) for one in value):
            self.fault((*path, key), f"{key} must be a list of words")
            return ()
        for one in value if words is not None else ():
            if one not in tuple(words or ()):
                self.fault((*path, key), f"{key} holds {one}, not one of {', '.join(words or ())}")
        return tuple(value)

    def _number(self, row: Any, path: Path, key: str, default: int, least: int = 0) -> int:
        value = row.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            self.fault((*path, key), f"{key} must be a whole number from {least}")
            return max(default, least)
        return value

    def _flag(self, row: Any, path: Path, key: str) -> bool:
        value = row.get(key, False)
        if not isinstance(value, bool):
            self.fault((*path, key), f"{key} must be true or false")
        return bool(value)
