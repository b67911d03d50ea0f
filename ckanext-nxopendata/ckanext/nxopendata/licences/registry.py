"""The licences and spellings of this site, read once a process, and what a dataset says of its licence."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from ckanext.nxopendata.licences.agreements.agreement import needs_agreement
from ckanext.nxopendata.licences.normalise import UNKNOWN, Normaliser, least_open
from ckanext.nxopendata.licences.odrl.policy import Policy, Register, load_register

#: The licence whose agreement a conditional dataset needs when its own licence does not say.
CONDITIONAL = "nx-conditional-1.0"


@cache
def register() -> Register:
    """All licences. A new licence file is seen when the process starts again, as CKAN's own list is."""
    return load_register()


@cache
def normaliser() -> Normaliser:
    """The table of spellings for these licences."""
    return Normaliser.build(register())


def policy_of(written: str | None) -> Policy:
    """The licence a dataset or file names; what is not recognised counts as not specified."""
    found = register().get(written)
    if found is None:
        found = register().get(normaliser()(written).effective_id)
    return found or register()[UNKNOWN]


def policies_of(dataset: Mapping[str, Any]) -> list[Policy]:
    """The dataset's licence and those of its files that name their own."""
    own = [entry["license"] for entry in dataset.get("resources") or [] if entry.get("license")]
    return [policy_of(written) for written in dict.fromkeys([dataset.get("license_id"), *own])]


def shown_licence(dataset: Mapping[str, Any]) -> Policy:
    """The licence a dataset shows: the least open of its own and its files' (as opendata.swiss does)."""
    return least_open(policies_of(dataset)) or register()[UNKNOWN]


def conditional_template(licence: str | None, is_open: str | None, condition: str | None) -> Policy | None:
    """The licence whose agreement is needed before data is served, or None when none is.

    Args:
        licence: as the file or the dataset names it.
        is_open, condition: ``nx_is_open`` and ``nx_open_condition`` (2017 guide, 十 开放属性).
    """
    policy = policy_of(licence)
    if needs_agreement(policy):
        return policy
    if str(is_open) == "1" and (condition or "").strip():
        return register()[CONDITIONAL]
    return None
