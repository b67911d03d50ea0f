"""Template helpers of the public pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple, TypeVar
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

import ckan.plugins.toolkit as tk
from markupsafe import Markup
from werkzeug.exceptions import default_exceptions

from ckanext.nxopendata.catalogue.uploads import path_of
from ckanext.nxopendata.core import caching, codelists, departments, localised
from ckanext.nxopendata.core.caching import file_readings
from ckanext.nxopendata.core.language import is_chinese, reader_language, zh_or_en
from ckanext.nxopendata.core.tabular import reader
from ckanext.nxopendata.licences import registry
from ckanext.nxopendata.portal.dataset import metadata, preview, schema_org
from ckanext.nxopendata.portal.dataset import relatives as about
from ckanext.nxopendata.portal.feedback import feedback_store
from ckanext.nxopendata.portal.results import facets
from ckanext.nxopendata.portal.usage import usage_store

CODELISTS = {
    "nx_theme": "theme",
    "nx_region": "region",
    "nx_update_cycle": "update_cycle",
    "nx_share_type": "share_type",
    "nx_industry": "industry",
    "nx_data_level": "data_level",
}
NEWEST_VERSIONS = 3
RELATED = 5
Value = TypeVar("Value")
PREFIX = "ckanext.nxopendata.portal."
MARKDOWN = re.compile(r"!?\[([^\]]*)\]\([^)]*\)|<[^>]{0,200}>|[*_`~]{2,}|^\s{0,3}(?:#{1,6}|[-*+>])\s+", re.M)
"""Links (their text stays), tags, emphasis and the signs that begin a line."""

HEX_COLOUR = re.compile(r"#[0-9a-fA-F]{6}\Z")


# The site


def nx_setting(name: str) -> Any:
    """A setting of the portal, ``ckanext.nxopendata.portal.<name>``."""
    return tk.config[PREFIX + name]


def nx_is_english() -> bool:
    """Whether the reader chose English."""
    return not is_chinese()


def nx_site_title() -> str:
    """The site's name in the reader's language."""
    return (nx_is_english() and nx_setting("title_en")) or tk.config["ckan.site_title"]


def nx_site_description() -> dict[str, Any]:
    """The site as a ``DataCatalog`` of schema.org, with its search."""
    home = tk.h.url_for("home.index", qualified=True)
    found = tk.h.url_for("dataset.search", qualified=True) + "?q={search_term_string}"
    return {
        "@context": "https://schema.org",
        "@type": "DataCatalog",
        "name": nx_site_title(),
        "url": home,
        "inLanguage": ["zh-Hans", "en"],
        "isAccessibleForFree": True,
        "publisher": {"@type": "GovernmentOrganization", "name": nx_operator()},
        "potentialAction": {
            "@type": "SearchAction",
            "target": {"@type": "EntryPoint", "urlTemplate": found},
            "query-input": "required name=search_term_string",
        },
    }


def nx_operator() -> str:
    """The body that runs the site, else the site's name."""
    return nx_setting("operator") or nx_site_title()


def nx_colours() -> Markup:
    """CSS that puts the configured accent colours in the place of our own; empty when there are none."""
    rules = []
    for key, query in (("accent", ""), ("accent_dark", "(prefers-color-scheme: dark)")):
        colour = nx_setting(key)
        if HEX_COLOUR.match(colour):
            rule = f":root{{--nx-accent:{colour}}}"
            rules.append(f"@media {query}{{{rule}}}" if query else rule)
    return Markup("".join(rules))  # noqa: S704  only colours that matched go in


def nx_language_links() -> list[dict[str, Any]]:
    """The same page in each language the site offers: ``code``, ``name``, ``url`` and whether it is ``current``."""
    return caching.cached_in_request("language links", _language_links)


def _language_links() -> list[dict[str, Any]]:
    current, here = reader_language(), tk.h.current_url()
    names = {"zh_Hans_CN": "中文", "en": "English"}
    return [
        {
            "code": tk.h.unix_locale_to_bcp47(locale.short_name),
            "name": names.get(locale.short_name, locale.display_name),
            "url": tk.h.url_for(here, locale=locale.short_name),
            "current": locale.short_name == current,
        }
        for locale in tk.h.get_available_locales()
    ]


