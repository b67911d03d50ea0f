"""What the engine found, in plain words: both languages at once, from ``messages.csv`` and the action labels."""

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

from ckanext.nxopendata.licences.odrl.combine import Combination, Conflict
from ckanext.nxopendata.licences.odrl.constraints import Context
from ckanext.nxopendata.licences.odrl.engine import Evaluation, Reason, Verdict, describe, evaluate
from ckanext.nxopendata.licences.odrl.policy import Condition, Duty, Logical, Policy, Register
from ckanext.nxopendata.licences.odrl.vocabulary import actions, operands, read_rows

LANGUAGES = ("zh", "en")

_TECHNICAL = re.compile(r"（[^（）]*\{(?:rule|detail)\}[^（）]*）| \([^()]*\{(?:rule|detail)\}[^()]*\)")
"""Brackets of messages that hold a rule's name or a condition as ODRL writes it."""


@cache
def messages() -> dict[str, dict[str, str]]:
    return {row["code"]: {"zh": row["zh"], "en": row["en"]} for row in read_rows("messages.csv")}


def action_label(name: str, lang: str) -> str:
    """The action in plain words; the bare term when it has no label."""
    action = actions().get(name)
    if action is None:
        return name
    return (action.label_zh if lang == "zh" else action.label_en) or name


def message(code: str, lang: str, **params: Any) -> str:
    """A message of ``messages.csv``; a code without a text is returned as it is."""
    template = messages().get(code, {}).get(lang)
    return template.format(**params) if template else code


def reason_text(reason: Reason, register: Register, lang: str) -> str:
    policy = register.get(reason.licence)
    return message(
        reason.code,
        lang,
        licence=policy.title(lang) if policy else reason.licence,
        rule=reason.rule or "-",
        action=action_label(reason.action, lang),
        detail=reason.detail or "-",
    )


def conflict_text(conflict: Conflict, register: Register, lang: str) -> str:
    """A conflict in one paragraph: what collides, the rules on both sides, and the published basis if there is one."""
    parts = [reason_text(reason, register, lang) for reason in (conflict.first, conflict.second) if reason is not None]
    if conflict.code != conflict.first.code:
        head = Reason(conflict.code, conflict.first.licence, conflict.first.rule, conflict.first.action)
        parts.insert(0, reason_text(head, register, lang))
    parts.append(conflict.basis_zh if lang == "zh" else conflict.basis_en)
    return ("" if lang == "zh" else " ").join(filter(None, parts))


def plain_reason_text(reason: Reason, register: Register, lang: str) -> str:
    """A reason as a sentence for people: without the rule and the condition of the policy, which stand in brackets."""
    policy = register.get(reason.licence)
    template = _TECHNICAL.sub("", messages().get(reason.code, {}).get(lang) or reason.code)
    return template.format(
        licence=policy.title(lang) if policy else reason.licence,
        rule=reason.rule or "-",
        action=action_label(reason.action, lang),
        detail=reason.detail or "-",
    )


def plain_conflict_text(conflict: Conflict, register: Register, lang: str) -> str:
    """A conflict as a sentence or two for people; :func:`conflict_text` has the rules."""
    parts = [plain_reason_text(one, register, lang) for one in (conflict.first, conflict.second) if one is not None]
    return ("" if lang == "zh" else " ").join(dict.fromkeys(parts))


def condition_text(condition: Condition, lang: str) -> str:
    """A condition for people: ``用途 isAnyOf nx:scenario/42``."""
    if isinstance(condition, Logical):
        return "; ".join(condition_text(item, lang) for item in condition.operands)
    operand = operands().get(condition.left)
    label = (operand.label_zh if lang == "zh" else operand.label_en) if operand else condition.left
    if condition.reference:
        by_agreement = "按协议约定" if lang == "zh" else "as agreed"
        return f"{label}：{by_agreement}" if lang == "zh" else f"{label}: {by_agreement}"
    operator = _OPERATORS[lang].get(condition.operator, condition.operator)
    right = ("、" if lang == "zh" else ", ").join(_value_label(str(value), lang) for value in condition.right)
    space = "" if lang == "zh" else " "
    return f"{label}{space}{operator}{space}{right} {condition.unit}".strip()


_OPERATORS = {
    "zh": {
        "eq": "为", "neq": "不为", "lt": "早于或小于", "lteq": "不超过", "gt": "晚于或大于", "gteq": "不早于",
        "isA": "属于", "hasPart": "包含", "isPartOf": "属于", "isAllOf": "须全部为", "isAnyOf": "限于",
        "isNoneOf": "不得为",
    },
    "en": {
        "eq": "is", "neq": "is not", "lt": "before or below", "lteq": "up to", "gt": "after or above",
        "gteq": "from", "isA": "is a", "hasPart": "includes", "isPartOf": "within", "isAllOf": "all of",
        "isAnyOf": "one of", "isNoneOf": "none of",
    },
}  # fmt: skip

_VALUES = {
    "nx:agreementEnd": {"zh": "协议终止", "en": "the end of the agreement"},
    "nx:governmentDepartment": {"zh": "政务部门", "en": "government department"},
}


def _value_label(value: str, lang: str) -> str:
    return _VALUES.get(value, {}).get(lang, value)


