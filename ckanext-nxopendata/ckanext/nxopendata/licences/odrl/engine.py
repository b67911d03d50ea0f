"""May I do this under that policy? One policy, one action, one context; a verdict and the rules that decided it.

How the rules of ODRL 2.2 are read here:

* A rule on an action covers every action included in it (ODRL 2.2, 2.5.1 ``includedIn``).
* A prohibition that certainly applies wins, unless the policy says ``conflict: perm`` (2.10); with ``invalid`` a
  conflict voids the policy. A policy that names no strategy is read as ``prohibit``: the cautious reading.
* What no rule mentions is not granted; where only part of the terms is known it is undetermined.
* Conduct that the law may forbid (re-identification, posing as official) is never granted by a general "use".
* Whatever is uncertain (an unknown action, operand or value, an unresolved parent) gives ``undetermined``.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from ckanext.nxopendata.licences.odrl.constraints import Context, Truth, all_hold
from ckanext.nxopendata.licences.odrl.policy import (
    ActionTerm,
    Condition,
    Constraint,
    Duty,
    Logical,
    Party,
    Policy,
    Rule,
)
from ckanext.nxopendata.licences.odrl.vocabulary import actions, ancestors, canonical

#: The action that a commercial purpose adds to whatever else is done.
COMMERCIAL = "cc:CommercialUse"


class Verdict(StrEnum):
    """Ordered from best to worst by ``severity``."""

    ALLOWED = "allowed"
    ALLOWED_WITH_DUTIES = "allowed_with_duties"
    UNDETERMINED = "undetermined"
    PROHIBITED = "prohibited"

    @property
    def severity(self) -> int:
        return list(Verdict).index(self)

    @property
    def allows(self) -> bool:
        return self in (Verdict.ALLOWED, Verdict.ALLOWED_WITH_DUTIES)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why: a stable code (see ``schemas/licences/messages.csv``), the licence and rule it comes from, the action."""

    code: str
    licence: str
    rule: str = ""
    action: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The answer for one action under one policy. ``exceptions`` are narrower actions that stay prohibited."""

    verdict: Verdict
    action: str
    licence: str
    duties: tuple[Duty, ...] = ()
    reasons: tuple[Reason, ...] = ()
    exceptions: tuple[str, ...] = ()


def describe(condition: Condition) -> str:
    """A condition in one line, for reasons and logs: ``dateTime lt 2027-12-31``."""
    if isinstance(condition, Logical):
        return f" {condition.kind} ".join(f"({describe(item)})" for item in condition.operands)
    right = condition.reference or ", ".join(map(str, condition.right))
    return f"{condition.left} {condition.operator} {right} {condition.unit}".strip()


def evaluate(policy: Policy, action: str, context: Context | None = None) -> Evaluation:
    """Decide one action under one policy.

    Args:
        policy: the licence or agreement.
        action: an ODRL, ``cc:`` or ``nx:`` action name, or its IRI.
        context: what is known of the case: operand values (``purpose``, ``dateTime`` ...), ``assignee``, ``target``
            and ``memberOf`` (the collections they belong to), ``commercial`` (True adds commercial use).

    Returns:
        ``undetermined`` whenever the policy or the context does not settle the matter; never an exception.
    """
    context = context or {}
    name = canonical(action)
    if name is None:
        return Evaluation(
            Verdict.UNDETERMINED, action, policy.id, reasons=(Reason("unknown_action", policy.id, action=action),)
        )
    first = _decide(policy, name, context)
    if context.get("commercial") and name != COMMERCIAL:
        return _worse(first, _decide(policy, COMMERCIAL, context))
    return first


def _worse(first: Evaluation, second: Evaluation) -> Evaluation:
    if second.verdict.severity > first.verdict.severity and not second.verdict.allows:
        return Evaluation(second.verdict, first.action, first.licence, (), second.reasons)
    if not first.verdict.allows:
        return first
    duties = union_of_duties((*first.duties, *second.duties))
    verdict = Verdict.ALLOWED_WITH_DUTIES if duties else Verdict.ALLOWED
    return Evaluation(verdict, first.action, first.licence, duties, first.reasons + second.reasons, first.exceptions)


def union_of_duties(duties: Iterable[Duty]) -> tuple[Duty, ...]:
    """Each different duty once, in the order met."""
    return tuple(dict.fromkeys(duties))


def _decide(policy: Policy, name: str, context: Context) -> Evaluation:
    bans = [(rule, _applies(rule, name, context)) for rule in policy.prohibitions if _covers(rule, name)]
    grants = [(rule, _applies(rule, name, context)) for rule in policy.permissions if _grants(rule, name)]
    banned, granted = _certain(bans), _certain(grants)
    unsure_bans = [rule for rule, truth in bans if truth is None]
    unsure_bans += [rule for rule in policy.prohibitions if rule.action.name is None]

    if banned and granted and policy.conflict == "invalid":
        return _answer(policy, name, Verdict.UNDETERMINED, "policy_void", banned + granted)
    if banned and not (granted and policy.conflict == "perm"):
        return _answer(policy, name, Verdict.PROHIBITED, "prohibited_by_rule", banned)
    if policy.gaps:
        reasons = tuple(Reason("policy_incomplete", policy.id, action=name, detail=gap) for gap in policy.gaps)
        return Evaluation(Verdict.UNDETERMINED, name, policy.id, reasons=reasons)
    if policy.undetermined.intersection(ancestors(name)):
        return _answer(policy, name, Verdict.UNDETERMINED, "terms_unclear", [])
    if granted and unsure_bans and policy.conflict != "perm":
        return _answer(policy, name, Verdict.UNDETERMINED, "prohibition_unsettled", unsure_bans)
    if granted:
        return _granted(policy, name, granted)
    unsure = [rule for rule, truth in grants if truth is None]
    if unsure:
        return _answer(policy, name, Verdict.UNDETERMINED, "condition_unknown", unsure)
    if grants:
        return _answer(policy, name, Verdict.PROHIBITED, "condition_not_met", [rule for rule, _ in grants])
    if policy.silence == "undetermined" or any(rule.action.name is None for rule in policy.rules):
        return _answer(policy, name, Verdict.UNDETERMINED, "terms_unknown", [])
    known = actions().get(name)
    if known is not None and known.kind == "conduct":
        return _answer(policy, name, Verdict.UNDETERMINED, "left_to_law", [])
    return _answer(policy, name, Verdict.PROHIBITED, "not_granted", [])


def _certain(rules: list[tuple[Rule, Truth]]) -> list[Rule]:
    return [rule for rule, truth in rules if truth is True]


def _covers(rule: Rule, name: str) -> bool:
    return rule.action.name is not None and rule.action.name in ancestors(name)


def _grants(rule: Rule, name: str) -> bool:
    if not _covers(rule, name):
        return False
    known = actions().get(name)
    return rule.action.name == name or known is None or known.kind != "conduct"


def _applies(rule: Rule, name: str, context: Context) -> Truth:
    """Do party, asset, refinements and constraints of the rule fit this case?"""
    truths = (
        _fits(rule.assignee, "assignee", context),
        _fits(rule.target, "target", context),
        all_hold(rule.action.refinements, context),
        all_hold(rule.constraints, context),
    )
    if False in truths:
        return False
    return None if None in truths else True


def _fits(party: Party | None, role: str, context: Context) -> Truth:
    if party is None:
        return True
    who = context.get(role)
    if who is None:
        return None
    inside = str(who) == party.uid
    if not inside and party.collection:
        members = (context.get("memberOf") or {}).get(str(who))
        if members is None or (not party.uid and not party.refinements):
            return None
        inside = party.uid in members or not party.uid
    return all_hold(party.refinements, context) if inside else False


def _granted(policy: Policy, name: str, granted: list[Rule]) -> Evaluation:
    """Any of the permissions suffices (ODRL 2.2, 2.6.2): the one that asks least decides, the first among equals."""
    rule = min(granted, key=lambda candidate: len(candidate.duties))
    obligations = tuple(Duty(item.action, item.constraints, item.duties) for item in policy.obligations)
    duties = union_of_duties((*rule.duties, *obligations))
    exceptions = tuple(
        dict.fromkeys(
            ban.action.name
            for ban in policy.prohibitions
            if ban.action.name and ban.action.name != name and name in ancestors(ban.action.name)
        )
    )
    verdict = Verdict.ALLOWED_WITH_DUTIES if duties else Verdict.ALLOWED
    code = "permitted_with_duties" if duties else "permitted"
    return Evaluation(verdict, name, policy.id, duties, (Reason(code, policy.id, rule.path, name),), exceptions)


def _answer(policy: Policy, name: str, verdict: Verdict, code: str, rules: list[Rule]) -> Evaluation:
    reasons = tuple(Reason(code, policy.id, rule.path, name, _conditions(rule)) for rule in rules)
    return Evaluation(verdict, name, policy.id, reasons=reasons or (Reason(code, policy.id, action=name),))


def _conditions(rule: Rule) -> str:
    return "; ".join(describe(item) for item in (*rule.constraints, *rule.action.refinements))


__all__ = [
    "COMMERCIAL",
    "ActionTerm",
    "Constraint",
    "Evaluation",
    "Reason",
    "Verdict",
    "describe",
    "evaluate",
    "union_of_duties",
]
