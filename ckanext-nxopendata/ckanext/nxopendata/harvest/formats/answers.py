"""What a source answers in place of its catalogue: a page to sign in, an error, nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ckanext.nxopendata.harvest.errors import FormatError
from ckanext.nxopendata.harvest.fetching.client import Document
from ckanext.nxopendata.harvest.formats import Format, Reading, Record
from ckanext.nxopendata.harvest.mirror import signatures

OF_SYNTAX = frozenset(
    {
        *("xml_doctype", "xml_broken", "xml_root", "json_broken", "json_broken_after", "json_without_datasets"),
        *("workbook_without_header", "rdf_broken", "html_broken", "format_not_recognised", "encoding_undecided"),
    }
)
"""Why a document is refused that may be none of the format at all."""

OF_SERVICE = frozenset({"csw_not_an_answer", "ckan_not_an_answer", "feed_not_an_answer"})
"""The same, where the format has told the words of an error."""

_TAGS = re.compile(r"<(script|style)\b.*?</\1\s*>|<[^<>]*>|\s+", re.IGNORECASE | re.DOTALL)


def read_records(form: Format, first: Document, reading: Reading) -> Iterator[Record]:
    """Yield the records of a catalogue, as its format does.

    Raises:
        FormatError: As the format says; where the first answer is a page, an error or nothing, it says that instead.
    """
    url, media_type = first.url, first.media_type
    head, whole = first.head(signatures.HEAD), first.size <= signatures.HEAD
    try:
        yield from form.read(first, reading)
    except FormatError as error:
        what = signatures.find_contradiction("", head, media_type, whole=whole)
        is_page = what == "file_is_a_page" and form.accept != "text/html"
        is_told = error.code in OF_SYNTAX and what in ("file_is_an_error", "file_empty")
        is_first = reading.completeness.pages <= 1 and error.params.get("url") == url
        if not is_first or not (is_told or (is_page and error.code in OF_SYNTAX | OF_SERVICE)):
            raise
        said = " ".join(_TAGS.sub(" ", signatures.text_of(head[:8_192])).split())
        raise FormatError("answer_no_catalogue", url=url, answer=said[:100]) from error