def duty_text(duty: Duty, lang: str) -> str:
    label = action_label(duty.action.name or duty.action.term, lang)
    conditions = [condition_text(item, lang) for item in (*duty.constraints, *duty.action.refinements)]
    if not conditions:
        return label
    joined = "；".join(conditions) if lang == "zh" else "; ".join(conditions)
    return f"{label}（{joined}）" if lang == "zh" else f"{label} ({joined})"


@dataclass(frozen=True, slots=True)
class CardLine:
    """One line of a licence card: an action with its icon, and the texts in zh and en."""

    action: str
    icon: str
    zh: str
    en: str

    def text(self, lang: str) -> str:
        return self.zh if lang == "zh" else self.en


@dataclass(frozen=True, slots=True)
class Card:
    """可以 / 不可以 / 必须 / 须先确认: what a licence means on one glance."""

    licence: str
    can: tuple[CardLine, ...]
    cannot: tuple[CardLine, ...]
    must: tuple[CardLine, ...]
    unclear: tuple[CardLine, ...]


#: The rights a card speaks about, in the order people ask for them.
CARD_RIGHTS = ("read", "reproduce", "distribute", "derive", "cc:CommercialUse")


def card(policy: Policy, context: Context | None = None) -> Card:
    """The licence card of a policy; what only an agreement settles stands under ``unclear``."""
    groups: dict[str, list[CardLine]] = {"can": [], "cannot": [], "unclear": []}
    duties: list[Duty] = []
    for name in CARD_RIGHTS:
        found = evaluate(policy, name, context)
        group = "can" if found.verdict.allows else "cannot"
        groups["unclear" if found.verdict is Verdict.UNDETERMINED else group].append(_line(name))
        duties += found.duties
        if found.verdict is Verdict.UNDETERMINED:
            duties += [d for rule in policy.permissions if rule.action.name == name for d in rule.duties]
    for rule in policy.prohibitions:
        if rule.action.name and rule.action.name not in CARD_RIGHTS and _kind(rule.action.name) != "right":
            groups["cannot"].append(_line(rule.action.name))
    duties += [Duty(rule.action, rule.constraints) for rule in policy.obligations]
    must = tuple(
        CardLine(
            duty.action.name or duty.action.term,
            _icon(duty.action.name),
            duty_text(duty, "zh"),
            duty_text(duty, "en"),
        )
        for duty in dict.fromkeys(duties)
    )
    return Card(policy.id, tuple(groups["can"]), tuple(groups["cannot"]), must, tuple(groups["unclear"]))


def _kind(name: str) -> str:
    return actions()[name].kind


def _icon(name: str | None) -> str:
    return actions()[name].icon if name in actions() else "info"


def _line(name: str) -> CardLine:
    return CardLine(name, _icon(name), action_label(name, "zh"), action_label(name, "en"))


def _both(make: Any) -> dict[str, str]:
    return {lang: make(lang) for lang in LANGUAGES}


def reason_dict(reason: Reason, register: Register) -> dict[str, Any]:
    return {**asdict(reason), "text": _both(lambda lang: reason_text(reason, register, lang))}


def duty_dict(duty: Duty) -> dict[str, Any]:
    return {
        "action": duty.action.name or duty.action.term,
        "constraints": [describe(item) for item in duty.constraints],
        "text": _both(lambda lang: duty_text(duty, lang)),
    }


def evaluation_dict(found: Evaluation, register: Register) -> dict[str, Any]:
    """An evaluation as the API gives it."""
    return {
        "licence": found.licence,
        "action": found.action,
        "verdict": found.verdict.value,
        "duties": [duty_dict(duty) for duty in found.duties],
        "exceptions": list(found.exceptions),
        "reasons": [reason_dict(reason, register) for reason in found.reasons],
        "advice": _both(lambda lang: message("advice", lang)),
    }


def conflict_dict(conflict: Conflict, register: Register) -> dict[str, Any]:
    return {
        "code": conflict.code,
        "verdict": conflict.verdict.value,
        "rules": [reason_dict(reason, register) for reason in (conflict.first, conflict.second) if reason is not None],
        "basis": {"zh": conflict.basis_zh, "en": conflict.basis_en} if conflict.basis_zh else None,
        "text": _both(lambda lang: conflict_text(conflict, register, lang)),
    }


def combination_dict(found: Combination, register: Register) -> dict[str, Any]:
    """A combination as the API gives it, without the attribution that needs titles and addresses."""
    return {
        "operation": found.operation.value,
        "verdict": found.verdict.value,
        "licences": list(found.licences),
        "conflicts": [conflict_dict(conflict, register) for conflict in found.conflicts],
        "duties": [{"licence": licence, **duty_dict(duty)} for licence, duty in found.duties],
        "permitted": list(found.permitted),
        "prohibited": list(found.prohibited),
        "permitted_licences": list(found.permitted_licences),
        "possible_licences": list(found.possible_licences),
        "advice": _both(lambda lang: message("advice", lang)),
    }


def texts(reasons: Iterable[Reason], register: Register, lang: str) -> list[str]:
    return [reason_text(reason, register, lang) for reason in reasons]
