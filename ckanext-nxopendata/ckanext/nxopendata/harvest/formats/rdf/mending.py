"""Lenient reading of RDF: what is no IRI or language tag is mended, and what no parser takes is read piece by piece."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

import pyoxigraph as ox

from ckanext.nxopendata.harvest.fetching import lenient_json
from ckanext.nxopendata.harvest.fetching.addresses import encode_for_iri
from ckanext.nxopendata.harvest.formats import salvage
from ckanext.nxopendata.harvest.formats.rdf.vocabulary import PREFIXES

_SUSPICIOUS = re.compile(
    rb"""(?m)^<[^>\n]*[\x01-\x20"{}|^`\\<]|> <[^>\n]*[\x01-\x20"{}|^`\\<][^>\n]*>(?: \.)?$"""
    rb"""|^(?:<[^>\n]*>|_:\S+) <[^>\n]*[\x01-\x20"{}|^`\\<]"""
    rb"""|^<[^>\n]*>[^ \n]|^(?:<[^>\n]*>|_:\S+) <[^>\n]*>[^ \n]|> <[^>\n]*>[^ \n]"""
    rb"""|"@(?![A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*(?: \.)?$)[^"\n]*$|^[^<_]"""
)
_LINE = re.compile(r"(?s)(<[^>]*>|_:\S+) (<[^>]*>) (.+)\Z")
_TAGGED = re.compile(r'(?s)(".*")@([^"@]*)\Z')
_TAG = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*")

MOST_NAMED = 100


@dataclass(slots=True)
class Repairs:
    """What was mended or could not be read in a document.

    Attributes:
        needed: False for a document that a strict parser has read.
        mended: Values as they were written.
        lines: Where these stand; None where that is not known.
        broken: Line and reason of each piece that was left out.
    """

    needed: bool = True
    mended: list[str] = field(default_factory=list)
    lines: list[int | None] = field(default_factory=list)
    broken: list[tuple[int | str, str]] = field(default_factory=list)

    def mend(self, written: str) -> None:
        """Note a value that was mended."""
        if len(self.mended) < MOST_NAMED:
            self.mended.append(written[:300])


def mend_lines(part: bytes, repairs: Repairs) -> bytes:
    """Return lines of N-Triples (without their final `` .``) as a strict parser takes them."""
    if not repairs.needed or not _SUSPICIOUS.search(part):
        return part
    lines = []
    for line in part.split(b" .\n"):
        mended = _mend_line(line.decode("utf-8", "replace"), repairs) if _SUSPICIOUS.search(line) else line
        if mended is not None:
            lines.append(mended)
    return b" .\n".join(lines)


def _mend_line(line: str, repairs: Repairs) -> bytes | None:
    found = _LINE.match(line)
    if not found:
        repairs.mend(line)
        return None
    terms = [_mend_iri(term, repairs) if term.startswith("<") else term for term in found.groups()]
    if tagged := _TAGGED.match(terms[2]):
        tag = tagged[2].replace("_", "-")
        if not _TAG.fullmatch(tag):
            tag = next((known for word, known in _WORDS.items() if word in tagged[2].lower()), "")
        if tag != tagged[2]:
            repairs.mend(f"@{tagged[2]}")
        terms[2] = f"{tagged[1]}@{tag}" if tag else tagged[1]
    return " ".join(terms).encode()


_WORDS = {"简体": "zh-hans", "繁": "zh-hant", "中文": "zh", "汉": "zh", "英": "en", "chinese": "zh", "english": "en"}
"""Words that people write for a language tag."""


def _mend_iri(term: str, repairs: Repairs) -> str:
    mended = encode_for_iri(term[1:-1])
    if mended != term[1:-1]:
        repairs.mend(term[1:-1])
    return f"<{mended}>"


# Documents that a parser gives up


def read_pieces(text: str, syntax: ox.RdfFormat, base: str, repairs: Repairs) -> list[Any]:
    """Return the triples of a document that is broken, without those of its broken pieces."""
    if syntax == ox.RdfFormat.RDF_XML:
        return _read_xml(text, base, repairs)
    if syntax == ox.RdfFormat.JSON_LD:
        return _read_json(text, base, repairs)
    return _read_turtle(text, syntax, base, repairs)


def _parse(text: str, syntax: ox.RdfFormat, base: str) -> list[Any]:
    triples = ox.parse(text.encode("utf-8", "replace"), format=syntax, base_iri=base, lenient=True)
    return [quad.triple if syntax.supports_datasets else quad for quad in triples]


# A text that does not end is taken once and stays, lest its end be looked for behind each of its quotation marks.
_STRING = re.compile(
    r'"""(?:[^"\\]++|\\.|"(?!""))*+(?:"""|(?P<open>\Z|\\\Z))'
    r'|"(?:[^"\\\n]++|\\.)*+(?:"|(?P<open_line>))|(?m:^[ \t]*#[^\n]*$)',
    re.DOTALL,
)
_OPEN_IRI = re.compile(r"<(?=[A-Za-z])[^>\n]*(?:\n|\Z)")


def has_open_iri(text: str) -> bool:
    """Tell whether an IRI of Turtle does not end in its line: a lenient parser takes what follows for a part of it."""
    return _OPEN_IRI.search(_STRING.sub(_keep_open, text)) is not None


def _keep_open(found: re.Match[str]) -> str:
    return "" if found["open"] is None and found["open_line"] is None else found[0]


_BAD_TAG = re.compile(r"""(["'])@([A-Za-z]{1,8}(?:[_-][A-Za-z0-9]{1,8})*_[A-Za-z0-9]{1,8}(?:[_-][A-Za-z0-9]{1,8})*)""")
_WORD_TAG = re.compile(r"""(["'])@([^\x00-\x7f\s;,.\])]+)""")
_HALF_PAIR = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])"
    r"|(?<!\\u[dD][89abAB][0-9a-fA-F][0-9a-fA-F])\\u[dD][c-fC-F][0-9a-fA-F]{2}"
)
_SPLIT_IRI = re.compile(r"""<([A-Za-z][\w+.-]*:[^\s<>"]*)[ \t]*\r?\n[ \t]*([^\s<>"]*)>""")
_NO_DOT = re.compile(r"(?m)^([ \t]*@(?:prefix|base)[ \t][^\n<]*<[^\n<>]*>)[ \t\r]*$")
_SUBJECT = re.compile(
    r"(?m)^(?=(?:<[^>\n]*>|<[A-Za-z]+:[^>\n]*$|<[A-Za-z]*\Z|_:\w+|\[|(?:[A-Za-z][\w.-]*)?:[\w.%-]*)[ \t]*(?:$|\S))"
)
_DIRECTIVE = re.compile(r"(?im)^[ \t]*(?:@prefix|@base|prefix|base)[ \t][^\n]*$")
_SLASHED = re.compile(
    r"""(?P<apart>\"\"\"(?:[^"\\]++|\\.|"(?!""))*+(?:\"\"\")?+|"(?:[^"\\\n]++|\\.)*+"?+"""
    r"""|'(?:[^'\\\n]++|\\.)*+'?+|<[^<>\n]*>|\#[^\n]*)"""
    r"|(?<![\w.:/%-])(?P<prefix>[A-Za-z][\w.-]*|):(?P<local>[\w.%:-]*/[\w.%/:-]*[\w/-])",
    re.DOTALL,
)
"""A name with a stroke in it (``ds:2023/csv``, which DCAT-AP's own examples have), beside texts, IRIs and comments."""
_PREFIX = re.compile(r"(?im)^[ \t]*@?prefix[ \t]+([\w.-]*):[ \t]*<([^<>\n]*)>")
_JOINED = 4
"""Pieces that are tried as one: a text of several lines may look like the beginning of a statement."""