def nx_unchanging(name: str, caller: Callable[[], Value]) -> Value:
    """What is the same for every reader of a language, made once a process.

    For ``{% call h.nx_unchanging("name") %}`` around a part of a page that depends on nothing but the language and
    the plugins.
    """
    home = caching.cached_in_request("home", lambda: tk.h.url_for("home.index"))
    return caching.cached_in_process((name, reader_language(), home, str(tk.config["ckan.plugins"])), caller)


def nx_main_pages() -> list[tuple[str, str, str]]:
    """The pages of the menu: address, title, and how their addresses begin without the language."""

    def make() -> list[tuple[str, str, str]]:
        kind = tk.h.default_package_type()
        return [
            (tk.h.url_for(f"{kind}.search"), tk._("Datasets"), f"/{kind}"),
            (tk.h.url_for("organization.index"), tk._("Departments"), "/organization"),
            (tk.h.url_for("nx_portal.statistics"), tk._("Statistics"), "/statistics"),
            (tk.h.url_for("nx_portal.developers"), tk._("Developers"), "/developers"),
            (tk.h.url_for("nx_portal.help"), tk._("Help"), "/help"),
        ]

    return nx_unchanging("main pages", make)


def nx_error_text(code: int, text: str | None) -> str:
    """What an error page adds to its own words; "" for werkzeug's stock sentences, which are English only."""
    stock = default_exceptions.get(code)
    return "" if not text or (stock and text == stock.description) else text


# Values


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


def nx_item(pkg: dict[str, Any]) -> Item:
    """What a list shows of a dataset: of one found by words, with what matched marked."""
    organization, notes = pkg.get("organization"), _marked(pkg, "notes") or _extract(pkg)
    return Item(
        url=_dataset_url(pkg),
        title=_marked(pkg, "title") or nx_text(pkg, "title"),
        notes=notes,
        notes_lang=tk.h.nx_lang(pkg.get("notes_translated") or pkg.get("notes")) if notes else Markup(),
        inside=(pkg.get("marked") or {}).get("inside", []),
        department=nx_department(organization["name"])["title"] if organization else "",
        date=nx_date(pkg.get("metadata_modified")),
        licence=nx_licence_title(pkg.get("license_id")),
        formats=_formats(pkg),
    )


def nx_text(record: dict[str, Any], field: str) -> Markup:
    """The localised ``field`` (``title``, ``notes``) of a dataset or department, with ``lang`` where it falls back."""
    return tk.h.nx_localised_html(record.get(f"{field}_translated") or record.get(field) or record.get("name"))


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


def nx_number(number: int) -> str:
    """A number with separators: 12,345."""
    return f"{number:,}"


def nx_bytes(size: Any) -> str:
    """A file size for people, powers of 1,000 as in the file managers of today; "" when it is not known."""
    try:
        amount = float(size)
    except (TypeError, ValueError):
        return ""
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 1000 or unit == "GB":
            return f"{amount:.0f} {unit}" if unit == "B" or amount >= 100 else f"{amount:.1f} {unit}"
        amount /= 1000
    return ""


def nx_date(value: Any) -> str:
    """``YYYY-MM-DD`` in the site's time zone of a timestamp CKAN gives (UTC); a plain date stays; "" when empty."""
    if not value:
        return ""
    text = str(value)
    if len(text) <= 10:
        return text
    moment = datetime.fromisoformat(text.removesuffix("Z"))
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return moment.astimezone(_time_zone()).date().isoformat()


def _formats(dataset: dict[str, Any]) -> list[str]:
    """The file formats of a dataset, each once, in upper case."""
    formats = (resource.get("format", "") for resource in dataset.get("resources", ()))
    return list(dict.fromkeys(name.upper() for name in formats if name))


def nx_theme_glyph(code: str) -> str:
    """The first character of a theme's Chinese label, as its sign."""
    return codelists.label("theme", code, "zh")[:1]


def _dataset_url(dataset: dict[str, Any]) -> str:
    """The address of a dataset's page; of many on one page, only the first is asked of CKAN."""
    kind = dataset["type"]
    root = caching.cached_in_request(
        ("dataset page", kind), lambda: tk.h.url_for(f"{kind}.read", id="-").removesuffix("-")
    )
    return root + quote(dataset["name"])


