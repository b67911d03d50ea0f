"""CKAN's licence list, made from the policies: what ``licenses_group_url`` points at.

``python -m ckanext.nxopendata.licences.license_list_export OUT.json`` writes it. Nobody keeps a second copy by hand.
"""

import json
import sys
from pathlib import Path
from typing import Any

from ckanext.nxopendata.licences.odrl.policy import Policy, Register, load_register
from ckanext.nxopendata.licences.odrl.texts import CardLine, card

#: How our status words read in CKAN (``model/license.py`` knows "active" and "deleted").
_DOMAINS = {"content": ("domain_content", "domain_data"), "database": ("domain_data",)}


def licence_entry(policy: Policy) -> dict[str, Any]:
    """One licence as CKAN keeps it; keys CKAN does not know come back unchanged from ``license_list``."""
    summary = card(policy)
    domains = _DOMAINS.get(policy.covers, ())
    return {
        "id": policy.id,
        "title": policy.title("zh"),
        "title_zh": policy.title("zh"),
        "title_en": policy.title("en"),
        "url": policy.url("en") if policy.legal_text else "",
        "url_zh": policy.url("zh") if policy.legal_text else "",
        "od_conformance": policy.open_definition,
        "osd_conformance": "not reviewed",
        "domain_content": "domain_content" in domains,
        "domain_data": "domain_data" in domains,
        "domain_software": False,
        "is_generic": policy.status == "generic",
        "family": "",
        "maintainer": "",
        "status": "active",
        "nx_status": policy.status,
        "nx_summary_zh": policy.summary("zh"),
        "nx_summary_en": policy.summary("en"),
        "nx_spdx": policy.spdx,
        "nx_same_terms_as": policy.same_terms_as,
        "nx_successor": policy.successor,
        "nx_policy": policy.uid,
        "nx_can": _names(summary.can),
        "nx_cannot": _names(summary.cannot),
        "nx_must": _names(summary.must),
        "nx_unclear": _names(summary.unclear),
    }


def _names(lines: tuple[CardLine, ...]) -> list[str]:
    return [line.action for line in lines]


def licence_list(register: Register) -> list[dict[str, Any]]:
    """The whole list, active licences first."""
    return [licence_entry(policy) for policy in register]


def main(arguments: list[str]) -> int:
    """Write the list to the file named, or to standard output for ``-``."""
    if len(arguments) != 1:
        sys.stderr.write("用法 / usage: python -m ckanext.nxopendata.licences.license_list_export OUT.json\n")
        return 2
    # ASCII only: CKAN opens the file in the encoding of the locale.
    text = json.dumps(licence_list(load_register()), ensure_ascii=True, indent=1) + "\n"
    if arguments[0] == "-":
        sys.stdout.write(text)
    else:
        Path(arguments[0]).write_text(text, encoding="ascii")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