def _read_turtle(text: str, syntax: ox.RdfFormat, base: str, repairs: Repairs) -> list[Any]:
    # The line that an address lost is kept behind it, so that what is told names the right ones.
    plain = _SPLIT_IRI.sub(r"<\1\2>\n", text)
    plain = _WORD_TAG.sub(r"\1", _BAD_TAG.sub(lambda found: f"{found[1]}@{found[2].replace('_', '-')}", plain))
    plain = _NO_DOT.sub(r"\1 .", _HALF_PAIR.sub("", plain))
    plain, slashed = _expand_slashed(plain) if syntax in _PREFIXED else (plain, [])
    undeclared = [prefix for prefix in PREFIXES if _uses(prefix, plain)] if syntax in _PREFIXED else []
    plain = "".join(f"@prefix {prefix}: <{PREFIXES[prefix]}> .\n" for prefix in undeclared) + plain
    if plain != text:
        for found in (*_BAD_TAG.finditer(text), *_WORD_TAG.finditer(text)):
            repairs.mend(found[0][1:])
        for found in (*_SPLIT_IRI.finditer(text), *_HALF_PAIR.finditer(text), *_NO_DOT.finditer(text)):
            repairs.mend(found[0].strip())
        for written in (*slashed, *(f"{prefix}:" for prefix in undeclared)):
            repairs.mend(written)
    if plain != text and not has_open_iri(plain):
        try:
            return _parse(plain, syntax, base)
        except (SyntaxError, ValueError):
            pass
    line_wise = syntax in (ox.RdfFormat.N_TRIPLES, ox.RdfFormat.N_QUADS)
    directives = [] if line_wise else [found[0] for found in _DIRECTIVE.finditer(plain)]
    head = "\n".join(directive for directive in directives if _is_sound(directive, syntax, base)) + "\n"
    lines_of_head = head.count("\n")
    body = plain if line_wise else _DIRECTIVE.sub("", plain)
    starts = [0, *(found.start() for found in _SUBJECT.finditer(body))] if not line_wise else []
    pieces = (
        body.splitlines(keepends=True)
        if line_wise
        else [body[a:b] for a, b in zip(starts, [*starts[1:], None], strict=False)]
    )
    triples, number, line = [], 0, 1 - len(undeclared)
    while number < len(pieces):
        reason, offset = "", 0
        for count in range(1, 2 if line_wise else _JOINED + 1):
            piece = "".join(pieces[number : number + count])
            try:
                if has_open_iri(piece):
                    raise ValueError("an address does not end in its line")
                triples += _parse(head + piece, syntax, base)
                break
            except (SyntaxError, ValueError) as error:
                if count == 1:
                    reason, offset = _reason(error), (getattr(error, "lineno", None) or 1) - lines_of_head - 1
        else:
            count = 1
            repairs.broken.append((line + max(offset, 0), reason))
        line += sum(piece.count("\n") for piece in pieces[number : number + count])
        number += count
    return triples


