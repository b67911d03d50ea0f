"""A rule, and a set of rules with its version."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

BLOCK, SIGN, WARN, NOTE = "block", "sign", "warn", "note"
ACTIONS = (NOTE, WARN, SIGN, BLOCK)
"""What follows from a finding, the mildest first; ``sign`` and ``block`` keep a file from the public."""

CLOSING = frozenset({BLOCK, SIGN})

FIRST_OF_PROVINCE = 10_000
"""Rules from this id on belong to the province; those below come with the software."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What is looked for, and what follows.

    Attributes:
        id: stable; findings and sign-offs name it.
        name: text by language.
        level: 1 to 4, 4 the gravest.
        category: place in the classes of personal and other data.
        action: what follows.
        few: what follows where less than ``many`` were found.
        numbers: kinds of :class:`~..recognition.numbers.Hit` that are found in running text.
        structure: what a walker sees that is no text: ``covered_text``, ``image_place``; or what the
            daemon says: ``malware``; "" for nothing.
        pattern: looked for in running text that has one of ``anchors``; "" for none.
        check: recogniser that a match must pass.
        context: one of these words must stand within ``window`` characters before a match.
        without: none of these may.
        headers: words of a column's header; ``not_headers`` make it another column.
        values: recogniser of the column's values.
        threshold: of header (0.4) and share of fitting values (0.6) together.
        rows: least number of fitting values.
        all_of, any_of: rules of other columns of the same table that must be there too.
        basis: the law and its article.
        treatment: what is proposed: mask, generalise, suppress, pseudonym, round, drop.
    """

    id: int
    name: Mapping[str, str]
    level: int
    category: str
    action: str
    few: str
    many: int = 1
    numbers: tuple[str, ...] = ()
    structure: str = ""
    pattern: str = ""
    anchors: tuple[str, ...] = ()
    check: str = ""
    context: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    window: int = 20
    headers: tuple[str, ...] = ()
    not_headers: tuple[str, ...] = ()
    values: str = ""
    threshold: float = 0.6
    rows: int = 1
    all_of: tuple[int, ...] = ()
    any_of: tuple[int, ...] = ()
    basis: str = ""
    treatment: str = ""
    examples: Mapping[str, Any] = field(default_factory=dict)

    @property
    def compiled(self) -> re.Pattern[str]:
        """The pattern, compiled; ``re`` keeps it."""
        return re.compile(self.pattern)

    def action_for(self, count: int) -> str:
        """Return what follows from so many."""
        return self.action if count >= self.many else self.few


@dataclass(frozen=True, slots=True)
class RuleSet:
    """All rules that are in force, by id.

    Attributes:
        version: of their text; findings and verdicts name it.
    """

    rules: Mapping[int, Rule]
    version: str