def nx_licence_title(licence_id: str | None) -> str:
    """The title of a licence in the reader's language; "" without a licence, the id where it is not registered."""
    if not licence_id:
        return ""
    if licence_id not in registry.register():
        return licence_id
    return registry.register()[licence_id].title(zh_or_en())


def nx_department(name: str) -> dict[str, str]:
    """``name`` and ``title``, in the reader's language, of a department; all of them are read at once."""
    language = reader_language()

    def titles() -> dict[str, str]:
        return {one["name"]: one["title"] for one in departments.tree(language)}

    known = caching.cached_in_request(
        "department titles", lambda: caching.cached(f"portal:departments:{language}", titles, copy_here=True)
    )
    return {"name": name, "title": known.get(name, name)}


# Searching


def nx_query(**changes: Any) -> str:
    """The reader's query string with ``changes``: a relative link, so that it works on any page and in any language.

    A value of None takes the parameter out. Every change goes back to the first page.
    """
    keep = [
        (key, value)
        for key, value in tk.request.args.items(multi=True)
        if key not in changes and key != "page" and value
    ]
    keep += [(key, value) for key, value in changes.items() if value is not None]
    return "?" + urlencode(keep)


def _asked() -> list[tuple[str, str]]:
    """The reader's search without the number of the page."""
    return [(key, one) for key, one in tk.request.args.items(multi=True) if key != "page" and one]


def nx_results_as(kind: str) -> str:
    """The address of the reader's search as ``csv``, ``json``, ``atom`` or ``rss``."""
    root = caching.cached_in_request(
        "results root", lambda: tk.h.url_for("nx_results.feed", kind="atom").removesuffix("atom")
    )
    pairs = _asked()
    return root + kind + (f"?{urlencode(pairs)}" if pairs else "")


def nx_quote(text: str) -> str:
    """``text`` percent-encoded, for addresses shown in examples."""
    return quote(text)


def nx_facet_titles() -> dict[str, str]:
    """Index field -> title of the facets of the dataset search."""
    return facets.of_datasets()


class FacetValue(NamedTuple):
    """A value of a facet: ``url`` chooses it, or gives it up; ``depth`` is 0, or 1 and 2 for cities and counties."""

    name: str
    label: str
    number: int
    number_shown: str
    active: bool
    url: str
    depth: int


def nx_facet_items(name: str, search_facets: dict[str, Any]) -> list[FacetValue]:
    """The values of a facet in the order people look for them, those chosen but absent from the results too."""
    found = {item["name"]: item for item in (search_facets or {}).get(name, {}).get("items", ()) if item["name"]}
    asked = _asked()
    chosen = [value for key, value in asked if key == name]
    others = urlencode(asked)
    items = []
    for value in [*found, *(value for value in chosen if value not in found)]:
        item = found.get(value, {"count": 0})
        pair = (name, value)
        if value in chosen:
            toggled = urlencode([one for one in asked if one != pair])
        else:
            toggled = others + ("&" if others else "") + urlencode([pair])
        items.append(
            FacetValue(
                name=value,
                label=_facet_label(name, value, item.get("display_name")),
                number=item["count"],
                number_shown=nx_number(item["count"]),
                active=value in chosen,
                url=f"?{toggled}",
                depth=_depth(value) if name == "nx_region" else 0,
            )
        )
    if name == "nx_region":
        return sorted(items, key=lambda item: item.name)
    if name == "nx_year":
        return sorted(items, key=lambda item: item.name, reverse=True)
    if name == "nx_update_cycle":
        order = list(codelists.load("update_cycle"))
        return sorted(items, key=lambda item: order.index(item.name) if item.name in order else len(order))
    return sorted(items, key=lambda item: (-item.number, item.label))


def _facet_label(name: str, value: str, given: str | None) -> str:
    if name in CODELISTS:
        return codelists.label(CODELISTS[name], value, reader_language())
    if name == "organization":
        return nx_department(value)["title"]
    if name == "nx_is_open":
        return {"1": tk._("Open"), "0": tk._("Not open")}.get(value, value)
    if name == "nx_openness":
        labels = {
            "open": tk._("Open without conditions"),
            "conditional": tk._("Open on conditions"),
            "closed": tk._("Not open to the public"),
        }
        return labels.get(value, value)
    if name == "license_id":
        return nx_licence_title(value)
    return given or value


