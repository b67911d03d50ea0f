"""What pages show of a dataset: its entry in a list, its metadata, what stands beside it, its files' first rows."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import ckan.plugins.toolkit as tk
from markupsafe import Markup

from ckanext.nxopendata.catalogue.uploads import find_path
from ckanext.nxopendata.core import caching, codelists, localised
from ckanext.nxopendata.core.caching import file_readings
from ckanext.nxopendata.core.display.helpers import nx_date, nx_text
from ckanext.nxopendata.core.language import reader_language, zh_or_en
from ckanext.nxopendata.core.tabular import reader
from ckanext.nxopendata.licences import registry
from ckanext.nxopendata.portal import helpers
from ckanext.nxopendata.portal.dataset import metadata, preview, relatives, schema_org
from ckanext.nxopendata.portal.feedback import feedback_store
from ckanext.nxopendata.portal.usage import usage_store

NEWEST_VERSIONS = 3
RELATED = 5
MARKDOWN = re.compile(r"!?\[([^\]]*)\]\([^)]*\)|<[^>]{0,200}>|[*_`~]{2,}|^\s{0,3}(?:#{1,6}|[-*+>])\s+", re.M)
"""Links (their text stays), tags, emphasis and the signs that begin a line."""


class Item(NamedTuple):
    """A dataset as a list shows it, in the reader's language."""

    url: str
    title: Markup
    notes: Markup | str
    notes_lang: Markup
    inside: list[Markup]
    department: str
    date: str
    licence: str
    formats: list[str]


def list_item(pkg: dict[str, Any]) -> Item:
    """What a list shows of a dataset: of one found by words, with what matched marked."""
    organization, notes = pkg.get("organization"), _marked(pkg, "notes") or _extract(pkg)
    return Item(
        url=_dataset_url(pkg),
        title=_marked(pkg, "title") or nx_text(pkg, "title"),
        notes=notes,
        notes_lang=tk.h.nx_lang(pkg.get("notes_translated") or pkg.get("notes")) if notes else Markup(),
        inside=(pkg.get("marked") or {}).get("inside", []),
        department=helpers.nx_department(organization["name"])["title"] if organization else "",
        date=nx_date(pkg.get("metadata_modified")),
        licence=helpers.nx_licence_title(pkg.get("license_id")),
        formats=_formats(pkg),
    )


def _extract(record: dict[str, Any], length: int = 150) -> str:
    """The beginning of a summary in the reader's language as plain text, without the signs of Markdown.

    A list of results shows twenty: turning each into HTML and back takes longer than searching.
    """
    texts = localised.parse(record.get("notes_translated") or record.get("notes"))
    text = " ".join(MARKDOWN.sub(r"\1", localised.choose(texts, reader_language())[0])[: 4 * length].split())
    return text if len(text) <= length else f"{text[:length].rstrip()}…"


def _marked(record: dict[str, Any], field: str) -> Markup | None:
    """``title`` or ``notes`` of a search result in the reader's language, with what matched marked; None without."""
    return ((record.get("marked") or {}).get(field) or {}).get(zh_or_en())


def _formats(dataset: dict[str, Any]) -> list[str]:
    """The file formats of a dataset, each once, in upper case."""
    formats = (resource.get("format", "") for resource in dataset.get("resources", ()))
    return list(dict.fromkeys(name.upper() for name in formats if name))


def _dataset_url(dataset: dict[str, Any]) -> str:
    """The address of a dataset's page; of many on one page, only the first is asked of CKAN."""
    kind = dataset["type"]
    root = caching.cached_in_request(
        ("dataset page", kind), lambda: tk.h.url_for(f"{kind}.read", id="-").removesuffix("-")
    )
    return root + quote(dataset["name"])


def metadata_groups(dataset: dict[str, Any]) -> list[tuple[str, list[metadata.Row]]]:
    """The groups of a dataset's metadata that have something to show, titled in the reader's language."""
    schema = tk.h.scheming_get_dataset_schema(dataset.get("type", "dataset")) or {"dataset_fields": []}
    titles = {
        "catalogue": tk._("Catalogue entry"),
        "sharing": tk._("Sharing and openness"),
        "coverage": tk._("Place and time"),
        "contact": tk._("Contact"),
        "other": tk._("Further metadata"),
    }
    language = reader_language()
    groups = metadata.group_fields(
        schema["dataset_fields"],
        dataset,
        text=tk.h.scheming_language_text,
        code=lambda name, value: codelists.label(name, value, language),
    )
    return [(titles[group], rows) for group, rows in groups]


def public_record(dataset: dict[str, Any]) -> dict[str, Any]:
    """What its page says beside a public dataset, kept for a minute: ``use``, ``versions`` (the newest three),
    ``versions_count``, ``related``, ``feedback`` and ``tables`` (file -> ``rows`` and ``encoding``)."""

    def make() -> dict[str, Any]:
        count, rows = relatives.list_versions(dataset["id"], NEWEST_VERSIONS)
        return {
            "tables": relatives.list_tables(dataset["id"]),
            "use": usage_store.count_for_dataset(dataset["id"]),
            "versions": rows,
            "versions_count": count,
            "related": relatives.list_related(dataset, RELATED),
            "feedback": feedback_store.list_public(dataset["id"]),
        }

    usage_store.flush_if_due()
    return caching.cached(f"portal:about:{dataset['id']}:{reader_language()}", make)


def structured_data(pkg: dict[str, Any]) -> dict[str, Any]:
    """The dataset as search engines read it."""
    language = zh_or_en()
    # One address is made, the others are written: each that is made takes as long as the rest of this.
    root = tk.h.url_for("home.index", qualified=True, locale="default").rstrip("/")
    return schema_org.dataset(
        pkg,
        root=root,
        catalogue=helpers.nx_site_description(),
        licence=f"{root}/licence/{registry.shown_licence(pkg).id}",
        language=language,
        label=lambda codelist, code: codelists.label(codelist, code, language),
    )


def file_preview(resource: dict[str, Any], refused: bool = False) -> dict[str, Any]:
    """Read the first rows of a file; see the helper ``nx_preview``."""
    access = tk.h.nx_resource_access(resource["id"])
    if not access.allowed:
        return {"reason": "guarded", "message": access.message}
    path = find_path(resource)
    if path is None:
        return {"reason": "elsewhere"}
    kind = (resource.get("format") or path.suffix).lower().lstrip(".")
    if refused and kind in reader.READ_IN_SANDBOX:
        return {"reason": "refused"}
    try:
        return {"table": _preview(path, kind)}
    except preview.NoPreviewError as reason:
        return {"reason": reason.code}


def _preview(path: Path, kind: str) -> preview.Table:
    limit = helpers.nx_setting("preview_bytes")

    def read() -> preview.Table:
        return preview.read(path, kind, limit=limit)

    if kind not in reader.READ_IN_SANDBOX:
        return read()
    name = f"preview {kind} {limit}"
    values = file_readings.read_once(name, path, lambda: preview.to_dict(read), exclusive=True)
    if values is None:
        raise preview.NoPreviewError("busy")
    return preview.from_dict(values)
