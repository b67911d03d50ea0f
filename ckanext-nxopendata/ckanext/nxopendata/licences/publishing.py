"""Does a licence fit how a dataset is to be opened? The rule and the recommendation, without CKAN."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from ckanext.nxopendata.licences.agreements.agreement import needs_agreement
from ckanext.nxopendata.licences.odrl.combine import may_become
from ckanext.nxopendata.licences.odrl.engine import COMMERCIAL, Verdict, evaluate
from ckanext.nxopendata.licences.odrl.policy import Policy
from ckanext.nxopendata.licences.registry import CONDITIONAL, policy_of, register

from .normalise import UNKNOWN

#: What a dataset opened without conditions should carry.
OPEN = "nx-open-1.0"

#: What everyone must be able to do with data opened without conditions (国办 2018 试点方案：可供社会化再利用).
OPEN_RIGHTS = ("read", "reproduce", "distribute", "derive", COMMERCIAL)


#: Faults to tell people about without refusing the dataset: an unrecognised licence is flagged, never lost.
ADVICE = frozenset({"missing_for_open"})


@dataclass(frozen=True, slots=True)
class Fault:
    """``code`` is one of ``closed_for_open``, ``missing_for_open``, ``open_for_conditional``, ``source_forbids``."""

    code: str
    licence: str
    recommended: str


def recommended(dataset: Mapping[str, Any], sources: Iterable[Policy] = ()) -> str:
    """The id of the licence to propose for a dataset as it is declared to be opened."""
    if str(dataset.get("nx_is_open")) == "1":
        if str(dataset.get("nx_open_condition") or "").strip():
            return CONDITIONAL
        fitting = [p for p in (register()[OPEN], *register()) if p.status == "active" and _opens(p)]
        demands = list(sources)
        for policy in fitting:
            if all(may_become(source, policy).verdict is Verdict.ALLOWED for source in demands):
                return policy.id
        return OPEN
    return "other-closed"


@cache
def _opens(policy: Policy) -> bool:
    """Does the licence give everyone the rights of open data? What it leaves unsaid does not count against it."""
    return not any(evaluate(policy, action).verdict is Verdict.PROHIBITED for action in OPEN_RIGHTS) and not (
        needs_agreement(policy)
    )


def check(dataset: Mapping[str, Any], sources: Iterable[Policy] = ()) -> list[Fault]:
    """Faults of the licence of a dataset; an empty list means that it fits.

    Args:
        dataset: ``license_id``, ``nx_is_open``, ``nx_open_condition``, ``resources`` with their own ``license``.
        sources: licences of the material the dataset was made from (its provenance).

    A dataset that is not declared to be open, or that is private, may carry any licence.
    """
    if str(dataset.get("nx_is_open")) != "1" or str(dataset.get("private")).lower() == "true":
        return []
    demands = list(sources)
    proposal = recommended(dataset, demands)
    conditional = bool(str(dataset.get("nx_open_condition") or "").strip())
    if not dataset.get("license_id"):
        return [] if conditional else [Fault("missing_for_open", UNKNOWN, proposal)]
    own = policy_of(str(dataset["license_id"]))
    advice = [Fault("missing_for_open", own.id, proposal)] if own.id == UNKNOWN and not conditional else []
    files = [policy_of(entry["license"]) for entry in dataset.get("resources") or [] if entry.get("license")]
    faults = advice
    for policy in dict.fromkeys([own, *files]):
        if conditional and _free(policy):
            faults.append(Fault("open_for_conditional", policy.id, proposal))
        if not conditional and not _opens(policy):
            faults.append(Fault("closed_for_open", policy.id, proposal))
    faults += [
        Fault("source_forbids", source.id, proposal)
        for source in demands
        if may_become(source, own).verdict is Verdict.PROHIBITED
    ]
    return faults


@cache
def _free(policy: Policy) -> bool:
    """Does the licence let everyone pass the data on?"""
    return evaluate(policy, "distribute").verdict.allows
