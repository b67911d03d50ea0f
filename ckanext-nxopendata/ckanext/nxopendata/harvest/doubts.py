"""Why a reading does not prove that it saw the whole catalogue, said of the reading as a whole.

The findings say the same of a page or record, with its place; what has no words here is said in theirs.
"""

from __future__ import annotations

from collections.abc import Mapping

from ckanext.nxopendata.core.errors.messages import Messages
from ckanext.nxopendata.core.errors.messages import gettext_noop as _
from ckanext.nxopendata.harvest import messages

DOUBTS: Mapping[str, tuple[str, str]] = {
    "page_loop": (_("The pages lead back to an earlier page."), ""),
    "page_repeated": (_("A page is the same as an earlier page."), ""),
    "page_empty": (_("A page has no records, although the source says that there are more."), ""),
    "too_many_pages": (_("The catalogue has more pages than are read."), ""),
    "catalogue_too_deep": (_("Catalogues inside the catalogue stand too deep; they were not read."), ""),
    "robots_forbid": (_("The robots.txt of the site does not let programs read a page."), ""),
    "listed_not_described": (_("The catalogue lists datasets without describing them."), ""),
    "records_of_another_kind": (_("The service gives records of another kind; they were not read."), ""),
    "entry_no_dataset": (_("The list of datasets has entries that are none."), ""),
    "changed_while_reading": (_("The catalogue changed while it was read."), ""),
    "record_without_identifier": (_("Records have no identifier."), ""),
    "identifier_repeated": (_("Several records have the same identifier."), ""),
    "identifier_too_long": (_("Identifiers of records are longer than 2000 bytes."), ""),
}

_SENTENCES = Messages({**messages.MESSAGES, **DOUBTS})


def sentence(code: str) -> str:
    """Say why, in the reader's language."""
    return _SENTENCES.sentence(code, {})
