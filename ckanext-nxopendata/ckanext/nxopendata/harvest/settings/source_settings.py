"""What the settings of a source mean for its harvest: HTTP client, bounds, mapping, departments."""

from __future__ import annotations

import dataclasses
import hashlib
import importlib.metadata
import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from ckan import model

from ckanext.nxopendata.core.config import user_agent
from ckanext.nxopendata.harvest import config, formats
from ckanext.nxopendata.harvest.errors import Problem
from ckanext.nxopendata.harvest.fetching import throttle
from ckanext.nxopendata.harvest.fetching.client import Authorisation, Fetcher, Limits
from ckanext.nxopendata.harvest.fetching.ssrf import AddressGuard
from ckanext.nxopendata.harvest.formats import Completeness, Format, Reading
from ckanext.nxopendata.harvest.mapping import mapper, rules, tables
from ckanext.nxopendata.harvest.models import Source
from ckanext.nxopendata.harvest.settings import credentials
from ckanext.nxopendata.harvest.withdrawal.limit import WithdrawalLimit

LIMITS: Mapping[str, str] = {
    "requests_per_second": "requests a second to one host",
    "total_seconds": "seconds for one answer",
    "max_megabytes": "size of one answer",
    "max_pages": "pages of the catalogue",
    "max_records": "records of the catalogue",
    "max_resources": "files of one dataset",
    "max_keywords": "keywords of one dataset",
    "fuse_percent": "per cent of the datasets that a run may withdraw by itself",
    "fuse_number": "datasets that a run may withdraw by itself",
}
"""What ``limits`` of a source may hold: whole numbers, at least 1."""


def open_client(source: Source, limits: Limits | None = None) -> Fetcher:
    """Open the HTTP client of a source, with its credentials and limits.

    Args:
        limits: Bounds instead of those of the site, for files.

    Raises:
        HarvestError: The credentials cannot be decrypted.
    """
    parts = urlsplit(source.url)
    header = credentials.header(credentials.unseal(source.credentials))
    return Fetcher(
        AddressGuard(config.allowed_hosts()),
        _limits(limits or config.limits(), source.limits, files=limits is not None),
        user_agent=user_agent(),
        authorisation=Authorisation(f"{parts.scheme}://{parts.netloc}", "Authorization", header) if header else None,
        reserve_slot=throttle.reserve_slot,
    )


def _limits(site: Limits, own: Mapping[str, int], *, files: bool) -> Limits:
    changes: dict[str, Any] = {}
    if "requests_per_second" in own:
        changes["requests_per_second"] = own["requests_per_second"]
    if "total_seconds" in own and not files:
        changes["total_seconds"] = own["total_seconds"]
    if "max_megabytes" in own and not files:
        changes["bytes"] = own["max_megabytes"] * 1024 * 1024
    return dataclasses.replace(site, **changes)


def bounds(source: Source) -> mapper.Bounds:
    """Return how much one record of the source may hold."""
    site = config.bounds()
    return dataclasses.replace(
        site,
        resources=source.limits.get("max_resources", site.resources),
        keywords=source.limits.get("max_keywords", site.keywords),
    )


def surroundings(source: Source, read_licence: Callable[[str], str | None]) -> rules.Surroundings:
    """Return what the records of the source do not say themselves."""
    return rules.Surroundings(source.url, frozenset(config.allowed_hosts()), read_licence)


def max_records(source: Source) -> int:
    """Return how many records the catalogue may have."""
    return source.limits.get("max_records", config.max_records())


def withdrawal_limit(source: Source) -> WithdrawalLimit:
    """Return how many withdrawals a run of the source may do by itself."""
    site = config.withdrawal_limit()
    own = source.limits
    share = own["fuse_percent"] / 100 if "fuse_percent" in own else site.share
    return WithdrawalLimit(share=share, number=own.get("fuse_number", site.number))


def reseal_credentials() -> int:
    """Encrypt the credentials of all sources under the first key of the configuration; the caller commits.

    Returns:
        The number of sources.

    Raises:
        HarvestError: No key opens the credentials of a source; nothing is changed.
    """
    rows = model.Session.query(Source).filter(Source.credentials != "").all()
    for source in rows:
        source.credentials = credentials.seal(credentials.unseal(source.credentials))
    return len(rows)


def field_mapping(source: Source, form: Format) -> rules.FieldMapping:
    """Return the mapping of the format with what the source changes in it."""
    return tables.adapt(tables.load(form.mapping), source.mapping)


def entry_url(source: Source) -> str:
    """Return the address that a harvest asks first."""
    return entry_urls(source)[0]


def entry_urls(source: Source) -> list[str]:
    """Return that address, and those of plainer questions for a server that refuses it."""
    if source.format == "auto":
        return [source.url]
    return formats.entry_urls(formats.get_format(source.format), source.url)


def reading(
    source: Source,
    form: Format,
    client: Fetcher,
    report: Callable[[Problem], None],
    completeness: Completeness | None = None,
) -> Reading:
    """Return what the format needs to read the source."""
    return Reading(
        source.url,
        client,
        report,
        completeness or Completeness(),
        source.options,
        source.limits.get("max_pages", 10_000),
        field_mapping(source, form),
        source.memory if source.fingerprint == fingerprint(source, form) else {},
    )


def fingerprint(source: Source, form: Format) -> str:
    """Return what changes when the same record would become another dataset."""
    parts = [
        form.name,
        field_mapping(source, form).fingerprint,
        source.organization_id,
        *sorted(source.departments),
        json.dumps(source.options, sort_keys=True),
        source.licence,
        source.files,
        importlib.metadata.version("ckanext-nxopendata"),
        *sorted(model.Package.get_license_register().keys()),
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
