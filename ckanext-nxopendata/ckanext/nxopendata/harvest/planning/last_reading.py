"""What a source was like when it was last read: whether anything has changed since, and by which format it was read."""

from __future__ import annotations

from ckanext.nxopendata.harvest import formats
from ckanext.nxopendata.harvest.fetching.client import Document, Fetcher, Validators
from ckanext.nxopendata.harvest.formats import Format
from ckanext.nxopendata.harvest.models import Source
from ckanext.nxopendata.harvest.settings import source_settings


def fetch_first_page(source: Source, client: Fetcher) -> Document | None:
    """Fetch the first page; None when the server says of every page of the last reading that it has not changed."""
    forms = _possible_formats(source)
    current = {source_settings.fingerprint(source, form) for form in forms} if source.trail else set()
    trail = source.trail if source.fingerprint in current else []
    accept = "*/*" if source.format == "auto" else formats.get_format(source.format).accept
    ways = source_settings.entry_urls(source)
    if not trail:
        return formats.fetch_first(ways, client, accept)
    for number, page in enumerate(trail):
        validators = Validators(page["etag"], page["last_modified"])
        document = formats.fetch_first([page["url"]] if number else ways, client, accept, validators)
        if document.not_modified or document.sha256 == page["sha256"]:
            document.body.close()
            continue
        if number == 0:
            return document
        document.body.close()
        return formats.fetch_first(ways, client, accept)
    return None


def find_format(source: Source) -> Format:
    """Find the format of the last reading by its fingerprint."""
    forms = _possible_formats(source)
    return next(form for form in forms if source_settings.fingerprint(source, form) == source.fingerprint)


def _possible_formats(source: Source) -> list[Format]:
    auto = source.format == "auto"
    return list(formats.list_formats().values()) if auto else [formats.get_format(source.format)]
