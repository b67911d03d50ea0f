"""What can go wrong in a harvest: a small family of exceptions, and the finding that is listed for people.

Exceptions and findings carry a stable ``code`` and plain parameters. The sentence a person reads is made
at the edge, in :mod:`ckanext.nxopendata.harvest.messages`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ckanext.nxopendata.core.errors import CodedError

Level = Literal["source", "page", "record"]


class HarvestError(CodedError):
    """Base of the family; its codes are keys of :data:`ckanext.nxopendata.harvest.messages.MESSAGES`."""


class FetchError(HarvestError):
    """An address could not be read; asking again would not help."""


class TransientFetchError(FetchError):
    """An address could not be read now; asking again may help.

    :param retry_after: seconds the server asked us to wait, or None
    """

    def __init__(self, code: str, *, retry_after: float | None = None, **params: Any) -> None:
        super().__init__(code, **params)
        self.retry_after = retry_after


class ForbiddenAddressError(FetchError):
    """The address leads into a network that the harvester must not enter."""


class LimitError(FetchError):
    """The answer is larger, slower or further away than allowed."""


class FormatError(HarvestError):
    """A document is not what its format promises."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A finding about a source, a page or a record.

    :param code: a key of :data:`ckanext.nxopendata.harvest.messages.MESSAGES`
    :param level: what it concerns; a ``record`` problem refuses that record only
    :param guid: the record's identifier at the source, if it has one
    :param position: where the record or page stands: an address, ``sheet!row``
    :param field: the field at fault, in the portal's or the source's words
    :param params: what the message names
    :param refuses: the record is not taken; False: it is, without the field at fault
    """

    code: str
    level: Level = "record"
    guid: str | None = None
    position: str = ""
    field: str = ""
    params: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    refuses: bool = True

    @classmethod
    def of(cls, error: HarvestError, level: Level, position: str = "") -> Problem:
        """The finding that an exception becomes when the harvest goes on."""
        return cls(code=error.code, level=level, position=position, params=error.params)
