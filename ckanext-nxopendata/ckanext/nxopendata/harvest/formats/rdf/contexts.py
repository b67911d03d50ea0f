"""Remote contexts of JSON-LD documents, put inside them before they are parsed."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Collection, Mapping
from typing import IO, Any

from ckanext.nxopendata.harvest.errors import FetchError, FormatError
from ckanext.nxopendata.harvest.fetching import addresses
from ckanext.nxopendata.harvest.fetching.addresses import AddressError
from ckanext.nxopendata.harvest.fetching.client import CHUNK, Fetcher
from ckanext.nxopendata.harvest.formats import nesting

DEEPEST_CONTEXT = 3
"""Contexts that name each other, one below the other."""

MOST_CONTEXTS = 20
"""Contexts of one document: fetched, and at one place in it."""

LARGEST_CONTEXT = 2 * 1024 * 1024
"""Bytes; that of schema.org has 200,000."""

LARGEST_TOGETHER = 64 * 1024 * 1024
"""Bytes of all contexts, wherever in the document they are put."""

LONGEST_LINK = 8_000
"""Characters of a Link header that are looked at."""

_CONTEXT = re.compile(rb'"@context"\s*:\s*')


_LINKED = re.compile(
    r"""<([^<>]*)>(?=[^,<]*;\s*+rel\s*=\s*"?http://www\.w3\.org/ns/json-ld#context"?)""", re.IGNORECASE
)
_TERM = re.compile(r'"(?:@type"\s*:\s*\[?\s*")?(?:dcat|dct|dcterms|foaf|vcard|schema):[A-Za-z]')


def linked_context(header: str) -> str:
    """Return the address of the context that a Link header names (JSON-LD 1.1, 6.1); "" when it names none."""
    found = _LINKED.search(header[:LONGEST_LINK])
    return found[1] if found else ""


def lacks_context(head: str) -> bool:
    """Tell whether the words of a document are those of a context that it does not have."""
    return '"@context"' not in head and _TERM.search(head) is not None


class _LongNumbers:
    """Reads whole numbers that JSON-LD would round (RFC 7493, 2.2) as texts: identifiers, mostly."""

    found = False

    def read(self, written: str) -> int | str:
        """Return a number, as text when it is longer than a float is exact."""
        if len(written) <= 15:
            return int(written)
        self.found = True
        return written


def inline_contexts(body: IO[bytes], url: str, client: Fetcher | None, linked: str = "") -> IO[bytes]:
    """Put the remote contexts of a JSON-LD document inside it.

    Args:
        linked: Address of a context that the document's Link header names.

    Raises:
        FormatError: Not JSON, nested too deeply, or a context that cannot be read.
    """
    nesting.refuse_deep(body, url)
    numbers = _LongNumbers()
    try:
        data = json.load(body, parse_int=numbers.read)
    except ValueError as error:
        raise FormatError(
            "json_broken", url=url, line=getattr(error, "lineno", "?"), reason=getattr(error, "msg", "")
        ) from error
    if linked:
        items = data if isinstance(data, list) else [data]
        data = [{"@context": linked, **item} if isinstance(item, dict) else item for item in items]
    has_remote = _RemoteContexts(client).put_into(data, url)
    if not _join_scoped(data) and not has_remote and not numbers.found:
        body.seek(0)
        return body
    inlined = tempfile.SpooledTemporaryFile(max_size=4 * 1024 * 1024)  # noqa: SIM115  freed with the graph
    inlined.write(json.dumps(data, ensure_ascii=False).encode())
    inlined.seek(0)
    return inlined


def _join_scoped(data: Any) -> bool:
    """Give nodes of several types the contexts of all of them (JSON-LD 1.1, 4.1.5), of which the parser takes the last.

    DCAT-AP's own examples have such nodes.

    Returns:
        Whether there were any.
    """
    changed = False
    for document in data if isinstance(data, list) else [data]:
        given = document.get("@context") if isinstance(document, dict) else None
        terms: dict[str, Any] = {}
        for context in given if isinstance(given, list) else [given]:
            terms |= context if isinstance(context, dict) else {}
        scoped = {
            term: meaning["@context"]
            for term, meaning in terms.items()
            if isinstance(meaning, dict) and isinstance(meaning.get("@context"), dict)
        }
        if len(scoped) > 1:
            names = {"@type", *(term for term, meaning in terms.items() if meaning in ("@type", {"@id": "@type"}))}
            changed = _add_scoped(document, scoped, names) or changed
    return changed


def _add_scoped(value: Any, scoped: Mapping[str, Any], names: Collection[str]) -> bool:
    """Do that with the nodes in a value; its depth was measured before."""
    changed = False
    inner = value if isinstance(value, list) else value.values() if isinstance(value, dict) else ()
    for item in inner:
        changed = _add_scoped(item, scoped, names) or changed
    if not isinstance(value, dict):
        return changed
    types = next((value[name] for name in names if isinstance(value.get(name), list)), [])
    own = sorted(kind for kind in types if isinstance(kind, str) and kind in scoped)
    if len(own) < 2 or "@context" in value:
        return changed
    joined: dict[str, Any] = {"@propagate": False}
    for kind in own:
        joined |= scoped[kind]
    content = {"@context": joined, **value}
    value.clear()
    value.update(content)
    return True


def inline_head_contexts(body: IO[bytes], url: str, client: Fetcher | None) -> IO[bytes]:
    """Return the same for a document that is too large to be read whole: its context must stand at its beginning.

    Raises:
        FormatError: Nested too deeply, or a context that cannot be read.
    """
    nesting.refuse_deep(body, url)
    head = body.read(CHUNK)
    found = _CONTEXT.search(head)
    if not found:
        body.seek(0)
        return body
    rest = head[found.end() :].decode("utf-8", errors="ignore")
    try:
        context, end = json.JSONDecoder().raw_decode(rest)
    except ValueError as error:
        raise FormatError("context_unreadable", url=url) from error
    data = {"@context": context}
    if not _RemoteContexts(client).put_into(data, url):
        body.seek(0)
        return body
    inlined = tempfile.SpooledTemporaryFile(max_size=4 * 1024 * 1024)  # noqa: SIM115  freed with the graph
    inlined.write(head[: found.end()] + json.dumps(data["@context"], ensure_ascii=False).encode())
    body.seek(found.end() + len(rest[:end].encode()))
    shutil.copyfileobj(body, inlined)
    inlined.seek(0)
    return inlined


def _resolve(base: str, reference: str) -> str:
    try:
        return addresses.resolve(base, reference)
    except AddressError as error:
        raise FormatError("context_unreadable", url=reference) from error


class _RemoteContexts:
    """The remote contexts of one document: each is fetched once, and they are few and small."""

    def __init__(self, client: Fetcher | None) -> None:
        self._client = client
        self._known: dict[str, tuple[Any, int]] = {}
        self._put_in = 0

    def put_into(self, data: Any, url: str, depth: int = 0) -> bool:
        """Replace the remote contexts at the top, where they stand in practice; the parser refuses deeper ones.

        Returns:
            Whether there were any.
        """
        changed = False
        for item in data if isinstance(data, list) else [data]:
            if not isinstance(item, dict) or "@context" not in item:
                continue
            contexts = item["@context"] if isinstance(item["@context"], list) else [item["@context"]]
            inlined: list[Any] = []
            for context in contexts:
                if isinstance(context, str):
                    changed = True
                    loaded = self._load(_resolve(url, context), depth)
                    inlined.extend(loaded if isinstance(loaded, list) else [loaded])
                elif isinstance(context, dict) and isinstance(context.get("@import"), str):  # JSON-LD 1.1, 9.6
                    changed = True
                    loaded = self._load(_resolve(url, context["@import"]), depth)
                    own = {name: meaning for name, meaning in context.items() if name != "@import"}
                    inlined.append({**loaded, **own} if isinstance(loaded, dict) else own)
                else:
                    inlined.append(context)
                if len(inlined) > MOST_CONTEXTS:
                    raise FormatError("context_unreadable", url=url)
            item["@context"] = inlined
        return changed

    def _load(self, url: str, depth: int) -> Any:
        if url not in self._known:
            if self._client is None or depth >= DEEPEST_CONTEXT or len(self._known) >= MOST_CONTEXTS:
                raise FormatError("context_unreadable", url=url)
            self._known[url] = self._fetch(self._client, url, depth)
        context, size = self._known[url]
        self._put_in += size
        if self._put_in > LARGEST_TOGETHER:
            raise FormatError("context_unreadable", url=url)
        return context

    def _fetch(self, client: Fetcher, url: str, depth: int) -> tuple[Any, int]:
        """The context at an address, and its bytes."""
        try:
            with client.get(url, accept="application/ld+json, application/json;q=0.9") as document:
                if document.size > LARGEST_CONTEXT:
                    raise FormatError("context_unreadable", url=url)
                nesting.refuse_deep(document.body, url)
                data = json.load(document.body)
        except (FetchError, ValueError) as error:
            raise FormatError("context_unreadable", url=url) from error
        self.put_into(data, url, depth + 1)
        return (data.get("@context", {}) if isinstance(data, dict) else {}), document.size
