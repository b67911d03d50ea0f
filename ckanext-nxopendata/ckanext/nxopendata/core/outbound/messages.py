"""What people are told when another server cannot be reached, by code."""

from __future__ import annotations

from collections.abc import Mapping

from ckanext.nxopendata.core.errors.messages import gettext_noop as _

MESSAGES: Mapping[str, tuple[str, str]] = {
    "address_forbidden": (
        _("{host} leads to {address}, which is not a public address."),
        _("Correct the address, or have the administrator allow the host."),
    ),
    "dns_failed": (_("The host name {host} is not known."), _("Check the spelling of the address.")),
    "connection_failed": (
        _("{url} cannot be reached ({reason})."),
        _("Check that the server runs and lets the portal in; the next run tries again."),
    ),
    "timed_out": (_("{url} did not answer in time."), _("Check the server; the next run tries again.")),
}
