"""The 数据篮: files a visitor has chosen, kept in the session, and the bundle made of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.common import session
from ckan.lib import uploader
from flask import has_request_context

from ckanext.nxopendata.core.file_access.decision import decide_all
from ckanext.nxopendata.core.file_access.interfaces import Access
from ckanext.nxopendata.core.timezone import today
from ckanext.nxopendata.licences import helpers, registry
from ckanext.nxopendata.licences.attribution import attribution_lines
from ckanext.nxopendata.licences.basket.bundle import Member, safe_path, unique_path
from ckanext.nxopendata.licences.odrl import texts
from ckanext.nxopendata.licences.odrl.combine import Combination, Operation, combine
from ckanext.nxopendata.licences.odrl.engine import Verdict
from ckanext.nxopendata.licences.odrl.policy import Policy
from ckanext.nxopendata.licences.odrl.vocabulary import FOLDER

KEY = "nx_basket"
CHUNK = 1 << 16

#: How the four groups of a card are headed in a text file.
HEADS = {"zh": ("可以", "不可以", "必须", "须先确认"), "en": ("May", "May not", "Must", "To be settled")}


@dataclass(frozen=True, slots=True)
class Item:
    """A chosen file: its dataset, its licence, whether this person may have it now."""

    dataset: dict[str, Any]
    resource: dict[str, Any]
    policy: Policy
    access: Access

    @property
    def stored(self) -> bool:
        """Is the file here, or only a link to another site?"""
        return self.resource.get("url_type") == "upload"


def list_file_ids() -> list[str]:
    """Ids of the chosen files, in the order chosen."""
    if not has_request_context():
        return []
    return [str(item) for item in session.get(KEY, [])]


def _keep(ids: list[str]) -> None:
    session[KEY] = ids
    session.modified = True


def add(resource_ids: list[str]) -> int:
    """Put files into the basket; returns how many did not fit."""
    most = tk.config["ckanext.nxopendata.licences.basket_files"]
    wanted = list(dict.fromkeys([*list_file_ids(), *resource_ids]))
    _keep(wanted[:most])
    return max(0, len(wanted) - most)


def remove(resource_id: str) -> None:
    _keep([item for item in list_file_ids() if item != resource_id])


def clear() -> None:
    _keep([])


def list_files(user: str) -> list[Item]:
    """The chosen files that still exist and that this person may see; the others leave the basket."""
    found: list[Item] = []
    datasets: dict[str, dict[str, Any]] = {}
    decisions = decide_all(list_file_ids(), user)
    for resource_id in list_file_ids():
        try:
            resource = tk.get_action("resource_show")({"user": user}, {"id": resource_id})
            package_id = resource["package_id"]
            if package_id not in datasets:
                datasets[package_id] = tk.get_action("package_show")({"user": user}, {"id": package_id})
        except (tk.ObjectNotFound, tk.NotAuthorized):
            continue
        dataset = datasets[package_id]
        policy = registry.policy_of(resource.get("license") or dataset.get("license_id"))
        found.append(Item(dataset, resource, policy, decisions[resource_id]))
    if len(found) != len(list_file_ids()):
        _keep([item.resource["id"] for item in found])
    return found


@dataclass(frozen=True, slots=True)
class Judgement:
    """May the chosen files go out together? ``refused`` are those that this person may not have at all."""

    combination: Combination
    refused: tuple[Item, ...]
    too_large: bool

    @property
    def allowed(self) -> bool:
        return self.combination.verdict is Verdict.ALLOWED and not self.refused and not self.too_large


def judge(chosen: list[Item]) -> Judgement:
    """A bundle publishes its parts side by side, so that is the operation asked about."""
    found = combine([item.policy for item in chosen], Operation.COLLECT, registry.register())
    size = sum(int(item.resource.get("size") or 0) for item in chosen if item.stored)
    most = tk.config["ckanext.nxopendata.licences.bundle_megabytes"] * 1024 * 1024
    return Judgement(found, tuple(item for item in chosen if not item.access.allowed), size > most)


def list_members(chosen: list[Item]) -> Iterator[Member]:
    """The files, then the texts that explain them."""
    taken: set[str] = set()
    missing: list[str] = []
    for item in (item for item in chosen if item.stored):
        path = file_path(item.resource)
        name = str(item.resource.get("nx_file_name") or Path(str(item.resource["url"])).name or item.resource["id"])
        inside = unique_path(safe_path("data", str(item.dataset["name"]), name), taken)
        if path is None:
            missing.append(inside)
            continue
        yield Member(inside, _chunks(path), path.stat().st_size)
    for policy in dict.fromkeys(item.policy for item in chosen):
        yield Member(f"LICENSES/{safe_path(policy.id)}.txt", [licence_text(policy).encode()])
    yield Member("ATTRIBUTION.txt", [attribution_text(chosen).encode()])
    yield Member("metadata.json", [metadata(chosen)])
    links = [f"{item.resource.get('name') or ''}\t{item.resource['url']}\n" for item in chosen if not item.stored]
    if links or missing:
        lines = [*links, *(f"{path}\t(文件暂缺 / file missing)\n" for path in missing)]
        yield Member("LINKS.txt", ["".join(lines).encode()])


def file_path(resource: dict[str, Any]) -> Path | None:
    """Where an uploaded file lies on this machine; None when it is not there."""
    upload = uploader.get_resource_uploader(resource)
    path = Path(str(upload.get_path(resource["id"])))
    if path.is_file():
        return path
    storage = getattr(upload, "storage", None)
    root = getattr(getattr(storage, "settings", None), "path", None)
    candidate = Path(str(root)) / path if root else path
    return candidate if candidate.is_file() else None


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            yield chunk


def licence_text(policy: Policy) -> str:
    """What a licence says in plain words, where its text stands, and our own terms in full."""
    card = texts.card(policy)
    lines = [policy.title("zh"), policy.title("en"), policy.id]
    lines += [helpers.legal_url(policy, lang) for lang in policy.legal_text]
    for lang, heads in (
        ("zh", ("可以", "不可以", "必须", "须先确认")),
        ("en", ("May", "May not", "Must", "To be settled")),
    ):
        lines += ["", policy.summary(lang)]
        for head, group in zip(heads, (card.can, card.cannot, card.must, card.unclear), strict=True):
            lines += [f"- {head}: {line.text(lang)}" for line in group]
    for lang in texts.LANGUAGES:
        path = FOLDER / "texts" / f"{policy.id}.{lang}.md"
        if path.is_file():
            lines += ["", path.read_text(encoding="utf-8")]
    lines += ["", texts.message("advice", "zh"), texts.message("advice", "en")]
    return "\n".join(lines) + "\n"


def attribution_text(chosen: list[Item]) -> str:
    """One sentence a source in each language."""
    day = today()
    sources = [helpers.source_of(item.dataset, item.policy) for item in chosen]
    parts = ["\n".join(attribution_lines(sources, day, lang)) for lang in texts.LANGUAGES]
    return "\n\n".join(parts) + "\n"


def metadata(chosen: list[Item]) -> bytes:
    """The datasets with only the chosen files, as the API shows them."""
    wanted = {item.resource["id"] for item in chosen}
    datasets = {item.dataset["id"]: item.dataset for item in chosen}
    described = [
        {**dataset, "resources": [entry for entry in dataset["resources"] if entry["id"] in wanted]}
        for dataset in datasets.values()
    ]
    return json.dumps(described, ensure_ascii=False, indent=1).encode()
