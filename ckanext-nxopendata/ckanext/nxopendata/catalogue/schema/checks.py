"""The rules that need other datasets, and the one place where all rules meet a dataset that is being saved."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import ckan.model as model
import sqlalchemy as sa
from ckan.types import Context, FlattenDataDict

from ckanext.nxopendata.catalogue.schema import filing_rules
from ckanext.nxopendata.catalogue.schema.filing_rules import Finding
from ckanext.nxopendata.core.edge import payload

BATCH = "nx_batch"
"""Key of the context under which a :class:`Batch` is, where many datasets are validated together."""

ANNOUNCED = "nx_announced_codes"
"""Key of the context for the resource codes (a set) of datasets that are written soon: others may relate to them."""

EQUAL_TITLES = "nx_equal_titles"
"""Key of the context: a title that the provider has already is a warning, for catalogues that name datasets alike."""

JUDGED = "nx_judged"
"""Key of the context of a validation after which nothing is written: no resource code is drawn."""


@dataclass(frozen=True, slots=True)
class Holder:
    """The dataset that has a title or a code; ``dataset_id`` is "" while it is only announced."""

    dataset_id: str
    name: str
    title: str


@dataclass(slots=True)
class Batch:
    """What many datasets need to know of the others, read by :func:`prepare` in two queries.

    Attributes:
        titles: (department's id, :func:`filing_rules.title_key`) -> who has it.
        codes: resource code -> who has it.
    """

    titles: dict[tuple[str, str], list[Holder]] = field(default_factory=dict)
    codes: dict[str, Holder] = field(default_factory=dict)

    def add(self, dataset: Mapping[str, Any]) -> None:
        """Count a dataset as there: the next ones of the batch are compared with it, and may relate to it."""
        holder = Holder(dataset.get("id") or "", dataset.get("name") or "", dataset.get("title") or "")
        if dataset.get("owner_org") and holder.title:
            key = (dataset["owner_org"], filing_rules.title_key(holder.title))
            self.titles.setdefault(key, []).append(holder)
        code = dataset.get("nx_resource_code")
        if code and not (code in self.codes and self.codes[code].dataset_id):
            self.codes[code] = holder


def prepare(datasets: Iterable[Mapping[str, Any]]) -> Batch:
    """Read once what the rules need to know for all of ``datasets``; for writers of many.

    Put the result into the context of the validation as ``context["nx_batch"]``. Codes of the batch itself
    count as known, so that its datasets may relate to each other; call :meth:`Batch.add` after each one is
    found valid.
    """
    datasets = list(datasets)
    own = {item["nx_resource_code"] for item in datasets if item.get("nx_resource_code")}
    related = {code for item in datasets for code in item.get("nx_related_codes") or ()}
    titles = {
        (item["owner_org"], title)
        for item in datasets
        if item.get("owner_org") and item.get("title")
        for title in _titles(item["title"])
    }
    batch = Batch(_title_holders(titles), _code_holders(own | related))
    for item in datasets:
        code = item.get("nx_resource_code")
        if code and code not in batch.codes:
            batch.codes[code] = Holder(item.get("id") or "", item.get("name") or "", item.get("title") or "")
    return batch


def look_up(dataset: Mapping[str, Any], batch: Batch | None = None, announced: Collection[str] = ()) -> list[Finding]:
    """The findings about a dataset beside the others: its title, its code, the codes it relates to.

    Args:
        dataset: as for :func:`filing_rules.check`; ``id`` is missing or None for a new one.
        batch: what :func:`prepare` read; queries the database if None.
        announced: codes that count as known.
    """
    own = dataset.get("id")
    code = dataset.get("nx_resource_code")
    related = [item for item in dataset.get("nx_related_codes") or () if item != code]
    key = (dataset.get("owner_org") or "", filing_rules.title_key(dataset.get("title") or ""))
    if batch is None:
        keys = {(key[0], title) for title in _titles(dataset.get("title") or "")} if all(key) else ()
        batch = Batch(_title_holders(keys), _code_holders({code, *related} - {None}))
    findings: list[Finding] = []
    for holder in batch.titles.get(key, ()):
        if holder.dataset_id != own:
            params = {"title": holder.title, "name": holder.name}
            findings.append(Finding("title_taken", "title_translated", params))
            break
    beside = (
        holder for title in filing_rules.find_drawn_titles(key[1]) for holder in batch.titles.get((key[0], title), ())
    )
    if holder := next((holder for holder in beside if holder.dataset_id != own), None):
        params = {"title": holder.title, "name": holder.name}
        findings.append(Finding("title_numbered", "title_translated", params, filing_rules.WARNING))
    holder = batch.codes.get(code) if code else None
    if holder and holder.dataset_id and holder.dataset_id != own:
        findings.append(Finding("code_taken", "nx_resource_code", {"code": code, "name": holder.name}))
    findings += [
        Finding("related_code_unknown", "nx_related_codes", {"code": item})
        for item in related
        if item not in batch.codes and item not in announced and filing_rules.RESOURCE_CODE.fullmatch(item)
    ]
    return findings


def _titles(title: str) -> set[str]:
    """What is looked up for a title: itself, and those it may have been drawn down from."""
    return {filing_rules.title_key(title), *filing_rules.find_drawn_titles(title)}


def _title_holders(keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], list[Holder]]:
    keys = list(keys)
    if not keys:
        return {}
    package = model.Package
    same = sa.func.nx_same_title(package.title)
    query = sa.select(package.owner_org, same, package.id, package.name, package.title).where(
        sa.tuple_(package.owner_org, same).in_(keys), package.state != "deleted", package.type == "dataset"
    )
    found: dict[tuple[str, str], list[Holder]] = {}
    with model.Session.no_autoflush:
        for owner, key, *holder in model.Session.execute(query):
            found.setdefault((owner, key), []).append(Holder(*holder))
    return found


def _code_holders(codes: Iterable[Any]) -> dict[str, Holder]:
    codes = list(codes)
    if not codes:
        return {}
    package = model.Package
    column = package.extras["nx_resource_code"].astext
    query = sa.select(column, package.id, package.name, package.title).where(column.in_(codes))
    with model.Session.no_autoflush:
        return {code: Holder(*holder) for code, *holder in model.Session.execute(query)}


def dataset_from_form(data: FlattenDataDict, context: Context) -> dict[str, Any]:
    """The dataset in a navl validation, as the rules read it.

    CKAN has moved our fields into ``extras`` by the time ``__after`` runs; lists are stored as JSON.
    """
    dataset: dict[str, Any] = {}
    items: dict[int, dict[str, Any]] = {}
    extras: dict[int, dict[str, Any]] = {}
    for key, value in data.items():
        if len(key) == 1 and isinstance(value, str):
            dataset[key[0]] = value
        elif key[0] == "nx_items" and len(key) == 3 and isinstance(value, str):
            items.setdefault(key[1], {})[key[2]] = value
        elif key[0] == "extras" and len(key) == 3:
            extras.setdefault(key[1], {})[key[2]] = value
    for extra in extras.values():
        if isinstance(extra.get("value"), str):
            dataset.setdefault(extra["key"], extra["value"])
    dataset["nx_items"] = [items.get(number, {}) for number in range(max(items, default=-1) + 1)]
    for name in ("nx_related_codes", "nx_theme"):
        dataset[name] = read_list(dataset.get(name))
    if package := context.get("package"):
        dataset["id"] = package.id
    return dataset


def read_list(value: Any) -> list[str]:
    """Return a list that is stored as JSON; [] where it is none."""
    if isinstance(value, str):
        try:
            value = payload.parse_json(value)
        except ValueError:
            return []
    return value if isinstance(value, list) else []
