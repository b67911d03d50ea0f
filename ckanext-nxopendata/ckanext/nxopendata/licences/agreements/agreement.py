"""An agreement on a conditional dataset: the template's policy with its five parameters filled in.

The result is an ODRL Agreement that the engine judges like any licence, so the file is served exactly while the
engine says "allowed".
"""

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ckanext.nxopendata.core.file_access.channels import BOTH
from ckanext.nxopendata.licences.odrl.policy import Policy, PolicyError, as_list, read_policy

_BASE = "https://opendata.nx.gov.cn/ns/odrl#agreement-"


@dataclass(frozen=True, slots=True)
class Terms:
    """What is agreed.

    Args:
        id: identifier of the agreement, e.g. a UUID.
        dataset: identifier of the dataset. assigner: of the providing organisation. recipient: of the user or body.
        purposes: the agreed purposes, verbatim. end: the first moment at which nothing may be read any more.
        destruction: how long after the end the data must be gone. report_interval: both ISO 8601 durations.
        channel: one of :data:`.channels.CHANNELS`.
        columns, rows: that are agreed on, () of all; a row as column, operator and value or values.
    """

    id: str
    dataset: str
    assigner: str
    recipient: str
    purposes: tuple[str, ...]
    end: datetime
    destruction: str = "P30D"
    report_interval: str = "P6M"
    channel: str = BOTH
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, str, Any], ...] = ()


def agreement_document(template: Policy, terms: Terms) -> dict[str, Any]:
    """The agreement as JSON-LD, with the values in place of the template's references.

    Raises:
        PolicyError: ``naive_end`` when the end has no time zone.
    """
    if terms.end.tzinfo is None:
        raise PolicyError("naive_end", end=terms.end.isoformat())
    values = {
        "purpose": list(terms.purposes),
        "recipient": terms.recipient,
        "end": {"@value": terms.end.isoformat(), "@type": "xsd:dateTime"},
        "destruction-period": {"@value": terms.destruction, "@type": "xsd:duration"},
        "report-interval": {"@value": terms.report_interval, "@type": "xsd:duration"},
    }
    document = _fill(copy.deepcopy(dict(template.document)), values)
    for key in ("id", "status", "successor", "sameTermsAs"):
        document.pop(key, None)
    if terms.channel != BOTH:
        document["permission"] = [_constrain(rule, terms.channel) for rule in as_list(document.get("permission"))]
    if terms.columns or terms.rows:
        # ODRL has no words for cells; what a program needs to know stands under a name of our profile.
        conditions = [{"column": name, "operator": sign, "value": value} for name, sign, value in terms.rows]
        document["nx:part"] = {"columns": list(terms.columns), "rows": conditions}
    return {
        **document,
        "@type": "Agreement",
        "uid": f"urn:uuid:{terms.id}",
        "id": terms.id,
        "assigner": f"urn:nx:party:{terms.assigner}",
        "assignee": f"urn:nx:party:{terms.recipient}",
        "target": f"urn:nx:dataset:{terms.dataset}",
    }


def _fill(value: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(value, list):
        return [_fill(item, values) for item in value]
    if not isinstance(value, Mapping):
        return value
    filled = {key: _fill(item, values) for key, item in value.items()}
    reference = filled.get("rightOperandReference")
    name = str(reference.get("@id", "") if isinstance(reference, Mapping) else reference or "")
    parameter = name.removeprefix(_BASE)
    if name.startswith(_BASE) and parameter in values:
        filled["rightOperand"] = values[parameter]
        del filled["rightOperandReference"]
    return filled


def _constrain(rule: Any, channel: str) -> dict[str, Any]:
    """A permission for one channel alone: ODRL's ``deliveryChannel``."""
    only = {"leftOperand": "deliveryChannel", "operator": "eq", "rightOperand": channel}
    return {**rule, "constraint": [*as_list(rule.get("constraint")), only]}


def agreement_policy(template: Policy, terms: Terms) -> Policy:
    """The agreement, ready for ``evaluate``."""
    return read_policy(agreement_document(template, terms))


def needs_agreement(policy: Policy | None) -> bool:
    """Does this licence serve data only under an agreement? It does when a permission refers to one."""
    if policy is None:
        return False
    return any(_refers(rule) for rule in as_list(policy.document.get("permission")))


def _refers(value: Any) -> bool:
    if isinstance(value, Mapping):
        return "rightOperandReference" in value or any(_refers(item) for item in value.values())
    return isinstance(value, list) and any(map(_refers, value))
