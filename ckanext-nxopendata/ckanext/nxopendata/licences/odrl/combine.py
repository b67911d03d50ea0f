"""May these be put together, and under which licence may the result go out?

A combination is a *set* of policies, so the order and grouping in which they are given cannot matter, and adding one
can only make the verdict worse. Three operations:

* ``use``: inside the house, nothing leaves it;
* ``collect``: published side by side, each part keeping its own licence;
* ``derive``: merged and worked into something new that is published.

The answer helps; it is no legal advice.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache

from ckanext.nxopendata.licences.odrl.constraints import Context
from ckanext.nxopendata.licences.odrl.engine import COMMERCIAL, Evaluation, Reason, Verdict, evaluate, union_of_duties
from ckanext.nxopendata.licences.odrl.policy import Duty, Policy, Register, Rule
from ckanext.nxopendata.licences.odrl.vocabulary import actions, read_rows

SHARE_ALIKE = "cc:ShareAlike"
CREDIT = "attribute"


class Operation(StrEnum):
    """What is to be done with the combination, and which actions that takes."""

    USE = "use"
    COLLECT = "collect"
    DERIVE = "derive"

    @property
    def actions(self) -> tuple[str, ...]:
        return {
            Operation.USE: ("read", "reproduce"),
            Operation.COLLECT: ("reproduce", "aggregate", "distribute"),
            Operation.DERIVE: ("reproduce", "derive", "distribute"),
        }[self]


#: What a combination reports as permitted or prohibited.
REPORTED = (
    "read",
    "reproduce",
    "distribute",
    "derive",
    "modify",
    "translate",
    "aggregate",
    "present",
    COMMERCIAL,
    "transfer",
)

#: Rights that an outgoing licence hands on: it may not hand on what a source withholds.
_HANDED_ON = ("distribute", "derive", COMMERCIAL)


@dataclass(frozen=True, slots=True)
class Conflict:
    """Why two licences (or one licence and the operation) do not fit; ``first`` and ``second`` are the two rules."""

    code: str
    verdict: Verdict
    first: Reason
    second: Reason | None = None
    basis_zh: str = ""
    basis_en: str = ""


@dataclass(frozen=True, slots=True)
class Fit:
    """Whether material under one licence may go out under another, and why."""

    source: str
    outbound: str
    verdict: Verdict
    reasons: tuple[Reason, ...] = ()
    basis_zh: str = ""
    basis_en: str = ""


@dataclass(frozen=True, slots=True)
class Combination:
    """The verdict on a set of licences.

    Attributes:
        permitted: actions that every licence permits.
        prohibited: actions that at least one prohibits.
        permitted_licences: what the result may carry for certain; ``possible_licences`` need a lawyer's look.
    """

    operation: Operation
    verdict: Verdict
    licences: tuple[str, ...]
    conflicts: tuple[Conflict, ...] = ()
    duties: tuple[tuple[str, Duty], ...] = ()
    permitted: tuple[str, ...] = ()
    prohibited: tuple[str, ...] = ()
    permitted_licences: tuple[str, ...] = ()
    possible_licences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pair:
    """A row of ``compatibility.csv``: a published statement on two licences. ``*`` stands for any other licence."""

    verdict: Verdict
    basis_zh: str
    basis_en: str


@cache
def pairs() -> dict[tuple[str, str], Pair]:
    return {
        (row["source"], row["outbound"]): Pair(Verdict(row["verdict"]), row["basis_zh"], row["basis_en"])
        for row in read_rows("compatibility.csv")
    }


@lru_cache(maxsize=8192)
def _general(policy: Policy, action: str) -> Evaluation:
    """What a licence says of an action when nothing is known of the case."""
    return evaluate(policy, action)


def share_alike_rule(policy: Policy) -> Rule | None:
    """The permission that asks for the same licence, if there is one."""
    for rule in policy.permissions:
        if any(duty.action.name == SHARE_ALIKE for duty in rule.duties):
            return rule
    return None


def _duty_names(policy: Policy) -> set[str]:
    names = {duty.action.name for rule in policy.permissions for duty in rule.duties}
    names |= {rule.action.name for rule in policy.obligations}
    return {name for name in names if name}


def _conduct_bans(policy: Policy) -> dict[str, Rule]:
    known = actions()
    return {
        rule.action.name: rule
        for rule in policy.prohibitions
        if rule.action.name and known[rule.action.name].kind == "conduct"
    }


def may_become(source: Policy, outbound: Policy) -> Fit:
    """May an adaptation of ``source`` material be published under ``outbound``?

    In this order: a published statement (``compatibility.csv``) decides; the same licence fits itself; what forbids
    adapting or sharing fits nothing; share-alike fits only itself; the outgoing licence must not hand on a right the
    source withholds, must ask at least the same duties, and must forbid at least the same conduct. A lost credit to
    the source is final; another lost duty, or conduct that would have to be forbidden beside the licence, is for a
    lawyer to judge, unless the outgoing licence is share-alike and so bars further terms.
    """
    same = (source.same_terms_as or source.id) == (outbound.same_terms_as or outbound.id)
    needed = max((_general(source, a) for a in ("derive", "distribute")), key=lambda e: e.verdict.severity)
    if not needed.verdict.allows:
        return Fit(source.id, outbound.id, needed.verdict, needed.reasons)
    stated = _stated(source, outbound)
    if stated is not None and not same:
        return Fit(
            source.id,
            outbound.id,
            stated.verdict,
            (Reason("published_statement", source.id),),
            stated.basis_zh,
            stated.basis_en,
        )
    if same:
        return Fit(source.id, outbound.id, Verdict.ALLOWED, (Reason("same_licence", source.id),))
    fit = _compare(source, outbound)
    general = pairs().get((source.same_terms_as or source.id, "*"))
    if general is not None and general.verdict.severity > fit.verdict.severity:
        reason = Reason("published_statement", source.id)
        return Fit(source.id, outbound.id, general.verdict, (reason,), general.basis_zh, general.basis_en)
    return fit


def _stated(source: Policy, outbound: Policy) -> Pair | None:
    return pairs().get((source.same_terms_as or source.id, outbound.same_terms_as or outbound.id))


def _compare(source: Policy, outbound: Policy) -> Fit:
    def fit(verdict: Verdict, *reasons: Reason) -> Fit:
        return Fit(source.id, outbound.id, verdict, reasons)

    alike = share_alike_rule(source)
    if alike is not None:
        return fit(Verdict.PROHIBITED, Reason("share_alike", source.id, alike.path, SHARE_ALIKE))
    doubts: list[Reason] = []
    for action in _HANDED_ON:
        withheld, handed = _general(source, action), _general(outbound, action)
        if withheld.verdict is Verdict.PROHIBITED and handed.verdict.allows:
            offered = Reason("hands_on_withheld", outbound.id, action=action)
            return fit(Verdict.PROHIBITED, *withheld.reasons, offered)
        if withheld.verdict is Verdict.UNDETERMINED:
            doubts += withheld.reasons
        elif handed.verdict is Verdict.UNDETERMINED:
            doubts += handed.reasons
    shared = _general(outbound, "distribute")
    if shared.verdict is Verdict.PROHIBITED:
        # A licence under which nobody may share the result cannot be the licence of a published result.
        return fit(Verdict.PROHIBITED, *shared.reasons)
    missing = sorted(_duty_names(source) - _duty_names(outbound))
    if CREDIT in missing:
        return fit(Verdict.PROHIBITED, Reason("duty_lost", source.id, action=CREDIT))
    lost = [(name, rule) for name, rule in sorted(_conduct_bans(source).items()) if name not in _conduct_bans(outbound)]
    lost_conduct = [Reason("conduct_lost", source.id, rule.path, name) for name, rule in lost]
    if lost_conduct and share_alike_rule(outbound) is not None:
        return fit(Verdict.PROHIBITED, *lost_conduct)
    doubts += lost_conduct
    doubts += [Reason("duty_lost", source.id, action=duty) for duty in missing]
    if doubts:
        return fit(Verdict.UNDETERMINED, *doubts)
    return fit(Verdict.ALLOWED, Reason("terms_carried", outbound.id))


def may_contain(source: Policy, outbound: Policy) -> Fit:
    """May a collection that contains ``source`` material unchanged carry ``outbound`` as a whole?

    The parts keep their licences; only a whole that invites commercial use of a non-commercial part misleads.
    """
    shared, offered = _general(source, "distribute"), _general(outbound, "distribute")
    for found in (shared, offered):
        if not found.verdict.allows:
            return Fit(source.id, outbound.id, found.verdict, found.reasons)
    withheld, handed = _general(source, COMMERCIAL), _general(outbound, COMMERCIAL)
    if withheld.verdict is Verdict.PROHIBITED and handed.verdict is not Verdict.PROHIBITED:
        return Fit(source.id, outbound.id, Verdict.PROHIBITED, withheld.reasons)
    for found in (withheld, handed):
        if found.verdict is Verdict.UNDETERMINED:
            return Fit(source.id, outbound.id, Verdict.UNDETERMINED, found.reasons)
    return Fit(source.id, outbound.id, Verdict.ALLOWED, (Reason("parts_keep_theirs", source.id),))


def combine(
    policies: Iterable[Policy], operation: Operation, register: Register, context: Context | None = None
) -> Combination:
    """Judge a set of licences for one operation.

    Args:
        policies: one per dataset or resource; the same policy may come many times.
        operation: ``use``, ``collect`` or ``derive``.
        register: the licences the result may choose from: active and specific ones.
        context: as for ``evaluate``.

    Returns:
        ``allowed``, ``undetermined`` or ``prohibited``, with every conflict. An empty set is undetermined.
    """
    context = context or {}
    members = _members(policies)
    if not members:
        return Combination(operation, Verdict.UNDETERMINED, ())
    answers = [evaluate(policy, action, context) for policy in members for action in operation.actions]
    conflicts = [_refusal(answer) for answer in answers if not answer.verdict.allows]
    permitted_licences: tuple[str, ...] = ()
    possible: tuple[str, ...] = ()
    if operation is not Operation.USE:
        candidates = [policy for policy in register if policy.status == "active"]
        table = _fits(members, candidates, operation)
        permitted_licences = _names(candidates, table, {Verdict.ALLOWED})
        possible = _names(candidates, table, {Verdict.UNDETERMINED})
        if operation is Operation.DERIVE:
            conflicts += _share_alike_conflicts(members, candidates)
            conflicts += _no_common_licence(members, permitted_licences + possible)
    verdict = _overall(operation, conflicts, permitted_licences)
    if verdict is Verdict.UNDETERMINED and not conflicts:
        conflicts = _unsettled(members, [register[name] for name in possible[:1]], operation)
    if verdict is not Verdict.ALLOWED:
        # Where the operation itself is not allowed, no licence can make the result publishable for certain.
        possible = () if verdict is Verdict.PROHIBITED else tuple(dict.fromkeys(permitted_licences + possible))
        permitted_licences = ()
    permitted, prohibited = _remaining(members, context)
    return Combination(
        operation,
        verdict,
        tuple(policy.id for policy in members),
        tuple(dict.fromkeys(conflicts)),
        _duties(answers),
        permitted,
        prohibited,
        permitted_licences,
        possible,
    )


def _members(policies: Iterable[Policy]) -> list[Policy]:
    """Each different policy once, in an order that does not depend on how they came."""
    different = list(dict.fromkeys(policies))
    names = [policy.uid for policy in different]
    twins = {name for name in names if names.count(name) > 1} if len(set(names)) < len(names) else set()
    return sorted(
        different, key=lambda p: (p.id, p.uid, repr(p.rules) if p.uid in twins else "", p.conflict, p.silence)
    )


def _refusal(answer: Evaluation) -> Conflict:
    code = "action_prohibited" if answer.verdict is Verdict.PROHIBITED else "action_undetermined"
    return Conflict(code, answer.verdict, answer.reasons[0])


def _fits(members: Sequence[Policy], candidates: Sequence[Policy], operation: Operation) -> dict[str, Verdict]:
    """For each candidate the worst verdict over all members."""
    judge = may_become if operation is Operation.DERIVE else may_contain
    table: dict[str, Verdict] = {}
    for candidate in candidates:
        worst = Verdict.ALLOWED
        for member in members:
            found = judge(member, candidate).verdict
            if found.severity > worst.severity:
                worst = found
            if worst is Verdict.PROHIBITED:
                break
        table[candidate.id] = worst
    return table


def _names(candidates: Sequence[Policy], table: dict[str, Verdict], wanted: set[Verdict]) -> tuple[str, ...]:
    return tuple(candidate.id for candidate in candidates if table[candidate.id] in wanted)


def _share_alike_conflicts(members: Sequence[Policy], candidates: Sequence[Policy]) -> list[Conflict]:
    """Every share-alike licence against every other source that cannot go out where it must go."""
    found: list[Conflict] = []
    for alike in members:
        rule = share_alike_rule(alike)
        if rule is None:
            continue
        demand = Reason("share_alike", alike.id, rule.path, SHARE_ALIKE)
        allowed = [alike, *(c for c in candidates if may_become(alike, c).verdict is Verdict.ALLOWED)]
        for other in members:
            if other == alike:
                continue
            fit = min((may_become(other, choice) for choice in allowed), key=lambda f: f.verdict.severity)
            if fit.verdict is not Verdict.ALLOWED:
                second = fit.reasons[0] if fit.reasons else None
                found.append(Conflict("share_alike", fit.verdict, demand, second, fit.basis_zh, fit.basis_en))
    return found


def _no_common_licence(members: Sequence[Policy], open_to: tuple[str, ...]) -> list[Conflict]:
    """Share-alike binds the result to a listed licence; where none is left, the result has no licence."""
    alike = [(policy, rule) for policy in members if (rule := share_alike_rule(policy)) is not None]
    if not alike or open_to or all(policy.status != "active" for policy, _ in alike):
        return []
    policy, rule = alike[0]
    return [Conflict("no_common_licence", Verdict.PROHIBITED, Reason("share_alike", policy.id, rule.path, SHARE_ALIKE))]


def _unsettled(members: Sequence[Policy], best: Sequence[Policy], operation: Operation) -> list[Conflict]:
    """Why no listed licence is certain: what stands against the likeliest one."""
    if not best:
        return [Conflict("no_listed_licence", Verdict.UNDETERMINED, Reason("no_listed_licence", members[0].id))]
    judge = may_become if operation is Operation.DERIVE else may_contain
    fits = [judge(member, best[0]) for member in members]
    return [
        Conflict(
            "outbound_unsettled",
            fit.verdict,
            fit.reasons[0],
            Reason("candidate", best[0].id),
            fit.basis_zh,
            fit.basis_en,
        )
        for fit in fits
        if fit.verdict is not Verdict.ALLOWED
    ]


def _overall(operation: Operation, conflicts: list[Conflict], permitted: tuple[str, ...]) -> Verdict:
    worst = max((conflict.verdict for conflict in conflicts), key=lambda v: v.severity, default=Verdict.ALLOWED)
    if operation is not Operation.USE and not permitted and worst is Verdict.ALLOWED:
        return Verdict.UNDETERMINED
    return worst


def _duties(answers: list[Evaluation]) -> tuple[tuple[str, Duty], ...]:
    """(licence, duty) once each, in the order of the licences."""
    by_licence: dict[str, list[Duty]] = {}
    for answer in answers:
        by_licence.setdefault(answer.licence, []).extend(answer.duties)
    return tuple((licence, duty) for licence, duties in by_licence.items() for duty in union_of_duties(duties))


def _remaining(members: Sequence[Policy], context: Context) -> tuple[tuple[str, ...], tuple[str, ...]]:
    permitted: list[str] = []
    prohibited: list[str] = []
    for action in REPORTED:
        verdicts = {evaluate(policy, action, context).verdict for policy in members}
        if Verdict.PROHIBITED in verdicts:
            prohibited.append(action)
        elif all(verdict.allows for verdict in verdicts):
            permitted.append(action)
    return tuple(permitted), tuple(prohibited)
