"""Why a parser gave up, in the reader's language: the reasons that json, libxml2 and oxigraph give, and our own."""

from __future__ import annotations

import re

import ckan.plugins.toolkit as tk

from ckanext.nxopendata.core.errors.messages import fill
from ckanext.nxopendata.core.errors.messages import gettext_noop as _

REASONS = (
    # json
    ("Expecting value", _("a value is missing")),
    ("Expecting ',' delimiter", _("a comma is missing")),
    ("Expecting ':' delimiter", _("a colon is missing")),
    ("Expecting property name enclosed in double quotes", _("a name in double quotation marks is missing")),
    ("Unterminated string starting at", _("a text has no closing quotation mark")),
    ("Invalid control character at", _("a text holds a line break or another control character")),
    (r"Invalid \\(?:escape|uXXXX escape).*", _("a backslash stands before a sign that it cannot stand before")),
    ("Illegal trailing comma before end of .*", _("a comma stands before the end of a list or an object")),
    ("Extra data", _("something follows the end")),
    # libxml2
    (
        r"Opening and ending tag mismatch: (?P<opened>\S+) line (?P<line>\d+) and (?P<closed>\S+)",
        _("the element {opened} of line {line} is closed by {closed}"),
    ),
    ("Premature end of data.*", _("it ends before all elements are closed")),
    ("Start tag expected.*", _("it does not begin with an element")),
    ("Document is empty", _("it is empty")),
    ("(?:xmlParse)?EntityRef.*", _("an & is not written as &amp;")),
    ("Entity '(?P<name>[^']+)' not defined", _("the entity {name} is not defined")),
    (r".*[Ii]nvalid (?:Char|xmlChar|character).*", _("it holds a sign that XML does not allow")),
    (r"Couldn't find end of Start Tag (?P<name>\S+).*", _("the tag {name} does not end")),
    (r"Namespace prefix (?P<name>\S+) .*is not defined", _("the prefix {name} is not declared")),
    ("Extra content at the end of the document", _("something follows the end")),
    (r"Attribute (?P<name>\S+) redefined", _("the attribute {name} stands twice")),
    ("AttValue.*", _("the value of an attribute has no quotation marks")),
    ("Unescaped '<' not allowed.*", _("a < is not written as &lt;")),
    # oxigraph
    ("Unexpected end(?: of file)?", _("it ends too early")),
    (r"The prefix (?P<name>\S*?):? has not been declared", _("the prefix {name} is not declared")),
    (r"Unknown prefix (?P<name>\S*?):?", _("the prefix {name} is not declared")),
    ("Invalid IRI code point '(?P<sign>.+)'", _("an address holds the sign “{sign}”")),
    ("(?P<text>.+) is not a valid RDF object", _("“{text}” is no value")),
    ("Unexpected character '(?P<sign>.+)'", _("“{sign}” stands where it cannot stand")),
    ("A dot is expected at the end of statements|Triples should be followed by a dot", _("a full stop is missing")),
    ("No scheme found in an absolute IRI", _("an address does not say http:// or another scheme")),
    ("Line jumps are not allowed.*", _("a text in single quotation marks goes over several lines")),
    # our own
    ("no comma behind the record", _("a comma is missing behind the record")),
    ("the list ends within a record", _("the list ends within a record")),
    ("an address does not end in its line", _("an address does not end in its line")),
    ("too deep", _("it is nested too deeply")),
)
"""What a whole reason looks like, with the parts that are kept; what is said of it."""

_PLACE = re.compile(
    r"^(?:JSON|XML|Parser) error at line \d+ (?:between columns \d+ and \d+|column \d+|between line.*?): "
    r"|(?:, line \d+, column \d+|: line \d+ column \d+ \(char \d+\))$"
)
_KNOWN = tuple((re.compile(pattern, re.DOTALL), text) for pattern, text in REASONS)


def say_reason(reason: str) -> str:
    """Return a reason in the reader's language; one that is not known as the parser gave it, without its place."""
    bare = _PLACE.sub("", reason.strip())[:300]
    for pattern, text in _KNOWN:
        if match := pattern.fullmatch(bare):
            return fill(tk._(text), match.groupdict())
    return bare
