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

    Args:
        retry_after: Seconds the server asked us to wait, or None.
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


class RunBusyError(HarvestError):
    """Another run of the source, or another process, is at work."""

    def __init__(self) -> None:
        super().__init__("run_busy")


class ServiceUnreachableError(HarvestError):
    """The database, the index or the job queue does not answer."""


class RunStateError(HarvestError):
    """A decision does not fit the state of the run."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A finding about a source, a page or a record.

    Attributes:
        code: A key of :data:`ckanext.nxopendata.harvest.messages.MESSAGES`.
        level: What it concerns; a ``record`` problem refuses that record only.
        guid: The record's identifier at the source, if it has one.
        position: Where the record or page stands: an address, ``sheet!row``.
        field: The field at fault, in the portal's or the source's words.
        params: What the message names.
        refuses: The record is not taken; False: it is, without the field at fault.
    """

    code: str
    level: Level = "record"
    guid: str | None = None
    position: str = ""
    field: str = ""
    params: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    refuses: bool = True

    def to_json(self) -> dict[str, Any]:
        """Return the finding without its parameters."""
        return {
            "code": self.code,
            "level": self.level,
            "refuses": self.refuses,
            "guid": self.guid,
            "position": self.position,
            "field": self.field,
        }

    def at(self, position: str) -> Problem:
        """Return the finding with the place where it stands."""
        return dataclasses.replace(self, position=position)

    @classmethod
    def from_error(cls, error: HarvestError, level: Level, position: str = "") -> Problem:
        """Make a finding of an exception, for a harvest that goes on."""
        return cls(code=error.code, level=level, position=position, params=error.params)
