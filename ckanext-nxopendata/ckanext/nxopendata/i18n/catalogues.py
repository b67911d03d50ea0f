"""The Chinese catalogue: sources kept apart, built into the one file that CKAN loads.

``sources/<locale>/`` holds one ``.po`` a part. ``compile_catalogue`` merges them into
``<locale>/LC_MESSAGES/ckanext-nxopendata.{po,mo}``: CKAN reads the ``.mo`` for pages and messages and the
``.po`` for JavaScript (``ckan translation js``), so both are built. CKAN merges the catalogue after its own:
what stands here fills CKAN's gaps and replaces its wording.

Imports nothing but Babel: ``setup.py`` loads this file by its path.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

LOCALE = "zh_Hans_CN"
DOMAIN = "ckanext-nxopendata"
HERE = Path(__file__).parent
SOURCES = HERE / "sources" / LOCALE
TEMPLATE = HERE / f"{DOMAIN}.pot"

# CKAN with the extensions it ships; then the others; then msgids composed at run time; then our own.
PARTS = ("ckan", "ckanext-scheming", "ckanext-dcat", "dynamic", DOMAIN)

Key = tuple[str | None, str]
"""(context, msgid): what gettext looks a message up by."""

FLEETING = ("POT-Creation-Date", "PO-Revision-Date", "Generated-By", "Last-Translator", "Language-Team", "Report-Msgid")


class ConflictError(ValueError):
    """Two parts translate one msgid differently: gettext can hold one of them."""


def key(message: Message) -> Key:
    """The (context, singular msgid) of ``message``."""
    singular = message.id if isinstance(message.id, str) else message.id[0]
    return message.context, singular


def text(message: Message) -> str:
    """The translation as one string: Chinese has one plural form. Empty when there is none."""
    if isinstance(message.string, str):
        return message.string
    return message.string[0] if message.string else ""


def messages(catalog: Iterable[Message]) -> list[Message]:
    """The messages of ``catalog`` without its header."""
    return [message for message in catalog if message.id]


def read(path: Path) -> Catalog:
    """The catalogue in the ``.po`` or ``.pot`` file at ``path``; an empty one when there is no such file."""
    if not path.exists():
        return blank()
    # a template has English's two plural forms, whatever the language it is a template for
    locale = None if path.suffix == ".pot" else LOCALE
    with path.open("rb") as file:
        return read_po(file, locale=locale, domain=DOMAIN)


def write(catalog: Catalog, path: Path) -> None:
    """Write ``catalog`` to ``path``, sorted by msgid and without dates or names, so that a rewrite changes no line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines: list[bytes] = []

    class _Lines:
        def write(self, data: bytes) -> None:
            lines.append(data)

    write_po(_Lines(), catalog, sort_output=True, width=110, include_lineno=False)  # pyright: ignore[reportArgumentType]
    content = b"".join(lines).decode().splitlines(keepends=True)
    path.write_text(
        "".join(line for line in content if not line.startswith(tuple(f'"{name}' for name in FLEETING))),
        encoding="utf-8",
    )


def blank() -> Catalog:
    """An empty catalogue with our header."""
    return Catalog(
        locale=LOCALE,
        domain=DOMAIN,
        project="ckanext-nxopendata",
        version="0.1",
        header_comment="# 宁夏公共数据开放平台 · ckanext-nxopendata, AGPL-3.0-or-later",
        fuzzy=False,
    )


def copy_into(catalog: Catalog, message: Message, *, string: str | None = None) -> None:
    """Add ``message`` to ``catalog``, with another translation when ``string`` is given."""
    translation = text(message) if string is None else string
    catalog.add(
        message.id,
        translation if isinstance(message.id, str) else (translation,),
        locations=message.locations,
        flags=message.flags,
        auto_comments=message.auto_comments,
        user_comments=message.user_comments,
        context=message.context,
    )


def merged(sources: Path = SOURCES) -> Catalog:
    """All translated messages of the parts in ``sources``, as one catalogue.

    Fuzzy and empty entries stay out. Raises :class:`ConflictError` when two parts disagree.
    """
    whole = blank()
    owner: dict[Key, tuple[str, str]] = {}
    for part in PARTS:
        for message in messages(read(sources / f"{part}.po")):
            translation = text(message)
            if not translation or message.fuzzy:
                continue
            previous, wording = owner.get(key(message), (part, translation))
            if wording != translation:
                raise ConflictError(f"{message.id!r}: {previous}.po {wording!r}, {part}.po {translation!r}")
            if key(message) not in owner:
                owner[key(message)] = part, translation
                copy_into(whole, message)
    return whole


def compile_catalogue(target: Path = HERE, sources: Path = SOURCES, *, force: bool = False) -> bool:
    """Build ``<target>/<locale>/LC_MESSAGES/ckanext-nxopendata.{po,mo}`` from ``sources``.

    Does nothing when both are newer than every source, unless ``force``. Returns whether it built.
    """
    folder = target / LOCALE / "LC_MESSAGES"
    built = [folder / f"{DOMAIN}.po", folder / f"{DOMAIN}.mo"]
    newest = max(path.stat().st_mtime for path in [Path(__file__), *sources.glob("*.po")])
    if not force and all(path.exists() and path.stat().st_mtime >= newest for path in built):
        return False
    whole = merged(sources)
    folder.mkdir(parents=True, exist_ok=True)
    write(whole, built[0])
    # A running site may read it at any moment: never let it see half a file.
    scratch = built[1].with_suffix(".mo.new")
    with scratch.open("wb") as file:
        write_mo(file, whole)
    scratch.replace(built[1])
    return True
