"""What templates ask about licences, and how datasets become credits."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import ckan.plugins.toolkit as tk

from ckanext.nxopendata.core.language import zh_or_en
from ckanext.nxopendata.core.timezone import today
from ckanext.nxopendata.licences import registry
from ckanext.nxopendata.licences.attribution import Attribution, Source, attribution
from ckanext.nxopendata.licences.odrl import texts
from ckanext.nxopendata.licences.odrl.policy import Policy
from ckanext.nxopendata.licences.odrl.vocabulary import FOLDER

#: The address under which the files name themselves, replaced by this site's when they are served.
NAMED = "https://opendata.nx.gov.cn"


def nx_licence_language() -> str:
    """``zh`` or ``en``: the base language of the page."""
    return zh_or_en()


def site(path: str) -> str:
    """An absolute address of this site, without a language in it."""
    root = str(tk.config.get("ckan.root_path") or "").replace("/{{LANG}}", "")
    return f"{tk.config['ckan.site_url'].rstrip('/')}{root}{path}"


def policy_url(policy: Policy) -> str:
    """Where this site serves the policy as JSON-LD."""
    return site(f"/licence/{policy.id}.jsonld")


def licence_url(policy: Policy) -> str:
    """The page of the licence on this site."""
    return site(f"/licence/{policy.id}")


def policy_document(policy: Policy) -> dict[str, Any]:
    """The policy as JSON-LD that stands alone: our own context is written out, the policy's address is this site's."""
    document = copy.deepcopy(dict(policy.document))
    own = json.loads((FOLDER / "vocabulary" / "context.jsonld").read_text(encoding="utf-8"))["@context"]
    document["@context"] = ["http://www.w3.org/ns/odrl.jsonld", own]
    document["uid"] = policy_url(policy)
    if policy.legal_text:
        document["legalText"] = {lang: legal_url(policy, lang) for lang in policy.legal_text}
    if "inheritFrom" in document:
        parent = str(document["inheritFrom"]).rpartition("/")[2]
        document["inheritFrom"] = site(f"/licence/{parent}.jsonld")
    return document


def legal_url(policy: Policy, lang: str) -> str:
    """The legal text; our own terms stand on this site."""
    url = policy.url(lang)
    return site(url.removeprefix(NAMED)) if url.startswith(NAMED) else url


def nx_licence_policy_json(policy_id: str) -> str:
    """The policy for a ``<script type="application/ld+json">``: no ``<`` in it can end the element early."""
    text = json.dumps(policy_document(registry.register()[policy_id]), ensure_ascii=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def nx_licence_card_dict(policy: Policy) -> dict[str, list[dict[str, str]]]:
    """The card for the API: groups ``can``, ``cannot``, ``must``, ``unclear`` of ``{action, icon, zh, en}``."""
    found = texts.card(policy)
    return {
        group: [
            {"action": line.action, "icon": line.icon, "zh": line.zh, "en": line.en} for line in getattr(found, group)
        ]
        for group in ("can", "cannot", "must", "unclear")
    }


def _texts(value: Any, plain: Any) -> dict[str, str]:
    found = {str(k): str(v) for k, v in value.items() if v} if isinstance(value, Mapping) else {}
    return found or {"zh": str(plain or "")}


def source_of(dataset: Mapping[str, Any], policy: Policy | None = None) -> Source:
    """A dataset as a credit names it."""
    organization = dataset.get("organization") or {}
    return Source(
        titles=_texts(dataset.get("title_translated"), dataset.get("title")),
        publishers=_texts(organization.get("title_translated"), organization.get("title")),
        url=site(f"/dataset/{dataset['name']}"),
        licence=policy or registry.shown_licence(dataset),
        updated=str(dataset.get("metadata_modified") or ""),
        name=str(dataset["name"]),
    )


def placeholder_source(policy: Policy) -> Source:
    """A credit with blanks, where only a licence is known."""
    return Source(
        {"zh": "（数据集名称）", "en": "(title of the dataset)"},
        {"zh": "（提供方）", "en": "(provider)"},
        "",
        policy,
    )


def nx_dataset_licence(dataset: dict[str, Any]) -> dict[str, Any]:
    """All that a licence card shows for a dataset.

    :returns: ``policy``, ``card``, ``lang``, ``credit`` (five forms), ``mixed`` (files differ: the least open is
        shown), ``verbatim`` (an unrecognised licence in its own words) and ``suggestions``
    """
    policy = registry.shown_licence(dataset)
    policies = registry.policies_of(dataset)
    verbatim = str(dataset.get("nx_license_verbatim") or "")
    if not verbatim and dataset.get("license_id") not in registry.register():
        verbatim = str(dataset.get("license_id") or "")
    guess = registry.normaliser()(verbatim) if verbatim else None
    unrecognised = guess is not None and guess.id is None
    return {
        "policy": policy,
        "card": texts.card(policy),
        "lang": zh_or_en(),
        "credit": credit_of(dataset, policy),
        "mixed": len({registry.register().canonical_id(item.id) for item in policies}) > 1,
        "verbatim": verbatim if unrecognised else "",
        "suggestions": [registry.register()[name] for name in guess.suggestions] if guess and unrecognised else [],
    }


def _name_in_english() -> str:
    """The English name of the site, which the portal's option gives; "" without the portal."""
    return str(tk.config.get("ckanext.nxopendata.portal.title_en") or "")


def credit_of(dataset: Mapping[str, Any], policy: Policy | None = None) -> Attribution:
    """The five forms of credit, as of today in Beijing."""
    return attribution(source_of(dataset, policy), today(), tk.config["ckan.site_title"], _name_in_english())


def download_headers(dataset: Mapping[str, Any], policy: Policy) -> dict[str, str]:
    """``Link`` to the licence (RFC 8288) and the credit, as RFC 8187 writes what is not ASCII."""
    lang = zh_or_en()
    credit = credit_of(dataset, policy)
    text = credit.zh if lang == "zh" else credit.en
    return {
        "Link": f'<{licence_url(policy)}>; rel="license", <{policy_url(policy)}>; rel="describedby"',
        "X-Attribution": f"UTF-8'{lang}'{quote(text, safe='')}",
    }


def nx_licence_choices() -> list[dict[str, str]]:
    """Options of the licence field: licences in use first, those kept for existing data last."""
    lang = zh_or_en()
    return [{"value": policy.id, "text": policy.title(lang)} for policy in registry.register()]


def nx_licence_recommended(dataset: dict[str, Any]) -> Policy | None:
    """The licence to propose in the form; None while it is not said how the dataset is opened."""
    from ckanext.nxopendata.licences.publishing import recommended

    if str(dataset.get("nx_is_open") or "") not in ("0", "1"):
        return None
    return registry.register()[recommended(dataset)]


def nx_licence_conditional() -> Policy:
    """The licence of what is opened on conditions."""
    return registry.register()[registry.CONDITIONAL]