def _depth(code: str) -> int:
    if code.endswith("0000"):
        return 0
    return 1 if code.endswith("00") else 2


def nx_page_numbers(page: int, last: int) -> list[int | None]:
    """The page numbers to offer, with None for a gap: 1 … 4 5 6 … 20."""
    wanted = sorted({1, last, *range(max(1, page - 1), min(last, page + 1) + 1)})
    numbers: list[int | None] = []
    for number in wanted:
        if numbers and number - (numbers[-1] or 0) == 2:
            numbers.append(number - 1)
        elif numbers and number - (numbers[-1] or 0) > 2:
            numbers.append(None)
        numbers.append(number)
    return numbers


# One dataset


def nx_metadata_groups(dataset: dict[str, Any]) -> list[tuple[str, list[metadata.Row]]]:
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
    groups = metadata.grouped(
        schema["dataset_fields"],
        dataset,
        text=tk.h.scheming_language_text,
        code=lambda name, value: codelists.label(name, value, language),
    )
    return [(titles[group], rows) for group, rows in groups]


def nx_dataset_about(dataset: dict[str, Any]) -> dict[str, Any]:
    """What its page says beside a public dataset, kept for a minute: ``use``, ``versions`` (the newest three),
    ``versions_count``, ``related``, ``feedback`` and ``tables`` (file -> ``rows`` and ``encoding``)."""

    def make() -> dict[str, Any]:
        count, rows = about.versions(dataset["id"], NEWEST_VERSIONS)
        return {
            "tables": about.tables(dataset["id"]),
            "use": usage_store.of_dataset(dataset["id"]),
            "versions": rows,
            "versions_count": count,
            "related": about.related(dataset, RELATED),
            "feedback": feedback_store.of_dataset(dataset["id"]),
        }

    usage_store.flush_if_due()
    return caching.cached(f"portal:about:{dataset['id']}:{reader_language()}", make)


def nx_structured_data(pkg: dict[str, Any]) -> dict[str, Any]:
    """The dataset as search engines read it."""
    language = zh_or_en()
    # One address is made, the others are written: each that is made takes as long as the rest of this.
    root = tk.h.url_for("home.index", qualified=True, locale="default").rstrip("/")
    return schema_org.dataset(
        pkg,
        root=root,
        catalogue=nx_site_description(),
        licence=f"{root}/licence/{registry.shown_licence(pkg).id}",
        language=language,
        label=lambda codelist, code: codelists.label(codelist, code, language),
    )


def nx_feedback_kinds() -> list[tuple[str, str]]:
    """The kinds of feedback and their names."""
    names = {
        "question": tk._("Question"),
        "error": tk._("Error in the data"),
        "suggestion": tk._("Suggestion or wish"),
        "use": tk._("What I made of it"),
    }
    return [(kind, names[kind]) for kind in feedback_store.KINDS]


def nx_preview(resource: dict[str, Any], refused: bool = False) -> dict[str, Any]:
    """The first rows of an uploaded or mirrored file.

    Args:
        refused: whether no table could be made of the file; then it is not read whole for a preview either.

    Returns:
        ``{"table": preview.Table}``, or ``{"reason": code}`` where the code is one of ``preview.NoPreviewError``,
        ``elsewhere`` (the file stands on another server, which a page never asks), ``refused``, ``busy`` (it is being
        read for another reader) or ``guarded`` (this reader may not have the file; ``message`` says why and what to
        do).
    """
    access = tk.h.nx_resource_access(resource["id"])
    if not access.allowed:
        return {"reason": "guarded", "message": access.message}
    path = path_of(resource)
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
    limit = nx_setting("preview_bytes")

    def read() -> preview.Table:
        return preview.read(path, kind, limit=limit)

    if kind not in reader.READ_IN_SANDBOX:
        return read()
    name = f"preview {kind} {limit}"
    values = file_readings.read_once(name, path, lambda: preview.to_dict(read), exclusive=True)
    if values is None:
        raise preview.NoPreviewError("busy")
    return preview.from_dict(values)


def _time_zone() -> ZoneInfo:
    zone = tk.config.get("ckan.display_timezone")
    return ZoneInfo(zone if zone and zone != "server" else "Asia/Shanghai")