def _expand_slashed(text: str) -> tuple[str, list[str]]:
    """Return Turtle with the names that have a stroke in them as IRIs, and those names."""
    declared = dict(_PREFIX.findall(text))
    names: dict[str, None] = {}

    def expand(found: re.Match[str]) -> str:
        if found["apart"] or found["prefix"] not in declared:
            return found[0]
        names[found[0]] = None
        return f"<{declared[found['prefix']]}{found['local']}>"

    return _SLASHED.sub(expand, text), list(names)


_PREFIXED = (ox.RdfFormat.TURTLE, ox.RdfFormat.TRIG, ox.RdfFormat.N3)


def _uses(prefix: str, text: str) -> bool:
    """Tell whether a document uses a prefix that everybody knows and does not declare it."""
    used = re.search(rf"(?m)(?:^|[\s;,(\[^]){prefix}:[A-Za-z]", text)
    return used is not None and not re.search(rf"(?im)(?:^|\s)@?prefix\s+{prefix}:", text)


def _is_sound(directive: str, syntax: ox.RdfFormat, base: str) -> bool:
    try:
        _parse(directive, syntax, base)
    except (SyntaxError, ValueError):
        return False
    return True


_DATASET = "Dataset"
_OTHERS = r"[A-Z][\w.-]*(?=[^<>]*\s(?:[\w.-]+:)?(?:about|nodeID)\s*=)"


def _read_xml(text: str, base: str, repairs: Repairs) -> list[Any]:
    plain, mended = _mend_xml(text)
    if mended:
        try:
            triples = _parse(plain, ox.RdfFormat.RDF_XML, base)
        except (SyntaxError, ValueError):
            pass
        else:
            for written in mended:
                repairs.mend(written)
            return triples
    declared = salvage.namespaces(plain)
    for prefix, namespace in PREFIXES.items():
        if f"xmlns:{prefix}=" not in declared:
            declared += f' xmlns:{prefix}="{namespace}"'
    triples = []
    between, place = [], 0
    for piece in salvage.xml_pieces(plain, _DATASET):
        between.append(plain[place : piece.start])
        place = piece.end
        try:
            triples += _parse(f"<rdf:RDF{declared}>{piece.text}</rdf:RDF>", ox.RdfFormat.RDF_XML, base)
        except (SyntaxError, ValueError) as error:
            repairs.broken.append((piece.line, _reason(error)))
    rest = "".join(between) + plain[place:]
    for piece in salvage.xml_pieces(rest, _OTHERS):
        try:
            triples += _parse(f"<rdf:RDF{declared}>{piece.text}</rdf:RDF>", ox.RdfFormat.RDF_XML, base)
        except (SyntaxError, ValueError):
            continue
    return triples


_BESIDE_ADDRESS = re.compile(
    r"""(<[\w.-]++:[\w.-]++(?:(?!\srdf:resource\s*+=)[^<>])*+\srdf:resource\s*+=\s*+(?:"[^"<]*+"|'[^'<]*+')"""
    r"""[^<>]*+(?<!/)>)(\s*+[^<>\s][^<>]*+)(?=</)"""
)
"""A text in an element that is a reference: RDF/XML allows one of both, GeoNetwork writes both."""

