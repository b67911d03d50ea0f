"""What other catalogues write for a licence -> one of our ids, by table and exact rule, never by a guess.

Two spellings are equal when they differ only in case, width, spaces and punctuation, or, for an address, in scheme,
``www.``, a trailing slash, a language suffix, a query or a fragment. Everything else is unknown: kept verbatim and
shown with suggestions, which are for people to choose from and never applied.
"""

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote, urlsplit

from ckanext.nxopendata.licences.odrl.engine import COMMERCIAL, evaluate
from ckanext.nxopendata.licences.odrl.policy import Policy, Register
from ckanext.nxopendata.licences.odrl.vocabulary import read_rows

#: What a licence that was not recognised counts as.
UNKNOWN = "notspecified"


@dataclass(frozen=True, slots=True)
class Normalised:
    """``id`` is None when the text is not recognised; ``suggestions`` are ids for display only."""

    id: str | None
    verbatim: str
    suggestions: tuple[str, ...] = ()

    @property
    def effective_id(self) -> str:
        """The id that counts: the recognised one, else "notspecified"."""
        return self.id or UNKNOWN


def text_key(text: str) -> str:
    """Letters, digits and Han characters only, in NFKC and lower case: ``CC-BY 4.0`` -> ``ccby40``."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(character for character in folded if character.isalnum())


_URL = re.compile(r"^(?:https?:)?//|^www\.", re.IGNORECASE)
_LANGUAGE_TAIL = re.compile(r"/(?:deed|legalcode|rdf|index)(?:\.[\w-]+)*$")
_CC = re.compile(
    r"^creativecommons\.org/licenses/(by(?:-nc)?(?:-nd|-sa)?|by-nd-nc)/(\d\.\d)(?:/[a-z]{2,8}(?:-[a-z]{2,8})?)?$"
)
_OWN = re.compile(r"/licence/([a-z0-9][a-z0-9._-]*)$")


def is_url(text: str) -> bool:
    return _URL.match(text.strip()) is not None


def url_key(text: str) -> str:
    """``https://www.creativecommons.org/licenses/by/4.0/deed.zh?x#y`` -> ``creativecommons.org/licenses/by/4.0``."""
    value = text.strip()
    if value.startswith("//"):
        value = "https:" + value
    elif not value.lower().startswith(("http://", "https://")):
        value = "https://" + value
    try:
        parts = urlsplit(value)
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return text_key(text)
    path = re.sub(r"/+", "/", unquote(parts.path)).rstrip("/").casefold()
    path = _LANGUAGE_TAIL.sub("", path)
    return host + re.sub(r"\.(?:html?|txt|php|aspx)$", "", path)


def _cc_url(key: str) -> str | None:
    """Creative Commons addresses by rule: code and version are exact; a port to a jurisdiction is its version."""
    found = _CC.match(key)
    if found is None:
        return None
    code, version = found.groups()
    return f"cc-{'by-nc-nd' if code == 'by-nd-nc' else code}-{version}"


class AliasError(ValueError):
    """Two licences claim the same spelling: ``alias``, ``first``, ``second``."""

    def __init__(self, alias: str, first: str, second: str) -> None:
        super().__init__(alias, first, second)
        self.alias, self.first, self.second = alias, first, second


@dataclass(frozen=True, slots=True)
class Normaliser:
    """Tables of every known spelling. Make one with ``build``."""

    register: Register
    texts: Mapping[str, str]
    urls: Mapping[str, str]

    @classmethod
    def build(cls, register: Register, rows: Iterable[Mapping[str, str]] | None = None) -> "Normaliser":
        """Collect ids, SPDX ids, titles and addresses of all licences, then ``aliases.csv`` (alias, id).

        Raises:
            AliasError: one spelling would mean two licences.
            KeyError: an alias names a licence that does not exist.
        """
        texts: dict[str, str] = {}
        urls: dict[str, str] = {}

        def add(alias: str, licence_id: str) -> None:
            table, key = (urls, url_key(alias)) if is_url(alias) else (texts, text_key(alias))
            if key and table.setdefault(key, licence_id) != licence_id:
                raise AliasError(alias, table[key], licence_id)

        for policy in register:
            # An id is a spelling of its own: "cc-zero" stays "cc-zero" although its terms are those of CC0 1.0.
            own = [policy.id, policy.uid, policy.spdx, *policy.titles.values(), *policy.legal_text.values()]
            for alias in filter(None, own):
                add(alias, policy.id)
        for row in rows if rows is not None else read_rows("aliases.csv"):
            add(row["alias"], register[row["id"]].id)
        return cls(register, texts, urls)

    def __call__(self, text: str | None) -> Normalised:
        """Recognise one spelling. Empty text is not specified; an unknown one keeps its words."""
        verbatim = text or ""
        stripped = verbatim.strip()
        if not stripped:
            return Normalised(UNKNOWN, verbatim)
        if is_url(stripped):
            key = url_key(stripped)
            own = _OWN.search(key)  # what a portal of this software writes for its licences
            found = self.urls.get(key) or _cc_url(key) or (own[1] if own else None)
        else:
            found = self.texts.get(text_key(stripped))
        if found is not None and found in self.register:
            return Normalised(found, verbatim)
        return Normalised(None, verbatim, self._suggest(stripped))

    def _suggest(self, text: str) -> tuple[str, ...]:
        table = self.urls if is_url(text) else self.texts
        key = url_key(text) if is_url(text) else text_key(text)
        near = difflib.get_close_matches(key[:200], table, n=6, cutoff=0.6)
        return tuple(dict.fromkeys(table[name] for name in near))[:3]


def least_open(policies: Iterable[Policy]) -> Policy | None:
    """The least open of several licences: a dataset is as open as its most restricted file.

    Ordered by what may be done (share, adapt, use commercially), then by how many duties that takes, then by id.
    """
    return max(policies, key=_closedness, default=None)


@lru_cache(maxsize=1024)
def _closedness(policy: Policy) -> tuple[int, int, str]:
    found = [evaluate(policy, action) for action in ("read", "distribute", "derive", COMMERCIAL)]
    return (
        sum(item.verdict.severity * item.verdict.severity for item in found if not item.verdict.allows),
        max((len(item.duties) for item in found), default=0),
        policy.id,
    )
