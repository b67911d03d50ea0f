"""Three-valued constraints: True, False, or None when the context does not say enough.

A constraint is never satisfied by absence: a missing value, an unknown word, a unit that differs or two values that
cannot be compared give None, and None never becomes a permission.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from ckanext.nxopendata.core.timezone import CHINA
from ckanext.nxopendata.licences.odrl.policy import Condition, Constraint, Logical
from ckanext.nxopendata.licences.odrl.vocabulary import OPERATORS, local_name, operands

#: China has kept one time zone without summer time since 1992.

Context = Mapping[str, Any]
Truth = bool | None


@dataclass(frozen=True, slots=True)
class Duration:
    """An ISO 8601 duration as XML Schema orders it: months and seconds, compared only when both agree."""

    months: int
    seconds: Decimal


_DURATION = re.compile(
    r"(-)?P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?"
)


def parse_duration(text: str) -> Duration | None:
    """``P6M``, ``P1Y2M10DT2H30M``; None when the text is no duration."""
    found = _DURATION.fullmatch(text.strip())
    if found is None or text.strip().lstrip("-") in ("P", "PT"):
        return None
    sign = -1 if found[1] else 1
    years, months, weeks, days, hours, minutes = (int(found[n] or 0) for n in range(2, 8))
    seconds = Decimal(weeks * 604800 + days * 86400 + hours * 3600 + minutes * 60) + Decimal(found[8] or 0)
    return Duration(sign * (12 * years + months), sign * seconds)


def parse_moment(value: Any) -> datetime | date | None:
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=CHINA)
    if isinstance(value, date):
        return value
    if not isinstance(value, str):
        return None
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", value):
            return date.fromisoformat(value)
        return parse_moment(datetime.fromisoformat(value))
    except ValueError:
        return None


def parse_number(value: Any) -> Decimal | None:
    if isinstance(value, bool) or value is None:
        return None
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _order(left: Any, right: Any, kind: str) -> int | None:
    """-1, 0, 1, or None when the two cannot be ordered."""
    if kind == "time":
        a, b = parse_moment(left), parse_moment(right)
        if a is None or b is None:
            return None
        # A date on either side means whole days, counted in Beijing time.
        if not (isinstance(a, datetime) and isinstance(b, datetime)):
            try:
                a = a.astimezone(CHINA).date() if isinstance(a, datetime) else a
                b = b.astimezone(CHINA).date() if isinstance(b, datetime) else b
            except OverflowError:  # the first or last day that there is
                return None
        return (a > b) - (a < b)
    if kind == "duration":
        p, q = _duration(left), _duration(right)
        if p is None or q is None:
            return None
        months, seconds = p.months - q.months, p.seconds - q.seconds
        # A month lasts 28 to 31 days: the difference has a sign only when both ends of that range agree.
        low = min(months * 28, months * 31) * 86400 + seconds
        high = max(months * 28, months * 31) * 86400 + seconds
        if low == high == 0:
            return 0
        return 1 if low > 0 else -1 if high < 0 else None
    m, n = parse_number(left), parse_number(right)
    if m is None or n is None:
        return None
    return (m > n) - (m < n)


def _duration(value: Any) -> Duration | None:
    if isinstance(value, Duration):
        return value
    if isinstance(value, timedelta):
        return Duration(0, Decimal(str(value.total_seconds())))
    return parse_duration(value) if isinstance(value, str) else None


def _same(left: Any, right: Any, kind: str) -> Truth:
    if kind in ("time", "duration", "number"):
        order = _order(left, right, kind)
        return None if order is None else order == 0
    return str(left) == str(right)


_REGION = re.compile(r"\d{6}")


def region_part_of(part: str, whole: str) -> bool:
    """GB/T 2260: ``640104`` lies in ``640100``, ``640000`` and ``CN``; a code is part of itself."""
    if part == whole or whole == "CN":
        return True
    stem = whole[:2] if whole.endswith("0000") else whole[:4] if whole.endswith("00") else whole
    return part.startswith(stem)


def _within(value: str, whole: str, context: Context) -> bool:
    """Is ``value`` the same as, or below, ``whole`` in the context's ``taxonomy`` (child -> parent or parents)?"""
    taxonomy = context.get("taxonomy") or {}
    seen: set[str] = set()
    queue = [value]
    while queue:
        current = queue.pop()
        if current == whole:
            return True
        if current in seen:
            continue
        seen.add(current)
        parents = taxonomy.get(current, ())
        queue += [parents] if isinstance(parents, str) else list(parents)
    return False