_NODE_ID = re.compile(r"""(rdf:(?:nodeID|ID)\s*=\s*)(["'])([^"'<>]*)\2""")
_NC_NAME = re.compile(r"[^\W\d][\w.-]*")


def _mend_xml(text: str) -> tuple[str, list[str]]:
    """Return an XML document with what is no XML mended, and what was: names of nodes, namespaces, entities, signs."""
    mended: dict[str, None] = {}

    def rename(found: re.Match[str]) -> str:
        if _NC_NAME.fullmatch(found[3]):
            return found[0]
        mended[found[3]] = None
        return found[1] + found[2] + "node-" + re.sub(r"[^\w.-]", "-", found[3]) + found[2]

    plain = _NODE_ID.sub(rename, text)
    missing = {
        prefix: namespace
        for prefix, namespace in PREFIXES.items()
        if f"<{prefix}:" in plain and f"xmlns:{prefix}" not in plain
    }
    if missing:
        mended |= {f"{prefix}:": None for prefix in missing}
        declared = "".join(f' xmlns:{prefix}="{namespace}"' for prefix, namespace in missing.items())
        plain = re.sub(r"<(?:[\w.-]+:)?RDF(?=[\s>])", lambda found: found[0] + declared, plain, count=1)
    mended |= {found[2].strip(): None for found in _BESIDE_ADDRESS.finditer(plain)}
    plain = _BESIDE_ADDRESS.sub(r"\1", plain)
    sound = salvage.mend_xml(plain)
    if sound != plain:
        written = (found[0] for found in re.finditer(r"&[A-Za-z]\w{1,31};|&|[\x00-\x08\x0b\x0c\x0e-\x1f]", plain))
        mended |= {name: None for name in written if name not in ("&amp;", "&lt;", "&gt;", "&quot;", "&apos;")}
    return sound, list(mended)


_ARRAY = r'"(?:@graph|(?:dcat:)?dataset|http://www\.w3\.org/ns/dcat#dataset)"\s*:'


def _read_json(text: str, base: str, repairs: Repairs) -> list[Any]:
    context: Any = {}
    if found := re.search(r'"@context"\s*:\s*', text):
        try:
            context = lenient_json.decode_json(text, found.end())[0]
        except ValueError:
            context = {}
    triples: list[Any] = []
    plain, mended = lenient_json.mend_json(text)
    if mended:
        try:
            triples = _parse(plain, ox.RdfFormat.JSON_LD, base)
        except (SyntaxError, ValueError):
            triples = []
        else:
            for written in mended:
                repairs.mend(written)
            return triples
    array = "" if text.lstrip("\ufeff \t\r\n").startswith("[") else _ARRAY
    for line, value, reason in salvage.json_pieces(text, array, lambda entry: "@type" in entry and len(entry) > 2):
        try:
            if reason and value is None:
                raise ValueError(reason)
            if reason:
                repairs.mend(reason)
            if isinstance(value, dict):
                triples += _parse_record({"@context": context, **value}, base, repairs)
        except (SyntaxError, ValueError) as error:
            repairs.broken.append((line, _reason(error)))
    return triples


def _parse_record(record: dict[str, Any], base: str, repairs: Repairs) -> list[Any]:
    """Return the triples of one record of JSON-LD, without the values that say nothing in JSON-LD.

    Raises:
        ValueError: It says nothing at all.
    """
    try:
        return _parse(json.dumps(record, ensure_ascii=False), ox.RdfFormat.JSON_LD, base)
    except (SyntaxError, ValueError):
        keys = {key: value for key, value in record.items() if key in ("@context", "@id", "@type")}
    _parse(json.dumps(keys, ensure_ascii=False), ox.RdfFormat.JSON_LD, base)
    sound = dict(keys)
    for key, value in record.items():
        if key in keys:
            continue
        try:
            _parse(json.dumps({**keys, key: value}, ensure_ascii=False), ox.RdfFormat.JSON_LD, base)
            sound[key] = value
        except (SyntaxError, ValueError):
            repairs.mend(f"{key}: {json.dumps(value, ensure_ascii=False)}")
    return _parse(json.dumps(sound, ensure_ascii=False), ox.RdfFormat.JSON_LD, base)


def _reason(error: Exception) -> str:
    """Return why a piece cannot be read; without its line, which counts from the beginning of the piece."""
    return _PLACE_IN_PIECE.sub("", str(getattr(error, "msg", None) or error))[:300]


_PLACE_IN_PIECE = re.compile(r"^Parser error at line \d+ (?:between columns \d+ and \d+|column \d+|between line.*?): ")
