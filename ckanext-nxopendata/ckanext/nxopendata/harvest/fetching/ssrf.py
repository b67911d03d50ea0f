"""The guard of outbound requests, with errors of the harvest."""

from __future__ import annotations

from ckanext.nxopendata.core.outbound import errors, guarded_http
from ckanext.nxopendata.harvest.errors import ForbiddenAddressError, TransientFetchError


class AddressGuard(guarded_http.AddressGuard):
    """Decides which addresses a harvest may connect to."""

    def resolve(self, host: str, port: int) -> list[str]:
        """Return the addresses of ``host`` that may be connected to.

        Raises:
            ForbiddenAddressError: One of them is not public and not allowed.
            TransientFetchError: The name does not resolve.
        """
        try:
            return super().resolve(host, port)
        except errors.ForbiddenAddressError as error:
            raise ForbiddenAddressError(error.code, **error.params) from error
        except errors.UnknownHostError as error:
            raise TransientFetchError(error.code, **error.params) from error
