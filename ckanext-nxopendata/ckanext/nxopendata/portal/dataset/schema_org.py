"""A dataset as a ``Dataset`` of schema.org, as search engines read it. Imports nothing of CKAN.

Written down field by field: a graph of RDF turned into JSON-LD takes longer than the rest of the page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

MOST_VARIABLES = 200
LONGEST_DESCRIPTION = 5000
"""Google's rules for datasets ask for descriptions of 50 to 5,000 characters."""


def dataset(
    pkg: Mapping[str, Any],
    *,
    root: str,
    catalogue: Mapping[str, Any],
    licence: str,
    language: str,
    label: Callable[[str, str], str],
) -> dict[str, Any]:
    """The document, without what is empty.

    Args:
        pkg: the dataset as ``package_show`` gives it.
        root: address of the site, absolute, without a slash at its end.
        catalogue: the site as a ``DataCatalog``.
        licence: address of the licence.
        language: of the texts, ``zh`` or ``en``.
        label: code list and code -> what it says.
    """
    titles, notes = _texts(pkg, "title"), _texts(pkg, "notes")
    name = titles.pop(language, "") or next(iter(titles.values()), pkg["name"])
    page = f"{root}/dataset/{pkg['name']}"
    department = pkg.get("organization") or {}
    provider = f"{root}/organization/{department.get('name')}"
    document = {
        "@context": "https://schema.org",
        "@type": "Dataset",
        "@id": f"{root}/dataset/{pkg['id']}",
        "url": page,
        "identifier": [one for one in (pkg["id"], pkg.get("nx_resource_code")) if one],
        "name": name,
        "alternateName": [title for title in titles.values() if title != name],
        "description": (notes.get(language) or next(iter(notes.values()), "") or name)[:LONGEST_DESCRIPTION],
        "keywords": [tag["name"] for tag in pkg.get("tags") or ()]
        + [label("theme", theme) for theme in pkg.get("nx_theme") or ()],
        "license": licence,
        "isAccessibleForFree": True if pkg.get("nx_is_open") == "1" else None,
        "dateCreated": _day(pkg.get("metadata_created")),
        "datePublished": _day(pkg.get("nx_publish_date") or pkg.get("metadata_created")),
        "dateModified": _day(pkg.get("metadata_modified")),
        "temporalCoverage": _period(pkg.get("nx_temporal_start"), pkg.get("nx_temporal_end")),
        "spatialCoverage": {"@type": "Place", "name": label("region", pkg["nx_region"])}
        if pkg.get("nx_region")
        else None,
        "inLanguage": "zh-Hans",
        "version": pkg.get("version"),
        "creator": {
            "@type": "GovernmentOrganization",
            "@id": provider,
            "name": department.get("title"),
            "url": provider,
            "contactPoint": _filled(
                {
                    "@type": "ContactPoint",
                    "name": pkg.get("nx_contact_name"),
                    "telephone": pkg.get("nx_contact_phone"),
                    "email": pkg.get("nx_contact_email"),
                }
            ),
        }
        if department
        else None,
        "variableMeasured": [
            _filled(
                {
                    "@type": "PropertyValue",
                    "name": item["name"],
                    "alternateName": item.get("name_en"),
                    "description": item.get("description"),
                }
            )
            for item in (pkg.get("nx_items") or ())[:MOST_VARIABLES]
            if item.get("name")
        ],
        "distribution": [
            _filled(
                {
                    "@type": "DataDownload",
                    "@id": f"{page}/resource/{file['id']}",
                    "name": file.get("name"),
                    "description": file.get("description"),
                    "encodingFormat": file.get("mimetype") or file.get("format"),
                    "contentSize": str(file["size"]) if file.get("size") else None,
                    "contentUrl": file.get("url"),
                    "dateModified": _day(file.get("last_modified")),
                }
            )
            for file in pkg.get("resources") or ()
        ],
        "includedInDataCatalog": {key: catalogue[key] for key in ("@type", "name", "url")},
    }
    return _filled(document)


def _texts(pkg: Mapping[str, Any], field: str) -> dict[str, str]:
    found = pkg.get(f"{field}_translated") or {"zh": pkg.get(field)}
    return {language: text for language, text in found.items() if text}


def _filled(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value not in (None, "", [], {})}


def _day(value: Any) -> str:
    return str(value or "")[:10]


def _period(start: Any, end: Any) -> str:
    """ISO 8601, 4.4: an open end is two dots."""
    return f"{start or '..'}/{end or '..'}" if start or end else ""
