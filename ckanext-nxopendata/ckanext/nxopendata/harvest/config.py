"""One typed reader for each option; ``config_declaration.yaml`` documents them."""

from __future__ import annotations

import dataclasses

import ckan.plugins.toolkit as tk

from ckanext.nxopendata.harvest.fetching.client import Limits
from ckanext.nxopendata.harvest.mapping.mapper import Bounds
from ckanext.nxopendata.harvest.withdrawal.limit import WithdrawalLimit

PREFIX = "ckanext.nxopendata.harvest."


def _number(name: str) -> int:
    return int(tk.config[PREFIX + name])


def allowed_hosts() -> tuple[str, ...]:
    """Return the hosts, addresses and networks that may be harvested although they are not public."""
    return tuple(tk.config[PREFIX + "allowed_hosts"])


def credentials_keys() -> tuple[str, ...]:
    """Fernet keys: the first seals credentials, all of them open; empty for one made from ``SECRET_KEY``."""
    return tuple(tk.config[PREFIX + "credentials_keys"])


def metrics_token() -> str:
    """Return what opens the figures for Prometheus; "" for none."""
    return tk.config[PREFIX + "metrics_token"]


def metrics_networks() -> tuple[str, ...]:
    """Return the networks to which the figures are given without a token."""
    return tuple(tk.config[PREFIX + "metrics_networks"])


def limits() -> Limits:
    """Return the bounds of one request."""
    return Limits(
        connect_seconds=_number("connect_seconds"),
        read_seconds=_number("read_seconds"),
        total_seconds=_number("total_seconds"),
        bytes=_number("max_megabytes") * 1024 * 1024,
        retries=_number("retries"),
        requests_per_second=_number("requests_per_second"),
    )


def obey_robots() -> bool:
    """Return whether robots.txt is obeyed for catalogues too, where a source does not say otherwise."""
    return tk.asbool(tk.config[PREFIX + "obey_robots"])


def max_records() -> int:
    """Return the records that one catalogue may have."""
    return _number("max_records")


def bounds() -> Bounds:
    """Return how much one record may hold."""
    return Bounds(resources=_number("max_resources"), keywords=_number("max_keywords"))


def withdrawal_limit() -> WithdrawalLimit:
    """Return how many withdrawals a run may do by itself."""
    return WithdrawalLimit(share=_number("fuse_percent") / 100, number=_number("fuse_number"))


def mirror_megabytes() -> int:
    """Return the size of one file that is copied."""
    return _number("mirror_max_megabytes")


def mirror_limits() -> Limits:
    """Return the bounds of fetching one file."""
    return dataclasses.replace(limits(), bytes=mirror_megabytes() * 1024 * 1024)


def mirror_check_hours() -> int:
    """Return the hours after which the source of a copied file is asked whether the file has changed."""
    return _number("mirror_check_hours")


def mirror_check_seconds() -> int:
    """Return the seconds that a run gives to asking for files whose records did not change."""
    return _number("mirror_check_seconds")


def mirror_versions() -> int:
    """Return the contents of a copied file that are kept, the present one and the one before it at least."""
    return max(2, _number("mirror_versions"))


def patience() -> int:
    """Return the seconds that the work waits for a database or an index that does not answer."""
    return _number("patience_seconds")


def turn_seconds() -> int:
    """Return the seconds that a worker gives to harvests before other jobs of the queue have their turn."""
    return _number("turn_seconds")


def chunk() -> int:
    """Return the records a transaction."""
    return _number("chunk")


def keep_plans_days() -> int:
    """Return the days for which the plan and the problems of a run that is over are kept; 0 for ever."""
    return _number("keep_plans_days")
