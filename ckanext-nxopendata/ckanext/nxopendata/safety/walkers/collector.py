"""Collects what the rules find while a walker gives texts and tables of a file."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ckanext.nxopendata.safety.recognition import check_digits, columns, masking, values
from ckanext.nxopendata.safety.recognition.normalise import normalise
from ckanext.nxopendata.safety.recognition.rule import Rule, RuleSet
from ckanext.nxopendata.safety.recognition.text import Match, prepare
from ckanext.nxopendata.safety.walkers.budget import Budget
from ckanext.nxopendata.safety.walkers.result import Finding, Report, Unread, decide_status

MOST_PLACES = 400
"""Findings of a report; further ones are counted at the last place of their rule."""

MOST_UNREAD = 100
BUFFER = 256 * 1024
SAMPLE_ROWS, SAMPLE_CELLS = 5_000, 400_000
MOST_COLUMNS = 2_000
"""Columns whose kind is looked for; the cells of all others are still read as text."""

DEFERRED = frozenset({"mobile", "bank_card"})
"""Recognisers without a check digit worth the name: of whole cells, the column says what they are."""

IDENTITIES = frozenset({"resident_id", "minor"})
"""Numbers of a whole cell that a column of case numbers (place, day, order) holds by chance: a ninth passes."""

MANY_FORMS = 20
"""Cells of the form of an identity number from which on chance can be told."""

NUMBERED = ("编号", "单号", "案号", "文号", "流水")
"""Words of a header that says that its column numbers things, not persons."""

CODE = re.compile("[0-9A-Za-z-]{9,}")

BREAKS = str.maketrans("\t\n\r\x0b\x0c", "     ")
Locate = Callable[[int], tuple[str, str, str]]
"""Position in a text -> place below the part, cell or line, the whole cell there."""


@dataclass
class _Counter:
    rule: Rule
    place: str
    first: str
    value: str
    count: int = 0


class Collector:
    """The findings of one file.

    Args:
        rule_set: what is looked for.
        key: of the hashes of findings.
        budget: what it may cost.
        today: by which ages are told.
    """

    def __init__(self, rule_set: RuleSet, key: bytes, budget: Budget, today: dt.date) -> None:
        rules = list(rule_set.rules.values())
        self.budget = budget
        self.text_rules, self._today = prepare(rule_set), today
        self.column_rules = [rule for rule in rules if rule.values]
        self.joint_rules = [rule for rule in rules if rule.all_of]
        self._structures: dict[str, list[Rule]] = {}
        for rule in rules:
            if rule.structure:
                self._structures.setdefault(rule.structure, []).append(rule)
        self._version, self._key = rule_set.version, key
        self._counters: dict[tuple[int, str], _Counter] = {}
        self._unread: dict[Unread, None] = {}

    def add_text(self, place: str, text: str, locate: Locate | None = None) -> None:
        """Look at a running text."""
        text = normalise(text)
        for match in self.text_rules.find(text, self._today):
            below, first, _ = locate(match.start) if locate else ("", "", "")
            self.count(match.rule, join(place, below), first, match.value)

    def scan_cells(self, place: str, text: str, locate: Locate, skips: Callable[[Match, str, str, str], bool]) -> None:
        """Look at the cells of a table as a text; ``skips`` says which matches are none for their header."""
        self.budget.check_time()
        for match in self.text_rules.find(text, self._today):
            header, first, cell = locate(match.start)
            if not skips(match, header, first, cell):
                self.count(match.rule, join(place, header), first, match.value)

    def count(self, rule: Rule, place: str, first: str, value: str, number: int = 1) -> None:
        """Count what a rule found at a place."""
        counter = self._counters.get((rule.id, place))
        if counter is None:
            if len(self._counters) >= MOST_PLACES:
                place = ""
            counter = self._counters.setdefault((rule.id, place), _Counter(rule, place, first, value))
        counter.count += number

    def count_structure(self, name: str, place: str, first: str, value: str) -> None:
        """Count something that stands in no text, such as text below a black box."""
        for rule in self._structures.get(name, ()):
            self.count(rule, place, first, value)

    def count_at_least(self, rule: Rule, place: str, first: str, value: str, number: int) -> None:
        """Raise the count at a place to a number that was counted in another way."""
        known = self._counters.get((rule.id, place))
        self.count(rule, place, first, value, max(0, number - (known.count if known else 0)))

    def add_unread(self, place: str, reason: str) -> None:
        """Say that a part could not be read."""
        if len(self._unread) < MOST_UNREAD:
            self._unread[Unread(place, reason)] = None

    def report(self, seconds: float) -> Report:
        """Return the report."""
        totals: dict[int, int] = {}
        for counter in self._counters.values():
            totals[counter.rule.id] = totals.get(counter.rule.id, 0) + counter.count
        findings = [
            Finding(
                rule=counter.rule.id,
                level=counter.rule.level,
                action=counter.rule.action_for(totals[counter.rule.id]),
                place=counter.place,
                first=counter.first,
                count=counter.count,
                sample=masking.mask(counter.value),
                hash=masking.keyed_hash(self._key, counter.rule.id, counter.value),
            )
            for counter in self._counters.values()
        ]
        findings.sort(key=lambda finding: (-finding.level, finding.place, finding.rule))
        unread = list(self._unread)
        status = decide_status(findings, unread)
        return Report(status, self._version, findings, unread, self.budget.used_bytes, round(seconds, 3))


class Table:
    """One table of a file, given row by row.

    Args:
        place: of the table in the file.
        name_cell: row number and column -> what people call the cell.
        headers: of the columns, where they are known; the list may grow. Else they are looked for in the first rows.
    """

    def __init__(
        self,
        collector: Collector,
        place: str,
        name_cell: Callable[[int, int], str] | None = None,
        headers: list[str] | None = None,
    ) -> None:
        self._collector, self.place, self._given = collector, place, headers
        self._name_cell = name_cell or (lambda row, column: f"{row}")
        self._head: list[list[str]] = []
        self._preview: list[list[str]] = []
        self._sample: list[Sequence[str]] = []
        self._sample_cells = 0
        self.rows = 0
        self._buffer: list[str] = []
        self._numbers: list[int] = []
        self._length = 0
        self._width = 0
        self._headers: list[str] | None = None
        self._header_row = -1
        self._labels: list[str] = []
        self._deferred: dict[tuple[int, str], tuple[Rule, str, str, int]] = {}

    def add(self, number: int, cells: Sequence[str]) -> None:
        """Look at a row."""
        self._collector.budget.spend_cells(len(cells) + 1)
        line = "\t".join([cell.translate(BREAKS) if len(cell) > 8 else cell for cell in cells])
        self.keep(cells)
        self._buffer.append(line.replace("\n", " "))
        self._numbers.append(number)
        self._length += len(line)
        if self._length >= BUFFER:
            self.flush()

    def show_head(self, cells: Sequence[str]) -> None:
        """Take one of the first rows before any is kept, so that columns have labels."""
        self._preview.append([normalise(cell) for cell in cells[:MOST_COLUMNS]])

    def head_row(self) -> list[str]:
        """Return the labels of the columns."""
        self.label(0)
        return self._labels

    def keep(self, cells: Sequence[str]) -> None:
        """Take a row into the sample by which columns are told; rows beyond its size are thinned out."""
        self.rows += 1
        if len(self._head) < columns.HEADER_ROWS:
            self._head.append([normalise(cell) for cell in cells[:MOST_COLUMNS]])
            self._width = max(self._width, len(self._head[-1]))
            self._headers = None
        elif self._sample_cells < SAMPLE_CELLS and (len(self._sample) < SAMPLE_ROWS or self.rows % 50 == 0):
            self._width = max(self._width, min(len(cells), MOST_COLUMNS))
            self._sample.append(cells[:MOST_COLUMNS])
            self._sample_cells += min(len(cells), MOST_COLUMNS)

    def flush(self) -> None:
        """Look for numbers and patterns in the rows that wait."""
        text = normalise("\n".join(self._buffer))
        numbers = self._numbers
        self._buffer, self._numbers, self._length = [], [], 0

        def locate(position: int) -> tuple[str, str, str]:
            row = text.count("\n", 0, position)
            start = text.rfind("\n", 0, position) + 1
            column = text.count("\t", start, position)
            left = max(start, text.rfind("\t", start, position) + 1)
            right = next(
                (end for end in sorted((text.find("\t", position), text.find("\n", position))) if end >= 0), None
            )
            return self.label(column), self._name_cell(numbers[row], column), text[left:right]

        self._collector.scan_cells(self.place, text, locate, self.skips)

    def skips(self, match: Match, label: str, first: str, cell: str) -> bool:
        """Whether a match is not to be counted now: the whole cell is a number, and its column tells what it is."""
        rule = match.rule
        cell = cell.strip().strip('"')
        is_identity = not IDENTITIES.isdisjoint(rule.numbers)
        if not (rule.not_headers or is_identity):
            return False
        if len(cell) > len(match.value) + 6 or not cell.endswith(match.value[-6:]):
            return False
        header = "".join(columns.read_headers([[label]], 0, 1))
        if any(word in header for word in rule.not_headers):
            return True
        if rule.values not in DEFERRED and not is_identity:
            return False
        known = self._deferred.get((rule.id, label))
        self._deferred[rule.id, label] = (*known[:3], known[3] + 1) if known else (rule, first, match.value, 1)
        return True

    def _count_deferred(self, sample: Sequence[Sequence[str]]) -> None:
        """Count the numbers that fill their cells, unless their column is full of long numbers of another kind."""
        for (_, label), (rule, first, value, number) in self._deferred.items():
            column = next((n for n in range(self._width) if self.label(n) == label), None)
            if column is not None and not columns.names_header(rule, (self._headers or [""])[column]):
                cells = [row[column].strip() for row in sample if column < len(row) and row[column].strip()]
                if not IDENTITIES.isdisjoint(rule.numbers):
                    if _is_chance(cells):
                        # A few real ones among them cannot be told apart: a person looks, unless the header settles it.
                        if not any(word in label for word in NUMBERED):
                            self._collector.add_unread(join(self.place, label), "case_numbers")
                        continue
                elif _are_codes(cells, values.RECOGNISERS[rule.values]):
                    continue
            self._collector.count(rule, join(self.place, label), first, value, number)

    def label(self, column: int) -> str:
        """Return the header of a column as it is shown: its text, else its letters."""
        if self._given is not None:
            self._headers = columns.read_headers([self._given[:MOST_COLUMNS]], 0, len(self._given[:MOST_COLUMNS]))
            return self._given[column][:40] if column < len(self._given) else name_column(column)
        if self._headers is None:
            head = self._head or self._preview
            width = self._width or max(map(len, head), default=0)
            self._header_row = columns.find_header(head)
            self._headers = columns.read_headers(head, self._header_row, width)
            row = head[self._header_row] if self._header_row >= 0 else []
            self._labels = [cell.strip()[:40] for cell in row]
        text = self._labels[column] if column < len(self._labels) else ""
        return text or name_column(column)

    def finish(self) -> None:
        """Look at what is left, and tell the columns."""
        if self._buffer:
            self.flush()
        if not self.rows:
            return
        self.label(0)
        collector = self._collector
        sample = [*self._head[self._header_row + 1 :], *([normalise(cell) for cell in row] for row in self._sample)]
        headers = self._headers or []
        self._count_deferred(sample)
        scale = max(1.0, (self.rows - self._header_row - 1) / max(1, len(sample)))
        later = columns.find_later_headers(collector.column_rules, sample)
        self._tell(headers, sample[: later[0] if later else None], scale)
        for start, end in zip(later, [*later[1:], None], strict=False):
            self._headers = columns.read_headers([sample[start]], 0, self._width)
            self._labels = [cell.strip()[:40] for cell in sample[start]]
            self._tell(self._headers, sample[start + 1 : end], scale)
        if self._width >= MOST_COLUMNS:
            collector.add_unread(self.place, "columns")

    def _tell(self, headers: Sequence[str], sample: Sequence[Sequence[str]], scale: float) -> None:
        """Count what the columns below one header are, alone and together."""
        collector = self._collector
        votes = columns.vote(collector.column_rules, headers, sample)
        for vote in votes:
            place = join(self.place, self.label(vote.column))
            collector.count_at_least(vote.rule, place, "", vote.example, int(vote.fitting * scale))
        there = {vote.rule.id: vote for vote in votes}
        for rule in collector.joint_rules:
            partner = next((there[other] for other in rule.any_of if other in there), None)
            if partner is not None and all(other in there for other in rule.all_of):
                first = there[rule.all_of[0]]
                labels = " + ".join(dict.fromkeys(self.label(vote.column) for vote in (first, partner)))
                number = int(min(first.fitting, partner.fitting) * scale)
                if number >= rule.rows:
                    collector.count(rule, join(self.place, labels), "", partner.example, number)


def _is_chance(cells: Sequence[str]) -> bool:
    """Whether so few numbers of the form of an identity number pass its check that chance explains them."""
    forms = [cell for cell in cells if len(cell) == 18 and check_digits.has_identity_form(cell)]
    passing = sum(check_digits.read_identity(cell) is not None for cell in forms)
    expected = len(forms) / 11
    return len(forms) >= MANY_FORMS and passing <= expected + 4 * math.sqrt(expected) + 1


def _are_codes(cells: Sequence[str], recognise: Callable[[str], bool]) -> bool:
    """Whether most cells are long codes of another kind."""
    long = [cell for cell in cells if CODE.fullmatch(cell.replace(" ", ""))]
    return len(cells) > 5 and len(long) > 0.5 * len(cells) and sum(map(recognise, long)) < 0.3 * len(long)


def join(place: str, below: str) -> str:
    """Return a place within a place."""
    return f"{place} › {below}" if place and below else place or below


def name_column(column: int) -> str:
    """Return what spreadsheets call a column, counted from 0: A, Z, AA."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name
