"""The words of a policy: ODRL 2.2 actions, operands and operators, Creative Commons terms and our profile.

The words themselves are rows in ``schemas/licences/vocabulary/*.csv``; nothing here knows a particular action.
"""

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Literal

FOLDER = Path(str(files("ckanext.nxopendata.schemas"))) / "licences"

Kind = Literal["right", "duty", "conduct"]

NAMESPACES = {
    "http://www.w3.org/ns/odrl/2/": "",
    "odrl:": "",
    "http://creativecommons.org/ns#": "cc:",
    "https://creativecommons.org/ns#": "cc:",
    "https://opendata.nx.gov.cn/ns/odrl#": "nx:",
}

#: ODRL Information Model 2.2, section 2.5.1: the operators of a constraint.
OPERATORS = frozenset(
    {
        "eq",
        "neq",
        "lt",
        "lteq",
        "gt",
        "gteq",
        "isA",
        "hasPart",
        "isPartOf",
        "isAllOf",
        "isAnyOf",
        "isNoneOf",
    }
)

#: ODRL Information Model 2.2, section 2.5.2: the operands of a logical constraint.
LOGICAL = ("and", "or", "xone", "andSequence")

#: ODRL Information Model 2.2, section 2.1 and the Vocabulary, section 3: policy classes.
POLICY_TYPES = frozenset({"Policy", "Set", "Offer", "Agreement", "Assertion", "Privacy", "Request", "Ticket"})


@dataclass(frozen=True, slots=True)
class Action:
    """One action: its name, where it belongs and how it reads.

    ``kind`` is ``right`` for what a licence may grant, ``duty`` for what it asks in return, and ``conduct`` for
    behaviour that the law may forbid even where a licence is silent.
    """

    name: str
    included_in: str
    replaced_by: str
    same_as: str
    kind: Kind
    label_zh: str
    label_en: str
    icon: str

    @property
    def deprecated(self) -> bool:
        return bool(self.replaced_by)


@dataclass(frozen=True, slots=True)
class Operand:
    """One left operand: ``kind`` is ``time``, ``duration``, ``number`` or ``value``."""

    name: str
    kind: str
    deprecated: bool
    label_zh: str
    label_en: str


def local_name(term: str) -> str:
    """``http://www.w3.org/ns/odrl/2/read`` -> ``read``; ``http://creativecommons.org/ns#Notice`` -> ``cc:Notice``."""
    for namespace, prefix in NAMESPACES.items():
        if term.startswith(namespace):
            return prefix + term[len(namespace) :]
    return term


def read_rows(name: str) -> list[dict[str, str]]:
    """Rows of a CSV file below ``schemas/licences``, in file order."""
    with (FOLDER / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@cache
def actions() -> dict[str, Action]:
    return {
        row["action"]: Action(
            row["action"],
            row["included_in"],
            row["replaced_by"],
            row["same_as"],
            row["kind"],  # pyright: ignore[reportArgumentType] # checked by tests/licences/test_vocabulary.py
            row["label_zh"],
            row["label_en"],
            row["icon"],
        )
        for row in read_rows("vocabulary/actions.csv")
    }


@cache
def operands() -> dict[str, Operand]:
    return {
        row["operand"]: Operand(
            row["operand"], row["kind"], row["status"] == "deprecated", row["label_zh"], row["label_en"]
        )
        for row in read_rows("vocabulary/operands.csv")
    }


@cache
def canonical(term: str) -> str | None:
    """The name under which an action is reasoned about, or None when the action is not known.

    Exact synonyms fall together (``cc:Distribution`` is ``distribute``, the deprecated ``copy`` is ``reproduce``).
    A deprecated action without an exact match (``lend``) is not known: to read it as its nearest neighbour could
    grant more than its author did.
    """
    action = actions().get(local_name(term))
    if action is None:
        return None
    if action.same_as:
        return action.same_as
    return None if action.deprecated else action.name


@cache
def ancestors(name: str) -> tuple[str, ...]:
    """The actions that include this one, itself first: ``display`` -> ``(display, play, use)``."""
    chain: list[str] = []
    current = name
    while current and current not in chain:
        chain.append(current)
        found = actions().get(current)
        current = found.included_in if found else ""
    return tuple(chain)
