"""The tables that a statement names: may this person read them, what are they, may they be put together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk

from ckanext.nxopendata.core.file_access.decision import HIDDEN, decide
from ckanext.nxopendata.core.language import reader_language
from ckanext.nxopendata.tables import models, table_lookup
from ckanext.nxopendata.tables.page.licence_name import name_licence
from ckanext.nxopendata.tables.reader.columns import Column


class SourceError(Exception):
    """A table cannot be read, or not together with the others; ``message`` says why, in the reader's language."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True, slots=True)
class TableSource:
    """A table that a statement reads.

    Attributes:
        dataset: as ``package_show`` gives it.
        resource: the file, of that dataset.
    """

    state: models.State
    columns: Sequence[Column]
    dataset: dict[str, Any]
    resource: dict[str, Any]

    def describe(self) -> dict[str, str]:
        """Return where the rows come from: file, dataset, provider, licence, day, addresses."""
        organization = self.dataset.get("organization") or {}
        page = tk.h.url_for(
            "dataset_resource.read", id=self.dataset["name"], resource_id=self.resource["id"], qualified=True
        )
        return {
            "id": self.resource["id"],
            "file": str(self.resource.get("name") or ""),
            "dataset": str(tk.h.nx_text(self.dataset, "title").striptags()),
            "provider": tk.h.nx_department_title(organization["name"]) if organization else "",
            "licence": str(self.dataset.get("license_id") or ""),
            "licence_title": name_licence(self.dataset),
            "updated": str(self.dataset.get("metadata_modified") or ""),
            "dataset_url": tk.h.url_for("dataset.read", id=self.dataset["name"], qualified=True),
            "url": page,
        }


@dataclass(frozen=True, slots=True)
class Terms:
    """Under which terms a result stands.

    Attributes:
        licences: that the result may carry: id and title each.
        credit: lines that name the sources.
        duties: what must be done with the result, in words.
    """

    licences: Sequence[dict[str, str]] = ()
    credit: Sequence[str] = ()
    duties: Sequence[str] = field(default_factory=tuple)


def open_table(resource_id: str, user: str) -> TableSource:
    """Return a table for a person.

    Raises:
        SourceError: this person may not read it; of what is hidden the message is that of what does not exist.
    """
    gone = tk._("There is no public table “{name}”.").format(name=resource_id)
    access = decide(resource_id, user, rows=True)
    if not access.allowed:
        raise SourceError(gone if access.code == HIDDEN else f"{resource_id}: {access.message}")
    context: Any = {"user": user}
    try:
        tk.check_access("nx_table_search", context, {"id": resource_id})
        resource = tk.get_action("resource_show")({"user": user}, {"id": resource_id})
        dataset = tk.get_action("package_show")({"user": user}, {"id": resource["package_id"]})
    except (tk.NotAuthorized, tk.ObjectNotFound):
        raise SourceError(gone) from None
    state, columns = models.get_state(resource_id), table_lookup.list_columns(resource_id)
    if state is None or not columns:
        raise SourceError(tk._("The file “{name}” has no table that SQL can read.").format(name=resource_id))
    return TableSource(state, columns, dataset, resource)


def combine_terms(sources: Sequence[TableSource], user: str) -> Terms:
    """Return the terms of what is made of some tables.

    Raises:
        SourceError: their licences do not allow that they are put together.
    """
    datasets = list({source.dataset["id"]: source.dataset for source in sources}.values())
    if not datasets or not p.plugin_loaded("nxopendata_licences"):
        return Terms()
    asked = {"datasets": [dataset["id"] for dataset in datasets], "operation": "derive"}
    found = tk.get_action("nx_licence_combine")({"user": user}, asked)
    language = reader_language()
    language = language if language in ("zh", "en") else "zh"
    if len(datasets) > 1 and found["verdict"] not in ("allowed", "allowed_with_duties"):
        raise SourceError(_explain(found, datasets, language))
    titles = {entry["id"]: entry for entry in tk.get_action("nx_licence_list")({"user": user}, {})}
    carried = found["permitted_licences"] if len(datasets) > 1 else found["licences"]
    licences = [{"id": one, "title": _title(titles.get(one), one, language)} for one in carried]
    duties = [str((duty.get("text") or {}).get(language) or "") for duty in found["duties"]]
    return Terms(licences, found["attribution"][language], tuple(dict.fromkeys(filter(None, duties))))


def _title(entry: dict[str, Any] | None, id_: str, language: str) -> str:
    title = (entry or {}).get(f"title_{language}") or (entry or {}).get("title") or id_
    return str(title.get(language) or id_ if isinstance(title, dict) else title)


def _explain(found: dict[str, Any], datasets: Sequence[dict[str, Any]], language: str) -> str:
    reasons = []
    for conflict in found["conflicts"]:
        text = conflict.get("text") or conflict.get("message") or ""
        reasons.append(str(text.get(language) if isinstance(text, dict) else text))
    names = ", ".join(
        f"《{tk.h.nx_text(one, 'title').striptags()}》 ({one.get('license_id') or '—'})" for one in datasets
    )
    text = tk._("The licences of these datasets do not allow that they are put together: {datasets}. {reasons}")
    return text.format(datasets=names, reasons=" ".join(filter(None, reasons))).strip()
