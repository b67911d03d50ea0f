"""Template helpers of the public pages that every subject uses: the site, its departments, and values as text."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlencode

import ckan.plugins.toolkit as tk
from werkzeug.exceptions import default_exceptions

from ckanext.nxopendata.core import caching, departments
from ckanext.nxopendata.core.language import is_chinese, reader_language, zh_or_en
from ckanext.nxopendata.licences import registry

Value = TypeVar("Value")
PREFIX = "ckanext.nxopendata.portal."
KEPT_IN_ADDRESSES = ("q", "page", "codes")
HEX_COLOUR = re.compile(r"#[0-9a-fA-F]{6}\Z")


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


def nx_colours() -> str:
    """The configured accent colours in one word, by which the address of their style sheet changes; "" for none."""
    return "-".join(
        colour.lstrip("#") for colour in (nx_setting("accent"), nx_setting("accent_dark")) if HEX_COLOUR.match(colour)
    )


def colours_css() -> str:
    """CSS that puts the configured accent colours in the place of our own; empty when there are none."""
    rules = []
    for key, query in (("accent", ""), ("accent_dark", "(prefers-color-scheme: dark)")):
        colour = nx_setting(key)
        if HEX_COLOUR.match(colour):
            rule = f":root{{--nx-accent:{colour}}}"
            rules.append(f"@media {query}{{{rule}}}" if query else rule)
    return "".join(rules)


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


def nx_page_addresses() -> dict[str, Any]:
    """Return the addresses of the page for search engines and for sharing, all of them whole.

    Returns:
        ``canonical``, ``languages`` (code and address each, ``x-default`` among them) and ``image``; empty for a page
        that has an address in no other language. Filters and pages of a list are pages of their own; the rest of the
        question is not.
    """
    kept = [(name, value) for name, value in tk.request.args.items(multi=True) if name in KEPT_IN_ADDRESSES]
    path = tk.request.path + (f"?{urlencode(kept)}" if kept else "")
    default = tk.config["ckan.locale_default"]

    def whole(locale: str) -> str:
        return tk.h.url_for(path, locale="default" if locale == default else locale, qualified=True)

    codes = {locale.short_name: tk.h.unix_locale_to_bcp47(locale.short_name) for locale in tk.h.get_available_locales()}
    languages = [(code, whole(name)) for name, code in codes.items()]
    return {
        "canonical": whole(reader_language()),
        "languages": [*languages, ("x-default", whole(default))],
        "image": tk.h.url_for_static("/nx/share.png", qualified=True),
    }


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
    """What an error page adds to its own words; "" for werkzeug's stock sentences, which are English only.

    Not translated by the template, which takes a "%" in the text for a place to fill in.
    """
    stock = default_exceptions.get(code)
    return "" if not text or (stock and text == stock.description) else tk._(text)


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
