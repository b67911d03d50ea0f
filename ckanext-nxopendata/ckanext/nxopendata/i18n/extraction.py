"""Which msgids there are: read from the installed packages and from our own code, without network or services."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir

from ckanext.nxopendata.i18n import catalogues

# Babel's names of CKAN's translation functions; a tuple tells which argument is which.
KEYWORDS: dict[str, Any] = {
    "_": None,
    "gettext": None,
    "N_": None,
    "ngettext": (1, 2),
    "ungettext": (1, 2),
    "P_": (1, 2),
}
METHODS = [
    ("2.8_templates/**", "ignore"),
    ("**/tests/**", "ignore"),
    ("tests/**", "ignore"),
    ("**/vendor/**", "ignore"),
    ("**.min.js", "ignore"),
    ("**.py", "python"),
    ("**.html", "ckan"),
    ("**.txt", "ckan"),
    ("**.js", "javascript"),
]
OPTIONS = {"**.html": {"encoding": "utf-8"}, "**.txt": {"encoding": "utf-8"}}

# The extensions in CKAN's own distribution that a site can switch on; the example_* ones only teach.
BUNDLED = (
    "activity",
    "audioview",
    "datapusher",
    "datastore",
    "datatablesview",
    "expire_api_token",
    "imageview",
    "multilingual",
    "resourceproxy",
    "stats",
    "tabledesigner",
    "textview",
    "tracking",
    "videoview",
    "webpageview",
)
# scheming shows these keys of a schema file through gettext when they are plain strings
SCHEMA_TEXTS = frozenset({"label", "help_text", "form_placeholder", "form_label", "display_label"})


SAMPLE = re.compile(r"\S*[:/._@-]\S*")


def package_folder(name: str) -> Path:
    """The folder of the installed package ``name``. Raises ``ModuleNotFoundError`` when it is not installed."""
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(name)
    return Path(next(iter(spec.submodule_search_locations)))


def folder_messages(folder: Path, prefix: str) -> Catalog:
    """Every msgid in the Python, template and JavaScript files below ``folder``.

    ``prefix`` stands before the file names in the locations, as in CKAN's own ``ckan.pot``.
    """
    found = catalogues.blank()
    for name, line, message, comments, context in extract_from_dir(
        str(folder), METHODS, OPTIONS, keywords=KEYWORDS, comment_tags=("Translators:",), strip_comment_tags=True
    ):
        if message and not _is_blank(message):
            found.add(message, locations=[(f"{prefix}/{name}", line)], auto_comments=comments, context=context)
    return found


def core() -> Catalog:
    """CKAN's msgids: its ``ckan.pot``, and what the installed code has beyond it (the .pot lags behind)."""
    folder = package_folder("ckan")
    found = catalogues.read(folder / "i18n" / "ckan.pot")
    for message in catalogues.messages(folder_messages(folder, "ckan")):
        _add(found, message)
    for name in BUNDLED:
        for message in catalogues.messages(folder_messages(package_folder(f"ckanext.{name}"), f"ckanext/{name}")):
            _add(found, message)
    return found


def core_chinese() -> Catalog:
    """CKAN's own Chinese catalogue, as installed."""
    return catalogues.read(package_folder("ckan") / "i18n" / catalogues.LOCALE / "LC_MESSAGES" / "ckan.po")


def extension(name: str) -> Catalog:
    """The msgids of the installed extension ``ckanext.<name>``."""
    return folder_messages(package_folder(f"ckanext.{name}"), f"ckanext/{name}")


def ours(code: Path | None = None, schemas: Path | None = None) -> Catalog:
    """The msgids of our own code (``code``: the package's folder) and of plain texts in ``schemas``."""
    code = code or package_folder("ckanext.nxopendata")
    schemas = schemas or package_folder("ckanext.nxopendata.schemas")
    found = folder_messages(code, "ckanext/nxopendata")
    for path in sorted(schemas.glob("*.yaml")):
        for value in _schema_texts(yaml.safe_load(path.read_text(encoding="utf-8"))):
            found.add(value, locations=[(f"schemas/{path.name}", 1)])
    return found


def _schema_texts(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for name, value in node.items():
            if name in SCHEMA_TEXTS and isinstance(value, str):
                # a URL or a slug as a sample is the same in every language
                if value and not SAMPLE.fullmatch(value):
                    yield value
            else:
                yield from _schema_texts(value)
    elif isinstance(node, list):
        for item in node:
            yield from _schema_texts(item)


def _is_blank(message: str | tuple[Any, ...]) -> bool:
    return not (message if isinstance(message, str) else message[0])


def _add(catalog: Catalog, message: Any) -> None:
    singular = catalogues.key(message)[1]
    if catalog.get(singular, message.context) is None:
        catalogues.copy_into(catalog, message)