def _values(raw: Any) -> tuple[list[Any], str]:
    """The values of a context entry and their unit: a scalar, a list, or ``{"value": ..., "unit": ...}``."""
    unit = ""
    if isinstance(raw, Mapping):
        unit = str(raw.get("unit", ""))
        raw = raw.get("value")
    if raw is None:
        return [], unit
    values = list(raw) if isinstance(raw, (list, tuple, set, frozenset)) else [raw]
    return [local_name(value) if isinstance(value, str) else value for value in values], unit


def _any(truths: Iterable[Truth]) -> Truth:
    seen = set(truths)
    return True if True in seen else None if None in seen else False


def _all(truths: Iterable[Truth]) -> Truth:
    seen = set(truths)
    return False if False in seen else None if None in seen else True


def _negate(truth: Truth) -> Truth:
    return None if truth is None else not truth


def holds(condition: Condition, context: Context) -> Truth:
    """Is the condition met in this context?

    Args:
        context: values by operand name (``purpose``, ``recipient``, ``dateTime`` ...). A value may be a scalar, a
            list, or ``{"value": 300, "unit": "dpi"}``. ``taxonomy`` maps a term to its broader terms.

    Returns:
        True or False when certain, None otherwise.
    """
    if isinstance(condition, Logical):
        return _logical(condition, context)
    return _simple(condition, context)


def all_hold(conditions: Iterable[Condition], context: Context) -> Truth:
    """The conditions of a rule are joined by "and" (ODRL 2.2, 2.5)."""
    return _all(holds(condition, context) for condition in conditions)


def _logical(condition: Logical, context: Context) -> Truth:
    truths = [holds(item, context) for item in condition.operands]
    if not truths:
        return None
    if condition.kind == "and":
        return _all(truths)
    if condition.kind == "or":
        return _any(truths)
    if condition.kind == "xone":
        if truths.count(True) > 1:
            return False
        if None in truths:
            return None
        return truths.count(True) == 1
    # andSequence: nothing tells in which order the operands came true, so only a failure is certain.
    return False if False in truths else truths[0] if len(truths) == 1 else None


def _simple(constraint: Constraint, context: Context) -> Truth:
    operand = operands().get(constraint.left)
    if operand is None or constraint.operator not in OPERATORS or constraint.reference or not constraint.right:
        return None
    left, unit = _values(context.get(constraint.left))
    if not left or unit != constraint.unit:
        return None
    right, kind, operator = list(constraint.right), operand.kind, constraint.operator
    if constraint.datatype in ("integer", "decimal", "double", "float", "int", "long"):
        kind = "number"

    def among(value: Any, others: Iterable[Any]) -> Truth:
        return _any(_same(value, other, kind) for other in others)

    if operator in ("lt", "lteq", "gt", "gteq"):
        if len(left) != 1 or len(right) != 1:
            return None
        order = _order(left[0], right[0], kind)
        if order is None:
            return None
        return {"lt": order < 0, "lteq": order <= 0, "gt": order > 0, "gteq": order >= 0}[operator]
    if operator in ("eq", "neq"):
        equal = _all([*(among(value, right) for value in left), *(among(value, left) for value in right)])
        return equal if operator == "eq" else _negate(equal)
    if operator == "isAnyOf":
        return _any(among(value, right) for value in left)
    if operator == "isNoneOf":
        return _negate(_any(among(value, right) for value in left))
    if operator == "isAllOf":
        return _all(among(value, left) for value in right)
    if operator == "hasPart":
        return _all(_any(_part(str(inner), str(outer), constraint.left, context) for outer in left) for inner in right)
    # isA, isPartOf: everything that is done must lie within what is named.
    return _all(_any(_part(str(inner), str(outer), constraint.left, context) for outer in right) for inner in left)


def _part(inner: str, outer: str, operand: str, context: Context) -> Truth:
    """Certain where the words are equal, are region codes, or stand in the taxonomy; None for a stranger."""
    if inner == outer:
        return True
    if operand == "spatial" and _REGION.fullmatch(inner) and (outer == "CN" or _REGION.fullmatch(outer)):
        return region_part_of(inner, outer)
    if inner in (context.get("taxonomy") or {}):
        return _within(inner, outer, context)
    return None
