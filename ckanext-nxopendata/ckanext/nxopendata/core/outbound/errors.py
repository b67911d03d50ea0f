"""Why an address is not connected to."""

from __future__ import annotations

from ckanext.nxopendata.core.errors import CodedError


class OutboundError(CodedError):
    """Base of the family; its codes are keys of :data:`ckanext.nxopendata.core.outbound.messages.MESSAGES`."""


class ForbiddenAddressError(OutboundError):
    """The address leads into a network that the portal must not enter."""

    def __init__(self, host: str, address: str) -> None:
        super().__init__("address_forbidden", host=host, address=address)


class UnknownHostError(OutboundError):
    """The name of the host does not resolve."""

    def __init__(self, host: str) -> None:
        super().__init__("dns_failed", host=host)
