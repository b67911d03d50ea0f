"""What an examination found. Nothing here holds what was found itself: places, counts, masked samples, keyed hashes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from ckanext.nxopendata.safety.recognition.rule import CLOSING

CLEAN, FINDINGS, UNREADABLE = "clean", "findings", "unreadable"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule found at one place.

    Attributes:
        rule, level, action: as the rule has them for so many.
        place: the way to it: member of an archive, sheet, column, page, path; " › " between.
        first: the first row, line or cell there.
        sample: the first value, masked; ``hash`` the keyed hash of it.
    """

    rule: int
    level: int
    action: str
    place: str
    first: str
    count: int
    sample: str
    hash: str


@dataclass(frozen=True, slots=True)
class Unread:
    """A part that could not be read, and why.

    Attributes:
        reason: code: ``encrypted``, ``damaged``, ``format``, ``image``, ``no_text``, ``encoding``,
            ``program`` or a limit of the budget.
    """

    place: str
    reason: str


@dataclass(frozen=True, slots=True)
class Report:
    """The result for one file.

    Attributes:
        status: ``clean``, ``findings`` (some keep it from the public) or ``unreadable`` (a person decides); mild
            findings do not make a file less clean.
        version: of the rules.
        bytes: of content that was read, unpacked.
    """

    status: str
    version: str
    findings: list[Finding] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    bytes: int = 0
    seconds: float = 0.0

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return asdict(self)


def from_dict(content: Mapping[str, Any]) -> Report:
    """Return a report that :meth:`Report.to_dict` gave."""
    findings = [Finding(**finding) for finding in content["findings"]]
    return Report(**{**content, "findings": findings, "unread": [Unread(**part) for part in content["unread"]]})


def decide_status(findings: Iterable[Finding], unread: Iterable[Unread]) -> str:
    """Return the status of a file with these findings and unread parts."""
    if any(finding.action in CLOSING for finding in findings):
        return FINDINGS
    return UNREADABLE if any(True for _ in unread) else CLEAN
