"""The profile of a column: what its values are, in one pass over the rows and in bounded memory.

Distinct values are counted exactly up to a limit and estimated beyond it. Frequent values are exact as long; beyond it
those are kept that were frequent so far, and their numbers are lower bounds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute

from ckanext.nxopendata.core.tabular.profile import roles
from ckanext.nxopendata.core.tabular.profile.checks import run_checks
from ckanext.nxopendata.core.tabular.profile.distinct import DistinctCounter
from ckanext.nxopendata.core.tabular.values.types import ColumnType

pc: Any = pyarrow.compute  # its functions are made at run time, where no type checker sees them

VERSION = "4"
"""Changes when the same column would get another profile."""

EXACT = 2000
"""Different values that are counted one by one."""

SAMPLE = 300
"""Values of a batch whose patterns are looked at and that are checked."""

ROWS_WELL_SAMPLED = 500_000
"""Rows after which a tenth of the sample is enough."""

NUMBERS = {"int8": pa.int64(), "numeric": pa.float64()}
"""How the numbers of a type are ordered and told apart."""

TOP = 10
PATTERNS = 5
NEARLY_ALL = 0.9
"""Share of values that must have a shape for its check to be told."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What a column holds.

    Attributes:
        rows, nulls: cells, and those that are empty or a word for nothing.
        distinct: different values; ``exact`` says whether they were counted or estimated.
        top: frequent values and how often each stands; lower bounds where ``distinct`` is not exact.
        least, greatest: as numbers and dates are ordered; of text, by characters.
        shortest, longest: characters.
        patterns: how values are made up (``A9-9`` for letters, digits, signs), most frequent first, in a sample.
        checks: name -> values that were checked, and those that passed, in a sample.
        null_words: words for nothing and how often each stands.
        role, granularity, sequence, levels, code_list, system: see :class:`.roles.Role`.
        aggregations: what may be done with an amount: ``sum`` not of ratios, and not over time of stocks.
    """

    header: str
    type: str
    unit: str
    rows: int
    nulls: int
    distinct: int
    exact: bool
    top: tuple[tuple[str, int], ...]
    least: str
    greatest: str
    shortest: int
    longest: int
    patterns: tuple[tuple[str, int], ...]
    checks: dict[str, tuple[int, int]] = field(default_factory=dict)
    null_words: dict[str, int] = field(default_factory=dict)
    role: str = "text"
    granularity: str = ""
    sequence: str = ""
    levels: tuple[str, ...] = ()
    code_list: str = ""
    system: str = ""
    aggregations: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return asdict(self)


class Profiler:
    """Takes the values of one column, some at a time, and gives its profile.

    Args:
        role: that its department gave it; "" to find one.
    """

    def __init__(
        self, header: str, type_: ColumnType, null_words: Mapping[str, int] | None = None, role: str = ""
    ) -> None:
        self._header, self._type, self._given_role = header, type_, role
        self._null_words = dict(null_words or {})
        self._rows = self._nulls = 0
        self._counts: Counter[str] = Counter()
        self._exact = True
        self._distinct = DistinctCounter()
        self._patterns: Counter[str] = Counter()
        self._checks: dict[str, list[int]] = {}
        self._least: tuple[Any, str] | None = None
        self._greatest: tuple[Any, str] | None = None
        self._shortest: int | None = None
        self._longest = 0

    def add(self, cells: pa.Array) -> None:
        """Take some values as PostgreSQL reads them, null for a gap."""
        self._rows += len(cells)
        self._nulls += cells.null_count
        values = cells.drop_null()
        if not len(values):
            return
        known = list(self._counts) if self._exact else []
        if self._exact or self._repeats(values):
            counted = pc.value_counts(values)
            values, numbers = counted.field("values"), counted.field("counts")
            self._count(values, numbers)
        ordered = values.cast(NUMBERS[self._type.name]) if self._type.name in NUMBERS else values
        if not self._exact:  # as long as values are counted one by one, nothing has to be estimated
            self._estimate(pa.array(known, pa.string()), ordered)
        self._measure(values, ordered)
        sample = values.slice(0, SAMPLE if self._rows < ROWS_WELL_SAMPLED else SAMPLE // 10).to_pylist()
        self._patterns.update(map(to_pattern, sample))
        run_checks(sample, self._checks)

    def _estimate(self, known: pa.Array, ordered: pa.Array) -> None:
        if self._type.name in NUMBERS:
            self._distinct.add_numbers(known.cast(ordered.type))
            self._distinct.add_numbers(ordered)
        else:
            self._distinct.add(known)
            self._distinct.add(ordered)

    def _repeats(self, values: pa.Array) -> bool:
        """Whether values repeat so much that counting them is worth it."""
        some = values.slice(0, SAMPLE)
        return len(some.unique()) < 0.8 * len(some)

    def _count(self, values: pa.Array, numbers: pa.Array) -> None:
        if len(values) > EXACT:
            order = pc.select_k_unstable(numbers, EXACT, [("", "descending")])
            values, numbers, self._exact = values.take(order), numbers.take(order), False
        self._counts.update(dict(zip(values.to_pylist(), numbers.to_pylist(), strict=True)))
        if len(self._counts) > EXACT:
            self._exact = False
            self._counts = Counter(dict(self._counts.most_common(EXACT // 2)))

    def _measure(self, values: pa.Array, ordered: pa.Array) -> None:
        lengths = pc.min_max(pc.utf8_length(values))
        self._shortest = min(self._shortest or lengths["min"].as_py(), lengths["min"].as_py())
        self._longest = max(self._longest, lengths["max"].as_py())
        ends = pc.min_max(ordered)
        least, greatest = ((ends[end].as_py(), values[pc.index(ordered, ends[end]).as_py()]) for end in ("min", "max"))
        least, greatest = (least[0], least[1].as_py()), (greatest[0], greatest[1].as_py())
        self._least = min(self._least or least, least)
        self._greatest = max(self._greatest or greatest, greatest)

    def profile(self) -> Profile:
        """Return the profile of all values taken so far."""
        distinct = len(self._counts) if self._exact else self._distinct.estimate()
        filled = self._rows - self._nulls
        unit = self._type.unit or roles.find_unit(self._header)
        top = sorted(self._counts.items(), key=lambda pair: (-pair[1], pair[0]))
        role = roles.find_role(
            self._header, self._type, unit, distinct, filled, [value for value, _ in top[: roles.FEW]]
        )
        if self._given_role and self._given_role != role.name:
            sequence = roles.find_sequence(self._header, unit) if self._given_role == "measure" else ""
            role = roles.Role(self._given_role, sequence=sequence)
        return Profile(
            header=self._header,
            type=self._type.name,
            unit=unit,
            rows=self._rows,
            nulls=self._nulls,
            distinct=min(distinct, filled),
            exact=self._exact,
            top=tuple(top[:TOP]),
            least=self._least[1] if self._least else "",
            greatest=self._greatest[1] if self._greatest else "",
            shortest=self._shortest or 0,
            longest=self._longest,
            patterns=tuple(sorted(self._patterns.items(), key=lambda pair: (-pair[1], pair[0]))[:PATTERNS]),
            checks={
                name: (shaped, passed)
                for name, (shaped, passed, all_) in self._checks.items()
                if shaped and shaped >= NEARLY_ALL * all_
            },
            null_words=self._null_words,
            role=role.name,
            granularity=role.granularity,
            sequence=role.sequence,
            levels=role.levels,
            code_list=role.code_list,
            system=role.system,
            aggregations=role.aggregations,
        )


def to_pattern(value: str) -> str:
    """Return how a value is made up: runs of letters, of digits, of Chinese characters, and its signs.

    >>> to_pattern("NX-0007"), to_pattern("银川市12号")
    ('A-9', '文9文')
    """
    signs = [
        "9" if sign.isdecimal() else "文" if sign >= "\u3400" else "A" if sign.isalpha() else sign
        for sign in value[:60]
    ]
    return "".join(sign for n, sign in enumerate(signs) if n == 0 or sign != signs[n - 1] or sign not in "9A文")
